// Package transfer carries a store over to another engine, or to another place:
// everything in it, under the same IDs, with what people decided and what stages
// keep for themselves.
//
//	n, err := transfer.Copy(ctx, from, to, transfer.Options{})
//
// The items go over in their order, many in a transaction, and each transaction
// also notes how far it has come. So a copy that was interrupted goes on where it
// was, and one that was finished is known to be whole: at the end both stores are
// read side by side and compared item by item.
package transfer

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"

	"newsfold/store"
)

var (
	// ErrNotEmpty says that there is something in the store that was to be
	// filled.
	ErrNotEmpty = errors.New("store is not empty")
	// ErrDiffers says that the stores differ after copying.
	ErrDiffers = errors.New("copy differs")
	// ErrUnable says that an engine cannot export or import.
	ErrUnable = errors.New("engine cannot copy")
)

// Options adjust Copy. The zero value is right for most.
type Options struct {
	// Report is told how far it has come, now and then; may be nil.
	Report func(Progress)
}

// Progress is how far a copy has come.
type Progress struct {
	Verifying bool // all is copied, and is being compared
	Kind      store.Kind
	Items     int // so far, in this run
}

// shelf is where the store that is being filled keeps how far it has come; key is
// the only one on it.
const shelf = "copy"

var key = []byte("last")

// How much goes into one transaction at most.
const (
	maxItems = 1000
	maxBytes = 8 << 20
)

// Copy copies everything from one store into another, which has to be empty or
// what an interrupted Copy has left, and returns how many items there are. An
// error wraps ErrNotEmpty, ErrDiffers (which is what happens when the first store
// changes meanwhile), ErrUnable or what the stores say.
func Copy(ctx context.Context, from, to store.DB, opts Options) (int, error) {
	last, err := resume(ctx, to)
	if err != nil {
		return 0, err
	}
	c := copier{to: to, report: opts.Report, last: last}
	err = from.View(ctx, func(tx store.Tx) error {
		src, err := porter(tx)
		if err != nil {
			return err
		}
		for it, err := range content(src, c.last) {
			if err != nil {
				return err
			}
			if err := c.add(ctx, it); err != nil {
				return err
			}
		}
		return c.flush(ctx)
	})
	if err != nil {
		return 0, err
	}
	n, err := verify(ctx, from, to, opts.Report)
	if err != nil {
		return n, err
	}
	return n, to.Update(ctx, func(tx store.Tx) error { return tx.Shelf(shelf).Delete(key) })
}

func porter(tx store.Tx) (store.Porter, error) {
	if p, ok := tx.(store.Porter); ok {
		return p, nil
	}
	return nil, ErrUnable
}

// on reports whether an item is on a shelf.
func on(shelf string, key []byte) bool { return bytes.HasPrefix(key, []byte(shelf+"\x00")) }

// content yields the items of a store, less the note of a copy and what belongs to
// the store itself.
func content(p store.Porter, after store.Item) iter.Seq2[store.Item, error] {
	return func(yield func(store.Item, error) bool) {
		for it, err := range p.Export(after) {
			if err == nil && it.Kind == store.PairItem && (on(shelf, it.Key) || on(store.Local, it.Key)) {
				continue
			}
			if !yield(it, err) || err != nil {
				return
			}
		}
	}
}

// resume returns the last item that is copied; the zero Item when none is.
func resume(ctx context.Context, to store.DB) (last store.Item, err error) {
	err = to.View(ctx, func(tx store.Tx) error {
		last = store.Item{}
		note, err := tx.Shelf(shelf).Get(key)
		if err != nil {
			return err
		}
		if len(note) > 0 {
			last = store.Item{Kind: store.Kind(note[0]), Key: note[1:]}
			return nil
		}
		p, err := porter(tx)
		if err != nil {
			return err
		}
		for it, err := range content(p, store.Item{}) {
			if err != nil {
				return err
			}
			return fmt.Errorf("there are %v in the store to be filled: %w", it.Kind, ErrNotEmpty)
		}
		return nil
	})
	return last, err
}

// copier gathers items into transactions.
type copier struct {
	to     store.DB
	report func(Progress)
	last   store.Item
	items  []store.Item
	bytes  int
	done   int
}

func (c *copier) add(ctx context.Context, it store.Item) error {
	c.items = append(c.items, it)
	c.bytes += len(it.Key) + len(it.Value)
	if len(c.items) < maxItems && c.bytes < maxBytes {
		return nil
	}
	return c.flush(ctx)
}

func (c *copier) flush(ctx context.Context) error {
	if len(c.items) == 0 {
		return nil
	}
	last := c.items[len(c.items)-1]
	err := c.to.Update(ctx, func(tx store.Tx) error {
		p, err := porter(tx)
		if err != nil {
			return err
		}
		for _, it := range c.items {
			if err := p.Import(it); err != nil {
				return err
			}
		}
		return tx.Shelf(shelf).Put(key, append([]byte{byte(last.Kind)}, last.Key...))
	})
	if err != nil {
		return err
	}
	c.done += len(c.items)
	c.items, c.bytes = c.items[:0], 0
	if c.report != nil {
		c.report(Progress{Kind: last.Kind, Items: c.done})
	}
	return nil
}

// verify reads both stores side by side. Counters may be ahead: what matters is
// that no number is given again.
func verify(ctx context.Context, from, to store.DB, report func(Progress)) (n int, err error) {
	err = from.View(ctx, func(a store.Tx) error {
		return to.View(ctx, func(b store.Tx) error {
			n, err = compare(a, b, report)
			return err
		})
	})
	return n, err
}

// same reports whether an item came over. An engine may keep less of what entries
// say, for want of room, than that they were.
func same(it, got store.Item) bool {
	if it.Kind == store.EntryItem && len(got.Value) > 0 && len(got.Value) < len(it.Value) {
		return true
	}
	return bytes.Equal(it.Value, got.Value)
}

func compare(a, b store.Tx, report func(Progress)) (n int, err error) {
	pa, err := porter(a)
	if err != nil {
		return 0, err
	}
	pb, err := porter(b)
	if err != nil {
		return 0, err
	}
	next, stop := iter.Pull2(content(pb, store.Item{}))
	defer stop()
	for it, err := range content(pa, store.Item{}) {
		if err != nil {
			return n, err
		}
		if it.Kind == store.CounterItem {
			return n, nil
		}
		got, err, ok := next()
		switch {
		case err != nil:
			return n, err
		case !ok || got.Kind != it.Kind || !bytes.Equal(got.Key, it.Key) || !same(it, got):
			return n, fmt.Errorf("%w among the %v, at item %d: was the first store in use meanwhile? Empty the second one and copy again", ErrDiffers, it.Kind, n+1)
		}
		if n++; report != nil && n%maxItems == 0 {
			report(Progress{Verifying: true, Kind: it.Kind, Items: n})
		}
	}
	if got, err, ok := next(); err != nil || ok && got.Kind != store.CounterItem {
		return n, errors.Join(err, fmt.Errorf("%w: it has more %v", ErrDiffers, got.Kind))
	}
	return n, nil
}
