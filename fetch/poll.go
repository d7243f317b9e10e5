package fetch

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"newsfold"
)

// Outcome is what one poll of a feed came to.
type Outcome struct {
	// Feed is the feed after the poll: Poll says result, validators and next
	// time; URL, Title, Site and Lang are renewed when they were learned.
	Feed newsfold.Feed
	// Entries are those of the body, in its order, with absolute links; Feed,
	// Seen and Article are not set. Empty after a 304 or a failure.
	Entries []newsfold.Entry
	// Hubs are the WebSub hubs that the feed announces and that can be trusted to
	// sign what they send, and Topic what to ask them for ([NewPush]).
	Hubs  []string
	Topic string
	// Waits says that nothing was sent, since the feed's server or host wants to be
	// left alone: Feed.Poll.Why says so in words, and Feed.Poll.Next until when.
	Waits bool
}

const acceptFeed = "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml;q=0.9, " +
	"application/xml;q=0.8, text/xml;q=0.8, application/json;q=0.7, text/html;q=0.2, */*;q=0.1"

// Poll asks a feed once for what is new and decides when to ask again. A
// failure of the publisher or the network is part of the outcome; the error is
// that of ctx only, and then nothing was learned. known reports of each key of an
// entry whether the feed has stated it before; it may be nil, and is asked once.
//
// When the feed's server or host has asked to be left alone, nothing is sent and
// the outcome only moves Poll.Next. A feed whose Result is Gone should not be
// polled; when it is all the same, it is asked like any other.
func (c *Client) Poll(ctx context.Context, feed newsfold.Feed, known func(keys []string) []bool) (Outcome, error) {
	return c.poll(ctx, feed, known, false)
}

// Insist is like [Client.Poll], but asks also when the server or the host wants
// to be left alone: for a person who knows better.
func (c *Client) Insist(ctx context.Context, feed newsfold.Feed, known func(keys []string) []bool) (Outcome, error) {
	return c.poll(ctx, feed, known, true)
}

func (c *Client) poll(ctx context.Context, feed newsfold.Feed, known func(keys []string) []bool, insist bool) (Outcome, error) {
	p := &polling{c: c, feed: feed, known: known, insist: insist, state: loadState(feed.Poll.State), now: c.opts.Now()}
	if feed.Poll.Attempted.IsZero() {
		p.answer = c.memo.take(feed.URL, p.now) // from when it was subscribed to
	}
	if u, err := parseURL(feed.URL); err == nil {
		p.hosts = hostKeys(u)
	}
	if p.answer == nil && !insist && p.unwelcome() {
		return Outcome{Feed: p.feed, Waits: true}, ctx.Err()
	}
	p.fetch(ctx)
	if err := ctx.Err(); err != nil {
		return Outcome{Feed: feed}, err
	}
	var busy *Error
	if errors.As(p.err, &busy) && busy.Kind == Waiting {
		p.putOff(busy.Retry, severalFeeds(p.host()))
		return Outcome{Feed: p.feed, Waits: true}, nil
	}
	out := Outcome{Entries: p.judge()}
	p.feed.Poll.State = p.state.save()
	out.Feed = p.feed
	if p.feed.Poll.Result == newsfold.Updated {
		out.Hubs, out.Topic = hubs(p.answer, &p.parsed.Details)
		out.Hubs = slices.DeleteFunc(out.Hubs, func(hub string) bool {
			u, err := parseURL(hub)
			return err != nil || !c.confides(u)
		})
	}
	return out, nil
}

// polling is one poll under way.
type polling struct {
	c     *Client
	feed  newsfold.Feed
	known func([]string) []bool
	state *state
	hosts []string  // whom it burdens: site and platform
	now   time.Time // when it began
	last  time.Time // when the poll before did

	insist bool // ask whoever wants to be left alone, too

	asked   string // the URL of the request
	trial   bool   // it is one that the feed announced
	back    bool   // it is the one before the last move
	full    bool   // asked without validators, to see whether they lie
	related bool   // the answer has something to do with what the feed had before

	answer *answer
	err    error   // of the request
	parsed *Parsed // of the body
	broken error   // of parsing
}

