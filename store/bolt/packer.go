package bolt

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"newsfold"
	"newsfold/store"
	"newsfold/store/internal/record"
)

const (
	// defaultLoose is how many articles stay loose unless Options say otherwise.
	defaultLoose = 1000
	// packArticles is how many articles make a pack. Of 32, packs took 4 % more of the
	// file (50,000 articles); the more there are, the longer it takes to read one.
	packArticles = 48
	// packRecords is how many records make one where there are fewer articles, as of
	// stories that were marked, and half of what fits in.
	packRecords = 4 * packArticles
	// packBytes is how long the messages of a pack are at most, but for the last.
	packBytes = 256 << 10
	// maxPacked is the longest message that is packed.
	maxPacked = 1 << 20

	// packsAStep, looksAStep and sweptAStep are what one call of Pack does at most: make
	// packs, look at loose articles, and at packs for what they still hold.
	packsAStep = 4
	looksAStep = 4096
	sweptAStep = 64
	// leastUsed is what part of a pack is in use at least, in percent.
	leastUsed = 75
)

// Pack implements [store.Packer]. What rests is the records of articles in a story but
// the newest ones; see Options.Loose. Writers wait for one call for some milliseconds: the
// compressing is done before.
func (db *DB) Pack(ctx context.Context) (more bool, err error) {
	more, err = db.pack(ctx, usual(db.loose), db.Update)
	if err != nil {
		err = fmt.Errorf("pack %s: %w", db.path, err)
	}
	return more, err
}

// An aim says what is to be packed.
type aim struct {
	loose    int64 // how many of the newest articles are not
	records  int   // of fewer no pack is made, unless it is full
	unfolded bool  // whether articles are that are in no story
}

func usual(loose int64) aim { return aim{loose: loose, records: packRecords} }

// pack is Pack with an aim and a way to write.
func (db *DB) pack(ctx context.Context, a aim, update func(context.Context, func(store.Tx) error) error) (more bool, err error) {
	s := packing{aim: a, round: db.packed(nil)}
	err = db.View(ctx, func(st store.Tx) (err error) {
		s.t = st.(*tx)
		defer s.t.guard(&err)
		s.gather(int64(s.t.bucket(bArticles).Sequence()) - a.loose)
		return nil
	})
	for _, b := range s.bundles {
		b.value = db.codec.Pack(&b.facts, &b.bodies)
	}
	if err == nil && len(s.bundles)+len(s.holed) > 0 {
		err = update(ctx, func(st store.Tx) error { return st.(*tx).repack(&s) })
	}
	if err == nil {
		db.packed(&s.round)
	}
	return s.more, err
}

// packed returns how far Pack has come, or notes it.
func (db *DB) packed(now *round) round {
	db.mu.Lock()
	defer db.mu.Unlock()
	if now != nil {
		db.round = *now
	}
	return db.round
}

// A round goes once through all loose records that rest: it holds the numbers of those
// looked at last. swept is that of the pack.
type round struct{ articles, bodies, stories, entries, swept int64 }

// A bundle are loose records that are to make a pack.
type bundle struct {
	facts  record.Facts
	bodies record.Members
	loose  []looseAs
	size   int    // of the messages
	value  []byte // the pack
}

// looseAs is a record as it was when its pack was made.
type looseAs struct {
	bucket   bucketID
	key, rec []byte
}

// add adds a record.
func (b *bundle) add(to *record.Members, id bucketID, key, rec []byte, msg string) {
	to.Add(keyID(key), msg)
	b.loose = append(b.loose, looseAs{id, bytes.Clone(key), bytes.Clone(rec)})
	b.size += len(msg)
}

// room says whether more records may go into a bundle.
func (b *bundle) room() bool { return b.size < packBytes && len(b.loose) < 2*packRecords }

// full says whether no more articles are to go into a bundle.
func (b *bundle) full() bool { return len(b.facts.Articles.IDs) >= packArticles || !b.room() }

// packing is one call of Pack, up to where it writes.
type packing struct {
	aim     aim
	t       *tx
	round   round
	bundles []*bundle
	holed   []int64 // packs of which little is in use
	looked  int     // at how many loose articles
	more    bool
}

// gather finds what is to be packed, of articles up to one.
func (s *packing) gather(limit int64) {
	for s.more = true; s.more && len(s.bundles) < packsAStep && s.looked < looksAStep; {
		b := &bundle{}
		s.more = s.fill(b, limit)
		if b.full() || len(b.loose) >= s.aim.records {
			s.bundles = append(s.bundles, b)
		}
	}
	if !s.more {
		s.round = round{swept: s.round.swept}
		s.sweep()
	}
}

