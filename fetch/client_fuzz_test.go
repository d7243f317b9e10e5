package fetch

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// FuzzHeaders reads what a server says about time: whatever it is, waits stay
// within bounds.
func FuzzHeaders(f *testing.F) {
	f.Add("max-age=60", "Thu, 01 Jan 1970 00:00:00 GMT", "5", "120")
	f.Add(`MAX-AGE="1e9",no-store`, "0", "-1", "Fri, 31 Dec 9999 23:59:59 GMT")
	f.Add("max-age=99999999999999999999", "", "x", "NaN")
	now := newClock().now()
	f.Fuzz(func(t *testing.T, control, expires, age, retry string) {
		h := http.Header{"Cache-Control": {control}, "Expires": {expires}, "Age": {age}, "Retry-After": {retry}, "Date": {expires}}
		if d, _ := freshness(h, now); d < 0 || d > longest {
			t.Errorf("fresh for %s", d)
		}
		if d, _ := retryAfter(h, now); d < 0 || d > longest {
			t.Errorf("retry after %s", d)
		}
	})
}

// FuzzBody undoes content encodings: whatever comes, it ends within the limit.
func FuzzBody(f *testing.F) {
	for name := range compressors {
		var b bytes.Buffer
		z := compressors[name](&b)
		_, _ = io.WriteString(z, rss("a"))
		_ = z.Close()
		f.Add(strings.TrimSuffix(name, "-raw"), b.Bytes())
	}
	f.Add("gzip, br", []byte{0x1f, 0x8b})
	const limit = 64 << 10
	f.Fuzz(func(t *testing.T, encoding string, body []byte) {
		resp := &http.Response{
			Header: http.Header{"Content-Encoding": {encoding}}, ContentLength: -1,
			Body: io.NopCloser(bytes.NewReader(body)),
		}
		_, cancel := context.WithCancelCause(t.Context())
		defer cancel(nil)
		br := bodyReader{limit: limit, grace: time.Minute, big: make(chan struct{}, 1), cancel: cancel, pause: func() func() { return func() {} }}
		out, _, err := br.read(t.Context(), resp)
		if err == nil && len(out) > limit {
			t.Errorf("%d bytes", len(out))
		}
	})
}

// FuzzLocation reads the target of a redirect: it is an URL that can be asked
// for and judged, and never carries credentials to another host.
func FuzzLocation(f *testing.F) {
	for _, s := range []string{"/x", "//u:p@x.example/", "http:///", "?a b", "\xff", "http://[::1%25lo]/", "HTTPS://A.example:443/", "//::", strings.Repeat("\xab", 3000), strings.Repeat("\"", 3000)} {
		f.Add(s)
	}
	from, err := url.Parse("https://ann:secret@a.example/feed?x=1")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, location string) {
		to, err := target(from, http.Header{"Location": {location}})
		if err != nil {
			return
		}
		if to.User != nil && !strings.EqualFold(to.Hostname(), "a.example") {
			t.Errorf("credentials for %s", to)
		}
		if to.Scheme == "http" || to.Scheme == "https" {
			if _, err := parseURL(to.String()); err != nil {
				t.Errorf("%q: %v", to, err)
			}
			hostKey(to)
		}
	})
}

// FuzzRobots reads a robots.txt and judges a path by it.
func FuzzRobots(f *testing.F) {
	f.Add([]byte("User-agent: *\nDisallow: /*a$\nCrawl-delay: 1e300"), "/a%2")
	f.Fuzz(func(t *testing.T, body []byte, path string) {
		r := parseRobots(body, "newsfold")
		r.allows(path)
		if r.delay < 0 || r.delay > maxCrawlDelay {
			t.Errorf("delay %s", r.delay)
		}
	})
}

// FuzzState reads what was stored of a feed's polling, which an older or newer
// version may have written.
func FuzzState(f *testing.F) {
	f.Add([]byte(`{"q":{"n":1e300,"d":-1,"h":[1],"g":-5,"e":1e308},"h":{"h":[99,-1]},"n":-5}`))
	now := newClock().now()
	f.Fuzz(func(t *testing.T, b []byte) {
		s := loadState(b)
		s.Rate.watch(now.Add(-time.Hour), now, []time.Time{now})
		bg := newBudget(time.Hour, time.Minute)
		if d := bg.plan("x", now, &s.Rate, time.Minute, s.Items); !(d > 0 && d <= 1) {
			t.Errorf("waits %v days", d)
		}
		s.save()
	})
}

// FuzzPush hands a callback whatever a hub, or somebody who found its address,
// may send: questions change nothing but what was asked for, leases stay within
// bounds, and no body passes without the right signature.
func FuzzPush(f *testing.F) {
	f.Add("hub.mode=subscribe&hub.topic=https%3A%2F%2Fa.example%2Ffeed&hub.challenge=x&hub.lease_seconds=9999999999", "sha256=00", []byte("x"))
	f.Add("hub.mode=denied&hub.topic=https%3A%2F%2Fa.example%2Ffeed&hub.reason=no", "sha1=zz", []byte{})
	f.Add("hub.mode=unsubscribe&hub.lease_seconds=-1", "=", []byte(rss("a")))
	const topic = "https://a.example/feed"
	now := newClock().now()
	f.Fuzz(func(t *testing.T, question, signature string, body []byte) {
		p := NewPush("https://hub.example/", topic, "https://us.example/push")
		p.Asked = now
		q, err := url.ParseQuery(question)
		if err == nil {
			challenge, err := p.Verify(q, now)
			switch {
			case err != nil && (challenge != "" || !p.Verified.IsZero() || p.Denied != ""):
				t.Errorf("%q: refused with %q, and yet %+v", question, challenge, p)
			case q.Get("hub.topic") != topic && err == nil:
				t.Errorf("%q: answered for another topic", question)
			case p.Until.Sub(now) > 90*day, len(p.Denied) > 200:
				t.Errorf("%q: %+v", question, p)
			}
		}
		if p.Signed(http.Header{"X-Hub-Signature": {signature}}, body) {
			t.Errorf("%q signs a body without the secret", signature)
		}
	})
}
