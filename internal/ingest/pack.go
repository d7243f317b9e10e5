package ingest

import (
	"context"
	"time"

	"newsfold/store"
)

const (
	// packPause is the time between two rounds of packing.
	packPause = time.Minute
	// packRest is how many times as long as a step took the engine then leaves the
	// machine and the store to others.
	packRest = 4
)

// packLoop has the store keep in less room what has not changed for a while. What
// stops one round is logged, and tried again with the next.
func (e *Engine) packLoop(ctx context.Context) error {
	p, ok := e.db.(store.Packer)
	if !ok || e.opts.Manual {
		return nil
	}
	t := time.NewTimer(packPause)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-t.C:
		}
		began := time.Now()
		more, err := p.Pack(ctx)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			e.log.Warn("cannot pack the store, trying again later", "err", err)
			t.Reset(packPause)
		case more:
			t.Reset(packRest * time.Since(began))
		default:
			t.Reset(packPause)
		}
	}
}
