package fetch

import (
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"sync"

	"golang.org/x/net/publicsuffix"
)

// Feeds are asked without cookies, which tell a publisher nothing but that we
// were there before. A few servers insist on one, and answer with a redirect
// until they get it back; for these the owner may give a feed a jar of its own.
// It lives as long as the client, is never stored, and no other feed sees it,
// not even one of the same host.

const (
	maxCookies    = 20      // taken from one answer
	maxCookieSize = 4 << 10 // bytes of one cookie, and of all that are sent
	maxSet        = 200     // cookies set, after which a jar is begun anew
	maxJars       = 10_000
)

// jar holds the cookies of one feed.
type jar struct {
	mu  sync.Mutex
	jar *cookiejar.Jar
	set int // since it was begun
}

// take keeps the cookies that an answer sets, and reports whether it set any.
func (j *jar) take(u *url.URL, h http.Header) bool {
	if j == nil {
		return false
	}
	var cookies []*http.Cookie
	for _, line := range h.Values("Set-Cookie") {
		if len(line) > maxCookieSize || len(cookies) == maxCookies {
			continue
		}
		if c, err := http.ParseSetCookie(line); err == nil {
			cookies = append(cookies, c)
		}
	}
	if len(cookies) == 0 {
		return false
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.set += len(cookies); j.jar == nil || j.set > maxSet {
		fresh, err := cookiejar.New(&cookiejar.Options{PublicSuffixList: publicsuffix.List})
		if err != nil {
			return false // cannot happen: it has no reason to
		}
		j.jar, j.set = fresh, len(cookies)
	}
	j.jar.SetCookies(u, cookies)
	return true
}

// give returns the Cookie header for a URL; empty for none.
func (j *jar) give(u *url.URL) string {
	if j == nil {
		return ""
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.jar == nil {
		return ""
	}
	var b strings.Builder
	for _, c := range j.jar.Cookies(u) {
		pair := (&http.Cookie{Name: c.Name, Value: c.Value, Quoted: c.Quoted}).String()
		if b.Len()+len(pair)+2 > maxCookieSize {
			break
		}
		if b.Len() > 0 {
			b.WriteString("; ")
		}
		b.WriteString(pair)
	}
	return b.String()
}

// jars are the jars of feeds, by feedKey.
type jars struct {
	mu sync.Mutex
	m  map[string]*jar
}

func (js *jars) of(key string) *jar {
	js.mu.Lock()
	defer js.mu.Unlock()
	j := js.m[key]
	if j == nil {
		if js.m == nil || len(js.m) >= maxJars {
			js.m = map[string]*jar{} // rather than growing: servers give cookies anew
		}
		j = &jar{}
		js.m[key] = j
	}
	return j
}
