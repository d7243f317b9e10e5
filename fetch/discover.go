package fetch

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
	"golang.org/x/net/html/charset"
)

// Candidate is a feed that a page leads to.
type Candidate struct {
	URL     string `json:"url"`
	Title   string `json:"title,omitempty"`
	Type    string `json:"type,omitempty"`    // rss, atom, json
	Found   string `json:"found"`             // itself, link, anchor, header, path, convention
	Entries int    `json:"entries,omitempty"` // where the feed was read
}

const (
	maxCandidates = 50
	maxProbes     = 8 // requests for guesses
)

// knownPaths are where feeds are found on sites that do not announce them, by
// how common they are.
var knownPaths = []string{"feed", "rss.xml", "atom.xml", "feed.xml", "index.xml", "rss", "feed.json", "feeds/posts/default"}

// Find returns the feeds that a URL leads to, best first: the one that it is,
// or those that the page there announces. The URL may lack its scheme. At
// least one of the feeds was read, so the first poll of it needs no request of
// its own for a minute; nor does that of a URL whose server had trouble, as
// [Error.Transient] tells. With cookies, servers may set some that they get back
// during this search. Failures are *[Error], but for those of ctx.
func (c *Client) Find(ctx context.Context, raw string, cookies bool) ([]Candidate, error) {
	var j *jar
	if cookies {
		j = &jar{}
	}
	urls := spellings(raw)
	var first error
	for _, s := range urls {
		found, err := c.find(ctx, s, j)
		if err == nil || ctx.Err() != nil {
			return found, err
		}
		if first == nil {
			first = err
		}
		if e := asError(s, err); e.Kind != Network && e.Kind != TLS && e.Kind != Timeout {
			return nil, err // there is a server, and this is what it says
		}
	}
	return nil, first
}

// spellings are the URLs that a person may mean.
func spellings(raw string) []string {
	raw = strings.TrimSpace(raw)
	if len(raw) > 5 && strings.EqualFold(raw[:5], "feed:") {
		raw = raw[5:]
	}
	switch {
	case strings.Contains(raw, "://"):
		return []string{raw}
	case strings.HasPrefix(raw, "//"):
		return []string{"https:" + raw, "http:" + raw}
	}
	return []string{"https://" + raw, "http://" + raw}
}

func (c *Client) find(ctx context.Context, raw string, j *jar) ([]Candidate, error) {
	u, err := parseURL(raw)
	if err != nil {
		return nil, &Error{Kind: BadURL, URL: raw, Err: err}
	}
	f := &finder{c: c, jar: j, seen: map[string]bool{}}
	if s := convention(u); s != "" && f.read(ctx, s, "convention") {
		return f.found, nil
	}
	a, err := c.get(ctx, f.ask(raw))
	defer a.free()
	if err != nil {
		return nil, err
	}
	if err := c.refusal(a, hostKeys); err != nil {
		if asError(raw, err).Transient() {
			c.memo.put(raw, a, c.opts.Now())
		}
		return nil, err
	}
	parsed, err := c.parse(ctx, a)
	if err == nil {
		f.accept(raw, a, parsed, "itself")
		return f.found, nil
	}
	e := asError(a.url, err)
	if !isHTML(a.header.Get("Content-Type"), a.body) && e.Kind != NotFeed {
		return nil, e
	}
	at, err := parseURL(a.url)
	if err != nil {
		return nil, e
	}
	f.page(a, at)
	if err := f.choose(ctx, at); err != nil {
		return nil, err
	}
	if len(f.found) == 0 {
		return nil, &Error{Kind: NotFeed, URL: raw, Err: errNoFeeds}
	}
	return f.found, nil
}

var errNoFeeds = errors.New("it is a page that leads to no feed")

// finder collects candidates.
type finder struct {
	c         *Client
	jar       *jar // nil: no cookies
	found     []Candidate
	announced []Candidate // by link elements and headers
	hinted    []Candidate // by anchors
	seen      map[string]bool
	probes    int
}