// unwelcome puts the poll off when the host, or the server for this feed, wants to
// be left alone.
func (p *polling) unwelcome() bool {
	if until, host := p.c.hosts.blocked(p.hosts, p.now); !until.IsZero() {
		p.putOff(until, severalFeeds(host))
		return true
	}
	if until := p.state.Retry; until.After(p.now) {
		p.putOff(until, "the server asks to be left alone for another "+span(until.Sub(p.now))+" (Retry-After)")
		return true
	}
	return false
}

// putOff puts the poll off without a request.
func (p *polling) putOff(until time.Time, why string) {
	d := until.Sub(p.now)
	p.feed.Poll.Next, p.feed.Poll.Why = until.Add(jitter(d, p.seed())), why
}

// severalFeeds is why a feed waits that was not asked to.
func severalFeeds(host string) string {
	return "several feeds of " + host + " were asked to wait (Retry-After), so this one waits too"
}

// host is the site that was asked; empty when the URL is none.
func (p *polling) host() string {
	if len(p.hosts) == 0 {
		return ""
	}
	return p.hosts[0]
}

func (p *polling) seed() string {
	return p.feed.URL + p.now.UTC().Format(time.RFC3339)
}

// fetch asks the server, with validators unless they are not to be trusted
// this time.
func (p *polling) fetch(ctx context.Context) {
	if p.answer != nil {
		p.parsed, p.broken = p.c.parse(ctx, p.answer)
		return
	}
	q := ask{
		url: p.feed.URL, accept: acceptFeed, delta: true, limit: p.c.opts.MaxBody, readable: notFilm, other: NotFeed,
		suspect: p.feed.Poll.Errors > 0 || p.state.Slow,
		untried: p.feed.Poll.Succeeded.IsZero(),
	}
	if !p.insist {
		q.hop = p.c.welcome
	}
	if p.feed.Cookies {
		q.jar = p.c.jars.of(feedKey(&p.feed))
	}
	p.full = p.state.doubt(p.now, p.c.opts.Interval)
	if !p.full {
		q.etag, q.modified, q.validFor = p.feed.Poll.ETag, p.feed.Poll.LastModified, p.feed.Poll.ValidFor
	}
	if trial := p.state.Trial; trial != "" {
		q := q
		q.url = trial
		p.trial = true
		if p.get(ctx, q); p.parsed != nil || ctx.Err() != nil {
			return
		}
		p.trial = false
		p.state.Spurned, p.state.Trial = trial, ""
	}
	if p.back = p.state.fallBack(p.feed.Poll.Errors); p.back {
		q.url = p.state.Moves[len(p.state.Moves)-1].From
	}
	p.get(ctx, q)
}

// get sends one request and parses what comes back.
func (p *polling) get(ctx context.Context, q ask) {
	p.asked = q.url
	p.answer, p.err = p.c.get(ctx, q)
	defer p.answer.free()
	p.state.Slow = p.answer.spent > slowPoll
	p.hosts = p.answer.hosts(p.hosts)
	if p.err == nil && p.answer.body != nil {
		p.parsed, p.broken = p.c.parse(ctx, p.answer)
	}
}

// judge makes of the answer what the feed is to remember, and returns its
// entries.
func (p *polling) judge() []newsfold.Entry {
	p.last, p.feed.Poll.Attempted = p.feed.Poll.Attempted, p.now
	a := p.answer
	if a.status != 0 {
		p.feed.Poll.Status = a.status
	}
	if p.err != nil {
		p.fail(asError(a.url, p.err))
		return nil
	}
	switch {
	case a.status == http.StatusNotModified && a.conditional:
		p.notModified()
		return nil
	case a.status == http.StatusOK, a.status == http.StatusNonAuthoritativeInfo, a.status == http.StatusIMUsed:
		return p.read()
	case a.status == http.StatusNoContent, a.status == http.StatusResetContent:
		p.fail(&Error{Kind: Empty, URL: a.url})
		return nil
	}
	e := &Error{Kind: Status, URL: a.url, Status: a.status}
	if wait, ok := retryAfter(a.header, a.at); ok && a.status >= 400 {
		e.Retry = a.at.Add(wait)
	}
	p.fail(e)
	return nil
}

