package web

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"newsfold"
	"newsfold/internal/river"

	"golang.org/x/text/unicode/bidi"
)

// moment is a time as the pages show it.
type moment struct {
	At    string // machine-readable, for <time datetime>
	Clock string // 09:14
	Full  string // Mon 23 Nov 2026, 09:14
	Ago   string // 12 min ago
}

// Known reports whether there is a time at all.
func (m moment) Known() bool { return m.At != "" }

func (s *server) moment(t time.Time) moment {
	if t.IsZero() {
		return moment{}
	}
	now := s.now()
	t = t.In(now.Location())
	return moment{
		At: t.Format(time.RFC3339), Clock: t.Format("15:04"),
		Full: t.Format("Mon 2 Jan 2006, 15:04"), Ago: ago(now, t),
	}
}

// ago says how far a time is from now, in the one unit that matters.
func ago(now, t time.Time) string {
	d := now.Sub(t)
	switch {
	case d < -time.Minute:
		return "in " + span(-d)
	case d < time.Minute:
		return "just now"
	case d < 36*time.Hour:
		return span(d) + " ago"
	case t.Year() == now.Year():
		return "on " + t.Format("2 Jan")
	}
	return "on " + t.Format("2 Jan 2006")
}

// span says how long a time is, in at most two units.
func span(d time.Duration) string {
	d = d.Round(time.Minute)
	switch {
	case d < time.Minute:
		return "less than a minute"
	case d < time.Hour:
		return fmt.Sprintf("%d min", d/time.Minute)
	case d < 10*time.Hour && d%time.Hour != 0:
		return fmt.Sprintf("%d h %d min", d/time.Hour, d%time.Hour/time.Minute)
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h", d/time.Hour)
	}
	return fmt.Sprintf("%d days", d/(24*time.Hour))
}

// day names the day of a time for the headings of the river.
func day(now, t time.Time) string {
	t = t.In(now.Location())
	y, m, d := now.Date()
	midnight := time.Date(y, m, d, 0, 0, 0, 0, now.Location())
	switch {
	case !t.Before(midnight.AddDate(0, 0, 1)):
		return t.Format("Monday 2 January 2006")
	case !t.Before(midnight):
		return "Today"
	case !t.Before(midnight.AddDate(0, 0, -1)):
		return "Yesterday"
	case t.Year() == y:
		return t.Format("Monday 2 January")
	}
	return t.Format("Monday 2 January 2006")
}

// count puts a number before a noun: "1 copy", "7 copies".
func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

func abs(n int) int {
	if n < 0 {
		return -n
	}
	return n
}

// clip shortens a text to at most n runes.
func clip(s string, n int) string {
	i := 0
	for at := range s {
		if i == n {
			return strings.TrimSpace(s[:at]) + "…"
		}
		i++
	}
	return s
}

// outside returns a link that may be followed, or nothing.
func outside(s string) string {
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return ""
	}
	return u.String()
}

// direction returns the direction of a text: what its publisher says, else that
// of its first letter that has one.
func direction(dir, text string) string {
	if dir == "rtl" || dir == "ltr" {
		return dir
	}
	for _, r := range text {
		switch p, _ := bidi.LookupRune(r); p.Class() {
		case bidi.L:
			return "ltr"
		case bidi.R, bidi.AL:
			return "rtl"
		}
	}
	return "ltr"
}

// language returns a language tag, or nothing for what cannot be one.
func language(s string) string {
	if len(s) < 2 || len(s) > 35 {
		return ""
	}
	for _, r := range s {
		if r != '-' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') {
			return ""
		}
	}
	return s
}

// name is what a person calls the publisher of an article.
func name(outlet, link string) string {
	if outlet != "" {
		return outlet
	}
	if u, err := url.Parse(link); err == nil && u.Host != "" {
		return strings.TrimPrefix(u.Hostname(), "www.")
	}
	return "an unnamed outlet"
}

// relationLabels name a relation in a word or two, relationPhrases in a
// sentence with the other outlet in it.
var (
	relationLabels = map[newsfold.Relation]string{
		newsfold.First:       "first",
		newsfold.Identical:   "same text",
		newsfold.Edited:      "edited",
		newsfold.Excerpt:     "excerpt",
		newsfold.Expanded:    "longer",
		newsfold.Update:      "update",
		newsfold.Translation: "translation",
		newsfold.Quotes:      "shares passages",
		newsfold.Template:    "same form, other facts",
	}
	relationPhrases = map[newsfold.Relation]string{
		newsfold.First:       "The story began with it.",
		newsfold.Identical:   "The same text as at %s.",
		newsfold.Edited:      "The text of %s with small changes.",
		newsfold.Excerpt:     "Part of the text of %s.",
		newsfold.Expanded:    "The text of %s with more added to it.",
		newsfold.Update:      "A later version of the text of %s.",
		newsfold.Translation: "The text of %s in another language.",
		newsfold.Quotes:      "Shares passages with %s, but is a text of its own.",
		newsfold.Template:    "Worded like the text of %s, but about other facts.",
	}
)

func relationLabel(r newsfold.Relation) string {
	if l, ok := relationLabels[r]; ok {
		return l
	}
	return string(r)
}

func relationPhrase(r newsfold.Relation, other string) string {
	p, ok := relationPhrases[r]
	if !ok {
		return string(r)
	}
	if strings.Contains(p, "%s") {
		return fmt.Sprintf(p, other)
	}
	return p
}

// originPhrase says what an article or its feed states about where its text
// comes from.
func originPhrase(o newsfold.Origin) string {
	who := o.Name
	if who == "" {
		if u, err := url.Parse(o.URL); err == nil {
			who = u.Hostname()
		}
	}
	if who == "" {
		who = "another outlet"
	}
	switch o.Kind {
	case "credit":
		return "credits " + who
	case "dateline":
		return "its dateline names " + who
	case "byline":
		return "its byline names " + who
	case "copyright":
		return "its copyright line names " + who
	case "canonical":
		return "its page names " + who + " as the original"
	case "source":
		return "its feed names " + who + " as the source"
	case "metadata":
		return "its metadata names " + who
	case "path":
		return "its address names " + who
	case "":
		return who
	}
	return o.Kind + ": " + who
}

// first says who had a story first, for the line under its title. The time is
// zero when it is not an article of ours.
func (s *server) first(p newsfold.Provenance, at time.Time) *first {
	if p.Outlet == "" && p.Article == 0 {
		return nil
	}
	f := &first{Outlet: name(p.Outlet, p.URL), Confidence: river.Percent(p.Confidence), Reason: p.Reason, URL: outside(p.URL)}
	if p.Article != 0 {
		f.Time = s.moment(at)
	}
	switch {
	case p.Confidence < 0.5:
		f.Hedge = "perhaps"
	case p.Confidence < 0.8:
		f.Hedge = "probably"
	}
	return f
}

type first struct {
	Outlet     string
	Hedge      string // how sure, when not sure
	Time       moment
	Confidence string
	Reason     string
	URL        string
}

// feedNames joins the feeds of an article.
func feedNames(feeds []river.Feed) string {
	names := make([]string, len(feeds))
	for i, f := range feeds {
		names[i] = f.Title
	}
	return strings.Join(names, ", ")
}

func isMissing(err error) bool { return errors.Is(err, newsfold.ErrNotFound) }
