package search

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
)

// ErrQuery says that a query makes no sense; the error that wraps it says why.
var ErrQuery = errors.New("search query")

// Bounds of a query.
const (
	maxQuery   = 1000 // bytes
	maxClauses = 32
)

// Query is what a person asks for, taken apart. All of it has to hold of an
// article.
//
//	ferry aground        both words, in any form
//	"ran aground"        the words one after the other
//	light*               words that begin so
//	-festival            not this word; also -"a phrase"
//	feed:"Harbour Courier", folder:News, site:courier.example, lang:de
//	after:2026-03-01, after:7d, before:2026-04-01
//	is:unread, is:starred, is:hidden
type Query struct {
	Words   []Word
	Feeds   []string // names, IDs or URLs; one of them has to carry it
	Folders []string // likewise
	Sites   []string // hosts; one of them is its own
	Langs   []string // languages, as stated; one of them is its own

	After   time.Time // appeared at or after
	Before  time.Time // appeared before
	Unread  bool
	Starred bool
	Hidden  bool // stories that a rule hides, and no others; false: none of them
}

// Word is a word or a phrase of a query.
type Word struct {
	Text   string // a phrase when it has several words
	Not    bool
	Prefix bool // words that begin with Text
	phrase bool // in quotation marks: its words are all meant
}

// Parse takes a query apart. Ages and dates are relative to now, and in its
// location. Errors wrap [ErrQuery].
func Parse(text string, now time.Time) (q Query, err error) {
	if len(text) > maxQuery {
		return q, fmt.Errorf("%w: %d bytes are more than the %d that a query may have", ErrQuery, len(text), maxQuery)
	}
	n := 0
	for text = strings.TrimSpace(text); text != ""; text = strings.TrimSpace(text) {
		if n++; n > maxClauses {
			return q, fmt.Errorf("%w: more than %d words", ErrQuery, maxClauses)
		}
		var not bool
		if rest, ok := strings.CutPrefix(text, "-"); ok && rest != "" && !unicode.IsSpace(rune(rest[0])) {
			text, not = rest, true
		}
		if name, rest, ok := strings.Cut(text, ":"); ok && isField(name) && !not {
			var v string
			if v, _, text = piece(rest); v == "" {
				return q, fmt.Errorf("%w: %s: wants something behind it", ErrQuery, name)
			}
			if err := q.field(name, v, now); err != nil {
				return q, err
			}
			continue
		}
		var w Word
		w.Text, w.phrase, text = piece(text)
		w.Not = not
		if t, ok := strings.CutSuffix(w.Text, "*"); ok && !w.phrase && t != "" {
			w.Text, w.Prefix = t, true
		}
		if w.Text != "" {
			q.Words = append(q.Words, w)
		}
	}
	return q, nil
}

var fields = []string{"feed", "folder", "site", "lang", "after", "before", "since", "until", "is"}

func isField(name string) bool { return slices.Contains(fields, strings.ToLower(name)) }

// piece takes a word or a phrase in quotation marks off a text. A mark that is
// never closed ends with the text.
func piece(text string) (v string, quoted bool, rest string) {
	for _, m := range [][2]string{{`"`, `"`}, {"“", "”"}, {"„", "“"}, {"«", "»"}} {
		if in, ok := strings.CutPrefix(text, m[0]); ok {
			v, rest, _ = strings.Cut(in, m[1])
			return v, true, rest
		}
	}
	if i := strings.IndexFunc(text, unicode.IsSpace); i >= 0 {
		return text[:i], false, text[i:]
	}
	return text, false, ""
}

func (q *Query) field(name, v string, now time.Time) (err error) {
	switch strings.ToLower(name) {
	case "feed":
		q.Feeds = append(q.Feeds, v)
	case "folder":
		q.Folders = append(q.Folders, v)
	case "site":
		v = strings.TrimPrefix(strings.ToLower(v), "www.")
		q.Sites = append(q.Sites, strings.Trim(v, "/."))
	case "lang":
		l := primary(v)
		if l == "" {
			return fmt.Errorf("%w: lang:%s is no language: say lang:en", ErrQuery, v)
		}
		q.Langs = append(q.Langs, string(l))
	case "after", "since":
		q.After, err = moment(v, now)
	case "before", "until":
		q.Before, err = moment(v, now)
	case "is":
		switch strings.ToLower(v) {
		case "unread":
			q.Unread = true
		case "starred":
			q.Starred = true
		case "hidden":
			q.Hidden = true
		default:
			return fmt.Errorf("%w: is:%s: say is:unread, is:starred or is:hidden", ErrQuery, v)
		}
	}
	return err
}

// moment reads a date, a month, a year, a time or an age.
func moment(v string, now time.Time) (time.Time, error) {
	for _, layout := range []string{time.DateOnly, "2006-01", "2006", time.RFC3339, "2006-01-02T15:04"} {
		if t, err := time.ParseInLocation(layout, v, now.Location()); err == nil {
			return t, nil
		}
	}
	var n float64
	var unit string
	if c, err := fmt.Sscanf(v, "%f%s", &n, &unit); err == nil && c == 2 && n >= 0 && n < 1e5 {
		hours := map[string]float64{"h": 1, "d": 24, "w": 7 * 24, "m": 30 * 24, "y": 365 * 24}[unit]
		if hours > 0 {
			return now.Add(-time.Duration(n * hours * float64(time.Hour))), nil
		}
	}
	return time.Time{}, fmt.Errorf("%w: %q is no time: say 2026-03-01, 2026-03, or an age such as 7d", ErrQuery, v)
}
