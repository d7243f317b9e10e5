// Package storetest checks that an engine keeps the contract of package store.
// The tests of every engine run it:
//
//	func TestContract(t *testing.T) {
//		storetest.Run(t, storetest.Engine{Open: open})
//	}
//
// where open opens a real store in a directory, the same one each time it is
// given the same directory. Run closes what it opens. Each guarantee is a test
// of its own, named after what is promised. RunShared tests what engines promise
// beside that which several daemons may use.
package storetest

import (
	"context"
	"fmt"
	"reflect"
	"testing"
	"time"

	"newsfold"
	"newsfold/store"
)

// An Engine is what Run needs to know about an engine.
type Engine struct {
	// Open opens the store in a directory, making it when it is not there. It
	// fails the test when that is not possible.
	Open func(t *testing.T, dir string) store.DB
	// Check, when there is one, looks for whatever should not be in the store.
	// It runs at the end of each test.
	Check func(t *testing.T, db store.DB)
}

// Run tests an engine.
func Run(t *testing.T, e Engine) {
	for _, group := range []struct {
		name  string
		tests []test
	}{
		{"feeds", feedTests},
		{"entries", entryTests},
		{"articles", articleTests},
		{"stories", storyTests},
		{"removal", removalTests},
		{"logs", logTests},
		{"shelves", shelfTests},
		{"transactions", txTests},
	} {
		t.Run(group.name, func(t *testing.T) {
			for _, tt := range group.tests {
				t.Run(tt.name, func(t *testing.T) {
					s := &suite{T: t, engine: e, dir: t.TempDir()}
					s.db = e.Open(t, s.dir)
					defer s.end()
					tt.run(s)
				})
			}
		})
	}
}

type test struct {
	name string
	run  func(*suite)
}

// A suite is one test with its store.
type suite struct {
	*testing.T
	engine Engine
	dir    string
	db     store.DB
}

func (s *suite) end() {
	if s.engine.Check != nil && !s.Failed() {
		s.engine.Check(s.T, s.db)
	}
	s.must(s.db.Close())
}

// reopen closes the store and opens it again.
func (s *suite) reopen() {
	s.Helper()
	s.must(s.db.Close())
	s.db = s.engine.Open(s.T, s.dir)
}

func (s *suite) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

func (s *suite) update(fn func(store.Tx)) {
	s.Helper()
	s.must(s.db.Update(s.Context(), func(tx store.Tx) error { fn(tx); return nil }))
}

func (s *suite) view(fn func(store.Tx)) {
	s.Helper()
	s.must(s.db.View(s.Context(), func(tx store.Tx) error { fn(tx); return nil }))
}

// both runs fn where the data was written and again after a restart.
func (s *suite) both(fn func(store.Tx)) {
	s.Helper()
	s.view(fn)
	s.reopen()
	s.view(fn)
}

// equal compares values, times as instants to the microsecond.
func (s *suite) equal(what string, got, want any) {
	s.Helper()
	w := reflect.New(reflect.TypeOf(want)).Elem()
	w.Set(reflect.ValueOf(want))
	w = normal(w)
	if !reflect.DeepEqual(got, w.Interface()) {
		s.Errorf("%s:\n got %+v\nwant %+v", what, got, w.Interface())
	}
}

var timeType = reflect.TypeFor[time.Time]()

// normal returns a deep copy with times as a store returns them.
func normal(v reflect.Value) reflect.Value {
	out := reflect.New(v.Type()).Elem()
	switch {
	case v.Type() == timeType:
		out.Set(reflect.ValueOf(v.Interface().(time.Time).UTC().Truncate(time.Microsecond)))
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			out.Field(i).Set(normal(v.Field(i)))
		}
	case v.Kind() == reflect.Slice && !v.IsNil():
		out.Set(reflect.MakeSlice(v.Type(), v.Len(), v.Len()))
		for i := range v.Len() {
			out.Index(i).Set(normal(v.Index(i)))
		}
	default:
		out.Set(v)
	}
	return out
}

// full returns a value whose every field, at any depth, is set and different
// from all others, so that a field which an engine forgets is seen.
func full[T any]() T {
	var v T
	n := 0
	fill(reflect.ValueOf(&v).Elem(), &n)
	return v
}

func fill(v reflect.Value, n *int) {
	*n++
	switch {
	case v.Type() == timeType:
		zone := time.FixedZone("", 5*3600+1800)
		v.Set(reflect.ValueOf(time.Date(2026, 3, 4, 5, 6, *n%60, 123456789, zone)))
		return
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i), n)
		}
		return
	case v.Kind() == reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 3, 3))
		for i := range v.Len() {
			fill(v.Index(i), n)
		}
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(fmt.Sprintf("%s %d", awkward, *n))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Float64:
		v.SetFloat(float64(*n) / 7)
	case reflect.Uint8:
		v.SetUint(uint64(*n % 256))
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(*n))
	default:
		panic("storetest: cannot fill " + v.Type().String())
	}
}

// awkward is a string that encodings like to change.
const awkward = "ö\u0000\xff\xfe <b>&amp;\u2028é 日本\r\n\"'\\"

// day is a base for times in tests.
var day = time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)

// hour returns a time some hours into day.
func hour(h int) time.Time { return day.Add(time.Duration(h) * time.Hour) }

// feed stores a feed.
func (s *suite) feed(tx store.Tx, url string) newsfold.FeedID {
	s.Helper()
	f := newsfold.Feed{URL: url, Added: day}
	s.must(tx.PutFeed(&f))
	return f.ID
}

// article stores an article.
func (s *suite) article(tx store.Tx, url string) newsfold.ArticleID {
	s.Helper()
	a := newsfold.Article{URL: url, Title: "about " + url, Seen: day}
	s.must(tx.PutArticle(&a))
	return a.ID
}

// fold stores articles as one story, which is named after the first of them.
// Its Articles are set here; the rest is the caller's.
func (s *suite) fold(tx store.Tx, st newsfold.Story, ids ...newsfold.ArticleID) newsfold.StoryID {
	s.Helper()
	st.ID, st.Lead, st.Articles = newsfold.StoryID(ids[0]), ids[0], ids
	s.must(tx.PutStory(&st))
	for _, id := range ids {
		a, err := tx.Article(id)
		s.must(err)
		a.Story = st.ID
		s.must(tx.PutArticle(&a))
	}
	return st.ID
}

// within returns a context that ends soon, for what is expected to wait.
func within(t *testing.T, d time.Duration) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), d)
	t.Cleanup(cancel)
	return ctx
}
