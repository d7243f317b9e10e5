package bolt_test

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"newsfold"
	"newsfold/store"
	"newsfold/store/bolt"
)

// A load is steady work on a store: step n adds a feed, an entry, an article
// with its body, and folds every third article into the story of the one
// before; it marks, moves in the logs, and keeps count on a shelf. What a store
// must hold after step n follows from n alone.
type load struct{ words int }

var epoch = time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC)

func articleURL(n int) string { return fmt.Sprintf("https://site%d.example/story/%d", n%97, n) }

// body returns text n: a piece of the same long text for all, from somewhere
// else each time.
func (l load) body(n int) newsfold.Body {
	size := l.words * 6
	at := int(uint32(n) * 2654435761 % uint32(len(prose)-size))
	text := fmt.Sprint(n, " ", prose[at:at+size])
	return newsfold.Body{Text: text, HTML: "<p>" + text + "</p>"}
}

// vocabulary is some thousand made-up words, prose 300 kB of them.
var (
	vocabulary = words()
	prose      = write300k(vocabulary)
)

func words() (words []string) {
	syllables := strings.Fields("ba ke lo mi nu ra se ti vo wa dra ste plo kri")
	for _, a := range syllables {
		for _, b := range syllables {
			words = append(words, a+b)
			for _, c := range syllables[:10] {
				words = append(words, a+b+c)
			}
		}
	}
	return words
}

func write300k(words []string) string {
	rnd := rand.New(rand.NewPCG(1, 1))
	var b strings.Builder
	for b.Len() < 300_000 {
		b.WriteString(words[rnd.IntN(len(words))])
		b.WriteString([]string{" ", " ", " ", ", ", "\n\n"}[rnd.IntN(5)])
	}
	return b.String()
}

// step is one transaction.
func (l load) step(tx store.Tx, n int) error {
	feed := newsfold.Feed{URL: fmt.Sprint("https://feeds.example/", n%10), Title: "a feed", Added: epoch}
	if f, err := tx.FindFeed(feed.URL); err == nil {
		feed = f
	}
	feed.Poll.Attempted = epoch.Add(time.Duration(n) * time.Minute)
	if err := tx.PutFeed(&feed); err != nil {
		return err
	}
	body := l.body(n)
	a := newsfold.Article{
		URL: articleURL(n), Title: "about " + vocabulary[n%len(vocabulary)], Seen: feed.Poll.Attempted,
		Host: "site.example", Outlet: "Site", Lede: body.Text[:min(len(body.Text), 200)], Lang: "en",
		Entries: []newsfold.EntryRef{{Feed: feed.ID, Key: fmt.Sprint("guid-", n)}},
		Page:    newsfold.Page{State: newsfold.PageWanted, Next: feed.Poll.Attempted},
	}
	if err := tx.PutArticle(&a); err != nil {
		return err
	}
	e := newsfold.Entry{
		Feed: feed.ID, GUID: fmt.Sprint("guid-", n), Link: a.URL, Title: a.Title,
		Summary: a.Lede, Seen: a.Seen, Article: a.ID,
	}
	if err := tx.PutEntry(&e); err != nil {
		return err
	}
	if err := tx.PutBody(a.ID, body); err != nil {
		return err
	}
	if err := tx.Append(store.Texts, a.ID); err != nil {
		return err
	}
	if err := l.fold(tx, &a, n); err != nil {
		return err
	}
	return tx.Shelf("load").Put([]byte("count"), fmt.Append(nil, n+1))
}

func (l load) fold(tx store.Tx, a *newsfold.Article, n int) error {
	s := newsfold.Story{
		ID: newsfold.StoryID(a.ID), Lead: a.ID, Articles: []newsfold.ArticleID{a.ID}, Outlets: 1,
		Feeds: []newsfold.FeedID{a.Entries[0].Feed}, Time: a.Seen, Changed: a.Seen, Read: n%5 == 0, Starred: n%11 == 0,
	}
	if n%3 == 1 {
		before, err := tx.FindArticle(articleURL(n - 1))
		if err != nil {
			return err
		}
		if s, err = tx.Story(newsfold.StoryID(before)); err != nil {
			return err
		}
		s.Articles = append(s.Articles, a.ID)
		if !slices.Contains(s.Feeds, a.Entries[0].Feed) {
			s.Feeds = append(s.Feeds, a.Entries[0].Feed)
		}
		s.Outlets, s.Changed = 2, a.Seen
	}
	a.Story, a.Page = s.ID, newsfold.Page{State: newsfold.PageFeed, Words: l.words}
	a.Fold = newsfold.Fold{Relation: newsfold.First, Score: 1, At: a.Seen}
	if err := tx.PutArticle(a); err != nil {
		return err
	}
	if err := tx.PutStory(&s); err != nil {
		return err
	}
	return tx.Append(store.Folds, a.ID)
}

// count returns how many steps a store has seen.
func (l load) count(tx store.Tx) (n int, err error) {
	v, err := tx.Shelf("load").Get([]byte("count"))
	if err == nil && v != nil {
		_, err = fmt.Sscan(string(v), &n)
	}
	return n, err
}

// verify says what is missing or wrong after n steps.
func (l load) verify(tx store.Tx, n int) error {
	for i := range n {
		id, err := tx.FindArticle(articleURL(i))
		if err != nil {
			return err
		}
		b, err := tx.Body(id)
		if err != nil {
			return err
		}
		if b != l.body(i) {
			return fmt.Errorf("the body of article %d is not its own", id)
		}
	}
	listed := 0
	for s, err := range tx.Stories(store.Query{}) {
		if err != nil {
			return err
		}
		listed += len(s.Articles)
	}
	if listed != n {
		return fmt.Errorf("%d articles are listed of %d", listed, n)
	}
	return nil
}

// sample returns the bytes of a store after some steps.
func sample(t *testing.T, steps int) []byte {
	t.Helper()
	dir := t.TempDir()
	db := open(t, dir)
	l := load{words: 120}
	for n := 0; n < steps; n += 50 {
		err := db.Update(context.Background(), func(tx store.Tx) error {
			for i := n; i < n+50; i++ {
				if err := l.step(tx, i); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	// Without free space, so that damage hits something.
	if _, _, err := db.(*bolt.DB).Compact(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(file(dir))
	if err != nil {
		t.Fatal(err)
	}
	// The file grows by more than it holds.
	used := len(bytes.TrimRight(content, "\x00"))
	return content[:(used/8192+1)*8192]
}
