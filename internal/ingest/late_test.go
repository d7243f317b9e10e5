package ingest_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestLateArticleSetsRightWhatWasFolded: a notice that is issued anew stays apart
// from that of two days before, also when what lies between them came first.
func TestLateArticleSetsRightWhatWasFolded(t *testing.T) {
	dice := rand.New(rand.NewPCG(1, 2))
	parts := make([]string, 30)
	for i := range parts {
		var words []string
		for range 10 {
			words = append(words, fmt.Sprintf("%c%c%c%c", 'b'+dice.IntN(20), "aeiou"[dice.IntN(5)], 'b'+dice.IntN(20), "aeiou"[dice.IntN(5)]))
		}
		parts[i] = strings.Join(words, " ") + "."
	}
	at := time.Now().Add(-72 * time.Hour)
	issue := func(n, hours, from int) string {
		return fmt.Sprintf(`<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>Outlet %[1]d</title><link>https://h%[1]d.example/</link>
<item><guid isPermaLink="false">%[1]d</guid><link>https://h%[1]d.example/notice</link><title>The notice of the week</title><pubDate>%[2]s</pubDate>
<content:encoded><![CDATA[<p>%[3]s</p>]]></content:encoded></item></channel></rss>`,
			n, at.Add(time.Duration(hours)*time.Hour).Format(time.RFC1123Z), strings.Join(parts[from:from+20], " "))
	}
	feeds := map[int]string{1: issue(1, 0, 0), 2: issue(2, 1, 0), 3: issue(3, 21, 5), 4: issue(4, 42, 10)}
	p, d := newPress(t), newDesk(t)
	for _, n := range []int{4, 3, 1, 2} {
		path := fmt.Sprintf("/%d.xml", n)
		p.set(path, feeds[n])
		d.subscribe(p.URL + path)
		d.pass()
	}
	var got []string
	for _, s := range d.stories() {
		var members []string
		for _, a := range s.Articles {
			members = append(members, a.Outlet)
		}
		slices.Sort(members)
		got = append(got, strings.Join(members, " "))
	}
	slices.Sort(got)
	if want := []string{"Outlet 1 Outlet 2 Outlet 3", "Outlet 4"}; !slices.Equal(got, want) {
		t.Errorf("stories are %q, want %q", got, want)
	}
}
