package ingest

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"newsfold"
	"newsfold/store"
)

// Keep says for how long stories are kept. The zero value keeps all of them for
// ever.
type Keep struct {
	Age     time.Duration // what appeared longer ago is removed; 0: nothing is
	Stories int           // only so many are kept, the newest; 0: all
}

// keepJSON is a Keep as it is stored and told.
type keepJSON struct {
	Age     float64 `json:"age,omitempty"` // seconds
	Stories int     `json:"stories,omitempty"`
}

// MarshalJSON writes the age in seconds.
func (k Keep) MarshalJSON() ([]byte, error) {
	return json.Marshal(keepJSON{k.Age.Seconds(), k.Stories})
}

// UnmarshalJSON is the reverse of MarshalJSON.
func (k *Keep) UnmarshalJSON(b []byte) error {
	var v keepJSON
	if err := json.Unmarshal(b, &v); err != nil {
		return err
	}
	*k = Keep{Age: time.Duration(v.Age * float64(time.Second)), Stories: v.Stories}
	return nil
}

// Retention says what is removed to make room. A story that several feeds carry
// stays while one of them would keep it; one that a person has starred, or marked
// unread, always stays.
type Retention struct {
	Keep        // for feeds without a rule of their own, see [PutRule]
	Bytes int64 // remove the oldest while the store holds more than this; 0: no bound
}

// Removed says what was removed to make room, or would be.
type Removed struct {
	Stories  int       `json:"stories"`
	Articles int       `json:"articles"`
	Until    time.Time `json:"until,omitzero"` // of the youngest of them
	Used     int64     `json:"used,omitempty"` // bytes that hold data afterwards, where the engine can tell
	DryRun   bool      `json:"dry_run,omitempty"`
}

// keepShelf holds the rules of feeds and folders: 'f' and the ID of a feed, or
// 'd' and a folder.
const keepShelf = "keep"

func feedKeepKey(id newsfold.FeedID) []byte {
	return binary.BigEndian.AppendUint64([]byte{'f'}, uint64(id))
}

func folderKeepKey(folder string) []byte { return append([]byte{'d'}, folder...) }

// Rule is how long the stories of one feed, or of the feeds in a folder and in
// those below it, are kept. A feed's own rule comes before those of its folders,
// and that of a folder before those above it.
type Rule struct {
	Feed   newsfold.FeedID `json:"feed,omitempty"` // 0: it is for a folder
	Folder string          `json:"folder,omitempty"`
	Keep   *Keep           `json:"keep"` // nil: none, what holds for all holds here too
}

// PutRule stores or, without Keep, removes a rule.
func PutRule(tx store.Tx, r Rule) error {
	key := folderKeepKey(r.Folder)
	if r.Feed != 0 {
		if _, err := tx.Feed(r.Feed); err != nil {
			return err
		}
		key = feedKeepKey(r.Feed)
	}
	if r.Keep == nil {
		return tx.Shelf(keepShelf).Delete(key)
	}
	v, err := json.Marshal(r.Keep)
	if err != nil {
		return err
	}
	return tx.Shelf(keepShelf).Put(key, v)
}

// Rules returns the rules of feeds and folders.
func Rules(tx store.Tx) (rules []Rule, err error) {
	for p, err := range tx.Shelf(keepShelf).All(nil) {
		if err != nil {
			return nil, err
		}
		r := Rule{Keep: &Keep{}}
		if err := json.Unmarshal(p.Value, r.Keep); err != nil {
			return nil, fmt.Errorf("read the rules of retention: %w", err)
		}
		switch {
		case p.Key[0] == 'f' && len(p.Key) == 9:
			r.Feed = newsfold.FeedID(binary.BigEndian.Uint64(p.Key[1:]))
		case p.Key[0] == 'd':
			r.Folder = string(p.Key[1:])
		default:
			continue
		}
		rules = append(rules, r)
	}
	return rules, nil
}

// Retention returns what the engine was told to remove by itself.
func (e *Engine) Retention() Retention { return e.opts.Retention }

// Sizes of the transactions of a retention: what others wait for at most.
const (
	retainBatch = 50
	retainPage  = 1000
)

// Retain removes what a retention does not keep, or with dryRun only says what it
// would remove. It works in small transactions beside all else; what it removes
// does not come back when a feed still states it. The engine must be running.
// Bytes on an engine that cannot tell its size is an error.
func (e *Engine) Retain(ctx context.Context, keep Retention, dryRun bool) (Removed, error) {
	r := retainer{e: e, keep: keep, done: Removed{DryRun: dryRun}}
	if err := r.prepare(ctx); err != nil {
		return r.done, err
	}
	if err := r.walk(ctx); err != nil {
		return r.done, err
	}
	if s, ok := e.db.(store.Sizer); ok {
		size, err := s.Size(ctx)
		if err != nil {
			return r.done, err
		}
		r.done.Used = size.Used
	}
	return r.done, nil
}