// fill fills a bundle with articles and with what came in beside them, and says whether
// there is more behind.
func (s *packing) fill(b *bundle, limit int64) (more bool) {
	upTo := limit
	more = s.walk(bArticles, &s.round.articles, limit, func(k, rec []byte, msg string) bool {
		s.looked++
		var story newsfold.StoryID
		if record.Decode(msg, &story, record.StoryOf) == nil && (story != 0 || s.aim.unfolded) {
			b.add(&b.facts.Articles, bArticles, k, rec, msg)
		}
		upTo = keyID(k)
		return !b.full() && s.looked < looksAStep
	})
	if !more {
		upTo = limit
	}
	more = s.walk(bBodies, &s.round.bodies, upTo, func(k, rec []byte, msg string) bool {
		_, packed := b.facts.Articles.Find(keyID(k))
		if packed || s.t.bucket(bArticles).Get(k) == nil {
			b.add(&b.bodies, bBodies, k, rec, msg)
		}
		return b.room()
	}) || more
	more = s.walk(bStories, &s.round.stories, upTo, func(k, rec []byte, msg string) bool {
		b.add(&b.facts.Stories, bStories, k, rec, msg)
		return b.room()
	}) || more
	s.walk(bEntries, &s.round.entries, maxSeq, func(k, rec []byte, msg string) bool {
		var article newsfold.ArticleID
		if err := record.Decode(msg, &article, record.ArticleOf); err != nil || article == 0 {
			return true
		}
		if int64(article) > upTo {
			s.round.entries--
			return false
		}
		b.add(&b.facts.Entries, bEntries, k, rec, msg)
		return b.room()
	})
	return more
}

// walk calls take with the loose records of a bucket behind one and up to another,
// until it wants no more, and says whether that was so. What cannot be read is left
// where it is: to say so is for whoever wants it, and for Check.
func (s *packing) walk(id bucketID, at *int64, upTo int64, take func(k, rec []byte, msg string) bool) (stopped bool) {
	c := s.t.bucket(id).Cursor()
	for k, rec := c.Seek(idKey(*at + 1)); k != nil && keyID(k) <= upTo; k, rec = c.Next() {
		*at = keyID(k)
		if len(rec) > maxPacked {
			continue
		}
		msg, err := s.t.db.codec.Open(rec)
		if err == nil && len(msg) <= maxPacked && !take(k, rec, msg) {
			return true
		}
	}
	return false
}

// sweep looks for packs of which little is in use.
func (s *packing) sweep() {
	c := s.t.bucket(bPacks).Cursor()
	k, pack := c.Seek(idKey(s.round.swept + 1))
	for looked := 0; k != nil && looked < sweptAStep && len(s.holed) < packsAStep; looked++ {
		s.round.swept = keyID(k)
		f, err := s.t.db.codec.OpenFacts(pack)
		if err == nil && s.t.used(keyID(k), f) < leastUsed {
			s.holed = append(s.holed, keyID(k))
		}
		k, pack = c.Next()
	}
	if k == nil {
		s.round.swept = 0
	}
}

// used says what part of a pack is in use, in percent: of its bodies, which are most of
// it, if it has some.
func (t *tx) used(n int64, f *record.Facts) int {
	of := packable
	if len(f.Bodies) > 0 {
		of = []bucketID{bBodies}
	}
	live, all := 0, 0
	for _, id := range of {
		for _, member := range members(f, id) {
			all++
			if at, err := t.packs(id).get(member); err == nil && at == n {
				live++
			}
		}
	}
	return 100 * live / max(1, all)
}

// repack writes what a call of Pack has found. What has changed since stays as it is.
func (t *tx) repack(s *packing) (err error) {
	defer t.guard(&err)
	for _, n := range s.holed {
		if err := t.scatter(n); err != nil {
			return err
		}
	}
	for _, b := range s.bundles {
		if err := t.putPack(b); err != nil {
			return err
		}
	}
	return nil
}

// putPack stores a pack and removes the loose records that it was made of.
func (t *tx) putPack(b *bundle) error {
	n, err := t.bucket(bPacks).NextSequence()
	if err != nil {
		return err
	}
	kept := false
	for _, l := range b.loose {
		from := t.bucket(l.bucket)
		if !bytes.Equal(from.Get(l.key), l.rec) {
			continue
		}
		kept = true
		if err := errors.Join(t.packs(l.bucket).set(keyID(l.key), int64(n)), from.Delete(l.key)); err != nil {
			return t.ofColumn(bucketNames[columnOf[l.bucket]], err)
		}
	}
	if !kept {
		return nil
	}
	t.written += int64(len(b.value))
	return t.bucket(bPacks).Put(idKey(n), b.value)
}

// scatter makes what is in use of a pack loose again and removes the pack. One that
// cannot be read is left alone.
func (t *tx) scatter(n int64) error {
	f, err := t.facts(n)
	if err != nil {
		return nil
	}
	bodies, err := t.bodies(n, f)
	if err != nil {
		return nil
	}
	of := map[bucketID]*record.Members{bArticles: &f.Articles, bStories: &f.Stories, bEntries: &f.Entries, bBodies: bodies}
	for _, id := range packable {
		for i, member := range of[id].IDs {
			key := idKey(member)
			if at, err := t.packOf(id, key); err != nil {
				return err
			} else if at != n {
				continue
			}
			rec := looseRecord(id, []byte(of[id].Messages[i]))
			if err := errors.Join(t.packs(id).set(member, 0), t.bucket(id).Put(key, rec)); err != nil {
				return err
			}
		}
	}
	return t.bucket(bPacks).Delete(idKey(n))
}
