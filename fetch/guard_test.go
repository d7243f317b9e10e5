package fetch

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"newsfold"
)

func TestGuardRefusesWhatIsNotPublic(t *testing.T) {
	g, err := newGuard(nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []string{
		"0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1", "100.127.255.255", "127.0.0.1", "127.255.0.9",
		"169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.170", "192.0.2.1", "192.168.1.1",
		"198.18.0.1", "198.19.255.255", "198.51.100.7", "203.0.113.5", "224.0.0.1", "239.255.255.250",
		"240.0.0.1", "255.255.255.255", "::", "::1", "::ffff:127.0.0.1", "::ffff:10.1.2.3", "::127.0.0.1",
		"64:ff9b::7f00:1", "64:ff9b:1::a00:1", "2002:7f00:1::", "2001:0:1::1", "fc00::1", "fd00:ec2::254",
		"fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "2001:db8::1", "4000::1", "100::1", "3fff::1",
	} {
		a := netip.MustParseAddr(s)
		if err := g.check(netip.AddrPortFrom(a, 80)); err == nil {
			t.Errorf("%s may be dialled", s)
		}
	}
	for _, s := range []string{"1.1.1.1", "8.8.8.8", "93.184.215.14", "172.15.0.1", "172.32.0.1", "100.128.0.1", "2606:2800:21f::1", "::ffff:8.8.8.8"} {
		a := netip.MustParseAddr(s)
		if err := g.check(netip.AddrPortFrom(a, 443)); err != nil {
			t.Errorf("%s may not be dialled: %v", s, err)
		}
		if err := g.check(netip.AddrPortFrom(a, 22)); err == nil {
			t.Errorf("%s port 22 may be dialled", s)
		}
	}
}

func TestGuardAllowsWhatIsListed(t *testing.T) {
	for _, tc := range []struct {
		allow []string
		addr  string
		want  bool
	}{
		{[]string{"127.0.0.0/8"}, "127.0.0.1:9999", true},
		{[]string{"127.0.0.0/8"}, "[::ffff:127.0.0.1]:9999", true},
		{[]string{"127.0.0.0/8"}, "10.0.0.1:80", false},
		{[]string{"10.0.0.1"}, "10.0.0.1:80", true},
		{[]string{"10.0.0.1"}, "10.0.0.2:80", false},
		{[]string{"::1"}, "[::1]:80", true},
		{[]string{"[::1]"}, "[::1]:80", true},
		{[]string{"fd00::/8", " "}, "[fd00::5]:80", true},
		{[]string{"8.8.8.8"}, "8.8.8.8:22", true},
	} {
		g, err := newGuard(tc.allow)
		if err != nil {
			t.Fatal(err)
		}
		if got := g.check(netip.MustParseAddrPort(tc.addr)) == nil; got != tc.want {
			t.Errorf("allow %q: %s is %v, want %v", tc.allow, tc.addr, got, tc.want)
		}
	}
	if _, err := New(Options{Allow: []string{"10.0.0.0/99"}}); err == nil || !strings.Contains(err.Error(), "10.0.0.0/99") {
		t.Errorf("a wrong network gives %v", err)
	}
}

// The spellings of loopback that have led around checks of the text of a URL.
func TestGuardStandsAgainstSpellings(t *testing.T) {
	s := newSite(t, func(w http.ResponseWriter, r *http.Request) { serve(w, rss("a")) })
	port := s.URL[strings.LastIndexByte(s.URL, ':')+1:]
	c, err := New(Options{Timeout: time.Minute, Gap: -1})
	if err != nil {
		t.Fatal(err)
	}
	c.guard.resolver = &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		return nil, errors.New("no name server")
	}}
	for _, host := range []string{
		"127.0.0.1", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "[::1]", "[::ffff:127.0.0.1]",
		"[::ffff:7f00:1]", "localhost", "LOCALHOST.", "0", "0.0.0.0", "[::]", "127.0.0.1.", "[::1%25lo]",
	} {
		out := poll(t, c, feedAt("http://"+host+":"+port+"/feed"))
		wantResult(t, out, newsfold.Failed)
		if _, err := c.Page(t.Context(), "http://"+host+":"+port+"/page"); err == nil {
			t.Errorf("%s: page was fetched", host)
		}
		if _, err := c.Find(t.Context(), "http://"+host+":"+port+"/", false); err == nil {
			t.Errorf("%s: feeds were looked for", host)
		}
	}
	if n := len(s.reqs); n > 0 {
		t.Errorf("%d requests came through", n)
	}
}

