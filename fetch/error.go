package fetch

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"syscall"
	"time"
)

// Kind sorts failures by what may be done about them.
type Kind string

// The kinds of failure.
const (
	NotFeed   Kind = "not_feed"  // the body is something else, such as a page
	NotPage   Kind = "not_page"  // the body is something else, such as a film
	Broken    Kind = "broken"    // a body that cannot be read
	Unsafe    Kind = "unsafe"    // a body built to hurt its reader
	TooLarge  Kind = "too_large" // more than the limit
	Empty     Kind = "empty"     // no body
	Status    Kind = "status"    // an HTTP status other than 200 and 304
	Network   Kind = "network"   // no connection, reset, cut short
	DNS       Kind = "dns"       // the name leads nowhere
	TLS       Kind = "tls"       // certificate or handshake
	Timeout   Kind = "timeout"   // too slow
	Forbidden Kind = "forbidden" // an address, port or scheme that may not be reached
	Robots    Kind = "robots"    // robots.txt keeps us out
	Redirect  Kind = "redirect"  // too many, a loop, or nowhere to go
	BadURL    Kind = "bad_url"   // not a URL that can be fetched
	Waiting   Kind = "waiting"   // the host asked to be left alone until Retry
)

// Error is a failure to fetch or read. Its text is one sentence that says what
// failed and what may be done, for a person; it holds no credentials.
type Error struct {
	Kind   Kind
	URL    string    // as given; printed without credentials
	Status int       // for Kind Status
	Retry  time.Time // not before this time, when the server said so
	Err    error     // the cause, may be nil
}

// Error says what failed, where, and what may be done.
func (e *Error) Error() string {
	where := Redact(e.URL)
	if where == "" {
		where = "the file"
	}
	s := fmt.Sprintf(e.sentence(), where)
	if e.Err == nil {
		return s
	}
	cause := scrub(e.Err.Error(), e.URL)
	what, advice, found := strings.Cut(s, "; ")
	if !found {
		return what + ": " + cause
	}
	return what + " (" + cause + "); " + advice
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Transient reports whether a server answered that it cannot answer for now, broke
// off or was too slow, so that nothing is known about the address but that it may be
// right. Where nobody takes the connection there may be no server at all.
func (e *Error) Transient() bool {
	switch e.Kind {
	case Status:
	case Timeout:
		return true
	case Network:
		var call *os.SyscallError
		return !errors.As(e.Err, &call) || call.Syscall != "connect"
	default:
		return false
	}
	switch e.Status {
	case http.StatusRequestTimeout, http.StatusTooEarly, http.StatusTooManyRequests:
		return true
	}
	return e.Status >= 500
}

// sentence is a format for the URL: what is wrong, a semicolon, what to do.
func (e *Error) sentence() string {
	switch e.Kind {
	case NotFeed:
		return "%s is not a feed; check the address, or give the address of the site to look for its feeds"
	case NotPage:
		return "%s is not a web page; only the feed's own text is used"
	case Broken:
		return "%s is a feed that cannot be read; its publisher has to mend it, polling goes on"
	case Unsafe:
		return "%s was refused because its body looks built to exhaust its reader; it is tried again later"
	case TooLarge:
		return "%s is larger than the limit; raise the body limit if you trust it"
	case Empty:
		return "%s answered with an empty body; its publisher has to mend it, polling goes on"
	case Network:
		return "%s could not be reached; it is tried again later"
	case DNS:
		return "%s leads to no known host; check the spelling of the name"
	case TLS:
		return "%s has no valid secure connection; its publisher has to mend the certificate, polling goes on"
	case Timeout:
		return "%s was too slow to answer; it is tried again later"
	case Forbidden:
		return "%s may not be fetched; if you trust it, allow its host or network with --allow-net"
	case Robots:
		return "%s is closed to programs by the site's robots.txt; only the feed's own text is used"
	case Redirect:
		return "%s redirects without end or to nowhere; open it in a browser to find where it has gone"
	case BadURL:
		return "%s is not an address that can be fetched; give one that begins with http:// or https://"
	case Waiting:
		return "%s was not asked because its host wants to be left alone for now; it is tried again later"
	case Status:
		return statusSentence(e.Status)
	}
	return "%s could not be fetched; it is tried again later"
}

func statusSentence(status int) string {
	switch {
	case status == 401 || status == 407:
		return "%s asks for a password (status " + fmt.Sprint(status) + "); put it in the address as https://name:password@host/"
	case status == 403 || status == 451:
		return "%s refuses to be read by us (status " + fmt.Sprint(status) + "); its publisher may lift this, polling goes on more slowly"
	case status == 404:
		return "%s was not found (status 404); it may come back, polling goes on more slowly"
	case status == 410:
		return "%s is gone for good, says its publisher (status 410), and is not asked again; if it is a feed, remove it or add its new address"
	case status == 429:
		return "%s is asked too often, says its publisher (status 429); polling slows down"
	case status >= 500:
		return "%s has trouble on its side (status " + fmt.Sprint(status) + "); it is tried again later"
	}
	return "%s answered with status " + fmt.Sprint(status) + "; it is tried again later"
}

// Redact returns a URL as it may be shown and logged: without user name and
// password, and with the values of query parameters that look like keys
// replaced by "…".
func Redact(raw string) string {
	rest, scheme := raw, ""
	if i := strings.Index(raw, "://"); i >= 0 {
		scheme, rest = raw[:i+3], raw[i+3:]
	}
	end := strings.IndexAny(rest, "/?#")
	if end < 0 {
		end = len(rest)
	}
	authority, tail := rest[:end], rest[end:]
	if i := strings.LastIndexByte(authority, '@'); i >= 0 {
		authority = authority[i+1:]
	}
	path, query, found := strings.Cut(tail, "?")
	if !found {
		return scheme + authority + tail
	}
	query, fragment, hash := strings.Cut(query, "#")
	pairs := strings.Split(query, "&")
	for i, p := range pairs {
		if k, _, ok := strings.Cut(p, "="); ok && secret(k) {
			pairs[i] = k + "=…"
		}
	}
	s := scheme + authority + path + "?" + strings.Join(pairs, "&")
	if hash {
		s += "#" + fragment
	}
	return s
}

// secret reports whether a query parameter of this name is likely to hold a
// credential.
func secret(name string) bool {
	if n, err := url.QueryUnescape(name); err == nil {
		name = n
	}
	name = strings.ToLower(name)
	switch name {
	case "key", "auth", "pass", "pwd", "sig", "code", "sid", "hash", "h":
		return true
	}
	for _, s := range []string{"token", "secret", "passw", "apikey", "api_key", "api-key", "auth", "signature", "session", "credential", "private"} {
		if strings.Contains(name, s) {
			return true
		}
	}
	return false
}

// scrub removes the credentials of a URL from a text that may quote it.
func scrub(s, raw string) string {
	if raw == "" {
		return s
	}
	s = strings.ReplaceAll(s, raw, Redact(raw))
	u, err := url.Parse(raw)
	if err != nil || u.User == nil {
		return s
	}
	s = strings.ReplaceAll(s, u.User.String()+"@", "")
	if p, ok := u.User.Password(); ok && len(p) > 2 {
		s = strings.ReplaceAll(s, p, "…")
	}
	return s
}

// Causes of our own, wrapped by an [Error].
var (
	errHeaderSlow = errors.New("no answer within the time limit")
	errBodySlow   = errors.New("the body came too slowly")
	errTotal      = errors.New("the whole exchange took longer than the time limit")
	errBomb       = errors.New("the body grows beyond measure when it is decompressed")
)

// classify turns an error of the transport into one for a person.
func classify(raw string, err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	e = &Error{Kind: Network, URL: raw, Err: err}
	var (
		forbidden *forbiddenError
		dns       *net.DNSError
		timeout   net.Error
		op        *net.OpError
	)
	switch {
	case errors.As(err, &forbidden):
		e.Kind, e.Err = Forbidden, forbidden
	case errors.Is(err, errBomb):
		e.Kind = Unsafe
	case errors.Is(err, errBodySlow), errors.Is(err, errHeaderSlow), errors.Is(err, errTotal):
		e.Kind = Timeout
	case errors.As(err, &dns):
		e.Kind, e.Err = DNS, &cause{dnsReason(dns), err}
	case isTLS(err):
		e.Kind = TLS
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded),
		errors.As(err, &timeout) && timeout.Timeout():
		e.Kind, e.Err = Timeout, errHeaderSlow
	case strings.Contains(err.Error(), "response headers exceeded"),
		strings.Contains(err.Error(), "response header list larger"):
		e.Kind, e.Err = Unsafe, errors.New("its headers are larger than 64 KiB")
	case errors.Is(err, io.ErrUnexpectedEOF):
		e.Err = errors.New("the answer was cut short")
	case errors.Is(err, io.EOF):
		e.Err = errors.New("the server hung up without an answer")
	case errors.As(err, &op) && op.Err != nil:
		e.Err = op.Err
	}
	return e
}

