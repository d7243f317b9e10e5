package bolt

import "context"

// PackAll packs all records that may lie in packs.
func (db *DB) PackAll(ctx context.Context) error {
	for more := true; more; {
		var err error
		if more, err = db.pack(ctx, aim{records: 1, unfolded: true}, db.Update); err != nil {
			return err
		}
	}
	return nil
}
