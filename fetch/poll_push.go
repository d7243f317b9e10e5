package fetch

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"newsfold"
)

// Push is a subscription with a WebSub hub (W3C Recommendation of 23 January
// 2018): the hub sends what is new to a callback of ours. The caller stores it
// with the feed, serves the callback and hands what arrives there to the
// methods. It marshals to JSON; keep it as secret as a password.
type Push struct {
	Hub      string    `json:"hub"`
	Topic    string    `json:"topic"`    // the feed's own URL, as its publisher states it
	Callback string    `json:"callback"` // ours, which nobody can guess
	Secret   string    `json:"secret"`   // signs what the hub sends
	Asked    time.Time `json:"asked,omitzero"`
	Verified time.Time `json:"verified,omitzero"` // zero: the hub has not answered yet
	Until    time.Time `json:"until,omitzero"`    // end of the lease
	Denied   string    `json:"denied,omitempty"`  // why the hub refused
	Missed   int       `json:"missed,omitempty"`  // entries in a row that only polling found
}

const (
	pushLease  = 10 * day
	pushMissed = 3 // after which pushes are not relied on
	pushPoll   = 6 * time.Hour
)

// NewPush prepares a subscription for a feed that announces a hub. base is the
// public URL below which callbacks are served; a random name is appended.
func NewPush(hub, topic, base string) *Push {
	return &Push{
		Hub: hub, Topic: topic, Secret: rand.Text(),
		Callback: strings.TrimSuffix(base, "/") + "/" + rand.Text(),
	}
}

// Live reports whether the hub can be relied on at a moment, so that polling
// may be rare.
func (p *Push) Live(now time.Time) bool {
	return !p.Verified.IsZero() && p.Until.After(now) && p.Missed < pushMissed && p.Denied == ""
}

// Renew is when to subscribe again: after two thirds of the lease, a day after
// a request that was not answered, a week after a refusal.
func (p *Push) Renew() time.Time {
	switch {
	case p.Denied != "":
		return p.Asked.Add(7 * day)
	case p.Verified.IsZero() || p.Verified.Before(p.Asked):
		return p.Asked.Add(day)
	}
	return p.Verified.Add(p.Until.Sub(p.Verified) * 2 / 3)
}

// Subscribe asks the hub for a lease of ten days, or for an end when end is
// set. Failures are *[Error], but for those of ctx. The hub answers by asking
// the callback: see [Push.Verify].
func (c *Client) Subscribe(ctx context.Context, p *Push, end bool) error {
	u, err := parseURL(p.Hub)
	if err != nil {
		return &Error{Kind: BadURL, URL: p.Hub, Err: err}
	}
	if err := c.guard.checkURL(u); err != nil {
		return &Error{Kind: Forbidden, URL: p.Hub, Err: err}
	}
	form := url.Values{
		"hub.mode": {"subscribe"}, "hub.topic": {p.Topic}, "hub.callback": {p.Callback},
		"hub.lease_seconds": {strconv.Itoa(int(pushLease / time.Second))},
	}
	if u.Scheme == "https" || c.guard.ours(u) {
		form.Set("hub.secret", p.Secret) // never in clear over the open network
	}
	if end {
		form.Set("hub.mode", "unsubscribe")
		form.Del("hub.lease_seconds")
	}
	p.Asked, p.Denied = c.opts.Now(), ""
	status, text, err := c.post(ctx, u, form.Encode())
	if err != nil {
		return err
	}
	if status/100 != 2 {
		e := &Error{Kind: Status, URL: p.Hub, Status: status}
		if text != "" {
			e.Err = errors.New(text)
		}
		return e
	}
	return nil
}

// post sends a form within the host's budget and returns the status and the
// beginning of the answer.
func (c *Client) post(ctx context.Context, u *url.URL, form string) (int, string, error) {
	release, err := c.acquire(ctx, u, false)
	if err != nil {
		return 0, "", err
	}
	defer release()
	parent := ctx
	ctx, cancel := context.WithTimeoutCause(ctx, c.opts.Timeout, errTotal)
	defer cancel()
	r := c.request(ctx, ask{accept: "*/*"}, u, &answer{})
	r.Method, r.Body, r.ContentLength = http.MethodPost, io.NopCloser(strings.NewReader(form)), int64(len(form))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Del("Accept-Encoding")
	resp, err := c.trip.RoundTrip(r)
	if err != nil {
		if parent.Err() != nil {
			return 0, "", parent.Err()
		}
		return 0, "", classify(u.String(), because(ctx, err))
	}
	defer resp.Body.Close()
	text, _ := io.ReadAll(io.LimitReader(resp.Body, 200))
	return resp.StatusCode, strings.Join(strings.Fields(string(text)), " "), nil
}