func TestRedirectsIntoPrivateNetworksAreRefused(t *testing.T) {
	inner := newSite(t, func(w http.ResponseWriter, r *http.Request) { serve(w, rss("a")) })
	for _, target := range []string{inner.URL + "/feed", "http://169.254.169.254/latest/meta-data/", "http://[::1]:80/", "file:///etc/passwd", "gopher://127.0.0.1/", "javascript:alert(1)"} {
		outer := newSite(t, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Location", target)
			w.WriteHeader(http.StatusFound)
		})
		u, err := url.Parse(outer.URL)
		if err != nil {
			t.Fatal(err)
		}
		// The outer site is reached as 127.0.0.1; the inner one is not to be.
		c := newClient(t, Options{Allow: []string{"127.0.0.1"}})
		c.guard.nets = nil
		c.guard.names[u.Hostname()] = true
		c.guard.names["127.0.0.1"] = false
		c.own.DialContext = func(ctx context.Context, network, addr string) (net.Conn, error) {
			if addr == u.Host {
				return (&net.Dialer{}).DialContext(ctx, network, addr)
			}
			return c.guard.dial(ctx, network, addr)
		}
		a, err := c.get(t.Context(), ask{url: "http://outer.example/", accept: "*/*", limit: 1 << 20})
		if err == nil {
			t.Fatalf("%s: answered %d", target, a.status)
		}
	}
	if n := len(inner.reqs); n > 0 {
		t.Errorf("%d requests came through to the inner site", n)
	}
}

// resolver is a name server that gives another address each time it is asked.
type resolver struct {
	addrs [][4]byte
	asked int
}

func (r *resolver) serve(t *testing.T, conn net.PacketConn) {
	buf := make([]byte, 1500)
	for {
		n, from, err := conn.ReadFrom(buf)
		if err != nil {
			return
		}
		var m dnsmessage.Message
		if m.Unpack(buf[:n]) != nil || len(m.Questions) == 0 {
			continue
		}
		m.Response, m.Additionals = true, nil
		if q := m.Questions[0]; q.Type == dnsmessage.TypeA {
			m.Answers = []dnsmessage.Resource{{
				Header: dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class},
				Body:   &dnsmessage.AResource{A: r.addrs[min(r.asked, len(r.addrs)-1)]},
			}}
			r.asked++
		}
		out, err := m.Pack()
		if err != nil {
			t.Error(err)
			return
		}
		_, _ = conn.WriteTo(out, from)
	}
}

// nameServer makes a client ask a name server that gives these addresses one
// after the other, and the last one from then on.
func nameServer(t *testing.T, c *Client, addrs ...[4]byte) {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	rs := &resolver{addrs: addrs}
	done := make(chan struct{})
	go func() { rs.serve(t, conn); close(done) }()
	t.Cleanup(func() { conn.Close(); <-done })
	c.guard.resolver = &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "udp", conn.LocalAddr().String())
	}}
}

// A name that leads to an allowed address when it is looked at and to a
// private one when it is used must not get through: what counts is the address
// that is dialled.
func TestRebindingIsRefusedAtDialTime(t *testing.T) {
	s := newSite(t, func(w http.ResponseWriter, r *http.Request) { serve(w, rss("a")) })
	port := s.URL[strings.LastIndexByte(s.URL, ':')+1:]
	c := newClient(t, Options{Allow: []string{"127.0.0.1"}, Timeout: time.Minute, Gap: -1})
	// Looked at, dialled; dialled again.
	nameServer(t, c, [4]byte{127, 0, 0, 1}, [4]byte{127, 0, 0, 1}, [4]byte{127, 0, 0, 2})
	c.own.DisableKeepAlives = true
	feed := feedAt("http://rebind.example:" + port + "/feed")
	first := poll(t, c, feed)
	wantResult(t, first, newsfold.Updated)
	second := poll(t, c, first.Feed)
	wantResult(t, second, newsfold.Failed)
	if !strings.Contains(second.Feed.Poll.Error, "127.0.0.2") || !strings.Contains(second.Feed.Poll.Error, "--allow-net") {
		t.Errorf("error %q does not say what to do", second.Feed.Poll.Error)
	}
	if n := len(s.asked()); n != 1 {
		t.Errorf("%d requests, want 1", n)
	}
}

func TestRebindingBetweenLookAndDialIsRefused(t *testing.T) {
	s := newSite(t, func(w http.ResponseWriter, r *http.Request) { serve(w, rss("a")) })
	port := s.URL[strings.LastIndexByte(s.URL, ':')+1:]
	c := newClient(t, Options{Allow: []string{"127.0.0.1"}, Timeout: time.Minute, Gap: -1})
	nameServer(t, c, [4]byte{127, 0, 0, 1}, [4]byte{127, 0, 0, 2})
	out := poll(t, c, feedAt("http://rebind.example:"+port+"/feed"))
	wantResult(t, out, newsfold.Failed)
	if !strings.Contains(out.Feed.Poll.Error, "127.0.0.2") || len(s.asked()) > 0 {
		t.Errorf("%d requests, error %q", len(s.asked()), out.Feed.Poll.Error)
	}
}

func TestForbiddenErrorsHaveTheirKind(t *testing.T) {
	c, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.Page(t.Context(), "http://127.0.0.1/")
	var e *Error
	if !errors.As(err, &e) || e.Kind != Forbidden {
		t.Errorf("got %v, want kind %s", err, Forbidden)
	}
}
