package newsroom_test

import (
	"context"
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"newsfold"
	"newsfold/fetch"
	"newsfold/internal/ingest"
	"newsfold/internal/newsroom"
	"newsfold/internal/river"
	"newsfold/store"
	"newsfold/store/bolt"
)

// read subscribes a store to feeds and reads them through all stages.
func read(t *testing.T, opts fetch.Options, feeds []string) (stories []river.Story) {
	t.Helper()
	readStore(t, opts, ingest.Options{}, feeds, func(tx store.Tx) (err error) {
		stories, _, err = river.List(tx, river.Query{})
		for i := range stories {
			if err != nil {
				return err
			}
			stories[i], err = river.Load(tx, newsfold.ArticleID(stories[i].ID))
		}
		return err
	})
	return stories
}

// readStore does the same and then looks at the store.
func readStore(t *testing.T, opts fetch.Options, stages ingest.Options, feeds []string, look func(store.Tx) error) {
	t.Helper()
	db, err := bolt.Open(t.Context(), filepath.Join(t.TempDir(), "newsfold.db"), bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	opts.Gap = -1
	client, err := fetch.New(opts)
	if err != nil {
		t.Fatal(err)
	}
	stages.Manual, stages.Now = true, opts.Now
	engine := ingest.New(db, client, stages)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- engine.Run(ctx) }()
	defer func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("engine: %v", err)
		}
		client.Close()
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}()
	err = db.Update(ctx, func(tx store.Tx) error {
		for _, u := range feeds {
			if err := tx.PutFeed(&newsfold.Feed{URL: u}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	p, err := engine.Pass(ctx, ingest.Request{All: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range p.Failures {
		t.Errorf("feed %s: %s", f.URL, f.Error)
	}
	if err := db.View(ctx, look); err != nil {
		t.Fatal(err)
	}
}

// groups returns the articles of each story as one string, sorted.
func groups(stories []river.Story) []string {
	var list []string
	for _, s := range stories {
		var urls []string
		for _, a := range s.Articles {
			url, _, _ := strings.Cut(a.URL, "?")
			url, _, _ = strings.Cut(url, "#")
			urls = append(urls, url)
		}
		slices.Sort(urls)
		list = append(list, strings.Join(urls, "\n  "))
	}
	slices.Sort(list)
	return list
}

func trueGroups(truth map[string]string) []string {
	by := map[string][]string{}
	for url, story := range truth {
		by[story] = append(by[story], url)
	}
	var list []string
	for _, urls := range by {
		slices.Sort(urls)
		list = append(list, strings.Join(urls, "\n  "))
	}
	slices.Sort(list)
	return list
}

// differences names the stories that are in one list only.
func differences(want, got []string) string {
	var b strings.Builder
	for _, s := range want {
		if !slices.Contains(got, s) {
			fmt.Fprintf(&b, "missing:\n  %s\n", s)
		}
	}
	for _, s := range got {
		if !slices.Contains(want, s) {
			fmt.Fprintf(&b, "instead:\n  %s\n", s)
		}
	}
	return b.String()
}

func TestTheSampleFoldsAsTheTruthSays(t *testing.T) {
	n, _ := open(t)
	clock := func() time.Time { return now }
	stories := read(t, fetch.Options{Transport: n.Transport(), Now: clock}, n.Feeds())
	if d := differences(trueGroups(n.Truth()), groups(stories)); d != "" {
		t.Error(d)
	}
	for _, s := range stories {
		t.Logf("%s · %s  (+%d, %d outlets, first %s: %s)", s.Title, s.Outlet, s.Copies, s.Outlets, s.First.Outlet, s.First.Reason)
		for _, a := range s.Articles {
			t.Logf("    %-9s %.2f %-20s %4d words (%s) %s %v", a.Relation, a.Score, a.Outlet, a.Words, a.Body, a.Title, a.Origins)
			for _, l := range a.Links {
				t.Logf("        linked: %s with %d", l.Relation, l.With)
			}
		}
	}
}

func TestTheLoadFoldsAsTheTruthSays(t *testing.T) {
	for name, opts := range map[string]newsroom.LoadOptions{
		"whole in the feeds": {Feeds: 10, Entries: 30, Seed: 1, Now: now},
		"on pages":           {Feeds: 5, Entries: 10, Seed: 2, Now: now, Pages: true, Copies: .5},
		"on many hosts":      {Feeds: 10, Entries: 20, Seed: 3, Now: now, Spread: true},
	} {
		t.Run(name, func(t *testing.T) {
			n, err := newsroom.Load(t.Context(), opts)
			if err != nil && opts.Spread && runtime.GOOS != "linux" {
				t.Skipf("only Linux has all of 127.0.0.0/8: %v", err)
			}
			if err != nil {
				t.Fatal(err)
			}
			defer n.Close()
			clock := func() time.Time { return now }
			stories := read(t, fetch.Options{Allow: []string{"127.0.0.0/8"}, Now: clock}, n.Feeds())
			if d := differences(trueGroups(n.Truth()), groups(stories)); d != "" {
				t.Error(d)
			}
		})
	}
}