// accept takes a feed that was read, under the address that was asked: whether a
// redirect is for good is for later polls to see.
func (f *finder) accept(asked string, a *answer, p *Parsed, how string) {
	f.c.memo.put(asked, a, f.c.opts.Now())
	kind := p.Details.Format
	if kind == "rdf" {
		kind = "rss"
	}
	f.found = append(f.found, Candidate{URL: asked, Title: p.Feed.Title, Type: kind, Found: how, Entries: len(p.Entries)})
}

// ask is a request for what may be a feed.
func (f *finder) ask(url string) ask {
	return ask{url: url, accept: acceptFeed, limit: f.c.opts.MaxBody, readable: notFilm, other: NotFeed, jar: f.jar}
}

// read tries whether a URL is a feed.
func (f *finder) read(ctx context.Context, url, how string) bool {
	if f.probes >= maxProbes {
		return false
	}
	f.probes++
	a, err := f.c.get(ctx, f.ask(url))
	defer a.free()
	if err != nil || f.c.refusal(a, hostKeys) != nil {
		return false
	}
	p, err := f.c.parse(ctx, a)
	if err != nil {
		return false
	}
	f.accept(url, a, p, how)
	return true
}

// choose reads candidates, best first, until one is a feed, and adds the
// others that were announced unread.
func (f *finder) choose(ctx context.Context, at *url.URL) error {
	for _, list := range [][]Candidate{f.announced, f.hinted} {
		slices.SortStableFunc(list, func(a, b Candidate) int { return cmp.Compare(rank(b), rank(a)) })
	}
	for i, cand := range f.announced {
		if !f.read(ctx, cand.URL, cand.Found) {
			continue
		}
		best := &f.found[0]
		if best.Title == "" {
			best.Title = cand.Title
		}
		f.found = append(f.found, f.announced[i+1:]...)
		return ctx.Err()
	}
	guesses := f.hinted
	for _, p := range guessPaths(at) {
		guesses = append(guesses, Candidate{URL: p, Found: "path"})
	}
	for _, cand := range guesses {
		if len(f.found) > 0 || f.probes >= maxProbes {
			break
		}
		u, err := parseURL(cand.URL)
		if err != nil || f.c.hop(ctx, u) != nil {
			continue
		}
		f.read(ctx, cand.URL, cand.Found)
	}
	return ctx.Err()
}

// rank orders announced feeds: a site's own before those of comments, Atom
// before RSS before JSON.
func rank(c Candidate) int {
	n := 0
	low := strings.ToLower(c.URL + " " + c.Title)
	if strings.Contains(low, "comment") || strings.Contains(low, "podcast") {
		n -= 8
	}
	if c.Found == "link" || c.Found == "header" {
		n += 4
	}
	switch c.Type {
	case "atom":
		n += 2
	case "rss":
		n++
	}
	return n
}

// guessPaths are the known paths below the page's directory and the root.
func guessPaths(at *url.URL) []string {
	var out []string
	dirs := []string{"/"}
	if d := path.Dir(at.Path + "x"); d != "/" && d != "." {
		dirs = []string{d + "/", "/"}
	}
	for _, d := range dirs {
		for _, p := range knownPaths {
			out = append(out, (&url.URL{Scheme: at.Scheme, User: at.User, Host: at.Host, Path: d + p}).String())
		}
	}
	return out
}

// add takes a candidate that a page names, if it can be fetched.
func (f *finder) add(list *[]Candidate, base *url.URL, ref string, cand Candidate) {
	to, err := base.Parse(strings.TrimSpace(ref))
	if err != nil || to.Scheme != "http" && to.Scheme != "https" || to.Host == "" {
		return
	}
	to.Fragment = ""
	cand.URL = to.String()
	if f.seen[cand.URL] || len(*list) >= maxCandidates || len(cand.URL) > maxURL {
		return
	}
	f.seen[cand.URL] = true
	cand.Title = strings.Join(strings.Fields(cand.Title), " ")
	*list = append(*list, cand)
}