// retainer is one pass of a retention.
type retainer struct {
	e    *Engine
	keep Retention
	done Removed

	cuts   map[newsfold.FeedID]cut // of feeds with a rule of their own
	others cut                     // of all other feeds
	last   time.Time               // nothing younger than this goes, unless for its bytes
	excess int64                   // bytes to be freed
	each   int64                   // what a story takes, about
}

// cut is where the stories of a feed end that are kept.
type cut struct {
	before  time.Time      // older ones go; zero: none
	behind  store.Position // and those behind this one in the order; zero: none
	forever bool           // none goes, not even for its bytes
}

// lets reports whether a story may go.
func (c cut) lets(s *newsfold.Story) bool {
	if s.Time.Before(c.before) {
		return true
	}
	b := c.behind
	return b != store.Position{} && (s.Time.Before(b.Time) || s.Time.Equal(b.Time) && s.ID < b.ID)
}

// latest is the time from which on no story may go.
func (c cut) latest() time.Time {
	if b := c.behind.Time; b.After(c.before) {
		return b.Add(time.Microsecond)
	}
	return c.before
}

// prepare works out what may go.
func (r *retainer) prepare(ctx context.Context) error {
	var (
		feeds []newsfold.Feed
		rules []Rule
	)
	err := r.e.db.View(ctx, func(tx store.Tx) (err error) {
		feeds = feeds[:0]
		for f, err := range tx.Feeds() {
			if err != nil {
				return err
			}
			feeds = append(feeds, f)
		}
		rules, err = Rules(tx)
		return err
	})
	if err != nil {
		return err
	}
	r.cuts = map[newsfold.FeedID]cut{}
	if r.others, err = r.cut(ctx, r.keep.Keep, 0); err != nil {
		return err
	}
	r.others.forever = false
	r.last = r.others.latest()
	for _, f := range feeds {
		k := ruleFor(f, rules)
		if k == nil {
			continue
		}
		c, err := r.cut(ctx, *k, f.ID)
		if err != nil {
			return err
		}
		r.cuts[f.ID] = c
		if at := c.latest(); at.After(r.last) {
			r.last = at
		}
	}
	return r.weigh(ctx)
}

// ruleFor finds the rule that a feed is under; nil for none of its own.
func ruleFor(f newsfold.Feed, rules []Rule) (k *Keep) {
	longest := -1
	for _, rule := range rules {
		if rule.Feed == f.ID {
			return rule.Keep
		}
		for _, folder := range f.Folders {
			in := rule.Feed == 0 && (folder == rule.Folder || strings.HasPrefix(folder, rule.Folder+"/"))
			if in && len(rule.Folder) > longest {
				k, longest = rule.Keep, len(rule.Folder)
			}
		}
	}
	return k
}

// cut finds where what is kept of a feed ends; 0 is all of them together.
func (r *retainer) cut(ctx context.Context, k Keep, feed newsfold.FeedID) (cut, error) {
	c := cut{forever: k == Keep{}}
	if k.Age > 0 {
		c.before = r.e.now().Add(-k.Age)
	}
	var after store.Position
	for left := k.Stories; left > 0; {
		n := 0
		err := r.e.db.View(ctx, func(tx store.Tx) error {
			n = 0
			from := after
			for s, err := range tx.Stories(store.Query{Feed: feed, After: from, Limit: min(left, retainPage)}) {
				if err != nil {
					return err
				}
				after = store.After(s)
				n++
			}
			return nil
		})
		if err != nil {
			return c, err
		}
		if n == 0 {
			return c, nil // there are fewer
		}
		left -= n
	}
	c.behind = after
	return c, nil
}

// weigh finds out how many bytes are too many.
func (r *retainer) weigh(ctx context.Context) error {
	if r.keep.Bytes <= 0 {
		return nil
	}
	s, ok := r.e.db.(store.Sizer)
	if !ok {
		return errors.New("this store cannot tell its size: say how long or how many stories are to be kept instead")
	}
	size, err := s.Size(ctx)
	if err != nil {
		return err
	}
	r.excess = size.Used - r.keep.Bytes
	r.each = max(1, size.Used/int64(max(1, size.Stories)))
	return nil
}

