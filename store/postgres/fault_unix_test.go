//go:build unix

package postgres_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"newsfold"
	"newsfold/store"
	"newsfold/store/postgres"
)

// deposit adds one to a sum and stores a receipt of it.
func deposit(ctx context.Context, db store.Shared, receipt string) error {
	return db.Alongside(ctx, func(tx store.Tx) error {
		sh := tx.Shelf("test")
		v, err := sh.Get([]byte("sum"))
		if err != nil {
			return err
		}
		var n uint64
		if v != nil {
			n = binary.BigEndian.Uint64(v)
		}
		if err := sh.Put([]byte("sum"), binary.BigEndian.AppendUint64(nil, n+1)); err != nil {
			return err
		}
		return sh.Put([]byte("receipt "+receipt), nil)
	})
}

// audit fails the test when a deposit is missing or counted twice.
func audit(t *testing.T, db store.DB, acked map[string]bool) {
	t.Helper()
	err := db.View(t.Context(), func(tx store.Tx) error {
		receipts := map[string]bool{}
		for p, err := range tx.Shelf("test").All([]byte("receipt ")) {
			if err != nil {
				return err
			}
			receipts[string(p.Key[len("receipt "):])] = true
		}
		for r := range acked {
			if !receipts[r] {
				t.Errorf("deposit %s was acknowledged and is lost", r)
			}
		}
		v, err := tx.Shelf("test").Get([]byte("sum"))
		if err != nil {
			return err
		}
		if n := binary.BigEndian.Uint64(v); n != uint64(len(receipts)) {
			t.Errorf("the sum is %d, there are %d receipts", n, len(receipts))
		}
		t.Logf("%d deposits were acknowledged, %d are there", len(acked), len(receipts))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// patience is for a server that comes back, however busy the machine is.
const patience = 5 * time.Minute

// The server is stopped as if by the power, again and again, while daemons write.
// They wait for it, and nothing is lost or counted twice.
func TestServerRestartsInTheMiddleOfWork(t *testing.T) {
	t.Parallel()
	c := newCluster(t)
	var dbs []*postgres.DB
	for range 2 {
		db, err := postgres.Open(t.Context(), c.dsn(c.address()), postgres.Options{Patience: patience})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = db.Close() }()
		dbs = append(dbs, db)
	}
	w := startDeposits(t, dbs)
	for _, mode := range []string{"immediate", "fast", "immediate", "immediate"} {
		w.await(20)
		c.stop(mode)
		c.start()
	}
	w.await(20)
	audit(t, dbs[0], w.end())
}

// The server is lost for good, and what follows it takes its place. With a
// synchronous standby nothing is lost, and daemons find it by themselves.
func TestStandbyTakesOver(t *testing.T) {
	t.Parallel()
	c := newCluster(t)
	standby := c.standby()
	admin := connect(t, c.dsn(c.address()))
	for _, sql := range []string{`alter system set synchronous_standby_names = '*'`, `select pg_reload_conf()`} {
		if _, err := admin.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	for state := ""; state != "sync"; time.Sleep(10 * time.Millisecond) { // both servers take a moment to know
		if err := admin.QueryRow(t.Context(), `select coalesce(max(sync_state), '') from pg_stat_replication`).Scan(&state); err != nil {
			t.Fatal(err)
		}
	}
	both := c.dsn(c.address()+","+standby.address()) + "&target_session_attrs=read-write"
	var log bytes.Buffer
	opts := postgres.Options{Patience: patience, Log: slog.New(slog.NewTextHandler(&log, nil))}
	var dbs []*postgres.DB
	for range 2 {
		db, err := postgres.Open(t.Context(), both, opts)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = db.Close() }()
		dbs = append(dbs, db)
	}
	if strings.Contains(log.String(), "standby") {
		t.Errorf("log %q warns of a server that has a standby", log.String())
	}
	w := startDeposits(t, dbs)
	w.await(20)
	c.stop("immediate")
	standby.run("pg_ctl", "-D", standby.data(), "-w", "-t", "300", "promote")
	w.await(20)
	audit(t, dbs[0], w.end())
}

// depositors make deposits from four goroutines.
type depositors struct {
	t     *testing.T
	wg    sync.WaitGroup
	over  atomic.Bool
	mu    sync.Mutex
	acked map[string]bool
}

func startDeposits(t *testing.T, dbs []*postgres.DB) *depositors {
	w := &depositors{t: t, acked: map[string]bool{}}
	for n := range 4 {
		w.wg.Go(func() {
			for i := 0; !w.over.Load(); i++ {
				r := fmt.Sprintf("%d.%d", n, i)
				if err := deposit(t.Context(), dbs[n%len(dbs)], r); err != nil {
					t.Errorf("a transaction did not outlast the server: %v", err)
					return
				}
				w.mu.Lock()
				w.acked[r] = true
				w.mu.Unlock()
			}
		})
	}
	return w
}

func (w *depositors) done() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.acked)
}

