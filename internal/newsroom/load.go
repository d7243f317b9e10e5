package newsroom

import (
	"context"
	"errors"
	"fmt"
	htmltemplate "html/template"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"newsfold"
)

// LoadOptions say what [Load] serves.
type LoadOptions struct {
	Feeds   int     // default 10
	Entries int     // in each feed; default 100
	Copies  float64 // share of articles that are copies of earlier ones, 0 to 1; default .2, below 0: none
	Seed    uint64  // another seed gives other texts
	Pages   bool    // the feeds carry summaries only, and the pages have to be fetched
	Spread  bool    // each feed is a host of its own, 127.0.0.1, 127.0.0.2 …, which Linux has ready; at most 250

	Addr string    // address to listen on, one of 127.0.0.1; default a free port
	Now  time.Time // the articles appeared in the 20 hours before; default the time of the call
}

// Load serves generated feeds until ctx is done or Close is called. The same
// options give the same articles; only the port in the addresses may differ.
// Hosts are addresses, so that any client may read them that is allowed to
// reach loopback. A copy is the same text under nearly the same title, or with
// a credit, or, where feeds are hosts, its first half under a title of its own:
// an excerpt on the same host would not be told from boilerplate.
func Load(ctx context.Context, opts LoadOptions) (*Newsroom, error) {
	if opts.Feeds <= 0 {
		opts.Feeds = 10
	}
	if opts.Spread && opts.Feeds > maxSpread {
		return nil, fmt.Errorf("serve generated feeds: %d hosts, at most %d are possible", opts.Feeds, maxSpread)
	}
	prints, err := newPrints()
	if err != nil {
		return nil, err
	}
	l, err := listen(ctx, opts.Addr)
	if err != nil {
		return nil, err
	}
	ls := []net.Listener{l}
	port := strconv.Itoa(l.Addr().(*net.TCPAddr).Port)
	for f := 1; opts.Spread && f < opts.Feeds; f++ {
		l, err := listen(ctx, fmt.Sprintf("127.0.0.%d:%s", f+1, port))
		if err != nil {
			for _, l := range ls {
				err = errors.Join(err, l.Close())
			}
			return nil, err
		}
		ls = append(ls, l)
	}
	g := newGenerator(opts, port, prints)
	n := &Newsroom{truth: map[string]string{}, entries: g.Feeds * g.Entries, port: port}
	for f := range g.Feeds {
		n.feeds = append(n.feeds, newsfold.Feed{URL: g.base(f) + feedPath(f), Title: feedTitle(f), Site: g.base(f) + "/"})
	}
	for k := range n.entries {
		n.truth[g.url(k)] = fmt.Sprintf("story %d", g.root(k))
	}
	n.serve(ctx, g, ls...)
	return n, nil
}

// maxSpread is how many hosts there may be: 127.0.0.1 to 127.0.0.250.
const maxSpread = 250

// base is the address of the host of a feed.
func (g *generator) base(f int) string {
	if !g.Spread {
		f = 0
	}
	return fmt.Sprintf("http://127.0.0.%d:%s", f+1, g.port)
}

func feedPath(f int) string  { return fmt.Sprintf("/feeds/%d.xml", f) }
func feedTitle(f int) string { return fmt.Sprintf("Generated feed %d", f) }

// generator makes articles from their numbers: article k is the k-th to have
// appeared, in feed k modulo the number of feeds. It keeps the vocabulary and
// which articles are copies.
type generator struct {
	LoadOptions
	port   string
	prints *prints
	vocab  []string
	roots  []int
}

func newGenerator(opts LoadOptions, port string, prints *prints) *generator {
	if opts.Entries <= 0 {
		opts.Entries = 100
	}
	if opts.Copies == 0 {
		opts.Copies = .2
	}
	if opts.Now.IsZero() {
		opts.Now = time.Now()
	}
	opts.Now = opts.Now.UTC().Truncate(time.Second)
	g := &generator{LoadOptions: opts, port: port, prints: prints}
	r := g.dice(0, 'v')
	seen := map[string]bool{}
	for len(g.vocab) < 4000 {
		if w := invent(r); !seen[w] {
			seen[w] = true
			g.vocab = append(g.vocab, w)
		}
	}
	g.tell()
	return g
}

// dice returns the random numbers for one purpose of one article.
func (g *generator) dice(k int, purpose rune) *rand.Rand {
	return rand.New(rand.NewPCG(g.Seed, uint64(k)<<8|uint64(purpose)))
}

// invent makes a word of two to four syllables.
func invent(r *rand.Rand) string {
	onsets := strings.Fields("b br c ch d dr f fl g gr h j k l m n p pl qu r s sh st t th tr v w")
	vowels := strings.Fields("a e i o u ai ea ou")
	codas := []string{"", "", "", "n", "r", "l", "s", "th", "nd", "ck"}
	var b strings.Builder
	for range 2 + r.IntN(3) {
		b.WriteString(onsets[r.IntN(len(onsets))])
		b.WriteString(vowels[r.IntN(len(vowels))])
		b.WriteString(codas[r.IntN(len(codas))])
	}
	return b.String()
}

