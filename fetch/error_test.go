package fetch

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestFailuresAreSentencesForAPerson(t *testing.T) {
	s := newSite(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/page":
			w.Header().Set("Content-Type", "text/html")
			fmt.Fprint(w, "<!doctype html><title>News</title><p>Hello")
		case "/song":
			w.Header().Set("Content-Type", "audio/mpeg")
			_, _ = w.Write(make([]byte, 1<<20))
		case "/empty":
		case "/large":
			w.Header().Set("Content-Length", "209715200")
			_, _ = w.Write(make([]byte, 1<<20))
		case "/words":
			fmt.Fprint(w, "There is nothing here.")
		case "/loop":
			http.Redirect(w, r, "/loop", http.StatusFound)
		default:
			status := 0
			_, _ = fmt.Sscanf(r.URL.Path, "/%d", &status)
			w.WriteHeader(status)
		}
	})
	c := newClient(t, Options{Timeout: time.Minute})
	for url, want := range map[string][]string{
		s.URL + "/page":          {"is not a feed (it is a web page)", "give the address of the site"},
		s.URL + "/song":          {"is not a feed (it is audio/mpeg)"},
		s.URL + "/words":         {"is not a feed"},
		s.URL + "/empty":         {"empty body"},
		s.URL + "/large":         {"larger than the limit (more than 10 MiB)", "raise the body limit"},
		s.URL + "/loop":          {"redirects without end"},
		s.URL + "/401":           {"asks for a password", "https://name:password@host/"},
		s.URL + "/403":           {"refuses"},
		s.URL + "/404":           {"was not found (status 404)"},
		s.URL + "/410":           {"gone for good"},
		s.URL + "/429":           {"too often"},
		s.URL + "/500":           {"trouble on its side (status 500)"},
		s.URL + "/418":           {"status 418"},
		"http://192.168.3.4/f":   {"may not be fetched (192.168.3.4 is a private network)", "--allow-net"},
		"http://1.1.1.1:25/f":    {"may not be fetched (port 25", "--allow-net"},
		"http://127.0.0.1:1/f":   {"could not be reached (connect: connection refused)"},
		"http://no.invalid/f":    {"no.invalid"},
		"gopher://x.example/":    {"is not an address that can be fetched", "begins with http:// or https://"},
		"http://[::1/":           {"is not an address"},
		"http:///x":              {"is not an address"},
		"http://x.example:99999": {"x.example:99999"},
	} {
		out := poll(t, c, feedAt(url))
		text := out.Feed.Poll.Error
		for _, w := range want {
			if !strings.Contains(text, w) {
				t.Errorf("%s:\n  %s\nlacks %q", url, text, w)
			}
		}
		if !strings.HasPrefix(text, url) {
			t.Errorf("%s: %q does not name it first", url, text)
		}
		if strings.Count(text, "\n") > 0 || len(text) > 400 {
			t.Errorf("%s: not one sentence: %s", url, text)
		}
	}
}

func TestCredentialsAreNeverShown(t *testing.T) {
	s := newSite(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/moved":
			w.Header().Set("Location", "file:///"+r.URL.RawQuery)
			w.WriteHeader(http.StatusFound)
		default:
			http.NotFound(w, r)
		}
	})
	var log bytes.Buffer
	c := newClient(t, Options{Timeout: time.Second, Log: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))})
	host := strings.TrimPrefix(s.URL, "http://")
	for _, url := range []string{
		"http://ann:hunter2@" + host + "/x?token=hunter2&a=1",
		"http://ann:hunter2@" + host + "/moved?key=hunter2",
		"http://ann:hunter2@127.0.0.1:1/x",
		"http://ann:hunter2@192.168.0.1/x",
		"http://ann:hunter2@no.invalid/x",
		"http://ann:hunter2@[::1/x",
		"http://ann:hunter2@x.example:port/x",
		"http://ann:hun%zzter2@x.example/x",
		"ftp://ann:hunter2@x.example/x",
		"http://hunter2@" + host + "/x",
	} {
		out := poll(t, c, feedAt(url))
		_, err := c.Page(t.Context(), url)
		_, err2 := c.Find(t.Context(), url, false)
		for _, text := range []string{out.Feed.Poll.Error, out.Feed.Poll.Why, fmt.Sprint(err), fmt.Sprint(err2)} {
			if strings.Contains(text, "hunter2") || strings.Contains(text, "zzter2") {
				t.Errorf("%s:\n  %s", url, text)
			}
		}
		if out.Feed.URL != url {
			t.Errorf("the feed's own URL changed to %s", out.Feed.URL)
		}
	}
	if strings.Contains(log.String(), "hunter2") {
		t.Errorf("logged:\n%s", log.String())
	}
	for _, r := range s.asked() {
		if strings.Contains(r.UserAgent(), "hunter2") {
			t.Errorf("User-Agent %q", r.UserAgent())
		}
	}
}

