package main

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"newsfold"
)

// generator makes articles of about 400 words from their numbers: invented words,
// as often as words are in a language (Zipf), with the small words of English
// between them.
type generator struct {
	total int
	vocab []string
	now   time.Time
}

var small = strings.Fields("the the the the the of of of to to to in in in and and and a a a is for on was with that by at as it from be are his he were which has had an its but not this have or they one their been who will more")

func newGenerator(total int, now time.Time) *generator {
	g := &generator{total: total, now: now}
	r := rand.New(rand.NewPCG(7, 7))
	onsets := strings.Fields("b br c ch d dr f fl g gr h j k l m n p pl qu r s sh st t th tr v w")
	vowels := strings.Fields("a e i o u ai ea ou")
	codas := []string{"", "", "", "n", "r", "l", "s", "th", "nd", "ck"}
	seen := map[string]bool{}
	for len(g.vocab) < 300_000 {
		var b strings.Builder
		for range 1 + r.IntN(2) + len(g.vocab)/60_000 {
			b.WriteString(onsets[r.IntN(len(onsets))] + vowels[r.IntN(len(vowels))] + codas[r.IntN(len(codas))])
		}
		if w := b.String(); !seen[w] {
			seen[w] = true
			g.vocab = append(g.vocab, w)
		}
	}
	return g
}

// words draws words: every second one is small.
type words struct {
	g *generator
	r *rand.Rand
	z *rand.Zipf
}

func (g *generator) words(seed uint64) *words {
	r := rand.New(rand.NewPCG(seed, 1))
	return &words{g, r, rand.NewZipf(r, 1.07, 12, uint64(len(g.vocab)-1))}
}

func (w *words) next() string {
	if w.r.Float64() < .45 {
		return small[w.r.IntN(len(small))]
	}
	return w.rare()
}

// rare draws a word that is not small.
func (w *words) rare() string {
	if w.r.Float64() < .02 {
		return fmt.Sprint(2 + w.r.IntN(9998))
	}
	return w.g.vocab[w.z.Uint64()]
}

func (w *words) sentence(n int) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(w.next())
	}
	s := b.String()
	return strings.ToUpper(s[:1]) + s[1:]
}

// made is an article with all that is stored of it.
type made struct {
	article newsfold.Article
	entry   newsfold.Entry
	body    newsfold.Body
}

const feeds = 1000

// make makes article n. One in five is a copy of an earlier one of the last ten
// thousand, under another title and with its last paragraph cut. All appeared in
// the last 30 days.
func (g *generator) make(n int) made {
	own := rand.New(rand.NewPCG(uint64(n), 3))
	root := n
	if n > 0 && own.Float64() < .2 {
		root = n - 1 - own.IntN(min(n, 10_000))
	}
	w := g.words(uint64(root))
	title := w.sentence(7 + w.r.IntN(5))
	var text, html strings.Builder
	paragraphs := 7 + w.r.IntN(3)
	if root != n {
		title = g.words(uint64(n) + 1<<40).sentence(8)
		paragraphs--
	}
	for p := range paragraphs {
		if p > 0 {
			text.WriteString("\n\n")
		}
		html.WriteString("<p>")
		for s := range 3 {
			if s > 0 {
				text.WriteByte(' ')
				html.WriteByte(' ')
			}
			line := w.sentence(12+w.r.IntN(10)) + "."
			text.WriteString(line)
			html.WriteString(line)
		}
		html.WriteString("</p>\n")
	}
	feed := n % feeds
	at := g.now.Add(-time.Duration(g.total-n) * (30 * 24 * time.Hour / time.Duration(g.total)))
	link := fmt.Sprintf("https://outlet%d.example/%d/%s", feed, n, strings.ReplaceAll(strings.ToLower(title[:min(len(title), 40)]), " ", "-"))
	lede := text.String()[:280]
	m := made{
		entry: newsfold.Entry{
			Feed: newsfold.FeedID(feed + 1), GUID: fmt.Sprintf("tag:outlet%d.example,2026:%d", feed, n), Link: link, Title: title,
			Content: html.String(), Issued: at, Seen: at,
		},
		body: newsfold.Body{Text: text.String(), HTML: html.String()},
	}
	m.article = newsfold.Article{
		URL: link, Link: link, Title: title, Outlet: fmt.Sprintf("Outlet %d", feed), Host: fmt.Sprintf("outlet%d.example", feed),
		Lang: "en", Lede: lede, Published: at, Seen: at,
		Page:    newsfold.Page{State: newsfold.PageFeed, Words: len(strings.Fields(text.String()))},
		Entries: []newsfold.EntryRef{{Feed: m.entry.Feed, Key: m.entry.Key()}},
	}
	return m
}
