package fetch

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/net/publicsuffix"
)

// A request burdens several at once: the site (blog.example.org and
// www.example.org are one), the platform that lets others have names below its
// own (all of blogspot.com), and the machine that all these names may lead to.
// Each has a budget of its own, the machine a shorter gap since it may be that of
// a network which serves half the world. A request passes them in this order, so
// that none of a thousand names on one server opens a thousand budgets, and no
// two requests can hold up each other.

// hostKey names the site of a URL: the registrable domain on the usual ports,
// so that www.example.org and feeds.example.org share one budget, else the host
// and port.
func hostKey(u *url.URL) string {
	host, port := splitHost(u)
	if _, err := netip.ParseAddr(host); err != nil && usualPort(port) {
		if d, err := publicsuffix.EffectiveTLDPlusOne(host); err == nil {
			return d
		}
		return host
	}
	return net.JoinHostPort(host, port)
}

// platformKey names the platform that gave a site its name, such as
// blogspot.com: whoever registered the domain below which others have theirs.
// It is empty for sites with a domain of their own.
func platformKey(u *url.URL) string {
	host, port := splitHost(u)
	if !usualPort(port) {
		return ""
	}
	suffix, public := publicsuffix.PublicSuffix(host)
	if public || suffix == host {
		return ""
	}
	for {
		_, above, ok := strings.Cut(suffix, ".")
		if !ok {
			return "" // a name without registry, such as localhost
		}
		parent, public := publicsuffix.PublicSuffix(above)
		if parent == above && public {
			return suffix
		}
		suffix = above
	}
}

// splitHost returns the host of a URL in lower case, without a final dot, and
// the port that is asked.
func splitHost(u *url.URL) (host, port string) {
	host, port = strings.ToLower(strings.TrimSuffix(u.Hostname(), ".")), u.Port()
	switch {
	case port != "":
	case u.Scheme == "https":
		port = "443"
	default:
		port = "80"
	}
	return host, port
}

func usualPort(port string) bool { return port == "80" || port == "443" }

// hostKeys are the site and, if there is one, the platform of a URL.
func hostKeys(u *url.URL) []string {
	keys := []string{hostKey(u)}
	if p := platformKey(u); p != "" {
		keys = append(keys, p)
	}
	return keys
}

// serverKey names a machine: its address and port. For a URL with an address
// instead of a name it is what hostKey says.
func serverKey(a netip.Addr, port string) string {
	a = a.Unmap().WithZone("")
	return net.JoinHostPort(a.String(), port)
}

// servers remembers the address that a host was reached at, so that hosts on
// one machine share a budget. It is not what is connected to: each connection
// looks the name up for itself, and the guard judges what it finds.
type servers struct {
	// lookup finds the addresses of a name, best first; nil: addresses are
	// learned from connections only.
	lookup func(ctx context.Context, host string) ([]netip.Addr, error)

	mu sync.Mutex
	m  map[string]server
}

type server struct {
	addr netip.Addr
	at   time.Time
}

const (
	serverAge  = day              // after which an address is looked up again
	lookupTime = 10 * time.Second // for finding an address
	maxServers = 1 << 16
	// serverHaste is how many sites on one server may be asked in the time that
	// one of them is asked once.
	serverHaste = 4
)

// know notes where a host was reached.
func (s *servers) know(host string, a netip.Addr) {
	now := time.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.m == nil {
		s.m = map[string]server{}
	}
	if _, known := s.m[host]; !known && len(s.m) >= maxServers {
		for h := range s.m { // any will do
			delete(s.m, h)
			break
		}
	}
	s.m[host] = server{a.Unmap(), now}
}

// known returns where a host was reached last, if that was not long ago.
func (s *servers) known(host string) (netip.Addr, bool) {
	if a, err := netip.ParseAddr(host); err == nil {
		return a, true
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	v, ok := s.m[host]
	return v.addr, ok && time.Since(v.at) < serverAge
}

// find returns where a host is to be reached; no address and no error when
// that cannot be known before it is.
func (s *servers) find(ctx context.Context, host string) (netip.Addr, error) {
	if a, ok := s.known(host); ok || s.lookup == nil {
		return a, nil
	}
	parent := ctx
	ctx, cancel := context.WithTimeout(ctx, lookupTime)
	defer cancel()
	addrs, err := s.lookup(ctx, host)
	switch {
	case parent.Err() != nil:
		return netip.Addr{}, parent.Err()
	case err != nil:
		return netip.Addr{}, err
	case len(addrs) == 0:
		return netip.Addr{}, &net.DNSError{Err: "no address", Name: host, IsNotFound: true}
	}
	s.know(host, addrs[0])
	return addrs[0], nil
}

// dialKnowing dials and notes where that led to.
func (s *servers) dialKnowing(dial dialFunc) dialFunc {
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		conn, err := dial(ctx, network, addr)
		if err != nil {
			return nil, err
		}
		host, _, _ := net.SplitHostPort(addr)
		if at, err := netip.ParseAddrPort(conn.RemoteAddr().String()); err == nil {
			s.know(strings.ToLower(strings.TrimSuffix(host, ".")), at.Addr())
		}
		return conn, nil
	}
}

type dialFunc = func(ctx context.Context, network, addr string) (net.Conn, error)

// acquire waits for the turn of a request with all whom it burdens: its site,
// its platform, its server.
func (c *Client) acquire(ctx context.Context, u *url.URL, suspect bool) (release func(), err error) {
	var held []func()
	release = func() {
		for _, f := range slices.Backward(held) {
			f()
		}
	}
	keys := hostKeys(u)
	for _, key := range keys {
		f, err := c.hosts.acquire(ctx, key, c.gap(u), suspect)
		if err != nil {
			release()
			return nil, err
		}
		held = append(held, f)
	}
	key, err := c.server(ctx, u)
	if err == nil && key != "" && !slices.Contains(keys, key) {
		var f func()
		if f, err = c.hosts.acquire(ctx, key, c.gap(u)/serverHaste, suspect); err == nil {
			held = append(held, f)
			c.hosts.started(keys, c.gap(u))
		}
	}
	if err != nil {
		release()
		return nil, err
	}
	return release, nil
}

// server names the machine that a URL leads to; empty when it is not known.
func (c *Client) server(ctx context.Context, u *url.URL) (string, error) {
	host, port := splitHost(u)
	a, err := c.servers.find(ctx, host)
	if err != nil {
		if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
			err = &net.DNSError{Err: "timeout", Name: host, IsTimeout: true}
		}
		return "", err
	}
	if !a.IsValid() {
		return "", nil
	}
	return serverKey(a, port), nil
}

// Queue names the narrowest place that requests for a URL have to pass, as far
// as it is known without asking anybody: who has many URLs to ask for starts no
// more than Options.PerHost of one queue at a time and loses nothing by it,
// while the others need not wait for a crowd that waits for one server.
func (c *Client) Queue(raw string) string {
	u, err := parseURL(raw)
	if err != nil {
		return raw
	}
	host, port := splitHost(u)
	if a, ok := c.servers.known(host); ok {
		return serverKey(a, port)
	}
	keys := hostKeys(u)
	return keys[len(keys)-1]
}
