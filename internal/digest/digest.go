package digest

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"newsfold"
	"newsfold/internal/river"
)

// Digest is what is written.
type Digest struct {
	Title     string    // default "newsfold digest"
	Since     time.Time // stories from then on; zero: no bound
	Until     time.Time // stories before then; zero: no bound
	Generated time.Time // when the digest was made; zero: not said
	Self      string    // URL at which the digest itself is served; empty: none
	Home      string    // URL of the page that shows the same; empty: none
	// Stories are written in their order, with as much as is known of them:
	// their texts when river.Load gave them, copies when there are Articles.
	Stories []river.Story

	Note string // a remark before the stories

	// What follows is told by the formats for people, and of it Updated by
	// "json".
	Zone    *time.Location               // of the times; nil: UTC
	Updated []Update                     // stories that are not new but have changed
	Folders map[newsfold.FeedID][]string // of feeds
	By      string                       // what sections are made of: "folder" (default) or "tag"
}

// TellsTexts reports whether a format has the whole texts of stories in it.
func TellsTexts(format string) bool {
	return slices.Contains([]string{"atom", "epub", "json", "rss"}, format)
}

// formats are the writers by name.
var formats = map[string]func(io.Writer, Digest) error{
	"atom":     writeAtom,
	"epub":     writeEPUB,
	"html":     writeHTML,
	"json":     writeJSON,
	"markdown": writeMarkdown,
	"opml":     writeOPML,
	"rss":      writeRSS,
	"text":     writeText,
}

// Formats returns the names of the formats, sorted.
func Formats() []string {
	var names []string
	for name := range formats {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Ext is the ending of the name of a file in a format, with its dot.
func Ext(format string) string {
	switch format {
	case "markdown":
		return ".md"
	case "text":
		return ".txt"
	}
	return "." + format
}

// Type is the media type of a format.
func Type(format string) string {
	switch format {
	case "atom", "rss":
		return "application/" + format + "+xml; charset=utf-8"
	case "epub":
		return "application/epub+zip"
	case "json":
		return "application/feed+json"
	case "opml":
		return "text/x-opml; charset=utf-8"
	case "markdown", "html":
		return "text/" + format + "; charset=utf-8"
	}
	return "text/plain; charset=utf-8"
}

// Write writes a digest in one of the [Formats]. Nothing is written when the
// format is not one of them.
func Write(w io.Writer, format string, d Digest) error {
	write, ok := formats[format]
	if !ok {
		names := Formats()
		last := len(names) - 1
		return fmt.Errorf("there is no digest format %q: use %s or %s", format, strings.Join(names[:last], ", "), names[last])
	}
	d.Title = cmp.Or(d.Title, "newsfold digest")
	if err := write(w, d); err != nil {
		return fmt.Errorf("write digest: %w", err)
	}
	return nil
}

// copies returns the articles of a story without its lead, by time.
func copies(s river.Story) []river.Article {
	list := slices.DeleteFunc(slices.Clone(s.Articles), func(a river.Article) bool { return a.Lead })
	slices.SortStableFunc(list, func(a, b river.Article) int {
		return cmp.Or(a.Time().Compare(b.Time()), cmp.Compare(a.ID, b.ID))
	})
	return list
}

// first returns the first time that is known. Times are not compared by value,
// since a zero one may carry a location.
func first(times ...time.Time) time.Time {
	for _, t := range times {
		if !t.IsZero() {
			return t
		}
	}
	return time.Time{}
}
