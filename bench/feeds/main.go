// Feeds prints feeds as gofeed alone reads them, with the arguments and the
// fields of `newsfold parse`, so that a scorer of the one runs over the other.
// It is a module of its own: the product does not need it.
//
//	cd bench/feeds
//	go build -o /tmp/gofeed-alone .
//	score_feeds -newsfold /tmp/gofeed-alone ../../../shared/data/feeds/vectors
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"time"

	"github.com/mmcdole/gofeed"
	"github.com/mmcdole/gofeed/atom"
	"github.com/mmcdole/gofeed/rss"
)

type object = map[string]any

// ignored takes flags that gofeed has no use for: it knows neither the address
// of a feed nor the headers that it came with.
type ignored struct{}

func (ignored) String() string   { return "" }
func (ignored) Set(string) error { return nil }

func main() {
	args := os.Args[1:]
	if len(args) > 0 && args[0] == "parse" {
		args = args[1:]
	}
	flags := flag.NewFlagSet("parse", flag.ExitOnError)
	flags.Var(ignored{}, "url", "ignored")
	flags.Var(ignored{}, "header", "ignored")
	_ = flags.Parse(args)
	for _, file := range flags.Args() {
		if err := parse(file); err != nil {
			fmt.Fprintf(os.Stderr, "%s: %v\n", file, err)
			os.Exit(1)
		}
	}
}

func parse(file string) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	parser := gofeed.NewParser()
	parser.KeepOriginalFeed = true
	feed, err := parser.Parse(f)
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(object{"ok": true, "feed": source(feed), "entries": entries(feed)})
}

func source(f *gofeed.Feed) object {
	o := object{
		"title": f.Title, "link": f.Link, "description": f.Description, "language": f.Language, "rights": f.Copyright,
		"generator": f.Generator, "feed_url": f.FeedLink, "authors": people(f.Authors), "categories": f.Categories,
		"published": stamp(f.PublishedParsed), "updated": stamp(f.UpdatedParsed),
	}
	if f.Image != nil {
		o["image"] = f.Image.URL
	}
	switch original := f.OriginalFeed().(type) {
	case *rss.Feed:
		o["ttl"] = original.TTL
		o["skip_hours"], o["skip_days"] = original.SkipHours, original.SkipDays
	case *atom.Feed:
		o["id"] = original.ID
		o["authors"] = atomPeople(original.Authors)
	}
	return o
}

func entries(f *gofeed.Feed) []object {
	list := []object{}
	for i, it := range f.Items {
		o := object{
			"id": it.GUID, "title": it.Title, "link": it.Link, "summary": it.Description, "content": it.Content,
			"authors": people(it.Authors), "categories": it.Categories,
			"published": stamp(it.PublishedParsed), "updated": stamp(it.UpdatedParsed),
		}
		if it.Image != nil {
			o["image"] = it.Image.URL
		}
		enclosures := []object{}
		for _, e := range it.Enclosures {
			enclosures = append(enclosures, object{"url": e.URL, "type": e.Type, "length": e.Length})
		}
		o["enclosures"] = enclosures
		original(o, f.OriginalFeed(), i)
		list = append(list, o)
	}
	return list
}

// original adds what only the feed in its own format has.
func original(o object, feed any, i int) {
	switch feed := feed.(type) {
	case *rss.Feed:
		if it := feed.Items[i]; it.Source != nil {
			o["source"] = object{"title": it.Source.Title, "url": it.Source.URL}
		}
		o["comments"] = feed.Items[i].Comments
	case *atom.Feed:
		it := feed.Entries[i]
		o["authors"] = atomPeople(it.Authors)
		if s := it.Source; s != nil {
			link := ""
			if len(s.Links) > 0 {
				link = s.Links[0].Href
			}
			o["source"] = object{"id": s.ID, "title": s.Title, "link": link}
		}
	}
}

func people(list []*gofeed.Person) []object {
	out := []object{}
	for _, p := range list {
		out = append(out, object{"name": p.Name, "email": p.Email})
	}
	return out
}

func atomPeople(list []*atom.Person) []object {
	out := []object{}
	for _, p := range list {
		out = append(out, object{"name": p.Name, "email": p.Email, "url": p.URI})
	}
	return out
}

func stamp(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.Format(time.RFC3339Nano)
}
