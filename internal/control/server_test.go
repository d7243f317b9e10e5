package control

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"newsfold"
	"newsfold/internal/ingest"
	"newsfold/store"
	"newsfold/store/bolt"
)

// newServer returns a client of a server over an empty store.
func newServer(t *testing.T) (*Client, store.DB) {
	t.Helper()
	db, err := bolt.Open(t.Context(), filepath.Join(t.TempDir(), "newsfold.db"), bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s := Server{DB: db}
	srv := httptest.NewServer(s.Handler())
	t.Cleanup(func() {
		srv.Close()
		_ = db.Close()
	})
	return Connect(func(ctx context.Context) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "tcp", srv.Listener.Addr().String())
	}), db
}

func TestArticleThatIsNotFoldedYetIsNotCalledUnknown(t *testing.T) {
	c, db := newServer(t)
	a := newsfold.Article{URL: "https://wire.example/1"}
	if err := db.Update(t.Context(), func(tx store.Tx) error { return tx.PutArticle(&a) }); err != nil {
		t.Fatal(err)
	}
	_, shown := c.Show(t.Context(), a.ID)
	_, marked := c.Mark(t.Context(), MarkRequest{IDs: []newsfold.ArticleID{a.ID}, Mark: MarkRead})
	_, unknown := c.Show(t.Context(), a.ID+1)
	for _, tt := range []struct {
		err  error
		want string
	}{{shown, "not folded into a story yet"}, {marked, "not folded into a story yet"}, {unknown, "no story or article has the ID 2"}} {
		var e *Error
		if !errors.As(tt.err, &e) || e.Kind != NotFound || !strings.Contains(e.Message, tt.want) {
			t.Errorf("got %v; want %q of kind not_found", tt.err, tt.want)
		}
	}
}

// TestDaemonThatDiesIsNoReaderThatHasEnough: a broken pipe to the daemon is a
// failure, whereas one behind our own output is none.
func TestDaemonThatDiesIsNoReaderThatHasEnough(t *testing.T) {
	c := Connect(func(context.Context) (net.Conn, error) {
		return nil, &net.OpError{Op: "write", Err: syscall.EPIPE}
	})
	_, err := c.Import(t.Context(), strings.NewReader("<opml/>"))
	if err == nil || errors.Is(err, syscall.EPIPE) {
		t.Errorf("got %v; want an error that is no broken pipe", err)
	}
}

func TestInterruptionIsToldFromFailure(t *testing.T) {
	answer := `{"error":{"kind":"internal","message":"context canceled"}}`
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := follow[ingest.Progress, struct{}](ctx, io.NopCloser(strings.NewReader(answer)), func(ingest.Progress) error { return nil })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("an interrupted command ends with %v, want that of its context", err)
	}
	if e := sorted(fmt.Errorf("wait: %w", context.Canceled)); !strings.Contains(e.Message, "stopped") {
		t.Errorf("a daemon that is stopped says %q", e.Message)
	}
}

func TestKindsOfErrors(t *testing.T) {
	for err, want := range map[error]Kind{
		store.ErrForeign:       Damaged,
		store.ErrFull:          Full,
		newsfold.ErrNotFound:   NotFound,
		newsfold.ErrExists:     Exists,
		&http.MaxBytesError{}:  Invalid,
		errors.New("whatever"): Internal,
	} {
		if e := sorted(fmt.Errorf("do: %w", err)); e.Kind != want {
			t.Errorf("%v is of kind %q, want %q", err, e.Kind, want)
		}
	}
}

func TestOneDaemonListensInADirectory(t *testing.T) {
	short, err := os.MkdirTemp("", "nf") // the path of a socket has to be short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(short) })
	dir := filepath.Join(short, "new", "data")
	l, err := Listen(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Listen(t.Context(), dir); err == nil || !strings.Contains(err.Error(), "a daemon runs in "+dir) {
		t.Errorf("beside one that answers: %v", err)
	}
	l.(*net.UnixListener).SetUnlinkOnClose(false) // as when it is killed
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if l, err = Listen(t.Context(), dir); err != nil {
		t.Fatalf("after one that died: %v", err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
}
