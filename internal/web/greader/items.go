package greader

import (
	"cmp"
	"net/http"
	"strconv"

	"newsfold"
	"newsfold/internal/reading"
	"newsfold/store"
)

// How many items one answer holds. Lists of IDs are short, and an app that asks
// for all of them may not go on when it gets fewer.
const (
	usualIDs      = 10_000
	mostIDs       = 250_000
	usualContents = 20
	mostContents  = 1000
)

// ref is an item in a list of IDs.
type ref struct {
	ID      string   `json:"id"`
	Streams []string `json:"directStreamIds"`
	Crawled string   `json:"timestampUsec"`
}

func (s *server) itemIDs(w http.ResponseWriter, r *http.Request) error {
	n, err := limit(r.Form, usualIDs, mostIDs)
	if err != nil {
		return err
	}
	var page reading.Page
	err = s.DB.View(r.Context(), func(tx store.Tx) error {
		st, err := streamOf(tx, cmp.Or(r.Form.Get("s"), tagList), r.Form)
		if err != nil {
			return err
		}
		st.Limit = n
		page, err = s.Reader.List(tx, st.Stream)
		return err
	})
	if err != nil {
		return err
	}
	out := struct {
		Refs         []ref  `json:"itemRefs"`
		Continuation string `json:"continuation,omitempty"`
	}{Refs: make([]ref, 0, len(page.Items)), Continuation: continuation(page)}
	for _, it := range page.Items {
		out.Refs = append(out.Refs, ref{ID: strconv.FormatInt(it.ID, 10), Streams: []string{}, Crawled: strconv.FormatInt(it.Seen.UnixMicro(), 10)})
	}
	return answer(w, out)
}

// continuation is where the next page begins: behind the last item, so that
// it stays right when items before it are marked.
func continuation(p reading.Page) string {
	if !p.More || len(p.Items) == 0 {
		return ""
	}
	return strconv.FormatInt(p.Items[len(p.Items)-1].ID, 10)
}

// The types of contents, with the names of the wire.
type (
	contents struct {
		Direction    string `json:"direction"`
		ID           string `json:"id"`
		Title        string `json:"title"`
		Self         []href `json:"self"`
		Updated      int64  `json:"updated"`
		Items        []item `json:"items"`
		Continuation string `json:"continuation,omitempty"`
	}
	item struct {
		ID         string   `json:"id"`
		Crawled    string   `json:"crawlTimeMsec"`
		CrawledUs  string   `json:"timestampUsec"`
		Published  int64    `json:"published"`
		Updated    int64    `json:"updated"`
		Title      string   `json:"title"`
		Author     string   `json:"author"`
		Canonical  []href   `json:"canonical"`
		Alternate  []href   `json:"alternate"`
		Categories []string `json:"categories"`
		Origin     origin   `json:"origin"`
		Summary    text     `json:"summary"`
		Enclosure  []href   `json:"enclosure,omitempty"`
	}
	origin struct {
		Stream string `json:"streamId"`
		Title  string `json:"title"`
		Home   string `json:"htmlUrl"`
	}
	href struct {
		URL  string `json:"href"`
		Type string `json:"type,omitempty"`
	}
	text struct {
		Direction string `json:"direction"`
		Content   string `json:"content"`
	}
)

func (s *server) contents(w http.ResponseWriter, r *http.Request) error {
	n, err := limit(r.Form, usualContents, mostContents)
	if err != nil {
		return err
	}
	name := cmp.Or(r.PathValue("stream"), r.Form.Get("s"), tagList)
	var out contents
	err = s.DB.View(r.Context(), func(tx store.Tx) error {
		st, err := streamOf(tx, name, r.Form)
		if err != nil {
			return err
		}
		st.Limit = n
		page, err := s.Reader.List(tx, st.Stream)
		if err != nil {
			return err
		}
		out, err = s.fill(tx, st, page.Items)
		out.Continuation = continuation(page)
		return err
	})
	if err != nil {
		return err
	}
	return answer(w, out)
}

func (s *server) itemContents(w http.ResponseWriter, r *http.Request) error {
	ids, err := itemsOf(r.Form)
	if err != nil {
		return err
	}
	if len(ids) == 0 {
		return bad("no item is named")
	}
	if len(ids) > mostContents {
		ids = ids[:mostContents]
	}
	var out contents
	err = s.DB.View(r.Context(), func(tx store.Tx) error {
		items, err := s.Reader.Find(tx, ids)
		if err != nil {
			return err
		}
		out, err = s.fill(tx, stream{id: tagList, title: "All stories"}, items)
		return err
	})
	if err != nil {
		return err
	}
	return answer(w, out)
}

