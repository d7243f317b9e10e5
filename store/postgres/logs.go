package postgres

import (
	"bytes"
	"fmt"
	"iter"
	"math"
	"strings"

	"github.com/jackc/pgx/v5"

	"newsfold"
	"newsfold/store"
)

// Append implements [store.Tx]. Positions are given when the transaction ends.
func (t *tx) Append(log store.Log, id newsfold.ArticleID) error {
	if err := t.ready(true); err != nil {
		return err
	}
	if err := checkName("change log", string(log)); err != nil {
		return err
	}
	if err := t.ward(id); err != nil {
		return err
	}
	t.appends[log] = append(t.appends[log], id)
	return nil
}

// Changes implements [store.Tx].
func (t *tx) Changes(log store.Log, after store.Seq) iter.Seq2[store.Change, error] {
	return sequence(t, func(last *store.Change, n int) ([]store.Change, error) {
		if len(t.moved) > 0 {
			if err := t.flush(); err != nil {
				return nil, err
			}
		}
		if err := checkName("change log", string(log)); err != nil {
			return nil, err
		}
		if len(t.appends) > 0 {
			if err := t.flush(); err != nil {
				return nil, err
			}
			if err := execute(t.ctx, t.conn.Conn(), t.positions()); err != nil {
				return nil, t.fail(err)
			}
		}
		from := after
		if last != nil {
			from = last.Seq
		}
		if from > math.MaxInt64 {
			return nil, nil
		}
		return rows(t, func(r pgx.CollectableRow) (c store.Change, err error) {
			var seq int64
			err = r.Scan(&seq, &c.Article)
			c.Seq = store.Seq(seq)
			return c, err
		}, `select seq, article from change where log = $1 and seq > $2 order by seq limit $3`, string(log), int64(from), n)
	})
}

// checkName says whether a log or shelf may be called this.
func checkName(what, name string) error {
	ok := len(name) > 0 && len(name) <= 64
	for i := range len(name) {
		ok = ok && (name[i] == '.' || 'a' <= name[i] && name[i] <= 'z')
	}
	if !ok {
		return fmt.Errorf("%s %q: the name is not 1 to 64 lower-case letters and dots", what, name)
	}
	return nil
}

// Limits of a shelf, as the contract states them.
const (
	maxKey   = 1024
	maxValue = 64 << 20
)

// A shelf implements [store.Shelf].
type shelf struct {
	t    *tx
	name string
}

// Shelf implements [store.Tx].
func (t *tx) Shelf(name string) store.Shelf { return shelf{t, name} }

func (s shelf) check(key []byte, write bool) error {
	if err := s.t.ready(write); err != nil {
		return err
	}
	if len(key) == 0 || len(key) > maxKey {
		return fmt.Errorf("shelf %s: a key of %d bytes is not 1 to %d bytes long", s.name, len(key), maxKey)
	}
	return checkName("shelf", s.name)
}

// Get implements [store.Shelf].
func (s shelf) Get(key []byte) ([]byte, error) {
	if err := s.check(key, false); err != nil {
		return nil, err
	}
	v, err := lookup(s.t, s.t.pairs, pairKey{s.name, string(key)}, func() (*[]byte, error) {
		if all, ok, err := s.often(); err != nil || ok {
			if v, has := all[string(key)]; has {
				return &v, nil
			}
			return nil, err
		}
		var v []byte
		err := s.t.row(`select value from shelf where name = $1 and key = $2`, s.name, key).Scan(&v)
		return &v, err
	})
	if err != nil || v == nil {
		return nil, err
	}
	return append([]byte{}, *v...), nil
}

// unknown stands for what the server may have under a key.
var unknown = new([]byte)

// Put implements [store.Shelf].
func (s shelf) Put(key, value []byte) error {
	if err := s.check(key, true); err != nil {
		return err
	}
	if len(value) > maxValue {
		return fmt.Errorf("shelf %s: a value of %d bytes is larger than 64 MiB", s.name, len(value))
	}
	v := append([]byte{}, value...)
	s.t.pending += len(v)
	s.set(key, &v)
	return nil
}

