package fetch

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/net/http/httpguts"
)

// guard decides which addresses may be connected to. It judges the address
// that is about to be dialled, after the name was resolved, so a name that
// resolves differently the second time gains nothing (DNS rebinding).
type guard struct {
	nets  []netip.Prefix
	names map[string]bool

	// resolver looks up names; nil for the machine's own.
	resolver *net.Resolver
	// near holds the hosts that turned out to be at an allowed address.
	near sync.Map
}

// forbiddenError is the reason why an address may not be reached.
type forbiddenError struct{ reason string }

func (e *forbiddenError) Error() string { return e.reason }

// publicPorts may be connected to on any public host.
var publicPorts = map[uint16]bool{80: true, 443: true, 8080: true, 8443: true}

// refused4 and refused6 are the special-purpose address blocks of the IANA
// registries (RFC 6890 and its updates) that are not globally reachable, or
// that embed an IPv4 address and would lead around the list.
var (
	refused4 = []refusal{
		{netip.MustParsePrefix("0.0.0.0/8"), "this network"},
		{netip.MustParsePrefix("10.0.0.0/8"), "a private network"},
		{netip.MustParsePrefix("100.64.0.0/10"), "a provider's inner network"},
		{netip.MustParsePrefix("127.0.0.0/8"), "this machine"},
		{netip.MustParsePrefix("169.254.0.0/16"), "a link-local network"},
		{netip.MustParsePrefix("172.16.0.0/12"), "a private network"},
		{netip.MustParsePrefix("192.0.0.0/24"), "a reserved network"},
		{netip.MustParsePrefix("192.0.2.0/24"), "a network for documentation"},
		{netip.MustParsePrefix("192.88.99.0/24"), "a reserved network"},
		{netip.MustParsePrefix("192.168.0.0/16"), "a private network"},
		{netip.MustParsePrefix("198.18.0.0/15"), "a network for benchmarks"},
		{netip.MustParsePrefix("198.51.100.0/24"), "a network for documentation"},
		{netip.MustParsePrefix("203.0.113.0/24"), "a network for documentation"},
		{netip.MustParsePrefix("224.0.0.0/4"), "a multicast address"},
		{netip.MustParsePrefix("240.0.0.0/4"), "a reserved network"},
	}
	refused6 = []refusal{
		{netip.MustParsePrefix("::1/128"), "this machine"},
		{netip.MustParsePrefix("::/128"), "no address"},
		{netip.MustParsePrefix("64:ff9b::/96"), "a translated IPv4 address"},
		{netip.MustParsePrefix("64:ff9b:1::/48"), "a translated IPv4 address"},
		{netip.MustParsePrefix("fc00::/7"), "a private network"},
		{netip.MustParsePrefix("fe80::/10"), "a link-local network"},
		{netip.MustParsePrefix("fec0::/10"), "a private network"},
		{netip.MustParsePrefix("ff00::/8"), "a multicast address"},
		{netip.MustParsePrefix("2001::/23"), "a reserved network"},
		{netip.MustParsePrefix("2001:db8::/32"), "a network for documentation"},
		{netip.MustParsePrefix("2002::/16"), "a tunnelled IPv4 address"},
		{netip.MustParsePrefix("3fff::/20"), "a network for documentation"},
	}
	global6 = netip.MustParsePrefix("2000::/3")
)

type refusal struct {
	prefix netip.Prefix
	what   string
}

// newGuard reads the list of what may be reached beside the public network:
// CIDRs, addresses, host names.
func newGuard(allow []string) (*guard, error) {
	g := &guard{names: map[string]bool{}}
	for _, s := range allow {
		s = strings.TrimSpace(s)
		if s == "" {
			continue
		}
		if p, err := netip.ParsePrefix(s); err == nil {
			g.nets = append(g.nets, p.Masked())
			continue
		}
		if a, err := netip.ParseAddr(strings.Trim(s, "[]")); err == nil {
			a = a.Unmap()
			g.nets = append(g.nets, netip.PrefixFrom(a, a.BitLen()))
			continue
		}
		if strings.ContainsAny(s, "/:@ ") {
			return nil, fmt.Errorf("allow %q: not a network such as 10.0.0.0/8, an address or a host name", s)
		}
		name, err := httpguts.PunycodeHostPort(strings.ToLower(strings.TrimSuffix(s, ".")))
		if err != nil {
			return nil, fmt.Errorf("allow %q: no host has this name", s)
		}
		g.names[name] = true
	}
	return g, nil
}

// allowed reports whether the owner lets us reach this address wherever it is.
func (g *guard) allowed(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	for _, p := range g.nets {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

// check refuses addresses that are not on the public network, and ports on
// which no web server is to be expected.
func (g *guard) check(a netip.AddrPort) error {
	addr := a.Addr().Unmap().WithZone("")
	if g.allowed(addr) {
		return nil
	}
	if what := special(addr); what != "" {
		return &forbiddenError{fmt.Sprintf("%s is %s", addr, what)}
	}
	if !publicPorts[a.Port()] {
		return &forbiddenError{fmt.Sprintf("port %d is not one that web servers use", a.Port())}
	}
	return nil
}

// special says what an address is when it is not an ordinary public one.
func special(a netip.Addr) string {
	list := refused4
	if a.Is6() {
		list = refused6
	}
	for _, r := range list {
		if r.prefix.Contains(a) {
			return r.what
		}
	}
	if a.Is6() && !global6.Contains(a) {
		return "a reserved network"
	}
	return ""
}

// dial is the DialContext of every transport of ours.
func (g *guard) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, err
	}
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	d := net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second, Resolver: g.resolver}
	d.ControlContext = func(_ context.Context, network, address string, _ syscall.RawConn) error {
		if g.names[host] {
			return nil
		}
		if network != "tcp4" && network != "tcp6" {
			return &forbiddenError{"network " + network}
		}
		at, err := netip.ParseAddrPort(address)
		if err != nil {
			return &forbiddenError{"address " + address}
		}
		if err := g.check(at); err != nil {
			return err
		}
		if g.allowed(at.Addr()) {
			g.near.Store(host, true)
		}
		return nil
	}
	return d.DialContext(ctx, network, addr)
}

// lookup finds the addresses of a host, best first.
func (g *guard) lookup(ctx context.Context, host string) ([]netip.Addr, error) {
	r := g.resolver
	if r == nil {
		r = net.DefaultResolver
	}
	return r.LookupNetIP(ctx, "ip", host)
}

// ours reports whether the owner named the host of a URL, or its network, in
// the list: then it is taken to be on the owner's own premises, and needs no
// protection from us.
func (g *guard) ours(u *url.URL) bool {
	host := strings.ToLower(strings.TrimSuffix(u.Hostname(), "."))
	if g.names[host] {
		return true
	}
	if a, err := netip.ParseAddr(host); err == nil {
		return g.allowed(a)
	}
	_, near := g.near.Load(host)
	return near
}

// checkURL refuses what can be refused before any name is looked up.
func (g *guard) checkURL(u *url.URL) error {
	if u.Scheme != "http" && u.Scheme != "https" {
		return &forbiddenError{fmt.Sprintf("scheme %q", u.Scheme)}
	}
	a, err := netip.ParseAddr(u.Hostname())
	if err != nil {
		return nil
	}
	port := 80
	if u.Scheme == "https" {
		port = 443
	}
	if p := u.Port(); p != "" {
		if port, err = strconv.Atoi(p); err != nil || port > 65535 {
			return &forbiddenError{"port " + p}
		}
	}
	return g.check(netip.AddrPortFrom(a, uint16(port)))
}