// fill loads items for an answer.
func (s *server) fill(tx store.Tx, st stream, items []reading.Item) (contents, error) {
	out := contents{
		Direction: "ltr", ID: st.id, Title: st.title, Self: []href{}, Updated: s.Now().Unix(), Items: make([]item, 0, len(items)),
	}
	full, err := s.Reader.Load(tx, items)
	if err != nil {
		return out, err
	}
	feeds := map[newsfold.FeedID]newsfold.Feed{}
	for _, f := range full {
		feed, ok := feeds[f.Feed]
		if !ok {
			if feed, err = tx.Feed(f.Feed); err != nil {
				return out, err
			}
			feeds[f.Feed] = feed
		}
		out.Items = append(out.Items, itemOf(f, &feed))
	}
	return out, nil
}

func itemOf(f reading.Full, feed *newsfold.Feed) item {
	it := item{
		ID: formatID(f.ID), Crawled: strconv.FormatInt(f.Seen.UnixMilli(), 10), CrawledUs: strconv.FormatInt(f.Seen.UnixMicro(), 10),
		// One app shows "updated" as the date of an item.
		Published: f.Published.Unix(), Updated: f.Published.Unix(), Title: f.Title, Author: f.Author,
		Canonical: []href{{URL: f.URL}}, Alternate: []href{{URL: f.URL, Type: "text/html"}},
		Categories: categories(f.Item, feed),
		Origin:     origin{Stream: feedTag(feed.ID), Title: feed.Label(), Home: feed.Site},
		Summary:    text{Direction: "ltr", Content: f.HTML},
	}
	if f.Dir == "rtl" {
		it.Summary.Direction = "rtl"
	}
	if f.Image != "" {
		it.Enclosure = []href{{URL: f.Image, Type: "image/*"}}
	}
	return it
}

func categories(it reading.Item, feed *newsfold.Feed) []string {
	tags := []string{tagList}
	for _, l := range feed.Folders {
		tags = append(tags, labelTag+l)
	}
	if it.Read {
		tags = append(tags, tagRead)
	} else {
		tags = append(tags, tagFresh)
	}
	if it.Starred {
		tags = append(tags, tagStarred)
	}
	return tags
}

// editTag marks items.
func (s *server) editTag(w http.ResponseWriter, r *http.Request) error {
	ids, err := itemsOf(r.Form)
	if err != nil {
		return err
	}
	marks := marksOf(r.Form["a"], r.Form["r"])
	if len(ids) > 0 && len(marks) > 0 {
		err = s.DB.Update(r.Context(), func(tx store.Tx) error {
			_, err := s.Reader.Mark(tx, ids, marks...)
			return err
		})
		if err != nil {
			return err
		}
	}
	return say(w, "OK")
}

// marksOf reads what tags are added and removed. Tags of no meaning here are
// passed over: apps send them beside those that have one.
func marksOf(add, remove []string) []reading.Mark {
	var marks []reading.Mark
	for _, t := range remove {
		switch state, _ := tag(t); state {
		case "read":
			marks = append(marks, reading.Unread)
		case "starred":
			marks = append(marks, reading.Unstar)
		}
	}
	for _, t := range add {
		switch state, _ := tag(t); state {
		case "read":
			marks = append(marks, reading.Read)
		case "kept-unread":
			marks = append(marks, reading.Unread)
		case "starred":
			marks = append(marks, reading.Star)
		}
	}
	return marks
}

// markAll marks a stream as read, as far as the app has seen it.
func (s *server) markAll(w http.ResponseWriter, r *http.Request) error {
	name := r.Form.Get("s")
	if name == "" {
		return bad("no stream is named")
	}
	err := s.DB.Update(r.Context(), func(tx store.Tx) error {
		st, err := streamOf(tx, name, nil)
		if err != nil {
			return err
		}
		if v := r.Form.Get("ts"); v != "" {
			if st.Until, err = instant(v); err != nil {
				return err
			}
		}
		if st.Starred {
			items, err := s.Reader.List(tx, st.Stream)
			if err != nil {
				return err
			}
			for _, it := range items.Items {
				if _, err := s.Reader.Mark(tx, []int64{it.ID}, reading.Read); err != nil {
					return err
				}
			}
			return nil
		}
		_, err = s.Reader.MarkAll(tx, st.Feeds, st.Until)
		return err
	})
	if err != nil {
		return err
	}
	return say(w, "OK")
}
