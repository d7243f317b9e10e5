package fetch_test

import (
	"fmt"
	"net/http"

	"newsfold/fetch"
)

func ExampleParse() {
	body := []byte(`<rss version="2.0"><channel><title>The Courier</title><ttl>60</ttl>
		<item><title>Salt & bread</title><link>/2024/mill</link><pubDate>Mon, 06 Mai 2024 07:08:09 MESZ</pubDate></item>
		<item><title>Cut in tw`)
	header := http.Header{"Content-Type": {"text/xml; charset=utf-8"}}
	parsed, err := fetch.Parse(body, "https://courier.example/feed", header)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(parsed.Feed.Title, parsed.Details.TTL)
	for _, e := range parsed.Entries {
		fmt.Println(e.Title, e.Link, e.Issued.UTC())
	}
	fmt.Println(parsed.Details.Faults)
	// Output:
	// The Courier 1h0m0s
	// Salt & bread https://courier.example/2024/mill 2024-05-06 05:08:09 +0000 UTC
	// [the body ends before the feed does]
}
