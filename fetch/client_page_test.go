package fetch

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"newsfold"
)

func TestPageIsFetched(t *testing.T) {
	s := newSite(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/page":
			http.Redirect(w, r, "/final", http.StatusFound)
		case "/final":
			w.Header().Set("Content-Type", "text/html; charset=koi8-r")
			fmt.Fprint(w, "<p>hello")
		default:
			http.NotFound(w, r)
		}
	})
	p, err := newClient(t, Options{}).Page(t.Context(), s.URL+"/page")
	if err != nil {
		t.Fatal(err)
	}
	if p.URL != s.URL+"/final" || p.Type != "text/html; charset=koi8-r" || string(p.Body) != "<p>hello" || p.Status != 200 {
		t.Errorf("page %+v", p)
	}
	if got := s.last(t).Header; got.Get("A-Im") != "" || !strings.HasPrefix(got.Get("Accept"), "text/html") {
		t.Errorf("headers %v", got)
	}
}

func TestPageFailuresHaveTheirKind(t *testing.T) {
	s := newSite(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/film":
			w.Header().Set("Content-Type", "video/mp4")
			fmt.Fprint(w, "xxxx")
		case "/empty":
		case "/busy":
			w.Header().Set("Retry-After", "600")
			w.WriteHeader(http.StatusServiceUnavailable)
		default:
			http.NotFound(w, r)
		}
	})
	clk := newClock()
	c := newClient(t, Options{Now: clk.now, Timeout: time.Minute})
	for url, want := range map[string]Kind{
		s.URL + "/film":               NotPage,
		s.URL + "/empty":              Empty,
		s.URL + "/none":               Status,
		s.URL + "/busy":               Status,
		"ftp://x.example/":            BadURL,
		"page.html":                   BadURL,
		"http://192.168.0.1/":         Forbidden,
		"http://127.0.0.1:1/":         Network,
		"http://" + "x.invalid" + "/": DNS,
	} {
		_, err := c.Page(t.Context(), url)
		if err == nil {
			t.Errorf("%s: no error", url)
			continue
		}
		e := asError("", err)
		if e.Kind != want && !(want == DNS && e.Kind == Robots) && !(want == Network && e.Kind == Robots) {
			t.Errorf("%s: %v is of kind %s, want %s", url, err, e.Kind, want)
		}
		if strings.HasSuffix(url, "/busy") && !e.Retry.Equal(clk.now().Add(10*time.Minute)) {
			t.Errorf("retry at %s", e.Retry)
		}
	}
}

func TestHTTP2AndKeepAliveAreUsed(t *testing.T) {
	var conns atomic.Int64
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ProtoMajor != 2 {
			t.Errorf("%s came by %s", r.URL, r.Proto)
		}
		serve(w, rss("a"))
	}))
	srv.EnableHTTP2 = true
	srv.StartTLS()
	defer srv.Close()
	c := newClient(t, Options{})
	c.own.TLSClientConfig.RootCAs = x509.NewCertPool()
	c.own.TLSClientConfig.RootCAs.AddCert(srv.Certificate())
	c.own.TLSClientConfig.VerifyConnection = func(tls.ConnectionState) error { conns.Add(1); return nil }
	for i := range 5 {
		wantResult(t, poll(t, c, feedAt(fmt.Sprint(srv.URL, "/", i))), newsfold.Updated)
	}
	if n := conns.Load(); n != 1 {
		t.Errorf("%d connections for five polls", n)
	}
}

func TestHeaderFloodsByHTTP2AreRefused(t *testing.T) {
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for i := range 200 {
			w.Header().Set(fmt.Sprint("X-Flood-", i), strings.Repeat("y", 1000))
		}
		serve(w, rss("a"))
	}))
	srv.EnableHTTP2 = true
	srv.StartTLS()
	defer srv.Close()
	c := newClient(t, Options{})
	c.own.TLSClientConfig.RootCAs = x509.NewCertPool()
	c.own.TLSClientConfig.RootCAs.AddCert(srv.Certificate())
	out := poll(t, c, feedAt(srv.URL))
	wantResult(t, out, newsfold.Failed)
}

func TestKeepAliveSurvivesRedirectsAndErrors(t *testing.T) {
	var mu sync.Mutex
	remotes := map[string]bool{}
	s := newSite(t, func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		remotes[r.RemoteAddr] = true
		mu.Unlock()
		switch r.URL.Path {
		case "/feed":
			http.Redirect(w, r, "/final", http.StatusFound)
		case "/final":
			serve(w, rss("a"))
		default:
			http.Error(w, "no such thing here", http.StatusNotFound)
		}
	})
	c := newClient(t, Options{})
	for range 3 {
		poll(t, c, feedAt(s.URL+"/feed"))
		poll(t, c, feedAt(s.URL+"/none"))
	}
	if len(remotes) != 1 {
		t.Errorf("%d connections", len(remotes))
	}
}

func TestUntrustedCertificatesAreRefused(t *testing.T) {
	srv := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { serve(w, rss("a")) }))
	defer srv.Close()
	out := poll(t, newClient(t, Options{}), feedAt(srv.URL))
	wantResult(t, out, newsfold.Failed)
	if !strings.Contains(out.Feed.Poll.Error, "no valid secure connection") {
		t.Errorf("error %q", out.Feed.Poll.Error)
	}
	plain := newSite(t, func(w http.ResponseWriter, r *http.Request) { serve(w, rss("a")) })
	out = poll(t, newClient(t, Options{}), feedAt(strings.Replace(plain.URL, "http:", "https:", 1)))
	if !strings.Contains(out.Feed.Poll.Error, "no valid secure connection") {
		t.Errorf("error %q", out.Feed.Poll.Error)
	}
}
