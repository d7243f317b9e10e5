package bolt

import (
	"context"
	"fmt"

	"newsfold/store"
)

// The abilities of this engine.
var (
	_ store.Backuper  = (*DB)(nil)
	_ store.Checker   = (*DB)(nil)
	_ store.Compacter = (*DB)(nil)
	_ store.Packer    = (*DB)(nil)
	_ store.Sizer     = (*DB)(nil)
)

// Size implements [store.Sizer]. It waits for a turn to write, since only then
// does the engine count its free pages.
func (db *DB) Size(ctx context.Context) (s store.Size, err error) {
	if err := db.wait(ctx); err != nil {
		return s, err
	}
	defer func() { <-db.turn }()
	h, err := db.enter()
	if err != nil {
		return s, err
	}
	defer h.running.Done()
	bt, err := db.begin(h, true)
	if err != nil {
		return s, err
	}
	if err := db.rollback(bt); err != nil {
		return s, err
	}
	stats := h.bolt.Stats()
	free := int64(stats.FreePageN+stats.PendingPageN) * int64(h.bolt.Info().PageSize)
	err = db.View(ctx, func(st store.Tx) (err error) {
		t := st.(*tx)
		defer t.guard(&err)
		s.Stories = t.bucket(bStoryTimes).Stats().KeyN
		s.Used = t.bolt.Size() - free
		info, err := t.file.Stat()
		if err != nil {
			return fmt.Errorf("size of %s: %w", db.path, err)
		}
		s.File = info.Size()
		return nil
	})
	return s, err
}
