package delivery_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"newsfold/internal/delivery"
	"newsfold/store"
	"newsfold/store/bolt"
)

// The variables by which the test calls itself: to deliver one digest as a
// process of its own, and die at a step of the store.
const (
	envStore = "NEWSFOLD_TEST_DELIVER"
	envMail  = "NEWSFOLD_TEST_MAIL"
	envDie   = "NEWSFOLD_TEST_DIE"
)

func TestMain(m *testing.M) {
	if path := os.Getenv(envStore); path != "" {
		if err := deliverOnce(path); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func deliverOnce(path string) error {
	ctx := context.Background()
	db, err := bolt.Open(ctx, path, bolt.Options{})
	if err != nil {
		return err
	}
	d := &delivery.Desk{
		DB: &mortal{DB: db, at: os.Getenv(envDie)}, Now: func() time.Time { return start }, Log: quiet(),
		Mail: delivery.Server{URL: os.Getenv(envMail), From: "news@newsfold.example"},
	}
	if _, err := d.Deliver(ctx, daily("html"), reader, time.Time{}); err != nil {
		return err
	}
	return db.Close()
}

// mortal is a store whose process is killed before or after a transaction.
type mortal struct {
	store.DB
	at string // "before 1", "after 2"
	n  int
}

func (m *mortal) Update(ctx context.Context, fn func(store.Tx) error) error {
	m.n++
	m.die("before")
	err := m.DB.Update(ctx, fn)
	m.die("after")
	return err
}

func (m *mortal) die(when string) {
	if m.at == fmt.Sprint(when, " ", m.n) {
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {}
	}
}

// TestKilledAnywhereTheMailComesOnce kills the process that delivers at each step
// that the mail server or the store can see, and runs it again.
func TestKilledAnywhereTheMailComesOnce(t *testing.T) {
	type step struct {
		name  string
		reply int    // of the server, before which the sender is killed; -1: none
		die   string // at a step of the store
		mails int    // that have come in the end
		doubt bool   // the next digest says that one may be missing
	}
	steps := []step{
		{"the mark is made, before it", -1, "before 1", 1, false},
		// The end of the text was not sent, which nobody can know.
		{"the mark is made, after it", -1, "after 1", 0, true},
		{"it is recorded, before it", -1, "before 2", 1, true},
		{"it is recorded, after it", -1, "after 2", 1, false},
	}
	for i, name := range []string{"greeting", "EHLO", "MAIL", "RCPT", "DATA"} {
		steps = append(steps, step{name, i, "", 1, false})
	}
	for i, name := range []string{"end of DATA", "RSET"} {
		steps = append(steps, step{name, 5 + i, "", 1, true})
	}
	for _, tc := range steps {
		t.Run(tc.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "newsfold.db")
			fill(t, path, start.Add(-time.Hour), "Ferry back")
			var victim atomic.Pointer[os.Process]
			known := make(chan struct{}) // closed when the victim is
			o := newOffice(t, func(n int) {
				<-known
				if p := victim.Load(); p != nil && n == tc.reply {
					victim.Store(nil)
					_ = p.Kill()
				}
			})
			sender := func(die string) *exec.Cmd {
				cmd := exec.CommandContext(t.Context(), os.Args[0])
				cmd.Env = append(os.Environ(), envStore+"="+path, envMail+"=smtp://"+o.address, envDie+"="+die)
				cmd.Stderr = os.Stderr
				return cmd
			}
			first := sender(tc.die)
			if err := first.Start(); err != nil {
				t.Fatal(err)
			}
			victim.Store(first.Process)
			close(known)
			if err := first.Wait(); err == nil {
				t.Fatal("it was not killed")
			}
			victim.Store(nil)
			for range 2 {
				if err := sender("").Run(); err != nil {
					t.Fatal(err)
				}
			}
			if o.count() != tc.mails {
				t.Errorf("%d mails arrived, want %d", o.count(), tc.mails)
			}
			fill(t, path, start.Add(time.Minute), "Bridge open")
			if err := sender("").Run(); err != nil {
				t.Fatal(err)
			}
			if got := o.last(); o.count() != tc.mails+1 || !strings.Contains(got, "Bridge open") || strings.Contains(got, "Ferry back") {
				t.Errorf("%d mails arrived; the next is\n%s", o.count(), got)
			}
			if got := strings.Contains(o.last(), "may not have"); got != tc.doubt {
				t.Errorf("the next says that one may be missing: %v, want %v", got, tc.doubt)
			}
		})
	}
}

func fill(t *testing.T, path string, at time.Time, titles ...string) {
	t.Helper()
	db, err := bolt.Open(t.Context(), path, bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	put(t, db, at, titles...)
}
