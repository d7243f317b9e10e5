package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"newsfold/store"
)

var _ store.Sizer = (*DB)(nil)

// Size implements [store.Sizer]. What deleting has freed is used again, but counts
// as used here; the number of stories is an estimate.
func (db *DB) Size(ctx context.Context) (s store.Size, err error) {
	err = db.retry(ctx, "measure", func(c *pgx.Conn) error {
		return c.QueryRow(ctx, `
			select coalesce(sum(pg_total_relation_size(oid)), 0)::bigint,
				coalesce(max(case when relname = 'story' then greatest(reltuples, 0) end), 0)::bigint
			from pg_class where relnamespace = current_schema()::regnamespace and relkind = 'r'`).Scan(&s.Used, &s.Stories)
	})
	s.File = s.Used
	return s, err
}