// Delete implements [store.Shelf].
func (s shelf) Delete(key []byte) error {
	if err := s.check(key, true); err != nil {
		return err
	}
	s.set(key, nil)
	return nil
}

// set changes a pair without asking what it was.
func (s shelf) set(key []byte, v *[]byte) {
	k := pairKey{s.name, string(key)}
	if c := s.t.pairs[k]; c != nil {
		c.now = v
	} else {
		s.t.pairs[k] = &cell[[]byte]{now: v, was: unknown}
	}
	s.t.touched[s.name] = true
	delete(s.t.small, s.name)
	s.t.large[s.name] = true
}

// fewPairs is how many pairs a small shelf has at most.
const fewPairs = 64

// whole reads a shelf as a whole, once in a transaction, and reports whether it is
// small enough to be kept: the decisions of people, the rules of feeds and the like
// are asked for again and again, and are mostly none.
func (s shelf) whole() (map[string][]byte, bool, error) {
	if all, ok := s.t.small[s.name]; ok || s.t.large[s.name] {
		return all, ok, nil
	}
	pairs, err := rows(s.t, scanPair, `select key, value from shelf where name = $1 order by key limit $2`, s.name, fewPairs+1)
	if err != nil {
		return nil, false, err
	}
	size := 0
	all := make(map[string][]byte, len(pairs))
	for _, p := range pairs {
		all[string(p.Key)] = p.Value
		size += len(p.Value)
	}
	if len(pairs) > fewPairs || size > 1<<20 {
		s.t.large[s.name] = true
		return nil, false, nil
	}
	s.t.small[s.name] = all
	return all, true, nil
}

// often is whole from the second key on that is asked for in a transaction.
func (s shelf) often() (map[string][]byte, bool, error) {
	if s.t.asked[s.name] {
		return s.whole()
	}
	s.t.asked[s.name] = true
	return nil, false, nil
}

func scanPair(r pgx.CollectableRow) (p store.Pair, err error) {
	return p, r.Scan(&p.Key, &p.Value)
}

// All implements [store.Shelf].
func (s shelf) All(prefix []byte) iter.Seq2[store.Pair, error] {
	prefix = bytes.Clone(prefix)
	end := after(prefix)
	return sequence(s.t, func(last *store.Pair, n int) ([]store.Pair, error) {
		if s.t.touched[s.name] {
			if err := s.t.flush(); err != nil {
				return nil, err
			}
		}
		if err := checkName("shelf", s.name); err != nil {
			return nil, err
		}
		if all, ok, err := s.whole(); err != nil || ok {
			return within(all, prefix, last), err
		}
		from, op := prefix, ">="
		if last != nil {
			from, op = last.Key, ">"
		}
		sql := `select key, value from shelf where name = $1 and key ` + op + ` $2`
		args := []any{s.name, append([]byte{}, from...), n}
		if end != nil {
			sql += ` and key < $4`
			args = append(args, end)
		}
		return rows(s.t, scanPair, sql+` order by key limit $3`, args...)
	})
}

// within returns the pairs of a small shelf with a prefix, behind the last one.
func within(all map[string][]byte, prefix []byte, last *store.Pair) (pairs []store.Pair) {
	for _, k := range sorted(all) {
		if strings.HasPrefix(k, string(prefix)) && (last == nil || k > string(last.Key)) {
			pairs = append(pairs, store.Pair{Key: []byte(k), Value: append([]byte{}, all[k]...)})
		}
	}
	return pairs
}

// after returns the first key that is behind all that start with a prefix; nil
// when there is none.
func after(prefix []byte) []byte {
	end := bytes.Clone(prefix)
	for len(end) > 0 {
		if end[len(end)-1]++; end[len(end)-1] != 0 {
			return end
		}
		end = end[:len(end)-1]
	}
	return nil
}
