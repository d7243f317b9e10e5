package fetch

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"net/http"
	"net/url"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/net/http/httpguts"

	"newsfold"
)

// Options say how a [Client] behaves. The zero value is the default of every
// field.
type Options struct {
	Agent       string        // User-Agent: product, version, and where to learn about it
	Contact     string        // URL or mail address of who runs it, stated in the User-Agent instead of the latter
	Subscribers int           // stated in the User-Agent; default 1; below 0: not stated
	Allow       []string      // CIDRs, addresses and host names that may be private or loopback, any port
	Interval    time.Duration // usual time between polls of a feed, see below; default 1 hour
	MinInterval time.Duration // never poll a feed more often; default 10 minutes or Interval if less, at least 1 second
	MaxBody     int64         // bytes of a feed or page, compressed and decompressed; default 10 MiB
	Timeout     time.Duration // for a whole exchange, waiting for the host's turn aside; default 30 s
	Parallel    int           // requests under way in all; default 128
	PerHost     int           // requests under way to one host; default 2

	// From five minutes up, Interval is a budget: so many polls for all feeds
	// together, of which those that publish much get more and the others
	// somewhat less. Below, every feed is polled at just that interval.

	// Gap is the time between starts of requests to one host; below 0: none.
	// The default is 1 s, and none for hosts that Allow names: those are the
	// owner's own.
	Gap time.Duration

	// Transport, when set, replaces the guarded one: for tests at the edge of
	// the world. Now is the clock; default time.Now.
	Transport http.RoundTripper
	Now       func() time.Time
	Log       *slog.Logger
}

// The defaults of [Options].
const (
	defaultAgent    = "newsfold/0.1 (+https://newsfold.example)"
	defaultInterval = time.Hour
	defaultMin      = 10 * time.Minute
	defaultBody     = 10 << 20
	defaultTimeout  = 30 * time.Second
	defaultParallel = 128
	defaultPerHost  = 2
	defaultGap      = time.Second
	shortest        = time.Second // no feed is polled more often than this
)

const (
	maxHops   = 10
	maxHeader = 64 << 10
	maxURL    = 8 << 10
	bigBodies = 4 // large bodies held at a time
	shortPlan = 5 * time.Minute
)

// Client fetches. Its methods are safe for concurrent use; it keeps each host's
// budget over all of them, so there should be one in a process.
type Client struct {
	opts    Options
	guard   *guard
	trip    http.RoundTripper
	own     *http.Transport // closed with the client; nil when Options.Transport is set
	hosts   *hosts
	servers servers
	slots   chan struct{} // held during a request
	wary    chan struct{} // held as well during one of a feed that is not trusted
	jars    jars
	big     chan struct{} // held while there is a large body
	cpus    chan struct{} // held while a body is parsed
	health  *health
	budget  *budget // nil when the usual interval is too short for planning
	robots  *robotsCache
	memo    *memo
	agent   atomic.Pointer[string]
	log     *slog.Logger
}

// New returns a client. It fails when Options.Allow holds something that is no
// network, address or host name. Close it to drop its idle connections.
func New(opts Options) (*Client, error) {
	g, err := newGuard(opts.Allow)
	if err != nil {
		return nil, err
	}
	if err := checkContact(opts.Contact); err != nil {
		return nil, err
	}
	opts = opts.withDefaults()
	c := &Client{
		opts: opts, guard: g, trip: opts.Transport, log: opts.Log,
		hosts: newHosts(opts.PerHost, 2*opts.Interval), slots: make(chan struct{}, opts.Parallel),
		wary: make(chan struct{}, max(1, opts.Parallel/2)),
		big:  make(chan struct{}, bigBodies), cpus: make(chan struct{}, runtime.GOMAXPROCS(0)),
		health: &health{}, robots: newRobotsCache(), memo: &memo{},
	}
	if c.trip == nil {
		c.own = &http.Transport{
			Proxy:                  nil, // a proxy would be asked for addresses that the guard never sees
			DialContext:            c.servers.dialKnowing(g.dial),
			ForceAttemptHTTP2:      true,
			TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
			TLSHandshakeTimeout:    min(10*time.Second, opts.Timeout),
			ResponseHeaderTimeout:  min(15*time.Second, opts.Timeout),
			IdleConnTimeout:        60 * time.Second,
			MaxIdleConns:           256,
			MaxIdleConnsPerHost:    opts.PerHost,
			MaxResponseHeaderBytes: maxHeader,
			DisableCompression:     true, // decompressed here, within limits
		}
		c.trip = c.own
		c.servers.lookup = g.lookup
	}
	if opts.Interval >= shortPlan {
		c.budget = newBudget(opts.Interval, opts.MinInterval)
	}
	c.SetSubscribers(opts.Subscribers)
	return c, nil
}

