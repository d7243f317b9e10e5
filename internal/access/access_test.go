package access_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"newsfold/internal/access"
	"newsfold/store"
	"newsfold/store/bolt"
)

func open(t testing.TB, now func() time.Time) (*access.Gate, store.DB) {
	t.Helper()
	db, err := bolt.Open(t.Context(), filepath.Join(t.TempDir(), "news.db"), bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	g, err := access.Open(t.Context(), access.Options{DB: db, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	return g, db
}

func TestPasswordsAreHashedAndChecked(t *testing.T) {
	g, db := open(t, nil)
	if err := g.SetPassword(t.Context(), "ada", "correct horse"); err != nil {
		t.Fatal(err)
	}
	err := db.View(t.Context(), func(tx store.Tx) error {
		v, err := tx.Shelf("access").Get([]byte("password"))
		if !strings.Contains(string(v), "$argon2id$v=19$m=19456,t=2,p=1$") || strings.Contains(string(v), "horse") {
			t.Errorf("stored is %s", v)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for password, want := range map[string]error{"correct horse": nil, "correct  horse": access.ErrRefused, "": access.ErrRefused, "Correct horse": access.ErrRefused} {
		if _, err := g.Login(t.Context(), password, "ada", password); !errors.Is(err, want) {
			t.Errorf("%q: %v, want %v", password, err, want)
		}
	}
}

func TestUnusablePasswordsAreRefused(t *testing.T) {
	g, _ := open(t, nil)
	for _, c := range []struct{ user, password string }{
		{"ada", "seven77"},
		{"ada", strings.Repeat("x", 1025)},
		{"ada", "\xff\xfe\xfd\xfc\xfb\xfa\xf9\xf8"},
		{"", "long enough"},
		{" ", "long enough"},
		{"a:b", "long enough"},
		{"a\nb", "long enough"},
		{strings.Repeat("a", 65), "long enough"},
	} {
		if err := g.SetPassword(t.Context(), c.user, c.password); !errors.Is(err, access.ErrPassword) {
			t.Errorf("%.20q %.20q: %v", c.user, c.password, err)
		}
	}
	if _, _, err := g.NewApp(t.Context()); !errors.Is(err, access.ErrPassword) {
		t.Errorf("an app password without a password: %v", err)
	}
}

// TestHashesOfOtherKindsAreNoWayIn: what is stored may have been damaged, or
// ask for more than this machine has.
func TestHashesOfOtherKindsAreNoWayIn(t *testing.T) {
	for _, hash := range []string{
		"", "x", "$argon2id$", "$argon2i$v=19$m=19456,t=2,p=1$AAAA$AAAA", "$argon2id$v=18$m=19456,t=2,p=1$AAAA$AAAA", "$argon2id$v=19$m=4294967295,t=2,p=1$AAAA$AAAA",
		"$argon2id$v=19$m=19456,t=99999,p=1$AAAA$AAAA", "$argon2id$v=19$m=19456,t=2,p=9$AAAA$AAAA", "$argon2id$v=19$m=19456,t=2,p=1$!$!", "$2y$10$abcdefghijklmnopqrstuv",
	} {
		g, db := open(t, nil)
		err := db.Update(t.Context(), func(tx store.Tx) error {
			return tx.Shelf("access").Put([]byte("password"), fmt.Appendf(nil, `{"user":"ada","hash":%q}`, hash))
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := g.Login(t.Context(), "a", "ada", "anything"); err == nil {
			t.Errorf("%q lets somebody in", hash)
		}
	}
}

func TestWaitingGrowsAndEnds(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	g, _ := open(t, func() time.Time { return now })
	if err := g.SetPassword(t.Context(), "ada", "correct horse"); err != nil {
		t.Fatal(err)
	}
	if _, _, err := g.NewApp(t.Context()); err != nil {
		t.Fatal(err)
	}
	guess := func(from string) error {
		_, err := g.App(t.Context(), from, "ada", "guess")
		return err
	}
	for i := range 5 {
		if err := guess("2001:db8::1"); !errors.Is(err, access.ErrRefused) {
			t.Fatalf("guess %d: %v", i, err)
		}
	}
	last := time.Duration(0)
	for i := range 12 {
		var wait *access.WaitError
		if err := guess("2001:db8::ffff"); !errors.As(err, &wait) { // of the same network
			t.Fatalf("guess %d: %v", 5+i, err)
		}
		if wait.For < last || wait.For > 15*time.Minute {
			t.Errorf("wait %d is %v after %v", i, wait.For, last)
		}
		last = wait.For
		now = now.Add(wait.For)
		if err := guess("2001:db8::1"); !errors.Is(err, access.ErrRefused) {
			t.Fatalf("after waiting: %v", err)
		}
	}
	if last != 15*time.Minute {
		t.Errorf("the longest wait is %v", last)
	}
	if err := guess("2001:db9::1"); !errors.Is(err, access.ErrRefused) {
		t.Errorf("another network: %v", err)
	}
	now = now.Add(2 * time.Hour)
	if err := guess("2001:db8::1"); !errors.Is(err, access.ErrRefused) {
		t.Errorf("hours later: %v", err)
	}
}

// TestManyAddressesDoNotGrowTheMemory crosses the limit of what is remembered.
func TestManyAddressesDoNotGrowTheMemory(t *testing.T) {
	g, _ := open(t, nil)
	if err := g.SetPassword(t.Context(), "ada", "correct horse"); err != nil {
		t.Fatal(err)
	}
	for i := range 10_000 {
		if err := g.Digest(t.Context(), fmt.Sprintf("10.%d.%d.1", i/250, i%250), "guess"); !errors.Is(err, access.ErrRefused) {
			t.Fatalf("guess %d: %v", i, err)
		}
	}
}

// TestGuessesAtOnceCountEach: a failure counts before the hash is made, and
// nothing comes between looking at the count and adding to it.
func TestGuessesAtOnceCountEach(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	g, _ := open(t, func() time.Time { return now })
	if err := g.SetPassword(t.Context(), "ada", "correct horse"); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	var mu sync.Mutex
	hashed := 0
	for range 40 {
		wg.Go(func() {
			_, err := g.Login(context.Background(), "192.0.2.1", "ada", "guess")
			mu.Lock()
			defer mu.Unlock()
			if errors.Is(err, access.ErrRefused) {
				hashed++
			}
		})
	}
	wg.Wait()
	if hashed != 5 {
		t.Errorf("%d of 40 guesses at once were looked at, as many as are free are 5", hashed)
	}
}

func TestFormsBelongToTheirSession(t *testing.T) {
	now := time.Date(2026, 1, 1, 23, 59, 0, 0, time.UTC)
	g, _ := open(t, func() time.Time { return now })
	if err := g.Prepare(t.Context()); err != nil {
		t.Fatal(err)
	}
	form := g.Form("a")
	if form == g.Form("a") {
		t.Error("a form's token looks the same twice")
	}
	if !g.FromForm("a", form) || g.FromForm("b", form) || g.FromForm("a", "") || g.FromForm("a", form[1:]) || g.FromForm("a", strings.Repeat("A", len(form))) {
		t.Error("a form is not told from another session's")
	}
	if now = now.Add(24 * time.Hour); !g.FromForm("a", form) {
		t.Error("yesterday's form is refused")
	}
	if now = now.Add(24 * time.Hour); g.FromForm("a", form) {
		t.Error("an old form is taken")
	}
}

func ExampleGate() {
	ctx := context.Background()
	db := scratch()
	defer func() { _ = db.Close() }()
	gate, err := access.Open(ctx, access.Options{DB: db})
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := gate.SetPassword(ctx, "reader", "correct horse battery staple"); err != nil {
		fmt.Println(err)
		return
	}
	_, err = gate.Login(ctx, "203.0.113.7", "reader", "a guess")
	fmt.Println(err)
	session, err := gate.Login(ctx, "203.0.113.7", "reader", "correct horse battery staple")
	if err != nil {
		fmt.Println(err)
		return
	}
	ok, _ := gate.Session(ctx, session)
	fmt.Println("logged in:", ok)
	// Output:
	// wrong name or password
	// logged in: true
}
