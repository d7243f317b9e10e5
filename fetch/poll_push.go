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
	"slices"
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
	Ending   bool      `json:"ending,omitempty"`  // an end was asked for
}

const (
	pushLease  = 10 * day
	pushMissed = 3 // after which pushes are not relied on
	pushHops   = 3 // redirects of a hub that are followed

	// At the default interval; less when it is shorter, see shrunk.
	pushPoll   = 6 * time.Hour // between polls to be sure
	pushSilent = day           // until a hub that did not answer is asked again
	pushDenied = 7 * day       // until one that refused is
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
// a request that was not answered, a week after a refusal; sooner where
// Options.Interval is less than an hour.
func (c *Client) Renew(p *Push) time.Time {
	switch {
	case p.Denied != "":
		return p.Asked.Add(shrunk(pushDenied, c.opts.Interval))
	case p.Verified.IsZero() || p.Verified.Before(p.Asked):
		return p.Asked.Add(shrunk(pushSilent, c.opts.Interval))
	}
	return p.Verified.Add(p.Until.Sub(p.Verified) * 2 / 3)
}

// Serves reports whether a subscription is still what a feed announces: one of
// its hubs and its topic.
func (p *Push) Serves(hubs []string, topic string) bool {
	return p.Topic == topic && slices.Contains(hubs, p.Hub)
}

// confides reports whether a hub may be told the secret: never in clear over the
// open network. What other hubs send could not be believed.
func (c *Client) confides(hub *url.URL) bool {
	return hub.Scheme == "https" || c.guard.ours(hub)
}

// Subscribe asks the hub for a lease of ten days, or for an end when
// Push.Ending is set. Failures are *[Error], but for those of ctx. The hub
// answers by asking the callback: see [Push.Verify].
func (c *Client) Subscribe(ctx context.Context, p *Push) error {
	form := url.Values{"hub.mode": {"unsubscribe"}, "hub.topic": {p.Topic}, "hub.callback": {p.Callback}}
	if !p.Ending {
		form.Set("hub.mode", "subscribe")
		form.Set("hub.lease_seconds", strconv.Itoa(int(pushLease/time.Second)))
		form.Set("hub.secret", p.Secret)
	}
	p.Asked, p.Denied = c.opts.Now(), ""
	at := p.Hub
	for range 1 + pushHops {
		next, err := c.petition(ctx, at, form.Encode())
		if err != nil || next == "" {
			return err
		}
		at = next
	}
	return &Error{Kind: Redirect, URL: p.Hub, Err: fmt.Errorf("more than %d in a row", pushHops)}
}

// petition sends a request to a hub. Where the hub redirects to, the request is
// to be sent again.
func (c *Client) petition(ctx context.Context, hub, form string) (next string, err error) {
	u, err := parseURL(hub)
	if err != nil {
		return "", &Error{Kind: BadURL, URL: hub, Err: err}
	}
	if err := c.guard.checkURL(u); err != nil {
		return "", &Error{Kind: Forbidden, URL: hub, Err: err}
	}
	if !c.confides(u) {
		return "", &Error{Kind: Forbidden, URL: hub, Err: errors.New("a hub without https cannot sign what it sends")}
	}
	resp, text, err := c.post(ctx, u, form)
	if err != nil {
		return "", err
	}
	switch status := resp.StatusCode; status {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		to, err := target(u, resp.Header)
		if err != nil {
			return "", asError(hub, err)
		}
		return to.String(), nil
	default:
		if status/100 == 2 {
			return "", nil
		}
		e := &Error{Kind: Status, URL: hub, Status: status}
		if text != "" {
			e.Err = errors.New(text)
		}
		return "", e
	}
}

// post sends a form within the host's budget and returns the answer, whose body
// is closed, with the beginning of that.
func (c *Client) post(ctx context.Context, u *url.URL, form string) (*http.Response, string, error) {
	release, err := c.acquire(ctx, u, false)
	if err != nil {
		return nil, "", err
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
			return nil, "", parent.Err()
		}
		return nil, "", classify(u.String(), because(ctx, err))
	}
	defer resp.Body.Close()
	text, _ := io.ReadAll(io.LimitReader(resp.Body, 200))
	return resp, strings.Join(strings.Fields(string(text)), " "), nil
}

// Verify answers a hub's question at the callback whether it was us who
// subscribed, or asked for an end: it returns what to answer with status 200, or
// an error, for which 404 is the answer.
func (p *Push) Verify(q url.Values, now time.Time) (challenge string, err error) {
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
	case mode == "unsubscribe" && p.Ending:
		p.Verified, p.Until = time.Time{}, time.Time{}
		return q.Get("hub.challenge"), nil
	case mode != "subscribe" || p.Ending || p.Asked.IsZero():
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
// should be answered with status 200 all the same, and thrown away.
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

// Polled tells a subscription what a poll found beside it: the number of
// entries that were not known. They should have been pushed; when that happens
// three times in a row, the hub is not relied on any more until the next
// lease. It returns when the feed should be polled next: rarely while the hub
// can be relied on, but in time to renew the lease.
func (c *Client) Polled(p *Push, feed newsfold.Feed, unknown int, now time.Time) (next time.Time, why string) {
	switch {
	case unknown > 0:
		p.Missed++
	case feed.Poll.Errors == 0:
		p.Missed = 0
	}
	next, why = feed.Poll.Next, feed.Poll.Why
	if feed.Poll.Errors > 0 || !p.Live(now) {
		return next, why
	}
	rest := shrunk(pushPoll, c.opts.Interval)
	at := now.Add(rest + jitter(rest, feed.URL))
	if renew := c.Renew(p); renew.Before(at) {
		at = renew
	}
	if at.After(next) {
		return at, "a hub pushes what is new, so this is only to be sure"
	}
	return next, why
}
