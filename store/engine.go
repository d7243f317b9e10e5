package store

import (
	"context"
	"io"
)

// What follows are abilities that not every engine has: a [DB] is asked for
// them by a type assertion. A database server, for instance, has tools of its
// own for backing up.

// Backuper is an engine that can write a snapshot of itself while it is in use.
type Backuper interface {
	// Backup writes all that was committed when it began to w, in a form that
	// the engine can be restored from. Readers and writers go on meanwhile. A
	// snapshot is as good as its last byte: after an error what was written is
	// useless.
	Backup(ctx context.Context, w io.Writer) error
}

// Checker is an engine that can look for what should not be in it.
type Checker interface {
	// Check reads everything, beside readers and writers and on the state at
	// its beginning, and returns what is wrong: at most 1,000 problems.
	Check(ctx context.Context) ([]Problem, error)
	// Repair mends what Check finds, all of it or nothing, and returns it, again
	// at most 1,000 problems of it. What cannot be mended is left alone and has
	// an empty [Problem.Repair].
	Repair(ctx context.Context) ([]Problem, error)
}

// Problem is something in a store that should not be.
type Problem struct {
	Where string `json:"where"` // for instance "article 12"
	What  string `json:"what"`
	// Repair is what would mend it, or has: empty when nothing here can.
	Repair string `json:"repair,omitempty"`
}

func (p Problem) String() string { return p.Where + ": " + p.What }

// Compacter is an engine whose file does not shrink by itself when things are
// deleted.
type Compacter interface {
	// Compact gives back unused space and returns the size of the file before
	// and after, in bytes. Readers go on meanwhile; writers wait.
	Compact(ctx context.Context) (before, after int64, err error)
}

// Packer is an engine that keeps what has not changed for a while in less room.
type Packer interface {
	// Pack takes one small step of that, beside readers and writers, and says
	// whether there is more to do at once. What is stored stays the same.
	Pack(ctx context.Context) (more bool, err error)
}

// Sizer is an engine that can tell without much work how large it is.
type Sizer interface {
	Size(ctx context.Context) (Size, error)
}

// Size is how large a store is.
type Size struct {
	Used    int64 `json:"used"`    // bytes that hold data
	File    int64 `json:"file"`    // bytes on disk, free space included
	Stories int   `json:"stories"` // how many there are
}
