package postgres

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"newsfold/store"
)

// A receipt names a transaction that writes. It is stored by the transaction
// itself, and so is there exactly when all else is that the transaction stored.
// The server's own numbers of transactions would not do: after a crash it gives
// those again that had not reached its disk.
type receipt [16]byte

func newReceipt() (r receipt) {
	_, _ = rand.Read(r[:]) // which never fails
	return r
}

// statement is one that leaves the receipt.
func (r receipt) statement() string {
	return fmt.Sprintf(`insert into receipt (id, stored, at) values ('%x', true, (extract(epoch from now()) * 1000000)::bigint); `, r)
}

const (
	leaveReceipt = `insert into receipt (id, stored, at) values ($1, $2, (extract(epoch from now()) * 1000000)::bigint)`
	readReceipt  = `select stored from receipt where id = $1`
)

// answer is how long a commit is waited for, with its standby, and then how long
// the server may take to say what became of it.
const answer = time.Minute

// commit ends the transaction, with what comes last in one message: positions in logs
// are given behind a lock, which so is held for no longer than the server takes. When
// the answer is lost with the connection, the server is asked what became of it: running
// it again would store it twice, and giving up would lose it.
func (t *tx) commit() error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.ctx), answer)
	defer cancel()
	sql := t.positions()
	if t.wrote {
		t.receipt = newReceipt()
		sql += t.receipt.statement()
	}
	err := execute(ctx, t.conn.Conn(), sql+"commit")
	if err == nil {
		t.done = true
		return nil
	}
	if codeOf(err) != "" && kindOf(err) != lost {
		return err
	}
	if t.receipt == (receipt{}) {
		return err // it has stored nothing
	}
	stored, asked := t.db.stored(t.ctx, t.receipt)
	switch {
	case asked != nil:
		return fmt.Errorf("%w: %w", store.ErrUnknown, errors.Join(err, asked))
	case stored:
		t.db.log.Info("the answer to a commit was lost, but not the commit")
		t.done = true
		return nil
	}
	return &lostError{err}
}

// lostError is an error after which nothing was stored, so that the transaction
// can be run again.
type lostError struct{ error }

func (e *lostError) Unwrap() error { return e.error }

// stored finds out whether a transaction was committed whose commit was not
// answered. It may still be on its way, so looking for its receipt is not enough:
// a receipt to the contrary is left instead, for which the server waits until the
// transaction has ended, and after which it cannot be committed any more.
func (db *DB) stored(ctx context.Context, r receipt) (stored bool, err error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), answer)
	defer cancel()
	for w := db.patience(); ; {
		_, err = db.pool.Exec(ctx, leaveReceipt+` on conflict do nothing`, r, false)
		if err == nil {
			err = db.pool.QueryRow(ctx, readReceipt, r).Scan(&stored)
		}
		if err == nil || kindOf(err) != lost || !w.again(ctx) {
			return stored, err
		}
	}
}

// Receipts are kept for far longer than anybody asks for them.
const (
	keepReceipts  = time.Hour
	pruneInterval = 10 * time.Minute
)

// pruneReceipts removes old receipts, now and then.
func (db *DB) pruneReceipts(ctx context.Context) {
	db.mu.Lock()
	due := time.Since(db.pruned) >= pruneInterval
	if due {
		db.pruned = time.Now()
	}
	db.mu.Unlock()
	if !due {
		return
	}
	_, err := db.pool.Exec(ctx, `delete from receipt where at < (extract(epoch from now()) * 1000000)::bigint - $1`, keepReceipts.Microseconds())
	if err != nil && ctx.Err() == nil {
		db.log.Warn("leave old receipts of transactions until later", "err", err)
	}
}