// tell decides which articles are copies, and of which first article of a
// story. No feed has two articles of a story: a publisher's own second version
// is an update, and that is another thing than a copy.
func (g *generator) tell() {
	g.roots = make([]int, g.Feeds*g.Entries)
	carried := map[[2]int]bool{} // story, feed
	for k := range g.roots {
		r := g.dice(k, 'c')
		g.roots[k] = k
		if k > 0 && r.Float64() < g.Copies {
			if root := g.roots[r.IntN(k)]; !carried[[2]int{root, k % g.Feeds}] {
				g.roots[k] = root
			}
		}
		carried[[2]int{g.roots[k], k % g.Feeds}] = true
	}
}

// root is the first article of the story that k belongs to: a copy of a copy is
// made from the first.
func (g *generator) root(k int) int { return g.roots[k] }

func (g *generator) url(k int) string { return fmt.Sprintf("%s/articles/%d", g.base(k%g.Feeds), k) }

// article makes article k.
func (g *generator) article(k int) *article {
	root := g.root(k)
	a := &article{slug: strconv.Itoa(k), section: "Generated", title: g.title(root), body: g.text(root)}
	total := g.Feeds * g.Entries
	a.ago = time.Duration(total-k) * (20 * time.Hour / time.Duration(total))
	if k != root {
		kinds := 2
		if g.Spread {
			kinds = 3
		}
		switch g.dice(k, 'k').IntN(kinds) {
		case 0:
			a.title = "Again: " + a.title
		case 1:
			a.credit = "This article originally appeared on " + feedTitle(root%g.Feeds) + "."
		case 2:
			a.title, a.body = g.title(k), a.body[:(len(a.body)+1)/2]
		}
	}
	return a
}

func (g *generator) title(k int) string {
	r := g.dice(k, 't')
	s := g.sentence(r, 5+r.IntN(4))
	return strings.TrimSuffix(s, ".")
}

// text makes four to seven paragraphs, 120 to 350 words together.
func (g *generator) text(k int) []string {
	r := g.dice(k, 'b')
	var ps []string
	for range 4 + r.IntN(4) {
		var p []string
		for range 3 + r.IntN(2) {
			p = append(p, g.sentence(r, 8+r.IntN(8)))
		}
		ps = append(ps, strings.Join(p, " "))
	}
	return ps
}

// sentence strings invented words together with real small ones, some more
// often than others, and a number now and then.
func (g *generator) sentence(r *rand.Rand, n int) string {
	small := strings.Fields("the the the of of to to in and and a is was for on with that by from at which after before has had not but its their")
	words := make([]string, n)
	for i := range words {
		switch x := r.Float64(); {
		case i%2 == 1 && x < .7:
			words[i] = small[r.IntN(len(small))]
		case x > .96:
			words[i] = strconv.Itoa(2 + r.IntN(9998))
		default:
			f := r.Float64()
			words[i] = g.vocab[int(f*f*float64(len(g.vocab)))]
		}
	}
	s := strings.Join(words, " ")
	return strings.ToUpper(s[:1]) + s[1:] + "."
}

// ServeHTTP makes what is asked for.
func (g *generator) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f, ok := g.print(r.URL.Path)
	answer(w, r, f, ok)
}

func (g *generator) print(path string) (printed, bool) {
	if s, ok := strings.CutPrefix(path, "/articles/"); ok {
		if k, err := strconv.Atoi(s); err == nil && k >= 0 && k < g.Feeds*g.Entries && s == strconv.Itoa(k) {
			return g.page(k), true
		}
	}
	if s, ok := strings.CutPrefix(path, "/feeds/"); ok {
		if f, err := strconv.Atoi(strings.TrimSuffix(s, ".xml")); err == nil && f >= 0 && f < g.Feeds && path == feedPath(f) {
			return g.feed(f), true
		}
	}
	return printed{}, false
}

// page prints the page of article k.
func (g *generator) page(k int) printed {
	a, w := g.article(k), languages["en"]
	at := g.Now.Add(-a.ago)
	pg := page{
		Lang: "en", Outlet: feedTitle(k % g.Feeds), Motto: "Generated", Title: a.title, URL: g.url(k), Section: a.section,
		Summary: a.summary(), Published: at.Format(time.RFC3339), Date: at.Format(w.date), Words: w, Nav: w.Nav,
		Feeds: []reference{{Type: "application/rss+xml", Title: feedTitle(k % g.Feeds), URL: g.base(k%g.Feeds) + feedPath(k%g.Feeds)}},
	}
	for _, p := range a.paragraphs() {
		pg.Paragraphs = append(pg.Paragraphs, htmltemplate.HTML(markup(p, nil)))
	}
	return printed{mime: pageType, body: g.prints.page("paper", pg), changed: at}
}

// feed prints feed f, newest entry first.
func (g *generator) feed(f int) printed {
	is := issue{Title: feedTitle(f), Motto: "Generated", Lang: "en", URL: g.base(f) + feedPath(f), Home: g.base(f) + "/"}
	for j := g.Entries - 1; j >= 0; j-- {
		k := j*g.Feeds + f
		a := g.article(k)
		en := entry{Title: a.title, Link: g.url(k), GUID: "generated:" + a.slug, Section: a.section, Summary: a.summary(), Time: g.Now.Add(-a.ago)}
		if !g.Pages {
			for _, p := range a.paragraphs() {
				en.HTML += "<p>" + markup(p, nil) + "</p>\n"
			}
		}
		is.Entries = append(is.Entries, en)
	}
	is.Updated = is.Entries[0].Time
	return printed{mime: mimeTypes["rss"], body: g.prints.feed("rss", is), changed: is.Updated}
}