// page collects what a page announces: Link headers (RFC 8288), link elements
// and anchors.
func (f *finder) page(a *answer, at *url.URL) {
	for _, l := range links(a.header) {
		if has(l.rel, "alternate") && feedType(l.media) != "" {
			f.add(&f.announced, at, l.url, Candidate{Title: l.title, Type: feedType(l.media), Found: "header"})
		}
	}
	r, err := charset.NewReader(bytes.NewReader(a.body), a.header.Get("Content-Type"))
	if err != nil {
		r = bytes.NewReader(a.body)
	}
	z := html.NewTokenizer(r)
	base, anchor := at, -1
	for {
		switch z.Next() {
		case html.ErrorToken:
			return
		case html.TextToken:
			if anchor >= 0 && len(f.hinted[anchor].Title) < 200 {
				f.hinted[anchor].Title += string(z.Text())
			}
		case html.EndTagToken:
			if name, _ := z.TagName(); atom.Lookup(name) == atom.A {
				anchor = f.endAnchor(anchor)
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			name, more := z.TagName()
			tag := atom.Lookup(name)
			if tag != atom.Base && tag != atom.Link && tag != atom.A {
				continue
			}
			attr := attributes(z, more)
			switch tag {
			case atom.Base:
				if b, err := at.Parse(attr["href"]); err == nil && base == at && attr["href"] != "" {
					base = b
				}
			case atom.Link:
				f.link(base, attr)
			case atom.A:
				anchor = f.anchor(base, attr, f.endAnchor(anchor))
			}
		}
	}
}

func attributes(z *html.Tokenizer, more bool) map[string]string {
	m := map[string]string{}
	for more {
		var k, v []byte
		k, v, more = z.TagAttr()
		if _, dup := m[string(k)]; !dup && len(m) < 50 {
			m[string(k)] = string(v)
		}
	}
	return m
}

func (f *finder) link(base *url.URL, attr map[string]string) {
	kind := feedType(attr["type"])
	if attr["href"] == "" || kind == "" && !has(attr["rel"], "feed") && !plainXML(attr["type"]) {
		return
	}
	if has(attr["rel"], "alternate") || has(attr["rel"], "feed") {
		f.add(&f.announced, base, attr["href"], Candidate{Title: attr["title"], Type: kind, Found: "link"})
	}
}

// anchor notes an anchor whose address looks like that of a feed, and returns
// its place so that its text can be collected.
func (f *finder) anchor(base *url.URL, attr map[string]string, _ int) int {
	href := attr["href"]
	if href == "" || !feedLike(href) && feedType(attr["type"]) == "" {
		return -1
	}
	before := len(f.hinted)
	f.add(&f.hinted, base, href, Candidate{Type: feedType(attr["type"]), Found: "anchor"})
	if len(f.hinted) == before {
		return -1
	}
	return before
}

func (f *finder) endAnchor(i int) int {
	if i >= 0 {
		f.hinted[i].Title = strings.Join(strings.Fields(f.hinted[i].Title), " ")
	}
	return -1
}

// feedLike reports whether an address looks like that of a feed.
func feedLike(href string) bool {
	u, err := url.Parse(strings.TrimSpace(href))
	if err != nil {
		return false
	}
	p := strings.ToLower(strings.TrimSuffix(u.Path, "/"))
	switch path.Ext(p) {
	case ".rss", ".atom", ".rdf":
		return true
	}
	switch path.Base(p) {
	case "feed", "feeds", "rss", "atom", "feed.xml", "rss.xml", "atom.xml", "index.xml", "index.rdf", "feed.json", "rss.php", "feed.php":
		return true
	}
	q := u.Query()
	return q.Has("feed") || strings.EqualFold(q.Get("format"), "rss") || strings.EqualFold(q.Get("format"), "feed") ||
		strings.Contains(strings.ToLower(u.Host), "feeds.")
}

// feedType returns rss, atom or json for a media type of feeds, else "".
func feedType(media string) string {
	media, _, _ = strings.Cut(strings.ToLower(media), ";")
	switch strings.TrimSpace(media) {
	case "application/rss+xml", "application/rdf+xml", "text/rss+xml", "application/x-rss+xml", "application/rss":
		return "rss"
	case "application/atom+xml", "text/atom+xml", "application/atom":
		return "atom"
	case "application/feed+json":
		return "json"
	}
	return ""
}

// plainXML reports whether a media type is that of XML of any kind, under which
// feeds were announced before they had types of their own.
func plainXML(media string) bool {
	media, _, _ = strings.Cut(strings.ToLower(media), ";")
	media = strings.TrimSpace(media)
	return media == "text/xml" || media == "application/xml"
}

// has reports whether a list of link relations holds one.
func has(rel, want string) bool {
	return slices.Contains(strings.Fields(strings.ToLower(rel)), want)
}

// headerLink is one value of a Link header.
type headerLink struct{ url, rel, media, title string }

// links reads the Link headers of an answer (RFC 8288 section 3).
func links(h http.Header) []headerLink {
	var out []headerLink
	for _, line := range h.Values("Link") {
		for len(out) < maxCandidates {
			_, rest, ok := strings.Cut(line, "<")
			if !ok {
				break
			}
			target, rest, ok := strings.Cut(rest, ">")
			if !ok {
				break
			}
			l := headerLink{url: target}
			line = linkParams(rest, &l)
			out = append(out, l)
		}
	}
	return out
}

// linkParams reads the parameters of one link and returns what follows it.
func linkParams(s string, l *headerLink) string {
	for {
		s = strings.TrimLeft(s, " \t")
		if !strings.HasPrefix(s, ";") {
			return s
		}
		s = strings.TrimLeft(s[1:], " \t")
		i := strings.IndexAny(s, "=;,")
		if i < 0 || s[i] != '=' {
			if i < 0 {
				return ""
			}
			s = s[i:]
			continue
		}
		name, value := strings.ToLower(strings.TrimSpace(s[:i])), ""
		s = strings.TrimLeft(s[i+1:], " \t")
		if strings.HasPrefix(s, `"`) {
			end := 1
			for end < len(s) && s[end] != '"' {
				if s[end] == '\\' {
					end++
				}
				end++
			}
			end = min(end, len(s))
			value = strings.ReplaceAll(s[1:max(1, end)], `\`, "")
			s = s[min(end+1, len(s)):]
		} else {
			j := strings.IndexAny(s, ";,")
			if j < 0 {
				j = len(s)
			}
			value, s = strings.TrimSpace(s[:j]), s[j:]
		}
		switch name {
		case "rel":
			l.rel = value
		case "type":
			l.media = value
		case "title":
			l.title = value
		}
	}
}

// convention returns the feed of a page on a well-known kind of site whose
// pages do not all announce it.
func convention(u *url.URL) string {
	host := strings.TrimPrefix(strings.ToLower(u.Hostname()), "www.")
	parts := strings.Split(strings.Trim(u.Path, "/"), "/")
	at := func(i int) string {
		if i < len(parts) {
			return parts[i]
		}
		return ""
	}
	root := u.Scheme + "://" + u.Host + "/"
	switch {
	case host == "youtube.com" || host == "m.youtube.com":
		const feeds = "https://www.youtube.com/feeds/videos.xml?"
		switch {
		case at(0) == "channel" && strings.HasPrefix(at(1), "UC"):
			return feeds + "channel_id=" + url.QueryEscape(at(1))
		case u.Query().Get("list") != "":
			return feeds + "playlist_id=" + url.QueryEscape(u.Query().Get("list"))
		}
	case host == "reddit.com" || host == "old.reddit.com":
		if (at(0) == "r" || at(0) == "user" || at(0) == "u") && at(1) != "" && !strings.HasSuffix(u.Path, ".rss") {
			return root + strings.Join(parts, "/") + "/.rss"
		}
	case host == "github.com":
		switch {
		case len(parts) == 2, len(parts) == 3 && at(2) == "releases":
			return root + at(0) + "/" + at(1) + "/releases.atom"
		case len(parts) == 3 && (at(2) == "tags" || at(2) == "commits"):
			return root + at(0) + "/" + at(1) + "/" + at(2) + ".atom"
		case len(parts) == 4 && at(2) == "commits":
			return root + at(0) + "/" + at(1) + "/commits/" + at(3) + ".atom"
		}
	case host == "medium.com" && strings.HasPrefix(at(0), "@") && at(0) != "@":
		return root + "feed/" + at(0)
	case strings.HasSuffix(host, ".substack.com"):
		return root + "feed"
	case len(parts) == 1 && strings.HasPrefix(at(0), "@") && len(at(0)) > 1:
		return root + at(0) + ".rss" // Mastodon and its kin, on any host
	}
	return ""
}
