package fetch

import (
	"bytes"
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"
)

// robots are the rules of one robots.txt (RFC 9309) that are meant for us.
type robots struct {
	rules []rule
	delay time.Duration // Crawl-delay, which is not in the RFC; 0: none
}

type rule struct {
	path  string // normalised
	allow bool
}

const (
	maxRobots     = 500 << 10 // RFC 9309 section 2.5
	maxRules      = 10_000
	maxCrawlDelay = 30 * time.Second
)

// parseRobots reads the group for a product token, or that for "*".
func parseRobots(body []byte, product string) *robots {
	var (
		own, all  robots
		found     bool
		mine, any bool
		inRules   bool
	)
	product = strings.ToLower(product)
	for line := range bytes.Lines(bytes.ReplaceAll(bytes.TrimPrefix(body, []byte("\ufeff")), []byte("\r"), []byte("\n"))) {
		text, _, _ := strings.Cut(string(line), "#")
		key, value, ok := strings.Cut(text, ":")
		if !ok {
			continue
		}
		key, value = strings.ToLower(strings.TrimSpace(key)), strings.TrimSpace(value)
		if key == "user-agent" {
			if inRules {
				mine, any, inRules = false, false, false
			}
			token, _, _ := strings.Cut(strings.ToLower(value), "/")
			mine = mine || token == product
			any = any || token == "*"
			found = found || mine
			continue
		}
		if key != "allow" && key != "disallow" && key != "crawl-delay" {
			continue
		}
		inRules = true
		if mine {
			own.add(key, value)
		}
		if any {
			all.add(key, value)
		}
	}
	if found {
		return &own
	}
	return &all
}

func (r *robots) add(key, value string) {
	if key == "crawl-delay" {
		if n, err := strconv.ParseFloat(value, 64); err == nil && n > 0 {
			r.delay = time.Duration(min(n, maxCrawlDelay.Seconds()) * float64(time.Second))
		}
		return
	}
	if value == "" || len(r.rules) >= maxRules || len(value) > 2048 {
		return
	}
	r.rules = append(r.rules, rule{normalPath(value), key == "allow"})
}

// allows reports whether a path with its query may be fetched: the longest
// rule that matches decides, and of two equally long ones the kinder.
func (r *robots) allows(path string) bool {
	if path == "/robots.txt" {
		return true
	}
	path = normalPath(path)
	best, allow := -1, true
	for _, ru := range r.rules {
		if n := len(ru.path); (n > best || n == best && ru.allow) && matchPath(ru.path, path) {
			best, allow = n, ru.allow
		}
	}
	return allow
}

// matchPath matches a rule, in which "*" stands for anything and a "$" at the
// end for the end, against the beginning of a path. Its cost is the product of
// the lengths at most.
func matchPath(pattern, path string) bool {
	pattern, end := strings.CutSuffix(pattern, "$")
	parts := strings.Split(pattern, "*")
	if !strings.HasPrefix(path, parts[0]) {
		return false
	}
	path = path[len(parts[0]):]
	for i, p := range parts[1:] {
		if i == len(parts)-2 && end {
			return strings.HasSuffix(path, p)
		}
		at := strings.Index(path, p)
		if at < 0 {
			return false
		}
		path = path[at+len(p):]
	}
	return !end || path == "" || len(parts) > 1 && parts[len(parts)-1] == ""
}

// normalPath makes percent-encodings comparable (RFC 9309 section 2.2.2):
// unreserved bytes plain, all others encoded in upper case.
func normalPath(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c == '%' && i+2 < len(s) {
			if n, err := strconv.ParseUint(s[i+1:i+3], 16, 8); err == nil {
				i += 2
				c = byte(n)
				if !unreserved(c) {
					b.WriteString("%" + strings.ToUpper(s[i-1:i+1]))
					continue
				}
			}
		}
		if c <= ' ' || c >= 0x7f {
			b.WriteString("%" + strings.ToUpper(strconv.FormatUint(uint64(c)|0x100, 16)[1:]))
			continue
		}
		b.WriteByte(c)
	}
	return b.String()
}

