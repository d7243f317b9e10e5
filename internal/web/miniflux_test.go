package web_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"miniflux.app/client"
)

// TestMinifluxClientSyncs drives the API with the client library that its own
// makers published.
func TestMinifluxClientSyncs(t *testing.T) {
	s := openWith(t, newsroom, gated(t, true))
	c := client.New(s.URL, "reader", "any")
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	me, err := c.Me()
	must(err)
	if me.Username != "newsfold" {
		t.Errorf("I am %q", me.Username)
	}
	feeds, err := c.Feeds()
	must(err)
	if len(feeds) != 5 || feeds[0].Title != "Northwire" || feeds[0].Category.Title != "Agencies" || feeds[2].Category.Title != "All" || feeds[2].ParsingErrorCount != 3 {
		t.Errorf("feeds are %+v", feeds)
	}
	categories, err := c.Categories()
	must(err)
	if len(categories) != 3 {
		t.Errorf("categories are %+v", categories)
	}
	ids := func(f *client.Filter, set *client.EntryResultSet, err error) (ids []int64, total int) {
		t.Helper()
		if set == nil {
			set, err = c.Entries(f)
		}
		must(err)
		for _, e := range set.Entries {
			ids = append(ids, e.ID)
		}
		return ids, set.Total
	}
	for _, w := range []struct {
		name   string
		filter client.Filter
		want   []int64
		total  int
	}{
		{"all", client.Filter{}, []int64{7, 6, 5, 4, 1}, 5},
		{"unread, oldest first", client.Filter{Status: "unread", Direction: "asc"}, []int64{1, 5, 6}, 3},
		{"read", client.Filter{Status: "read"}, []int64{7, 4}, 2},
		{"starred", client.Filter{Starred: "1"}, []int64{5}, 1},
		{"second page", client.Filter{Limit: 2, Offset: 2}, []int64{5, 4}, 5},
		{"beyond the end", client.Filter{Limit: 2, Offset: 200}, nil, 5},
		{"after an ID", client.Filter{AfterEntryID: 4}, []int64{5, 6, 7}, 3},
		{"before an ID", client.Filter{BeforeEntryID: 5}, []int64{4, 1}, 2},
	} {
		if got, total := ids(&w.filter, nil, nil); !slices.Equal(got, w.want) || total != w.total {
			t.Errorf("%s: %v of %d, want %v of %d", w.name, got, total, w.want, w.total)
		}
	}
	set, err := c.FeedEntries(2, &client.Filter{})
	if got, _ := ids(nil, set, err); !slices.Equal(got, []int64{6, 4}) {
		t.Errorf("feed 2 has %v", got)
	}
	set, err = c.CategoryEntries(feeds[0].Category.ID, &client.Filter{})
	if got, _ := ids(nil, set, err); !slices.Equal(got, []int64{7, 1}) {
		t.Errorf("the category has %v", got)
	}
	e, err := c.Entry(2) // a copy leads to its story
	must(err)
	if e.ID != 1 || e.Title != "Night ferry to the Lower Skerries runs again" || e.FeedID != 1 || !strings.Contains(e.Content, "harbour master") || e.Status != "unread" {
		t.Errorf("entry 2 is %+v", e)
	}
	must(c.UpdateEntries([]int64{2}, "read"))
	must(c.ToggleBookmark(1))
	if st := s.story(1); !st.Read || !st.Starred {
		t.Errorf("after both marks the story is %+v", st)
	}
	must(c.ToggleBookmark(1))
	must(c.MarkFeedAsRead(2))
	if got, _ := ids(&client.Filter{Status: "unread"}, nil, nil); !slices.Equal(got, []int64{5}) {
		t.Errorf("unread are %v", got)
	}
	must(c.MarkAllAsRead(1))
	counters, err := c.FetchCounters()
	must(err)
	if len(counters.UnreadCounters) != 0 {
		t.Errorf("unread are %v", counters.UnreadCounters)
	}
	name, where := "The wire", categories[2].ID
	changed, err := c.UpdateFeed(1, &client.FeedModificationRequest{Title: &name, CategoryID: &where})
	must(err)
	if changed.Title != name || changed.Category.ID != where {
		t.Errorf("the feed is %+v", changed)
	}
	must(c.DeleteFeed(1))
	if _, err := c.Feed(1); err == nil {
		t.Error("a deleted feed is still there")
	}
	opml, err := c.Export()
	must(err)
	if !strings.Contains(string(opml), "courier.example") {
		t.Errorf("the export is %s", opml)
	}
}

func TestMinifluxRefusesWhatMakesNoSense(t *testing.T) {
	s := openWith(t, newsroom, gated(t, false))
	for _, c := range []struct {
		method, path, body string
		want               int
	}{
		{"GET", "/v1/entries?limit=x", "", 400},
		{"GET", "/v1/entries?offset=-1", "", 400},
		{"GET", "/v1/entries?status=eaten", "", 400},
		{"GET", "/v1/entries?starred=perhaps", "", 400},
		{"GET", "/v1/entries?after_entry_id=1&before_entry_id=5", "", 400},
		{"GET", "/v1/entries?offset=9223372036854775807", "", 200},
		{"GET", "/v1/entries/99", "", 404},
		{"GET", "/v1/entries/0", "", 404},
		{"GET", "/v1/entries/%2e%2e%2f", "", 404},
		{"GET", "/v1/feeds/99/entries", "", 404},
		{"GET", "/v1/feeds/2/entries/1", "", 404},
		{"GET", "/v1/feeds/1/icon", "", 404},
		{"GET", "/v1/users", "", 404},
		{"PUT", "/v1/entries", "{", 400},
		{"PUT", "/v1/entries", `{"entry_ids":[]}`, 400},
		{"PUT", "/v1/entries", `{"entry_ids":[1],"status":"eaten"}`, 400},
		{"PUT", "/v1/entries", `{"entry_ids":[` + strings.Repeat("1,", 60_000) + `1],"status":"read"}`, 413},
		{"PUT", "/v1/entries", `{"entry_ids":[` + strings.Repeat("1,", 12<<20) + `1],"status":"read"}`, 413},
		{"PUT", "/v1/feeds/1", `{"title":""}`, 400},
		{"PUT", "/v1/feeds/1", `{"category_id":12345}`, 400},
		{"POST", "/v1/feeds", `{"feed_url":"https://a.example/"}`, 501},
	} {
		req, err := http.NewRequestWithContext(t.Context(), c.method, s.URL+c.path, strings.NewReader(c.body))
		if err != nil {
			t.Fatal(err)
		}
		req.SetBasicAuth("reader", "any")
		resp, err := s.Client().Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode != c.want {
			t.Errorf("%s %s %.60s: %s, want %d", c.method, c.path, c.body, resp.Status, c.want)
		}
	}
	for _, h := range []http.Header{nil, {"X-Auth-Token": {"no"}}} {
		if r := s.send(http.MethodGet, "/v1/me", nil, h); r.StatusCode != 401 {
			t.Errorf("with %v: %s", h, r.Status)
		}
	}
}
