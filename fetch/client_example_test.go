package fetch_test

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"

	"newsfold"
	"newsfold/fetch"
)

// A poll returns the feed as it is to be stored, with the time of the next poll
// and its reason, and the entries of the body. The second one finds nothing new
// and so costs the publisher next to nothing.
func ExampleClient_Poll() {
	publisher := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"1"`)
		w.Header().Set("Cache-Control", "max-age=7200")
		if r.Header.Get("If-None-Match") == `"1"` {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		fmt.Fprint(w, `<rss version="2.0"><channel><title>The Bell</title>
			<item><guid>1</guid><title>Ferry runs aground</title></item></channel></rss>`)
	}))
	defer publisher.Close()

	client, err := fetch.New(fetch.Options{Allow: []string{"127.0.0.1"}})
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()

	feed := newsfold.Feed{URL: publisher.URL}
	for range 2 {
		out, err := client.Poll(context.Background(), feed, nil)
		if err != nil {
			log.Fatal(err)
		}
		feed = out.Feed
		fmt.Printf("%s: %s, %d entries\n", feed.Title, feed.Poll.Result, len(out.Entries))
	}
	fmt.Println(feed.Poll.Why)
	// Output:
	// The Bell: updated, 1 entries
	// The Bell: not_modified, 0 entries
	// the server says that its answer is fresh for 2 h
}