// walk goes through the stories from the oldest on, and removes what may go.
func (r *retainer) walk(ctx context.Context) error {
	var at store.Position
	for {
		var (
			going []newsfold.StoryID
			ended bool
			next  store.Position
		)
		err := r.e.db.View(ctx, func(tx store.Tx) error {
			going, ended = going[:0], true
			excess := r.excess
			for s, err := range tx.Stories(store.Query{Order: store.Oldest, After: at, Limit: retainPage}) {
				if err != nil {
					return err
				}
				heavy := excess > 0
				if !heavy && !s.Time.Before(r.last) {
					return nil
				}
				next, ended = store.After(s), false
				if r.goes(&s, heavy) {
					going = append(going, s.ID)
					excess -= r.each
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		at = next
		for len(going) > 0 {
			some := going[:min(len(going), retainBatch)]
			going = going[len(some):]
			if err := r.remove(ctx, some); err != nil {
				return err
			}
		}
		if ended {
			return nil
		}
		if !r.done.DryRun {
			if err := r.weigh(ctx); err != nil { // what was freed is known by now
				return err
			}
		}
	}
}

// stays reports whether a person wants to have a story kept.
func stays(s *newsfold.Story) bool { return s.Starred || s.Held && !s.Read }

// goes reports whether a story is to be removed; heavy, for its bytes.
func (r *retainer) goes(s *newsfold.Story, heavy bool) bool {
	if stays(s) {
		return false
	}
	if len(s.Feeds) == 0 {
		return heavy || r.others.lets(s)
	}
	for _, id := range s.Feeds {
		c, own := r.cuts[id]
		if !own {
			c = r.others
		}
		if c.forever || !heavy && !c.lets(s) {
			return false
		}
	}
	return true
}

// remove removes stories in one transaction, which looks at each again: a person
// may have starred it meanwhile.
func (r *retainer) remove(ctx context.Context, ids []newsfold.StoryID) error {
	var done Removed
	err := r.transact(ctx, func(tx store.Tx) error {
		done = r.done
		for _, id := range ids {
			s, err := tx.Story(id)
			if isNew(err) || err == nil && stays(&s) {
				continue
			}
			if err != nil {
				return err
			}
			if !done.DryRun {
				if err := forget(tx, s); err != nil {
					return fmt.Errorf("remove story %d: %w", id, err)
				}
			}
			done.Stories++
			done.Articles += len(s.Articles)
			if s.Time.After(done.Until) {
				done.Until = s.Time
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	r.excess -= r.each * int64(done.Stories-r.done.Stories)
	r.done = done
	return nil
}

func (r *retainer) transact(ctx context.Context, fn func(store.Tx) error) error {
	if r.done.DryRun {
		return r.e.db.View(ctx, fn)
	}
	return r.e.store(ctx, fn)
}

// forget removes a story with its articles and all that is derived from them.
func forget(tx store.Tx, s newsfold.Story) error {
	if err := tx.DeleteStory(s.ID); err != nil {
		return err
	}
	for _, id := range s.Articles {
		if err := tx.DeleteArticle(id); err != nil && !isNew(err) {
			return err
		}
		key := binary.BigEndian.AppendUint64(nil, uint64(id))
		if err := tx.Shelf(sketchShelf).Delete(key); err != nil {
			return err
		}
		if err := unsay(tx, id); err != nil {
			return err
		}
	}
	return nil
}

// unsay forgets what a person decided about an article.
func unsay(tx store.Tx, id newsfold.ArticleID) error {
	if err := forgetRuled(tx, id); err != nil {
		return err
	}
	if err := tx.Shelf(handShelf).Delete(leadKey(id)); err != nil {
		return err
	}
	for _, event := range []bool{false, true} {
		p := pair{A: id, Event: event}
		tog, apa, err := wishes(tx, p.of(), int64(id))
		if err != nil {
			return err
		}
		for _, o := range slices.Concat(tog, apa) {
			p.B = newsfold.ArticleID(o)
			if err := say(tx, p, 0); err != nil {
				return err
			}
		}
	}
	return nil
}

// retainPause is the time between two passes of the retention of a daemon.
const retainPause = time.Hour

// retainLoop removes what is not kept, now and then. What stops one pass is
// logged, and tried again with the next.
func (e *Engine) retainLoop(ctx context.Context) error {
	if e.opts.Manual {
		return nil
	}
	t := time.NewTimer(time.Minute) // after the work that is waiting at a start
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-t.C:
		}
		t.Reset(retainPause)
		if ours, err := e.leadRetention(ctx); err != nil || !ours {
			continue
		}
		done, err := e.Retain(ctx, e.opts.Retention, false)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			e.log.Error("cannot remove old stories, trying again later", "err", err)
		case done.Stories > 0:
			e.log.Info("removed old stories", "stories", done.Stories, "articles", done.Articles, "until", done.Until)
		}
	}
}
