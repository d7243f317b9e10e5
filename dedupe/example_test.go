package dedupe_test

import (
	"fmt"

	"newsfold/dedupe"
)

func Example() {
	wire := dedupe.Article{
		ID: 1, Host: "wire.example", Title: "Ferry to Ostrey stops for the winter",
		Text: `The ferry that links the islands of Hallin and Ostrey will stop running at the end of October, its operator said on Tuesday, after a survey found cracks in the hull. About 340 people live on Ostrey all year round.

Northline, which took over the route in 2011, said that repairing the 41-year-old Brede would cost 2.6 million crowns and that no shipyard could begin before March.`,
	}
	short := dedupe.Article{
		ID: 2, Host: "daily.example", Title: "Island ferry stops for the winter",
		Text: `The ferry that links the islands of Hallin and Ostrey will stop running at the end of October, its operator said on Tuesday, after a survey found cracks in the hull. Read more`,
	}
	v := dedupe.Compare(short, wire, dedupe.Options{})
	fmt.Println(v.Relation, v.Relation.Copies())
	fmt.Println(v.Shared[0].Text[:42])
	// Output:
	// excerpt true
	// The ferry that links the islands of Hallin
}

func ExampleCanonicalURL() {
	fmt.Println(dedupe.CanonicalURL("HTTP://M.Example.org:80/news/ferry/amp/?utm_source=rss&page=2#top"))
	// Output: http://example.org/news/ferry?page=2
}
