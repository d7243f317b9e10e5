package postgres

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"newsfold/store/internal/record"
)

// Options adjust a store. The zero value is right for most.
type Options struct {
	// Conns is how many connections there are at most, of which some are for
	// writing; 0 means 10, the least is 4. All daemons together must stay below
	// the server's max_connections.
	Conns int
	// Patience is how long a transaction waits for a server that went away,
	// such as one that is restarted; 0 means 30 seconds.
	Patience time.Duration
	// Stall is how long a transaction that writes may keep the server waiting for
	// its next statement before the server ends it, so that a daemon that hangs
	// does not hold up the others; 0 means 20 seconds.
	Stall time.Duration
	// Now is the clock by which leases go; nil for the server's, which all
	// daemons share.
	Now func() time.Time
	// Log hears what is worth knowing and is no error of a call; nil for
	// silence.
	Log *slog.Logger
}

// writing is how many of the connections are for transactions that write.
const writing = 3

// schemaName is what search_path may name.
var schemaName = regexp.MustCompile(`^[a-z_][a-z0-9_]{0,62}$`)

// Open opens the store in the database that a connection string names, as
// libpq knows them (postgres://user@host/database, or "host=… dbname=…"), with
// the password from there, from PGPASSWORD or from ~/.pgpass. The tables are in
// the schema that the parameter search_path names, or else in the schema
// "newsfold"; they are made when there are none.
//
// An error wraps [store.ErrTooNew] when a newer newsfold made the tables,
// [store.ErrForeign] when the schema holds another program's, and
// [store.ErrUnavailable] when the server cannot be reached.
func Open(ctx context.Context, dsn string, opts Options) (*DB, error) {
	if opts.Conns == 0 {
		opts.Conns = 10
	}
	opts.Conns = max(opts.Conns, writing+1)
	if opts.Patience == 0 {
		opts.Patience = 30 * time.Second
	}
	if opts.Stall == 0 {
		opts.Stall = 20 * time.Second
	}
	if opts.Log == nil {
		opts.Log = slog.New(slog.DiscardHandler)
	}
	cfg, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		// The error repeats the string, though not the password.
		return nil, fmt.Errorf("open store: %w; it should look like postgres://user@host/database", err)
	}
	params := cfg.ConnConfig.RuntimeParams
	if params["search_path"] == "" {
		params["search_path"] = "newsfold"
	}
	schema := params["search_path"]
	if !schemaName.MatchString(schema) {
		return nil, fmt.Errorf("open store: search_path %q does not name one schema, in lower-case letters and digits", schema)
	}
	params["application_name"] = "newsfold"
	params["timezone"] = "UTC"
	// Compiling a statement takes longer than any of ours.
	params["jit"] = "off"
	// A process that was stopped in the middle of reading must not keep old rows
	// from being cleaned up for ever.
	params["idle_in_transaction_session_timeout"] = "120s"
	cfg.MaxConns = int32(opts.Conns)
	cfg.MinConns = 0
	cfg.ConnConfig.ConnectTimeout = 10 * time.Second

	db := &DB{
		name: cfg.ConnConfig.Host + "/" + cfg.ConnConfig.Database + " " + schema, log: opts.Log, opts: opts,
		turn: make(chan struct{}, 1), writers: make(chan struct{}, writing),
		readers: make(chan struct{}, opts.Conns-writing), closing: make(chan struct{}),
	}
	if db.codec, err = record.NewCodec(); err != nil {
		return nil, fmt.Errorf("open store %s: %w", db.name, err)
	}
	if db.pool, err = pgxpool.NewWithConfig(ctx, cfg); err != nil {
		db.codec.Close()
		return nil, fmt.Errorf("open store %s: %w", db.name, err)
	}
	if err := db.ready(ctx, schema); err != nil {
		_ = db.Close() // the first error is the one that counts
		return nil, db.failed(ctx, "open store", err)
	}
	return db, nil
}

// ready brings the tables up to date and looks at how the server keeps what it
// is given.
func (db *DB) ready(ctx context.Context, schema string) error {
	return db.pool.AcquireFunc(ctx, func(c *pgxpool.Conn) error {
		if err := prepare(ctx, c.Conn(), schema, steps); err != nil {
			return err
		}
		return db.warn(ctx, c.Conn())
	})
}

// warn says in the log where the server may lose what it has acknowledged.
func (db *DB) warn(ctx context.Context, c *pgx.Conn) error {
	var standbys, commit, fsync string
	err := c.QueryRow(ctx, `select current_setting('synchronous_standby_names'), current_setting('synchronous_commit'), current_setting('fsync')`).
		Scan(&standbys, &commit, &fsync)
	switch {
	case err != nil:
		return err
	case fsync == "off":
		db.log.Warn("the database server does not write through to the disk: a power failure can destroy the store", "fsync", fsync)
	case commit == "off":
		db.log.Warn("the database server may lose the last moments in a crash", "synchronous_commit", commit)
	case standbys == "":
		db.log.Warn("the database has no synchronous standby: what is stored last is lost with its disk", "synchronous_standby_names", standbys)
	}
	return nil
}

// errOver and errReadOnly are what a transaction says that is misused.
var (
	errOver     = errors.New("transaction is over")
	errReadOnly = errors.New("transaction is for reading only")
)
