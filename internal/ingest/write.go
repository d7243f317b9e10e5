package ingest

import (
	"context"
	"time"

	"newsfold/store"
)

// write is a piece of one transaction. Its function may run more than once.
type write struct {
	fn   func(store.Tx) error
	done chan error // capacity 1
}

// maxBatch bounds a transaction: enough to make a commit's cost small beside
// its content, not so much that a reader of the result waits long for it.
const maxBatch = 256

// gather is how long a batch waits for more when the one before it was no single
// piece: under load, each commit that is saved is worth far more than that.
const gather = 8 * time.Millisecond

// store runs fn in the next transaction, together with what others bring at the
// same time, and returns when that is durable.
func (e *Engine) store(ctx context.Context, fn func(store.Tx) error) error {
	w := &write{fn: fn, done: make(chan error, 1)}
	if err := send(ctx, e.writes, w); err != nil {
		return err
	}
	// Not cut short by ctx: the writer answers every write that it took.
	return <-w.done
}

// writeLoop commits. While one commit is on its way to the disk the next batch
// gathers, so batches grow with the load and an idle engine commits at once.
func (e *Engine) writeLoop(ctx context.Context) error {
	last := 0 // pieces in the batch before
	for {
		var batch []*write
		select {
		case <-ctx.Done():
			return ctx.Err()
		case w := <-e.writes:
			batch = append(batch, w)
		}
		batch = e.gather(batch, last > 1)
		last = len(batch)
		if err := e.commit(ctx, batch); err != nil {
			return err
		}
	}
}

// gather adds what others bring at the same time and, if it may wait, soon after.
func (e *Engine) gather(batch []*write, wait bool) []*write {
	var over <-chan time.Time
	if wait {
		over = time.After(gather)
	}
	for len(batch) < maxBatch {
		select {
		case w := <-e.writes:
			batch = append(batch, w)
			continue
		default:
		}
		if over == nil {
			break
		}
		select {
		case w := <-e.writes:
			batch = append(batch, w)
		case <-over:
			return batch
		}
	}
	return batch
}

// commit stores a batch. One bad piece must not take the others with it, so a
// batch that fails is stored piece by piece. A full disk is waited for.
func (e *Engine) commit(ctx context.Context, batch []*write) error {
	err := e.update(ctx, func(tx store.Tx) error {
		for _, w := range batch {
			if err := w.fn(tx); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil || len(batch) == 1 || ctx.Err() != nil {
		for _, w := range batch {
			w.done <- err
		}
		return nil
	}
	for _, w := range batch {
		w.done <- e.update(ctx, w.fn)
	}
	return nil
}

// update is db.Update that, in a daemon, outlasts a full disk and a server that is
// away: reading goes on meanwhile, and writing resumes when it can. On a store that
// others share it runs beside their transactions.
func (e *Engine) update(ctx context.Context, fn func(store.Tx) error) error {
	transact := e.db.Update
	if e.shared != nil {
		transact = e.shared.db.Alongside
	}
	return e.outlast(ctx, func() error { return transact(ctx, fn) })
}
