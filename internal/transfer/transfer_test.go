package transfer_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"newsfold"
	"newsfold/internal/transfer"
	"newsfold/store"
	"newsfold/store/bolt"
	"newsfold/store/postgres"
)

func inFile(t *testing.T) store.DB {
	t.Helper()
	db, err := bolt.Open(t.Context(), filepath.Join(t.TempDir(), "newsfold.db"), bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

var schemas atomic.Int64

func inServer(t *testing.T) store.DB {
	t.Helper()
	dsn := os.Getenv("NEWSFOLD_POSTGRES")
	if dsn == "" {
		t.Skip("NEWSFOLD_POSTGRES names no PostgreSQL server to test with (postgres://user@host/database)")
	}
	schema := fmt.Sprintf("test_transfer_%d_%d", os.Getpid(), schemas.Add(1))
	sep := "?"
	if strings.Contains(dsn, "?") {
		sep = "&"
	}
	db, err := postgres.Open(t.Context(), dsn+sep+"search_path="+schema, postgres.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = db.Close()
		ctx := context.WithoutCancel(t.Context())
		c, err := pgx.Connect(ctx, dsn)
		if err != nil {
			t.Log(err)
			return
		}
		defer func() { _ = c.Close(ctx) }()
		if _, err := c.Exec(ctx, `drop schema `+schema+` cascade`); err != nil {
			t.Log(err)
		}
	})
	return db
}

// furnish fills a store with something of every kind and returns how many items
// that is.
func furnish(t *testing.T, db store.DB) (items int) {
	t.Helper()
	day := time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)
	err := db.Update(t.Context(), func(tx store.Tx) error {
		items = 0
		must := func(err error) {
			if err != nil {
				t.Fatal(err)
			}
		}
		var feeds []newsfold.FeedID
		for i := range 4 {
			f := newsfold.Feed{URL: fmt.Sprint("http://feed.example/", i), Title: "\x00\xff", Folders: []string{"A/B"}, Added: day}
			must(tx.PutFeed(&f))
			feeds = append(feeds, f.ID)
		}
		must(tx.DeleteFeed(feeds[3])) // the last number is not to be given again
		items += 3
		for i := range 1500 {
			ref := newsfold.EntryRef{Feed: feeds[i%3], Key: fmt.Sprint("guid ", i)}
			a := newsfold.Article{
				URL: fmt.Sprint("http://a.example/", i), Seen: day, Entries: []newsfold.EntryRef{ref},
				Page: newsfold.Page{State: newsfold.PageWanted, Next: day.Add(time.Duration(i) * time.Minute)},
			}
			must(tx.PutArticle(&a))
			must(tx.PutEntry(&newsfold.Entry{Feed: ref.Feed, GUID: ref.Key, Content: strings.Repeat("<p>word", i%300), Article: a.ID}))
			must(tx.PutBody(a.ID, newsfold.Body{Text: strings.Repeat("word ", 1+i%400)}))
			must(tx.Append(store.Texts, a.ID))
			if i%2 == 0 {
				must(tx.Append(store.Folds, a.ID))
			}
			if i%10 == 3 {
				must(tx.AddRevision(a.ID, newsfold.Revision{Title: "before", Text: "text", Until: day}))
				must(tx.DeleteArticle(a.ID))
				items += 3 // an entry and a URL to remember, and a change
				continue
			}
			if i%10 == 4 {
				must(tx.AddRevision(a.ID, newsfold.Revision{Title: "before", Text: "text", Until: day}))
				items++
			}
			st := newsfold.Story{ID: newsfold.StoryID(a.ID), Lead: a.ID, Articles: []newsfold.ArticleID{a.ID}, Feeds: []newsfold.FeedID{ref.Feed}, Time: day.Add(time.Duration(i*7919%1500) * time.Minute), Read: i%3 == 0, Starred: i%50 == 0}
			must(tx.PutStory(&st))
			a.Story = st.ID
			must(tx.PutArticle(&a))
			items += 5 // entry, article, body, change, story
			if i%2 == 0 {
				items++
			}
		}
		must(tx.Append(store.Texts, 1)) // moves to the end
		for _, name := range []string{"cursors", "a", "a.b", "ab"} {
			for _, k := range []string{"\x00", "k", "k\xff", "\xff"} {
				must(tx.Shelf(name).Put([]byte(k), []byte(name+k)))
				items++
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return items
}

// view is what the contract shows of a store.
func view(t *testing.T, db store.DB) string {
	t.Helper()
	var b strings.Builder
	err := db.View(t.Context(), func(tx store.Tx) error {
		for f, err := range tx.Feeds() {
			fmt.Fprintln(&b, f, err)
		}
		for _, q := range []store.Query{{}, {Unread: true}, {Starred: true}, {Feed: 2}} {
			for s, err := range tx.Stories(q) {
				fmt.Fprintln(&b, s, err)
			}
		}
		for id := range newsfold.ArticleID(1501) {
			a, err := tx.Article(id)
			fmt.Fprintln(&b, a, err)
			body, err := tx.Body(id)
			fmt.Fprintln(&b, body, err)
			for r, err := range tx.Revisions(id) {
				fmt.Fprintln(&b, r, err)
			}
			for _, ref := range a.Entries {
				e, err := tx.Entry(ref)
				fmt.Fprintln(&b, e, err)
			}
			found, err := tx.FindArticle(fmt.Sprint("http://a.example/", id))
			fmt.Fprintln(&b, found, err)
		}
		for id, err := range tx.Wanted(time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)) {
			fmt.Fprintln(&b, id, err)
		}
		for _, log := range []store.Log{store.Texts, store.Folds, store.Removed} {
			for c, err := range tx.Changes(log, 0) {
				fmt.Fprintln(&b, c, err)
			}
		}
		for _, name := range []string{"cursors", "a", "a.b", "ab", "copy"} {
			for p, err := range tx.Shelf(name).All(nil) {
				fmt.Fprintln(&b, p, err)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// differ fails the test where a copy shows something else.
func differ(t *testing.T, was, is string) {
	t.Helper()
	a, b := strings.Split(was, "\n"), strings.Split(is, "\n")
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			t.Fatalf("the copy shows something else in line %d\n got %.300s\nwant %.300s", i+1, b[i], a[i])
		}
	}
	if len(a) != len(b) {
		t.Errorf("the copy shows %d lines, want %d", len(b), len(a))
	}
}

func TestCopyBetweenEngines(t *testing.T) {
	engines := map[string]func(*testing.T) store.DB{"file": inFile, "server": inServer}
	for from, openFrom := range engines {
		for to, openTo := range engines {
			t.Run(from+" to "+to, func(t *testing.T) {
				src, dst := openFrom(t), openTo(t)
				want := furnish(t, src)
				n, err := transfer.Copy(t.Context(), src, dst, transfer.Options{})
				if err != nil || n != want {
					t.Fatalf("%d items copied, error %v, want %d", n, err, want)
				}
				differ(t, view(t, src), view(t, dst))
				// Nothing that was numbered is numbered so again.
				err = dst.Update(t.Context(), func(tx store.Tx) error {
					f, a := newsfold.Feed{URL: "new"}, newsfold.Article{URL: "new"}
					if err := errors.Join(tx.PutFeed(&f), tx.PutArticle(&a), tx.Append(store.Texts, a.ID)); err != nil {
						return err
					}
					if f.ID <= 4 || a.ID <= 1500 {
						t.Errorf("feed %d and article %d were numbered so before", f.ID, a.ID)
					}
					return nil
				})
				if err != nil {
					t.Error(err)
				}
				if db, ok := dst.(store.Checker); ok {
					if problems, err := db.Check(t.Context()); err != nil || len(problems) > 0 {
						t.Errorf("check: %v, error %v", problems, err)
					}
				}
			})
		}
	}
}

// breaking is a store that fails after some transactions, as one does whose disk
// gets full.
type breaking struct {
	store.DB
	left int
}

var errBroken = errors.New("broken")

func (b *breaking) Update(ctx context.Context, fn func(store.Tx) error) error {
	if b.left--; b.left < 0 {
		return errBroken
	}
	return b.DB.Update(ctx, fn)
}

func TestCopyGoesOnWhereItWas(t *testing.T) {
	src, dst := inFile(t), inFile(t)
	want := furnish(t, src)
	var runs int
	for ; ; runs++ {
		n, err := transfer.Copy(t.Context(), src, &breaking{dst, 1}, transfer.Options{})
		if err == nil {
			if n != want {
				t.Errorf("%d items, want %d", n, want)
			}
			break
		}
		if !errors.Is(err, errBroken) || runs > 100 {
			t.Fatal(err)
		}
	}
	if runs < 5 {
		t.Errorf("it took %d runs", runs)
	}
	differ(t, view(t, src), view(t, dst))
}

func TestCopyOnlyIntoWhatIsEmpty(t *testing.T) {
	src, dst := inFile(t), inFile(t)
	furnish(t, src)
	err := dst.Update(t.Context(), func(tx store.Tx) error { return tx.PutFeed(&newsfold.Feed{URL: "u"}) })
	if err != nil {
		t.Fatal(err)
	}
	if _, err := transfer.Copy(t.Context(), src, dst, transfer.Options{}); !errors.Is(err, transfer.ErrNotEmpty) {
		t.Errorf("error %v, want ErrNotEmpty", err)
	}
}

// What changes in the first store while it is copied is noticed.
func TestCopyOfAStoreInUse(t *testing.T) {
	src, dst := inFile(t), inFile(t)
	furnish(t, src)
	if _, err := transfer.Copy(t.Context(), src, &breaking{dst, 3}, transfer.Options{}); !errors.Is(err, errBroken) {
		t.Fatal(err)
	}
	err := src.Update(t.Context(), func(tx store.Tx) error {
		f, err := tx.Feed(1)
		if err != nil {
			return err
		}
		f.Name = "renamed"
		return tx.PutFeed(&f)
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := transfer.Copy(t.Context(), src, dst, transfer.Options{}); !errors.Is(err, transfer.ErrDiffers) {
		t.Errorf("error %v, want ErrDiffers", err)
	}
}
