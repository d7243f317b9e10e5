package greader

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"newsfold"
	"newsfold/internal/reading"
	"newsfold/store"
)

// State tags. Apps compare them as a whole, so the user is always a dash.
const (
	tagRead    = "user/-/state/com.google/read"
	tagStarred = "user/-/state/com.google/starred"
	tagList    = "user/-/state/com.google/reading-list"
	tagFresh   = "user/-/state/com.google/fresh"
	labelTag   = "user/-/label/"
	longID     = "tag:google.com,2005:reader/item/"
)

// tag reads a tag, whatever user it names.
func tag(s string) (state, label string) {
	rest, ok := strings.CutPrefix(s, "user/")
	if !ok {
		return "", ""
	}
	_, rest, _ = strings.Cut(rest, "/")
	if st, ok := strings.CutPrefix(rest, "state/com.google/"); ok {
		return st, ""
	}
	label, _ = strings.CutPrefix(rest, "label/")
	return "", label
}

// parseID reads the ID of an item in any notation; see doc.go. What is all
// digits and does not begin with 0 is decimal.
func parseID(s string) (int64, bool) {
	if rest, ok := strings.CutPrefix(s, longID); ok {
		return hexID(rest)
	}
	s = s[strings.LastIndexByte(s, '/')+1:]
	digits := strings.TrimPrefix(s, "-")
	if digits != "" && strings.Trim(digits, "0123456789") == "" && (digits[0] != '0' || digits == "0") {
		n, err := strconv.ParseInt(s, 10, 64)
		return n, err == nil
	}
	return hexID(strings.TrimPrefix(s, "0x"))
}

func hexID(s string) (int64, bool) {
	if len(s) > 16 {
		return 0, false
	}
	n, err := strconv.ParseUint(s, 16, 64)
	return int64(n), err == nil
}

func formatID(id int64) string { return fmt.Sprintf("%s%016x", longID, uint64(id)) }

// itemsOf reads the items that a call names.
func itemsOf(form url.Values) ([]int64, error) {
	given := form["i"]
	if len(given) > maxIDs {
		return nil, &refusal{http.StatusRequestEntityTooLarge, fmt.Sprintf("at most %d items in one call", maxIDs)}
	}
	ids := make([]int64, 0, len(given))
	for _, s := range given {
		id, ok := parseID(s)
		if !ok {
			return nil, bad("%.80q is no item", s)
		}
		ids = append(ids, id)
	}
	return ids, nil
}

// instant reads a time by its number of digits: seconds, ms, µs or ns.
func instant(s string) (time.Time, error) {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 0 {
		return time.Time{}, bad("%.40q is no time", s)
	}
	switch l := len(strings.TrimLeft(s, "0")); {
	case n == 0:
		return time.Time{}, nil
	case l <= 11:
		return time.Unix(n, 0), nil
	case l <= 14:
		return time.UnixMilli(n), nil
	case l <= 17:
		return time.UnixMicro(n), nil
	}
	return time.Unix(0, n), nil
}

// stream is what a call asks for.
type stream struct {
	reading.Stream
	id    string // as it is named to the app
	title string
}

// streamOf reads the stream that a name and the other parameters select.
func streamOf(tx store.Tx, name string, form url.Values) (stream, error) {
	st := stream{id: name}
	if err := st.add(tx, name, false); err != nil {
		return st, err
	}
	st.title = cmp.Or(st.title, path.Base(name))
	for _, t := range form["it"] {
		if err := st.add(tx, t, false); err != nil {
			return st, err
		}
	}
	for _, t := range form["xt"] {
		if err := st.add(tx, t, true); err != nil {
			return st, err
		}
	}
	var err error
	if v := form.Get("ot"); v != "" {
		if st.Since, err = instant(v); err != nil {
			return st, err
		}
	}
	if v := form.Get("nt"); v != "" {
		if st.Until, err = instant(v); err != nil {
			return st, err
		}
		if !st.Until.IsZero() {
			st.Until = st.Until.Add(time.Second) // what came in within that second too
		}
	}
	if v := form.Get("c"); v != "" {
		if st.After, err = strconv.ParseInt(v, 10, 64); err != nil || st.After < 1 {
			return st, bad("%.40q is no continuation", v)
		}
	}
	st.Ascending = form.Get("r") == "o"
	return st, nil
}

// add narrows a stream down to what has, or has not, a tag.
func (st *stream) add(tx store.Tx, name string, not bool) error {
	state, label := tag(name)
	switch {
	case state == "reading-list" && !not:
		st.title = "All stories"
	case state == "read":
		st.Read, st.Unread = st.Read || !not, st.Unread || not
	case state == "kept-unread" || state == "fresh":
		st.Unread, st.Read = st.Unread || !not, st.Read || not
	case state == "starred":
		st.Starred, st.Others = st.Starred || !not, st.Others || not
	case state != "": // nothing has any other state
		if !not {
			st.Feeds = []newsfold.FeedID{}
		}
	case label != "":
		feeds, err := labelled(tx, label)
		if err != nil {
			return err
		}
		if st.title == "" {
			st.title = label
		}
		return st.narrow(tx, feeds, not)
	case strings.HasPrefix(name, "feed/"):
		f, err := feedOf(tx, name)
		if err != nil {
			return err
		}
		if st.title == "" {
			st.title = f.Label()
		}
		return st.narrow(tx, []newsfold.FeedID{f.ID}, not)
	default:
		return bad("%.80q is no stream", name)
	}
	return nil
}

func (st *stream) narrow(tx store.Tx, feeds []newsfold.FeedID, not bool) error {
	if not && st.Feeds == nil {
		st.Feeds = []newsfold.FeedID{}
		for f, err := range tx.Feeds() {
			if err != nil {
				return err
			}
			st.Feeds = append(st.Feeds, f.ID)
		}
	}
	if st.Feeds == nil {
		st.Feeds = feeds
		return nil
	}
	st.Feeds = slices.DeleteFunc(slices.Clone(st.Feeds), func(f newsfold.FeedID) bool { return slices.Contains(feeds, f) == not })
	return nil
}

// labelled returns the feeds in a folder.
func labelled(tx store.Tx, label string) ([]newsfold.FeedID, error) {
	feeds := []newsfold.FeedID{}
	for f, err := range tx.Feeds() {
		if err != nil {
			return nil, err
		}
		if slices.Contains(f.Folders, label) {
			feeds = append(feeds, f.ID)
		}
	}
	return feeds, nil
}

// feedOf finds the feed that "feed/…" names, by number or by URL.
func feedOf(tx store.Tx, name string) (newsfold.Feed, error) {
	rest, ok := strings.CutPrefix(name, "feed/")
	if !ok {
		return newsfold.Feed{}, bad("%.80q is no feed", name)
	}
	if id, err := strconv.ParseInt(rest, 10, 64); err == nil {
		return tx.Feed(newsfold.FeedID(id))
	}
	return tx.FindFeed(rest)
}

func feedTag(id newsfold.FeedID) string { return "feed/" + strconv.FormatInt(int64(id), 10) }

// limit reads how many items an app wants; at most that many it gets at once.
func limit(form url.Values, usual, most int) (int, error) {
	v := form.Get("n")
	if v == "" {
		return usual, nil
	}
	n, err := strconv.Atoi(v)
	if err != nil || n < 0 {
		return 0, bad("%.40q is no number of items", v)
	}
	if n == 0 {
		n = usual
	}
	return min(n, most), nil
}