func (o Options) withDefaults() Options {
	if o.Agent == "" {
		o.Agent = defaultAgent
	}
	if o.Contact != "" {
		product, _, _ := strings.Cut(o.Agent, " (")
		o.Agent = product + " (+" + o.Contact + ")"
	}
	if o.Subscribers == 0 {
		o.Subscribers = 1
	}
	if o.Interval <= 0 {
		o.Interval = defaultInterval
	}
	o.Interval = max(o.Interval, shortest)
	if o.MinInterval <= 0 {
		o.MinInterval = min(defaultMin, o.Interval)
	}
	o.MinInterval = max(o.MinInterval, shortest)
	if o.MaxBody <= 0 {
		o.MaxBody = defaultBody
	}
	if o.Timeout <= 0 {
		o.Timeout = defaultTimeout
	}
	if o.Parallel <= 0 {
		o.Parallel = defaultParallel
	}
	if o.PerHost <= 0 {
		o.PerHost = defaultPerHost
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return o
}

// Resume tells the client of subscriptions that it will poll, with what was
// learned about them before: then the budget is shared out among all of them,
// and hosts that asked to be left alone are, from the first poll on. It is
// optional and sends nothing.
func (c *Client) Resume(feeds iter.Seq[newsfold.Feed]) {
	now := c.opts.Now()
	for f := range feeds {
		s := loadState(f.Poll.State)
		if c.budget != nil && !s.Rate.At.IsZero() && f.Poll.Result != newsfold.Gone {
			c.budget.learn(feedKey(&f), now, &s.Rate, s.Hints.floor(c.opts), s.Items)
		}
		if u, err := parseURL(f.URL); err == nil && s.Retry.After(now) {
			c.hosts.refuse(hostKeys(u), f.URL, now, s.Retry)
		}
	}
}

// Close drops idle connections. Requests under way are not cut off; cancel
// their contexts for that.
func (c *Client) Close() {
	if c.own != nil {
		c.own.CloseIdleConnections()
	}
}

// SetSubscribers changes the number of subscribers that the User-Agent states,
// which tells publishers how many people one request serves; 0 says nothing.
func (c *Client) SetSubscribers(n int) {
	agent := c.opts.Agent
	if n > 0 {
		agent = withComment(agent, fmt.Sprintf("%d subscribers", n)) // programs read it: no singular
	}
	c.agent.Store(&agent)
}

// withComment adds to the comment of a User-Agent.
func withComment(agent, text string) string {
	if head, ok := strings.CutSuffix(agent, ")"); ok {
		return head + "; " + text + ")"
	}
	return agent + " (" + text + ")"
}

// checkContact refuses what would not be read as a URL or mail address in a
// User-Agent.
func checkContact(s string) error {
	if s == "" {
		return nil
	}
	u, err := url.Parse(s)
	web := err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && u.User == nil
	name, host, mail := strings.Cut(strings.TrimPrefix(s, "mailto:"), "@")
	mail = mail && name != "" && strings.Contains(host, ".") && !strings.ContainsAny(name+host, "@/:")
	if !web && !mail || len(s) > 200 || strings.ContainsAny(s, "() ;\\\"<>,") || escapeBytes(s) != s {
		return fmt.Errorf("contact %.200q: say a URL such as https://reader.example/about or a mail address", s)
	}
	return nil
}

// ask is one thing to be fetched.
type ask struct {
	url     string
	accept  string
	delta   bool // RFC 3229: only what is new will do
	suspect bool // was in trouble last time, or slow
	untried bool // never succeeded
	jar     *jar // nil: no cookies

	etag, modified string // validators, sent to validFor only
	validFor       string

	limit int64
	// readable and other: a body whose media type is not readable is an error of
	// kind other, and not read.
	readable func(mediaType string) bool
	other    Kind
	// hop, when set, judges a redirect's target before it is asked.
	hop func(context.Context, *url.URL) error
}

// hop is one redirect that was followed.
type hop struct {
	status   int
	from, to string
}

// answer is what came back, after redirects.
type answer struct {
	url         string // final, with the credentials that were used for it
	status      int
	header      http.Header
	body        []byte // of a 2xx, decompressed
	hops        []hop
	conditional bool // validators were sent to the final URL
	at          time.Time
	spent       time.Duration // waiting for turns aside
	cookie      bool          // the last answer set a cookie that was taken
	big         chan struct{} // a place that the body holds, while it is large
}

// free gives back what a large body holds, once it has been parsed.
func (a *answer) free() {
	if a.big != nil {
		<-a.big
		a.big = nil
	}
}

// permanent reports whether every redirect on the way was a permanent one.
func (a *answer) permanent() bool {
	for _, h := range a.hops {
		if h.status != http.StatusMovedPermanently && h.status != http.StatusPermanentRedirect {
			return false
		}
	}
	return len(a.hops) > 0
}

// get asks for a URL and follows redirects. Failures are *[Error]; the answer
// is returned beside them as far as it came. It must be freed.
func (c *Client) get(ctx context.Context, q ask) (*answer, error) {
	a := &answer{url: q.url}
	u, err := parseURL(q.url)
	if err != nil {
		return a, &Error{Kind: BadURL, URL: q.url, Err: err}
	}
	left := c.opts.Timeout
	seen := map[string]bool{}
	for {
		if err := c.guard.checkURL(u); err != nil {
			return a, &Error{Kind: Forbidden, URL: u.String(), Err: err}
		}
		seen[u.String()] = true
		a.url = u.String()
		spent, next, err := c.step(ctx, q, u, left, a)
		left -= spent
		a.spent += spent
		if err != nil {
			if ctx.Err() != nil {
				return a, ctx.Err()
			}
			e := classify(a.url, err)
			if e.URL == "" {
				e.URL = a.url
			}
			return a, e
		}
		if next == nil {
			return a, nil
		}
		if err := c.follow(ctx, q, a, seen, next); err != nil {
			return a, err
		}
		u = next
	}
}

// follow judges a redirect before it is followed.
func (c *Client) follow(ctx context.Context, q ask, a *answer, seen map[string]bool, next *url.URL) error {
	to := next.String()
	a.hops = append(a.hops, hop{a.status, a.url, to})
	switch {
	case seen[to] && q.jar == nil && len(a.header.Values("Set-Cookie")) > 0:
		return &Error{Kind: Redirect, URL: q.url, Err: errors.New("a loop; it may insist on a cookie, which `newsfold add --cookies` lets it set")}
	case seen[to] && !a.cookie: // with a new cookie it may answer otherwise
		return &Error{Kind: Redirect, URL: q.url, Err: fmt.Errorf("a loop over %s", Redact(to))}
	case len(a.hops) > maxHops:
		return &Error{Kind: Redirect, URL: q.url, Err: fmt.Errorf("more than %d in a row", maxHops)}
	case next.Scheme != "http" && next.Scheme != "https":
		return &Error{Kind: Forbidden, URL: q.url, Err: fmt.Errorf("it redirects to %.100s", Redact(to))}
	case q.hop != nil:
		return q.hop(ctx, next)
	}
	return nil
}

// step does one request of an exchange, fills in the answer, and returns the
// target when it is a redirect. spent is the time that counts.
func (c *Client) step(ctx context.Context, q ask, u *url.URL, left time.Duration, a *answer) (spent time.Duration, next *url.URL, err error) {
	release, err := c.acquire(ctx, u, q.suspect)
	if err != nil {
		return 0, nil, err
	}
	defer release()
	leave, err := c.enter(ctx, q.suspect || q.untried)
	if err != nil {
		return 0, nil, err
	}
	defer leave()

	start := time.Now()
	defer func() { spent = time.Since(start) }()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	timer := time.AfterFunc(left, func() { cancel(errTotal) })
	defer timer.Stop()

	resp, err := c.trip.RoundTrip(c.request(ctx, q, u, a))
	if err != nil {
		return 0, nil, because(ctx, err)
	}
	defer resp.Body.Close()
	a.status, a.header, a.at = resp.StatusCode, resp.Header, c.opts.Now()
	a.cookie = q.jar.take(u, resp.Header)
	c.log.Debug("fetched", "url", Redact(u.String()), "status", resp.StatusCode)
	switch resp.StatusCode {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther,
		http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		drain(resp)
		next, err = target(u, resp.Header)
		return 0, next, err
	case http.StatusOK, http.StatusNonAuthoritativeInfo, http.StatusIMUsed:
		if t := resp.Header.Get("Content-Type"); q.readable != nil && !q.readable(t) {
			return 0, nil, &Error{Kind: q.other, Err: fmt.Errorf("it is %.60s", t)}
		}
		br := bodyReader{limit: q.limit, grace: min(slowGrace, left/2), big: c.big, cancel: cancel}
		br.pause = func() func() {
			timer.Stop()
			rest := left - time.Since(start)
			return func() { timer.Reset(max(rest, 0)) }
		}
		var big bool
		if a.body, big, err = br.read(ctx, resp); big {
			a.big = c.big
		}
		return 0, nil, because(ctx, err)
	}
	drain(resp)
	return 0, nil, nil
}

// enter waits for a place among all requests under way. Half of the places are
// closed to feeds that were in trouble or are not known yet, such as those of an
// old list of which many are dead, so that they never keep the others waiting.
func (c *Client) enter(ctx context.Context, wary bool) (leave func(), err error) {
	places := []chan struct{}{c.slots}
	if wary {
		places = []chan struct{}{c.wary, c.slots}
	}
	for i, p := range places {
		select {
		case p <- struct{}{}:
		case <-ctx.Done():
			for _, held := range places[:i] {
				<-held
			}
			return nil, ctx.Err()
		}
	}
	return func() {
		for _, p := range places {
			<-p
		}
	}, nil
}

// drain reads a small body that nobody wants, so that the connection can be
// used again.
func drain(resp *http.Response) {
	if n := resp.ContentLength; n > 0 && n <= 4<<10 {
		_, _ = io.CopyN(io.Discard, resp.Body, n)
	}
}

// because returns why a context was cancelled by us, if that is what an error
// means.
func because(ctx context.Context, err error) error {
	if err == nil || ctx.Err() == nil {
		return err
	}
	return context.Cause(ctx)
}

// gap is the least time between the starts of two requests to a host.
func (c *Client) gap(u *url.URL) time.Duration {
	switch {
	case c.opts.Gap < 0:
		return 0
	case c.opts.Gap > 0:
		return c.opts.Gap
	case c.guard.ours(u):
		return 0
	}
	return defaultGap
}

// request builds what is sent: nothing but what it takes to get the feed.
func (c *Client) request(ctx context.Context, q ask, u *url.URL, a *answer) *http.Request {
	sent := *u
	sent.User, sent.Fragment, sent.RawFragment = nil, "", ""
	r := (&http.Request{
		Method: http.MethodGet, URL: &sent, Host: u.Host,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{
			"User-Agent":      {*c.agent.Load()},
			"Accept":          {q.accept},
			"Accept-Encoding": {"gzip, br, zstd"},
		},
	}).WithContext(ctx)
	if q.delta {
		r.Header["A-IM"] = []string{"feed"} // as RFC 3229 spells it
	}
	if u.User != nil {
		password, _ := u.User.Password()
		r.SetBasicAuth(u.User.Username(), password)
	}
	if v := q.jar.give(u); v != "" {
		r.Header["Cookie"] = []string{v}
	}
	a.conditional = q.validFor != "" && q.validFor == stripUser(u)
	if a.conditional && q.etag != "" {
		r.Header["If-None-Match"] = []string{q.etag}
	}
	if a.conditional && q.modified != "" {
		r.Header["If-Modified-Since"] = []string{q.modified}
	}
	return r
}

// stripUser returns a URL as a string without user name and password.
func stripUser(u *url.URL) string {
	v := *u
	v.User = nil
	return v.String()
}

// parseURL reads an absolute http or https URL. What is valid in it is left as
// it is; bytes that may not stand in a request line are percent-encoded.
func parseURL(raw string) (*url.URL, error) {
	if len(raw) > maxURL {
		return nil, fmt.Errorf("longer than %d bytes", maxURL)
	}
	u, err := url.Parse(raw)
	if err != nil {
		var e *url.Error
		if errors.As(err, &e) {
			err = e.Err
		}
		return nil, err
	}
	return u, complete(u)
}

// complete checks that a URL can be asked for, spells its host as name servers know
// it (RFC 5891) and makes its query printable.
func complete(u *url.URL) error {
	if u.Scheme != "http" && u.Scheme != "https" {
		return fmt.Errorf("scheme %.40q", u.Scheme)
	}
	if u.Hostname() == "" {
		return errors.New("no host")
	}
	host, err := httpguts.PunycodeHostPort(u.Host)
	if err != nil {
		return fmt.Errorf("the host %.100q is no name", u.Host)
	}
	u.Host = host
	u.RawQuery = escapeBytes(u.RawQuery)
	return nil
}

// escapeBytes percent-encodes the bytes that a URL may not hold as they are:
// spaces, control characters, and those beyond ASCII.
func escapeBytes(s string) string {
	clean := true
	for i := range len(s) {
		clean = clean && s[i] > ' ' && s[i] < 0x7f
	}
	if clean {
		return s
	}
	var b strings.Builder
	for i := range len(s) {
		if c := s[i]; c > ' ' && c < 0x7f {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

// target reads the Location of a redirect, which may be relative and may hold
// bytes that belong percent-encoded. Credentials go along only to the same
// host, and not from https to http.
func target(from *url.URL, h http.Header) (*url.URL, error) {
	where := strings.TrimSpace(h.Get("Location"))
	switch {
	case where == "":
		return nil, &Error{Kind: Redirect, Err: errors.New("it does not say where to")}
	case len(where) > maxURL:
		return nil, &Error{Kind: Redirect, Err: errLongTarget}
	}
	to, err := from.Parse(escapeBytes(where))
	if err != nil {
		return nil, &Error{Kind: Redirect, Err: fmt.Errorf("its target %.100q is no URL", Redact(where))}
	}
	same := strings.EqualFold(to.Hostname(), from.Hostname()) && (to.Port() == from.Port() || from.Scheme != to.Scheme) &&
		(to.Scheme == from.Scheme || to.Scheme == "https")
	switch {
	case !same:
		to.User = nil
	case to.User == nil:
		to.User = from.User
	}
	to.Fragment, to.RawFragment = "", ""
	if len(to.String()) > maxURL { // percent-encoding makes it longer
		return nil, &Error{Kind: Redirect, Err: errLongTarget}
	}
	if to.Scheme == "http" || to.Scheme == "https" {
		err := complete(to)
		if err == nil {
			_, err = parseURL(to.String()) // a reference may leave behind what is none by itself
		}
		if err != nil {
			return nil, &Error{Kind: Redirect, Err: fmt.Errorf("its target %.100q is no URL", Redact(where))}
		}
	}
	return to, nil
}

var errLongTarget = errors.New("its target is too long to be meant")

// sendable reports whether a validator can be sent back byte for byte.
func sendable(v string) bool {
	return v != "" && len(v) <= 4096 && httpguts.ValidHeaderFieldValue(v)
}

// memo keeps what was just read by Find, so that the first poll of a feed that
// is being subscribed to needs no second request.
type memo struct {
	mu sync.Mutex
	m  map[string]*answer
}

const (
	memoAge  = time.Minute
	memoSize = 8       // bodies
	memoBody = 1 << 20 // bytes of one
)

func (m *memo) put(url string, a *answer, now time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.expire(now)
	if m.m == nil {
		m.m = map[string]*answer{}
	}
	if len(m.m) < memoSize && len(a.body) <= memoBody {
		m.m[url] = a
	}
}

func (m *memo) take(url string, now time.Time) *answer {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.expire(now)
	a := m.m[url]
	delete(m.m, url)
	return a
}

// parse reads a body as a feed, as many at a time as there are processors.
func (c *Client) parse(ctx context.Context, a *answer) (*Parsed, error) {
	select {
	case c.cpus <- struct{}{}:
		defer func() { <-c.cpus }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	return Parse(a.body, a.url, a.header)
}

func (m *memo) expire(now time.Time) {
	for k, a := range m.m {
		if now.Sub(a.at) > memoAge {
			delete(m.m, k)
		}
	}
}