// hosts are the keys of the host that answered last, or else def.
func (a *answer) hosts(def []string) []string {
	u, err := parseURL(a.url)
	if err != nil {
		return def
	}
	return hostKeys(u)
}

func asError(url string, err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		if e.URL == "" {
			e.URL = url
		}
		return e
	}
	return &Error{Kind: Network, URL: url, Err: err}
}

// notModified takes in a 304: new validators and freshness, nothing else.
func (p *polling) notModified() {
	a, f := p.answer, &p.feed.Poll
	if v := a.header.Get("ETag"); sendable(v) {
		f.ETag = v
	}
	if v := a.header.Get("Last-Modified"); sendable(v) {
		f.LastModified = v
	}
	if d, stated := freshness(a.header, a.at); stated {
		p.state.Hints.Fresh = d
	}
	p.related = true
	p.state.NotModified++
	f.Result = newsfold.NotModified
	p.state.Rate.watch(f.Succeeded, p.now, nil)
	p.succeed()
}

// read takes in a body.
func (p *polling) read() []newsfold.Entry {
	a, f := p.answer, &p.feed.Poll
	parsed := p.parsed
	switch {
	case len(a.body) == 0:
		p.fail(&Error{Kind: Empty, URL: a.url})
		return nil
	case parsed == nil:
		p.fail(p.explain(p.broken))
		return nil
	}
	delta := a.status == http.StatusIMUsed
	if len(parsed.Entries) == 0 && p.state.Items > 0 && p.state.Hollow < 2 && !delta {
		p.state.Hollow++
		p.fail(&Error{Kind: Broken, URL: a.url, Err: fmt.Errorf("it has no entries now, where it had %d", p.state.Items)})
		return nil
	}
	p.state.Hollow = 0

	etag, modified := a.header.Get("ETag"), a.header.Get("Last-Modified")
	digest := digestOf(parsed.Entries)
	if withoutUser(a.url) == f.ValidFor && !delta {
		p.state.compare(f, etag, modified, digest)
	}
	f.ETag, f.LastModified, f.ValidFor = "", "", ""
	if whole(a.body) && !parsed.Details.Partial {
		if sendable(etag) {
			f.ETag = etag
		}
		if sendable(modified) {
			f.LastModified = modified
		}
		if f.ETag != "" || f.LastModified != "" {
			f.ValidFor = withoutUser(a.url)
		}
	}
	p.keep(parsed, delta)
	p.state.Digest, p.state.Full, p.state.NotModified = digest, p.now, 0
	f.Result = newsfold.Updated

	dates := p.fresh(parsed.Entries)
	p.related = p.known == nil || f.Succeeded.IsZero() || len(dates) < len(parsed.Entries) || p.feed.Entries == 0
	if f.Succeeded.IsZero() {
		p.state.Rate.seed(p.now, dates)
	} else {
		p.state.Rate.watch(f.Succeeded, p.now, dates)
	}
	p.succeed()
	return parsed.Entries
}

// explain says of a body that is no feed what it is instead.
func (p *polling) explain(err error) *Error {
	e := asError(p.answer.url, err)
	if e.Kind == NotFeed && isHTML(p.answer.header.Get("Content-Type"), p.answer.body) {
		e = &Error{Kind: NotFeed, URL: e.URL, Err: errors.New("it is a web page")}
	}
	return e
}