// await waits until so many more deposits are acknowledged.
func (w *depositors) await(n int) {
	for n += w.done(); w.done() < n && !w.t.Failed(); {
		time.Sleep(time.Millisecond)
	}
}

// end ends it and returns what was acknowledged.
func (w *depositors) end() map[string]bool {
	w.over.Store(true)
	w.wg.Wait()
	return w.acked
}

// A cutter is a proxy that cuts the connection when a client commits: before the
// server hears of it, or before the client hears of the server's answer.
type cutter struct {
	net.Listener
	server string
	mode   atomic.Int32
	cuts   atomic.Int32

	held     chan struct{} // closed when a commit is held back
	released chan struct{} // to be closed
}

const (
	pass = iota
	cutBefore
	cutAfter
	holdBack // until it is released, and then cut before
	abandon  // the client, while the server hears of nothing
)

func newCutter(t *testing.T, server string) *cutter {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &cutter{Listener: l, server: server, held: make(chan struct{}), released: make(chan struct{})}
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			wg.Go(func() { p.serve(client) })
		}
	})
	t.Cleanup(func() { _ = l.Close(); wg.Wait() })
	return p
}

func (p *cutter) serve(client net.Conn) {
	defer func() { _ = client.Close() }()
	server, err := net.Dial("tcp", p.server)
	if err != nil {
		return
	}
	defer func() { _ = server.Close() }()
	var silent, stuck atomic.Bool
	go func() {
		defer func() {
			if stuck.Load() {
				<-p.released
			}
			_ = client.Close()
		}()
		buf := make([]byte, 1<<16)
		for {
			n, err := server.Read(buf)
			if err != nil || silent.Load() {
				return
			}
			if _, err := client.Write(buf[:n]); err != nil {
				return
			}
		}
	}()
	buf := make([]byte, 1<<16)
	for {
		n, err := client.Read(buf)
		if err != nil {
			return
		}
		if bytes.Contains(buf[:n], []byte("commit\x00")) {
			switch p.mode.Swap(pass) {
			case cutBefore:
				p.cuts.Add(1)
				return
			case holdBack:
				stuck.Store(true)
				close(p.held)
				<-p.released
				return
			case abandon:
				_ = client.Close()
				<-p.released
				return
			case cutAfter:
				p.cuts.Add(1)
				silent.Store(true)
				_, _ = server.Write(buf[:n])
				_, _ = io.Copy(io.Discard, client) // until the other side has ended
				return
			}
		}
		if _, err := server.Write(buf[:n]); err != nil {
			return
		}
	}
}

