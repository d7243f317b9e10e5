package record

import (
	"testing"

	"newsfold"
)

func TestLinkThatIsTheURLIsStoredOnce(t *testing.T) {
	const url = "https://harbour.example/2026/03/01/ferry"
	for _, a := range []newsfold.Article{{URL: url, Link: url}, {URL: url, Link: url + "?from=feed"}, {URL: url}, {}} {
		b := Encode(nil, &a, Article)
		var got newsfold.Article
		if err := Decode(string(b), &got, Article); err != nil || got.URL != a.URL || got.Link != a.Link {
			t.Errorf("got %+v, error %v, want %+v", got, err, a)
		}
		if a.Link == a.URL && len(b) > len(url)+8 {
			t.Errorf("%d bytes", len(b))
		}
	}
}