// keep takes over what the feed says about itself.
func (p *polling) keep(parsed *Parsed, delta bool) {
	if s := parsed.Feed.Title; s != "" {
		p.feed.Title = s
	}
	if s := parsed.Feed.Site; s != "" {
		p.feed.Site = s
	}
	if s := parsed.Feed.Lang; s != "" {
		p.feed.Lang = s
	}
	d := parsed.Details
	fresh, _ := freshness(p.answer.header, p.answer.at)
	p.state.Hints = hints{
		Fresh: fresh, TTL: d.TTL, Period: d.Period,
		SkipHours: d.SkipHours, SkipDays: d.SkipDays, Finished: d.Finished,
	}
	if !delta {
		p.state.Items = len(parsed.Entries)
	}
	p.state.Announced = d.Moved
}

// fresh returns the dates of the entries that are not stored yet, zero where
// there is none. With nobody to ask, those that are dated after the last poll
// are taken to be new.
func (p *polling) fresh(entries []newsfold.Entry) []time.Time {
	var (
		dates []time.Time
		known []bool
		last  = p.feed.Poll.Succeeded
	)
	if p.known != nil && len(entries) > 0 {
		keys := make([]string, len(entries))
		for i := range entries {
			keys[i] = entries[i].Key()
		}
		known = p.known(keys)
	}
	for i := range entries {
		e := &entries[i]
		at := e.Issued
		if at.IsZero() {
			at = e.Revised
		}
		switch {
		case known != nil && known[i], known == nil && !at.After(last):
		default:
			dates = append(dates, at)
		}
	}
	return dates
}

// succeed notes a good answer and plans the next poll.
func (p *polling) succeed() {
	f := &p.feed.Poll
	p.c.hosts.accept(p.hosts, p.feed.URL, p.now)
	p.c.health.note(p.host(), false, p.now)
	p.moved()
	f.Succeeded, f.Error, f.Errors = p.now, "", 0
	p.state.Retry = time.Time{}
	t := timing{usual: p.c.opts.Interval, least: p.c.opts.MinInterval}
	want, why := p.want()
	f.Next, f.Why = t.afterSuccess(p.answer.at, want, why, p.state.Hints, p.seed())
}

// want is how long to wait as far as it is up to us, and why.
func (p *polling) want() (time.Duration, string) {
	usual := p.c.opts.Interval
	if p.c.budget == nil || p.state.Rate.At.IsZero() {
		return usual, "the usual interval, " + span(usual)
	}
	floor := p.state.Hints.floor(p.c.opts)
	r := &p.state.Rate
	wait := time.Duration(p.c.budget.plan(feedKey(&p.feed), p.now, r, floor, p.state.Items) * float64(day))
	if p.state.Hints.stated() == 0 {
		wait = max(wait, floor)
	}
	if silence := p.now.Sub(r.Last); !r.Last.IsZero() && r.dormant(p.now) > 1 {
		return wait, fmt.Sprintf("nothing was published for %s, so after %s", span(silence), span(wait))
	}
	return wait, fmt.Sprintf("about %.2g entries a day are expected, so at this time of the week after %s", r.perDay(), span(wait))
}

// feedKey names a feed in the budget.
func feedKey(f *newsfold.Feed) string {
	if f.ID != 0 {
		return strconv.FormatInt(int64(f.ID), 10)
	}
	return f.URL
}

// moved follows up what was learned about the feed's address: a permanent
// redirect that led to a feed, or an address that the feed itself announces.
// It is adopted after several polls in a row said so.
func (p *polling) moved() {
	s, a := p.state, p.answer
	switch {
	case p.trial, p.back && withoutUser(a.url) != withoutUser(p.feed.URL):
		s.adopt(&p.feed, p.asked, p.now)
	case a.permanent():
		if !p.related || a.url == s.Spurned {
			return // a feed, but hardly this one, or another subscription's
		}
		if s.sight(a.url, p.now, p.c.opts.Interval) {
			s.adopt(&p.feed, a.url, p.now)
		}
	case s.Announced != "" && s.Announced != p.feed.URL && s.Announced != s.Spurned:
		if s.sight(s.Announced, p.now, p.c.opts.Interval) {
			s.Trial = s.Announced
		}
	default:
		s.Target, s.Sightings = "", 0
	}
}