// cause is an error in other words.
type cause struct {
	text string
	err  error
}

func (c *cause) Error() string { return c.text }
func (c *cause) Unwrap() error { return c.err }

func dnsReason(err *net.DNSError) string {
	switch {
	case err.IsNotFound:
		return "the name " + err.Name + " does not exist"
	case err.IsTimeout:
		return "looking up the name " + err.Name + " took too long"
	}
	return "looking up the name " + err.Name + ": " + err.Err
}

func isTLS(err error) bool {
	var (
		verify    *tls.CertificateVerificationError
		record    tls.RecordHeaderError
		alert     tls.AlertError
		authority x509.UnknownAuthorityError
		host      x509.HostnameError
		invalid   x509.CertificateInvalidError
	)
	return errors.As(err, &verify) || errors.As(err, &record) || errors.As(err, &alert) ||
		errors.As(err, &authority) || errors.As(err, &host) || errors.As(err, &invalid) ||
		strings.Contains(err.Error(), "tls: ") || strings.Contains(err.Error(), "TLS handshake timeout")
}

// exhausted reports whether an error says that this machine lacks resources.
func exhausted(err error) bool {
	for _, no := range []syscall.Errno{syscall.EMFILE, syscall.ENFILE, syscall.ENOBUFS, syscall.ENOMEM} {
		if errors.Is(err, no) {
			return true
		}
	}
	return false
}

// cutOff reports whether an error is what a machine without a network meets.
func cutOff(err error) bool {
	for _, no := range []syscall.Errno{syscall.ENETUNREACH, syscall.ENETDOWN, syscall.EADDRNOTAVAIL} {
		if errors.Is(err, no) {
			return true
		}
	}
	var dns *net.DNSError
	return errors.As(err, &dns) && !dns.IsNotFound
}