// Whoever does not hear what became of a commit asks, and neither stores twice nor
// gives up what is stored.
func TestConnectionIsCutAtCommit(t *testing.T) {
	t.Parallel()
	c := newCluster(t)
	p := newCutter(t, c.address())
	db, err := postgres.Open(t.Context(), c.dsn(p.Addr().String()), postgres.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	acked := map[string]bool{}
	for i := range 30 {
		p.mode.Store(int32(i % 3))
		r := fmt.Sprint(i)
		if err := deposit(t.Context(), db, r); err != nil {
			t.Fatal(err)
		}
		acked[r] = true
	}
	if n := p.cuts.Load(); n != 20 {
		t.Errorf("%d connections were cut, want 20", n)
	}
	audit(t, db, acked)
	err = db.View(t.Context(), func(tx store.Tx) error {
		v, err := tx.Shelf("test").Get([]byte("sum"))
		if err == nil && binary.BigEndian.Uint64(v) != 30 {
			t.Errorf("the sum is %d after 30 deposits", binary.BigEndian.Uint64(v))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// A server that crashes before the changes of a transaction are on its disk
// forgets that it ever was, and names the next one as it named this one. That the
// next one is committed must not pass for the commit of the first.
func TestCrashedServerNamesAnotherTransactionTheSame(t *testing.T) {
	t.Parallel()
	c := newCluster(t)
	c.settings = "-c wal_writer_delay=10s" // nothing reaches the disk before its commit
	c.stop("fast")
	c.start()
	p := newCutter(t, c.address())
	var dbs [2]*postgres.DB
	for i, address := range []string{p.Addr().String(), c.address()} {
		db, err := postgres.Open(t.Context(), c.dsn(address), postgres.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = db.Close() }()
		dbs[i] = db
		if err := deposit(t.Context(), db, fmt.Sprint("first of ", i)); err != nil {
			t.Fatal(err)
		}
	}
	p.mode.Store(holdBack)
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := deposit(t.Context(), dbs[0], "of the crash"); err != nil {
			t.Error(err)
		}
	})
	<-p.held
	c.stop("immediate")
	c.start()
	for i := range 20 { // of which one has the number, if it is free
		if err := deposit(t.Context(), dbs[1], fmt.Sprint(i)); err != nil {
			t.Error(err)
		}
	}
	close(p.released)
	wg.Wait()
	audit(t, dbs[1], map[string]bool{"of the crash": true})
}

// A session that goes on without its client may still commit, for all that others
// can see. It is waited for, until the server ends it.
func TestSessionOutlivesItsClient(t *testing.T) {
	t.Parallel()
	c := newCluster(t)
	p := newCutter(t, c.address())
	defer close(p.released)
	db, err := postgres.Open(t.Context(), c.dsn(p.Addr().String()), postgres.Options{Stall: 300 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	p.mode.Store(abandon)
	if err := deposit(t.Context(), db, "x"); err != nil {
		t.Error(err)
	}
	audit(t, db, map[string]bool{"x": true})
}

// When nobody can say whether a change was stored, it is not stored again, and not
// said to be lost.
func TestServerStaysAwayAtCommit(t *testing.T) {
	t.Parallel()
	c := newCluster(t)
	p := newCutter(t, c.address())
	db, err := postgres.Open(t.Context(), c.dsn(p.Addr().String()), postgres.Options{Patience: 200 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	p.mode.Store(holdBack)
	var wg sync.WaitGroup
	wg.Go(func() { err = deposit(t.Context(), db, "x") })
	<-p.held
	c.stop("immediate")
	close(p.released)
	wg.Wait()
	if !errors.Is(err, store.ErrUnknown) || errors.Is(err, store.ErrUnavailable) {
		t.Errorf("error %v, want one that wraps ErrUnknown only", err)
	}
}

// A server that stays away is an error that says so, and the store works again
// when it is back.
func TestServerStaysAway(t *testing.T) {
	t.Parallel()
	c := newCluster(t)
	db, err := postgres.Open(t.Context(), c.dsn(c.address()), postgres.Options{Patience: 200 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	c.stop("fast")
	_, lease := db.LeaseFeeds(t.Context(), store.Claim{Owner: "a", For: time.Minute, Limit: 1})
	for name, err := range map[string]error{
		"View":       db.View(t.Context(), func(store.Tx) error { return nil }),
		"Update":     db.Update(t.Context(), func(store.Tx) error { return nil }),
		"Alongside":  deposit(t.Context(), db, "x"),
		"LeaseFeeds": lease,
	} {
		if !errors.Is(err, store.ErrUnavailable) {
			t.Errorf("%s: error %v, want one that wraps ErrUnavailable", name, err)
		}
	}
	_, err = postgres.Open(t.Context(), c.dsn(c.address()), postgres.Options{})
	if !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("Open: error %v, want one that wraps ErrUnavailable", err)
	}
	c.start()
	if err := deposit(t.Context(), db, "y"); err != nil {
		t.Error(err)
	}
	audit(t, db, map[string]bool{"y": true})
}

// A full disk is said to be full, reading goes on, and so does writing when there
// is room.
func TestDiskOfTheServerIsFull(t *testing.T) {
	t.Parallel()
	c := newCluster(t)
	small := filepath.Join(c.dir, "small")
	if err := os.Mkdir(small, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := mountSmall(small, c.cred, false); err != nil {
		t.Skipf("no small file system can be mounted here: %v", err)
	}
	t.Cleanup(func() { unmount(small) })
	admin := connect(t, c.dsn(c.address()))
	if _, err := admin.Exec(t.Context(), `create tablespace small location '`+small+`'`); err != nil {
		t.Fatal(err)
	}
	db, err := postgres.Open(t.Context(), c.dsn(c.address())+"&default_tablespace=small", postgres.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	id := newsfold.FeedID(0)
	if err := db.Update(t.Context(), func(tx store.Tx) error {
		f := newsfold.Feed{URL: "http://a.example/"}
		err := tx.PutFeed(&f)
		id = f.ID
		return err
	}); err != nil {
		t.Fatal(err)
	}
	ballast := make([]byte, 512<<10)
	for i := range ballast {
		ballast[i] = byte(i * i >> 3)
	}
	n := 0
	for ; n < 1000 && err == nil; n++ {
		err = db.Update(t.Context(), func(tx store.Tx) error {
			return tx.Shelf("ballast").Put(fmt.Append(nil, n), ballast)
		})
	}
	if !errors.Is(err, store.ErrFull) {
		t.Fatalf("error %v, want one that wraps ErrFull", err)
	}
	if err := db.View(t.Context(), func(tx store.Tx) error { _, err := tx.Feed(id); return err }); err != nil {
		t.Errorf("reading from a full disk: %v", err)
	}
	if err := mountSmall(small, c.cred, true); err != nil {
		t.Fatal(err)
	}
	if err := deposit(t.Context(), db, "z"); err != nil {
		t.Errorf("after there was room again: %v", err)
	}
}

// A process that is stopped within a transaction loses it, and holds up nobody
// for longer than a while.
func TestStalledTransactionIsEnded(t *testing.T) {
	t.Parallel()
	dsn := schema(t, t.TempDir())
	var dbs [2]*postgres.DB
	for i := range dbs {
		db, err := postgres.Open(t.Context(), dsn, postgres.Options{Stall: time.Second})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = db.Close() }()
		dbs[i] = db
	}
	stalled, freed := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	tries := 0
	wg.Go(func() {
		err := dbs[0].Update(t.Context(), func(tx store.Tx) error {
			if tries++; tries == 1 {
				close(stalled)
				<-freed // for as long as the server lets it
			}
			return tx.Shelf("test").Put([]byte("k"), []byte("late"))
		})
		if err != nil {
			t.Error(err)
		}
	})
	<-stalled
	if err := dbs[1].Update(t.Context(), func(tx store.Tx) error { return tx.Shelf("test").Put([]byte("k"), []byte("other")) }); err != nil {
		t.Error(err)
	}
	close(freed)
	wg.Wait()
	if tries < 2 { // more often where the machine makes it stall again
		t.Errorf("the stalled transaction was run %d times, want 2", tries)
	}
}