func TestRedact(t *testing.T) {
	for in, want := range map[string]string{
		"https://example.org/a?b=c#d":                   "https://example.org/a?b=c#d",
		"https://u:p@example.org/":                      "https://example.org/",
		"https://u:p@ss@example.org/":                   "https://example.org/",
		"https://example.org/@ann?x=@":                  "https://example.org/@ann?x=@",
		"https://example.org/?Token=1&api_key=2&page=3": "https://example.org/?Token=…&api_key=…&page=3",
		"https://example.org/?%74oken=1":                "https://example.org/?%74oken=…",
		"u:p@example.org":                               "example.org",
		"":                                              "",
		"https://example.org?key=x#f":                   "https://example.org?key=…#f",
	} {
		if got := Redact(in); got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
}

func FuzzRedact(f *testing.F) {
	f.Add("https://u:p@example.org/?key=1")
	f.Fuzz(func(t *testing.T, s string) {
		Redact(s)
		_ = (&Error{Kind: BadURL, URL: s, Err: errors.New(s)}).Error()
	})
}

func TestErrorsAreFoundByKind(t *testing.T) {
	var e *Error
	err := fmt.Errorf("feed: %w", &Error{Kind: TooLarge, URL: "https://example.org/"})
	if !errors.As(err, &e) || e.Kind != TooLarge {
		t.Errorf("%v", err)
	}
}

func TestCausesAreSorted(t *testing.T) {
	dial := func(err error) error {
		return &net.OpError{Op: "dial", Net: "tcp", Err: &os.SyscallError{Syscall: "connect", Err: err}}
	}
	for _, tc := range []struct {
		err               error
		kind              Kind
		exhausted, cutOff bool
	}{
		{dial(syscall.ECONNREFUSED), Network, false, false},
		{dial(syscall.ECONNRESET), Network, false, false},
		{dial(syscall.ENETUNREACH), Network, false, true},
		{dial(syscall.EMFILE), Network, true, false},
		{dial(syscall.ETIMEDOUT), Timeout, false, false},
		{&net.DNSError{Err: "no such host", Name: "x.example", IsNotFound: true}, DNS, false, false},
		{&net.DNSError{Err: "server misbehaving", Name: "x.example", IsTemporary: true}, DNS, false, true},
		{&net.DNSError{Err: "i/o timeout", Name: "x.example", IsTimeout: true}, DNS, false, true},
		{x509.UnknownAuthorityError{}, TLS, false, false},
		{tls.RecordHeaderError{Msg: "first record does not look like a TLS handshake"}, TLS, false, false},
		{context.DeadlineExceeded, Timeout, false, false},
		{errTotal, Timeout, false, false},
		{errBomb, Unsafe, false, false},
		{&forbiddenError{"it is this machine"}, Forbidden, false, false},
		{io.ErrUnexpectedEOF, Network, false, false},
		{io.EOF, Network, false, false},
		{&Error{Kind: TooLarge}, TooLarge, false, false},
	} {
		e := classify("https://x.example/", fmt.Errorf("outer: %w", tc.err))
		if e.Kind != tc.kind || exhausted(e.Err) != tc.exhausted || cutOff(e.Err) != tc.cutOff {
			t.Errorf("%v: kind %s, exhausted %v, cut off %v", tc.err, e.Kind, exhausted(e.Err), cutOff(e.Err))
		}
	}
}