// fail notes a failure and plans the next attempt.
func (p *polling) fail(e *Error) {
	f := &p.feed.Poll
	now := p.c.opts.Now()
	f.Result, f.Error = newsfold.Failed, e.Error()
	p.state.Target, p.state.Sightings = "", 0
	if e.Kind == Status && e.Status == http.StatusGone {
		f.Result, f.Errors = newsfold.Gone, f.Errors+1
		f.Next, f.Why = now.AddDate(1, 0, 0), "the publisher says that the feed is gone for good (410): polling has ended"
		return
	}
	if e.Kind == Status && (e.Status == 429 || e.Status == 503) && !e.Retry.IsZero() {
		p.c.hosts.refuse(p.hosts, p.feed.URL, now, e.Retry)
		p.state.Retry = e.Retry
	}
	unreachable := e.Kind == Network || e.Kind == DNS || e.Kind == Timeout
	p.c.health.note(p.host(), unreachable, now)
	if exhausted(e.Err) || unreachable && p.c.health.offline(now, cutOff(e.Err)) {
		if f.Errors == 1 && p.c.health.silentAt(p.last) {
			f.Errors = 0 // the failure before was part of it
		}
		wait := max(min(p.c.opts.Interval, 2*time.Minute), p.c.opts.MinInterval)
		f.Error += " (the trouble seems to be on this side: most hosts are out of reach)"
		f.Next, f.Why = now.Add(wait+jitter(wait, p.seed())), "this machine seems to be cut off: nothing is held against the feed"
		return
	}
	f.Errors++
	t := timing{usual: p.c.opts.Interval, least: p.c.opts.MinInterval}
	f.Next, f.Why = t.afterFailure(now, e, f.Errors, p.seed())
}

// hubs are the WebSub hubs of a feed and what to ask them for: as the headers
// say, else as the body does (WebSub section 4).
func hubs(a *answer, d *Details) (list []string, topic string) {
	at, err := parseURL(a.url)
	if err != nil {
		return d.Hubs, d.Self
	}
	for _, l := range links(a.header) {
		to, err := at.Parse(l.url)
		if err != nil || to.Scheme != "http" && to.Scheme != "https" || len(l.url) > maxURL {
			continue
		}
		if has(l.rel, "hub") && !slices.Contains(list, to.String()) {
			list = append(list, to.String())
		}
		if has(l.rel, "self") && topic == "" {
			topic = to.String()
		}
	}
	if len(list) == 0 {
		list = d.Hubs
	}
	return list, first(topic, d.Self)
}

// whole reports whether a body ends as a feed does, so that validators of one
// that was cut short are not kept.
func whole(body []byte) bool {
	tail := bytes.ToLower(bytes.ReplaceAll(body[max(0, len(body)-4096):], []byte{0}, nil)) // UTF-16 has zeros
	tail = bytes.TrimSpace(tail)
	return bytes.HasSuffix(tail, []byte("}")) || rootEnd.Match(tail)
}

// rootEnd is the end tag of a feed's root element, under any prefix.
var rootEnd = regexp.MustCompile(`</([a-z0-9_.-]+:)?(rss|feed|rdf|channel)\s*>`)

// isHTML reports whether a body is a web page.
func isHTML(contentType string, body []byte) bool {
	head := strings.ToLower(string(body[:min(len(body), 1024)]))
	return strings.Contains(head, "<!doctype html") || strings.Contains(head, "<html") ||
		strings.HasPrefix(http.DetectContentType(body), "text/html") ||
		strings.Contains(strings.ToLower(contentType), "html")
}

// digestOf is a hash of what a reader would see of a feed.
func digestOf(entries []newsfold.Entry) uint64 {
	h := fnv.New64a()
	for i := range entries {
		h.Write([]byte(entries[i].Key()))
		h.Write([]byte(entries[i].Digest()))
	}
	return h.Sum64()
}

// withoutUser returns a URL without user name and password, otherwise as it is.
func withoutUser(raw string) string {
	u, err := parseURL(raw)
	if err != nil {
		return raw
	}
	return stripUser(u)
}
