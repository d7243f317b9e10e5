package postgres

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"newsfold/store"
)

// Conditions that PostgreSQL names by a code
// (https://www.postgresql.org/docs/15/errcodes-appendix.html).
const (
	serializationFailure = "40001"
	deadlockDetected     = "40P01"
	uniqueViolation      = "23505"
	lockNotAvailable     = "55P03"
	diskFull             = "53100"
	tooManyConnections   = "53300"
	readOnlyTransaction  = "25006"
	idleTimeout          = "25P03"
	adminShutdown        = "57P01"
	crashShutdown        = "57P02"
	cannotConnectNow     = "57P03"
	insufficientRight    = "42501"
	undefinedColumn      = "42703"
	undefinedTable       = "42P01"
	dataCorrupted        = "XX001"
	indexCorrupted       = "XX002"
	classConnection      = "08"
)

// codeOf returns the code of a condition, or "".
func codeOf(err error) string {
	var pe *pgconn.PgError
	if errors.As(err, &pe) {
		return pe.Code
	}
	return ""
}

// A kind says what an error asks for.
type kind int

const (
	final    kind = iota // nothing: it is returned
	conflict             // another writer was first: run the transaction again
	lost                 // the server went away: connect, and run it again
)

// kindOf says what an error of the server or the connection asks for.
func kindOf(err error) kind {
	switch {
	case errors.Is(err, store.ErrUnknown):
		return final
	case errors.As(err, new(*lostError)):
		return lost
	}
	switch code := codeOf(err); code {
	case serializationFailure, deadlockDetected, uniqueViolation, lockNotAvailable:
		return conflict
	case adminShutdown, crashShutdown, cannotConnectNow, tooManyConnections, readOnlyTransaction, idleTimeout:
		return lost
	case "":
	default:
		if strings.HasPrefix(code, classConnection) {
			return lost
		}
		return final
	}
	var ne net.Error
	switch {
	case errors.Is(err, errMoved):
		return conflict
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return final
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.As(err, &ne), pgconn.SafeToRetry(err):
		return lost
	}
	return final
}

// errMoved says that a row is not there that was there before.
var errMoved = errors.New("a row has moved meanwhile")

// explain makes an error of the server one of the contract, in words for a
// person.
func (db *DB) explain(what string, err error) error {
	if err == nil {
		return nil
	}
	switch code := codeOf(err); code {
	case diskFull:
		return fmt.Errorf("%s %s: %w on the database server: make room, nothing of this change was stored: %w", what, db.name, store.ErrFull, err)
	case insufficientRight:
		return fmt.Errorf("%s %s: %w; see doc/scale.md for the rights that newsfold needs", what, db.name, err)
	case dataCorrupted, indexCorrupted, undefinedTable, undefinedColumn:
		return fmt.Errorf("%s %s: %w: it is damaged: %w; restore a backup", what, db.name, store.ErrForeign, err)
	}
	if kindOf(err) == lost {
		return fmt.Errorf("%s %s: %w: %w", what, db.name, store.ErrUnavailable, err)
	}
	return fmt.Errorf("%s %s: %w", what, db.name, err)
}