// Verify answers a hub's question at the callback whether it was us who
// subscribed: it returns what to answer with status 200, or an error, for
// which 404 is the answer. ending tells that an end was asked for.
func (p *Push) Verify(q url.Values, now time.Time, ending bool) (challenge string, err error) {
	if q.Get("hub.topic") != p.Topic {
		return "", fmt.Errorf("a hub asks about %.200q, which was not asked for", q.Get("hub.topic"))
	}
	switch mode := q.Get("hub.mode"); {
	case mode == "denied":
		p.Denied = q.Get("hub.reason")
		if p.Denied == "" {
			p.Denied = "no reason given"
		}
		p.Denied = p.Denied[:min(len(p.Denied), 200)]
		return "", nil
	case mode == "unsubscribe" && ending:
		p.Verified, p.Until = time.Time{}, time.Time{}
		return q.Get("hub.challenge"), nil
	case mode != "subscribe" || ending || p.Asked.IsZero():
		return "", fmt.Errorf("a hub asks for mode %.40q, which was not asked for", mode)
	}
	lease := pushLease
	if n, err := strconv.ParseInt(q.Get("hub.lease_seconds"), 10, 32); err == nil && n > 0 {
		lease = min(time.Duration(n)*time.Second, 90*day)
	}
	p.Verified, p.Until, p.Missed = now, now.Add(lease), 0
	return q.Get("hub.challenge"), nil
}

// Signed reports whether a pushed body comes from the hub. What is not signed
// should be answered with status 200 all the same, and thrown away; at most it
// is a reason to poll. So is all that comes from a hub without https, which is
// never told the secret.
func (p *Push) Signed(h http.Header, body []byte) bool {
	method, signature, ok := strings.Cut(h.Get("X-Hub-Signature"), "=")
	if !ok {
		return false
	}
	sum, err := hex.DecodeString(signature)
	if err != nil {
		return false
	}
	var algorithm func() hash.Hash
	switch strings.ToLower(method) {
	case "sha1":
		algorithm = sha1.New
	case "sha256":
		algorithm = sha256.New
	case "sha384":
		algorithm = sha512.New384
	case "sha512":
		algorithm = sha512.New
	default:
		return false
	}
	mac := hmac.New(algorithm, []byte(p.Secret))
	mac.Write(body)
	return subtle.ConstantTimeCompare(mac.Sum(nil), sum) == 1
}

// Pushed reads what a hub sent for a feed, once it is known to be signed. The
// outcome is like that of a poll, but for validators and the time of the next
// poll: they stay. Failures are *[Error], but for those of ctx.
func (c *Client) Pushed(ctx context.Context, feed newsfold.Feed, h http.Header, body []byte) (Outcome, error) {
	if int64(len(body)) > c.opts.MaxBody {
		return Outcome{Feed: feed}, tooLarge(c.opts.MaxBody)
	}
	parsed, err := c.parse(ctx, &answer{url: withoutUser(feed.URL), header: h, body: body})
	if err != nil {
		return Outcome{Feed: feed}, err
	}
	s := loadState(feed.Poll.State)
	var dates []time.Time
	for _, e := range parsed.Entries {
		dates = append(dates, e.Issued)
	}
	s.Rate.watch(feed.Poll.Succeeded, c.opts.Now(), dates)
	feed.Poll.State = s.save()
	return Outcome{Feed: feed, Entries: parsed.Entries}, nil
}

// Polled tells the subscription what a poll found beside it: the number of
// entries that were not known. They should have been pushed; when that happens
// three times in a row, the hub is not relied on any more until the next
// lease. It returns when the feed should be polled next: rarely while the hub
// can be relied on.
func (p *Push) Polled(feed newsfold.Feed, unknown int, now time.Time) (next time.Time, why string) {
	if unknown > 0 {
		p.Missed++
	} else {
		p.Missed = 0
	}
	next, why = feed.Poll.Next, feed.Poll.Why
	if feed.Poll.Errors == 0 && p.Live(now) {
		if at := now.Add(pushPoll + jitter(pushPoll, feed.URL)); at.After(next) {
			return at, "a hub pushes what is new, so this is only to be sure"
		}
	}
	return next, why
}
