package storetest

import (
	"context"
	"sync"

	"newsfold/store"
)

// Failing is a store whose changes fail when it is told so, the way a full disk
// makes them fail: fn has run, nothing of it is stored, and reading works. It
// wraps a real store, for tests of those who use one.
type Failing struct {
	store.DB

	mu  sync.Mutex
	err error
}

// Fail makes every later Update return err; nil makes them work again.
func (f *Failing) Fail(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.err = err
}

// Update implements [store.DB].
func (f *Failing) Update(ctx context.Context, fn func(store.Tx) error) error {
	return f.DB.Update(ctx, func(tx store.Tx) error {
		if err := fn(tx); err != nil {
			return err
		}
		f.mu.Lock()
		defer f.mu.Unlock()
		return f.err
	})
}