func unreserved(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("-._~", c) >= 0
}

// robotsCache keeps the rules of every origin for a day, and lets one request
// answer all who wait for it.
type robotsCache struct {
	mu sync.Mutex
	m  map[string]*robotsEntry
}

type robotsEntry struct {
	turn  chan struct{} // held by who reads or renews the entry
	rules *robots       // nil: could not be read, so nothing is allowed
	until time.Time
}

const (
	robotsAge   = day
	robotsRetry = 30 * time.Minute // after an answer that forbids everything for now
	robotsMax   = 1024
)

func newRobotsCache() *robotsCache {
	return &robotsCache{m: map[string]*robotsEntry{}}
}

func (rc *robotsCache) entry(origin string, now time.Time) *robotsEntry {
	rc.mu.Lock()
	defer rc.mu.Unlock()
	e := rc.m[origin]
	if e == nil {
		if len(rc.m) >= robotsMax {
			for k, old := range rc.m {
				if len(old.turn) == 0 && (old.until.Before(now) || len(rc.m) >= robotsMax) {
					delete(rc.m, k)
				}
			}
		}
		e = &robotsEntry{turn: make(chan struct{}, 1)}
		rc.m[origin] = e
	}
	return e
}

// admits returns nil when robots.txt lets us fetch a URL. Its failures are
// *[Error] of kind Robots, or ctx's own.
func (c *Client) admits(ctx context.Context, u *url.URL) error {
	if u.Scheme != "http" && u.Scheme != "https" {
		return &Error{Kind: Forbidden, URL: u.String()}
	}
	origin := u.Scheme + "://" + strings.ToLower(u.Host)
	now := c.opts.Now()
	e := c.robots.entry(origin, now)
	select {
	case e.turn <- struct{}{}:
		defer func() { <-e.turn }()
	case <-ctx.Done():
		return ctx.Err()
	}
	if !e.until.After(now) {
		if err := c.renewRobots(ctx, e, origin, hostKey(u)); err != nil {
			return err
		}
	}
	if e.rules == nil {
		return &Error{Kind: Robots, URL: u.String(), Retry: e.until, Err: errUnreadableRobots}
	}
	path := u.EscapedPath()
	if path == "" {
		path = "/"
	}
	if u.RawQuery != "" {
		path += "?" + u.RawQuery
	}
	if !e.rules.allows(path) {
		return &Error{Kind: Robots, URL: u.String()}
	}
	return nil
}

// renewRobots fetches a robots.txt. What it means when it cannot be read is
// laid down in RFC 9309 section 2.3.1: a 4xx allows all, trouble allows
// nothing for the time being.
func (c *Client) renewRobots(ctx context.Context, e *robotsEntry, origin, key string) error {
	a, err := c.get(ctx, ask{url: origin + "/robots.txt", accept: "text/plain, */*;q=0.1", limit: maxRobots})
	defer a.free()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	now := c.opts.Now()
	kind := Kind("")
	if err != nil {
		kind = asError(origin, err).Kind
	}
	switch {
	case err == nil && a.status == http.StatusOK:
		e.rules, e.until = parseRobots(a.body, c.product()), now.Add(robotsAge)
	case err == nil && a.status >= 400 && a.status < 500 && a.status != http.StatusTooManyRequests,
		kind == Redirect, kind == TooLarge, kind == Broken:
		e.rules, e.until = &robots{}, now.Add(robotsAge)
	default:
		e.rules, e.until = nil, now.Add(robotsRetry)
	}
	if e.rules != nil {
		c.hosts.crawlDelay(key, e.rules.delay)
	}
	return nil
}

// product is the token of our User-Agent that robots.txt may name.
func (c *Client) product() string {
	token, _, _ := strings.Cut(c.opts.Agent, "/")
	token, _, _ = strings.Cut(token, " ")
	return token
}
