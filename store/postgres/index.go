package postgres

import (
	"cmp"
	"slices"

	"github.com/jackc/pgx/v5"

	"newsfold"
	"newsfold/store"
)

// Candidates implements [store.Indexer].
func (t *tx) Candidates(keys []uint32) ([]store.Candidate, error) {
	if err := t.ready(false); err != nil {
		return nil, err
	}
	all, err := t.candidates(keys)
	if err != nil {
		return nil, err
	}
	// What this transaction has changed wins.
	all = slices.DeleteFunc(all, func(c store.Candidate) bool { _, ok := t.indexed[c.Article]; return ok })
	mine := map[newsfold.ArticleID]bool{}
	for _, k := range keys {
		for _, id := range t.byKey[k] {
			c := t.indexed[id]
			if c == nil || mine[id] {
				continue
			}
			if _, has := slices.BinarySearch(c.Keys, k); has {
				mine[id] = true
				all = append(all, store.Candidate{Article: id, Hour: c.Hour, Note: slices.Clone(c.Note), Keys: slices.Clone(c.Keys)})
			}
		}
	}
	slices.SortFunc(all, func(a, b store.Candidate) int { return cmp.Compare(a.Article, b.Article) })
	return all, nil
}

// findCandidates looks for a few keys at a time, about as many as an article has.
// For thousands at once the server compares each row that has one of them with all
// of them; and where it knew them beforehand, it might believe that most rows have
// one, and read the whole table. Keys of one article should stand together.
const findCandidates = `
	select article, hour, note, keys
	from (select array_agg(k) as some from unnest($1::int[]) with ordinality u (k, n) group by n / 32) g,
	lateral (select article, hour, note, keys from candidate where keys && g.some) c`

// candidates returns what the server has of keys, or what was read ahead of it.
func (t *tx) candidates(keys []uint32) (all []store.Candidate, err error) {
	if known, ok := t.known(keys); ok {
		return known, nil
	}
	all, err = rows(t, func(r pgx.CollectableRow) (c store.Candidate, err error) {
		var hour int64
		var keys []int32
		err = r.Scan(&c.Article, &hour, &c.Note, &keys)
		c.Hour, c.Keys = uint32(hour), unsigned(keys)
		return c, err
	}, findCandidates, signed(keys))
	slices.SortFunc(all, func(a, b store.Candidate) int { return cmp.Compare(a.Article, b.Article) })
	return slices.CompactFunc(all, func(a, b store.Candidate) bool { return a.Article == b.Article }), err
}

// known is candidates for keys that were all read ahead.
func (t *tx) known(keys []uint32) (all []store.Candidate, ok bool) {
	seen := map[newsfold.ArticleID]bool{}
	for _, k := range keys {
		found, ok := t.ahead[k]
		if !ok {
			return nil, false
		}
		for _, c := range found {
			if !seen[c.Article] {
				seen[c.Article] = true
				own := *c
				own.Note, own.Keys = slices.Clone(c.Note), slices.Clone(c.Keys)
				all = append(all, own)
			}
		}
	}
	return all, true
}

// PutCandidate implements [store.Indexer].
func (t *tx) PutCandidate(c store.Candidate) error {
	if err := t.ready(true); err != nil {
		return err
	}
	c.Note, c.Keys = slices.Clone(c.Note), slices.Clone(c.Keys)
	t.indexed[c.Article] = &c
	for _, k := range c.Keys {
		t.byKey[k] = append(t.byKey[k], c.Article)
	}
	return nil
}

// DropCandidates implements [store.Indexer].
func (t *tx) DropCandidates(ids ...newsfold.ArticleID) error {
	if err := t.ready(true); err != nil {
		return err
	}
	for _, id := range ids {
		t.indexed[id] = nil
	}
	return nil
}

// YoungestCandidate implements [store.Indexer].
func (t *tx) YoungestCandidate() (uint32, error) {
	if err := t.ready(false); err != nil {
		return 0, err
	}
	var hour int64
	if err := t.row(`select coalesce(max(hour), 0) from candidate`).Scan(&hour); err != nil {
		return 0, t.fail(err)
	}
	for _, c := range t.indexed {
		if c != nil {
			hour = max(hour, int64(c.Hour))
		}
	}
	return uint32(hour), nil
}

// ExpireCandidates implements [store.Indexer].
func (t *tx) ExpireCandidates(hour uint32) (int, error) {
	if err := t.ready(true); err != nil {
		return 0, err
	}
	if err := t.flush(); err != nil {
		return 0, err
	}
	n, err := t.exec(`delete from candidate where hour > 0 and hour < $1`, int64(hour))
	return int(n), err
}

// flushIndex sends changes of the index.
func (t *tx) flushIndex(b *batch) {
	if len(t.indexed) == 0 {
		return
	}
	ids := sorted(t.indexed)
	b.add(-1, `delete from candidate where article = any($1)`, numbers(ids))
	ids = slices.DeleteFunc(ids, func(id newsfold.ArticleID) bool { return t.indexed[id] == nil })
	b.many(&insertCandidate, false, each(ids, func(id newsfold.ArticleID) []any {
		c := t.indexed[id]
		return []any{int64(id), int64(c.Hour), append([]byte{}, c.Note...), signed(c.Keys)}
	}))
}

// The server has no unsigned integers; keys keep their bits.

func signed(keys []uint32) []int32 {
	out := make([]int32, len(keys))
	for i, k := range keys {
		out[i] = int32(k)
	}
	return out
}

func unsigned(keys []int32) []uint32 {
	out := make([]uint32, len(keys))
	for i, k := range keys {
		out[i] = uint32(k)
	}
	return out
}
