package digest

import (
	"net/netip"
	"net/url"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/idna"
)

// webURL returns an address as RFC 3986 writes it, its host in lower case, or
// nothing when it is not an absolute one of the web. Publishers' addresses hold
// spaces, letters beyond ASCII and characters such as "|", which every browser
// repairs and every validator refuses.
func webURL(s string) string {
	u, err := url.Parse(strings.TrimSpace(s))
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" {
		return ""
	}
	host := strings.ToLower(u.Hostname())
	if ip, err := netip.ParseAddr(host); err == nil && ip.Is6() {
		host = "[" + ip.WithZone("").String() + "]"
	} else if strings.ContainsFunc(host, func(r rune) bool { return r >= utf8.RuneSelf }) {
		if host, err = idna.Lookup.ToASCII(host); err != nil {
			return ""
		}
	} else if strings.ContainsFunc(host, notInHost) {
		return ""
	}
	if u.Port() != "" {
		host += ":" + u.Port()
	}
	var b strings.Builder
	b.WriteString(u.Scheme + "://" + host)
	escape(&b, u.EscapedPath())
	if u.RawQuery != "" || u.ForceQuery {
		b.WriteByte('?')
		escape(&b, u.RawQuery)
	}
	if u.Fragment != "" {
		b.WriteByte('#')
		escape(&b, u.EscapedFragment())
	}
	return b.String()
}

// notInHost reports what stands in no name on the web. Underscores do.
func notInHost(r rune) bool {
	return !(r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || strings.ContainsRune("-._", r))
}

// escape writes part of an address with every byte percent-encoded that may not
// stand in one, and every "%" that encodes nothing.
func escape(b *strings.Builder, s string) {
	const hex = "0123456789ABCDEF"
	for i := range len(s) {
		c := s[i]
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9',
			strings.IndexByte("-._~!$&'()*+,;=:@/?", c) >= 0,
			c == '%' && i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2]):
			b.WriteByte(c)
		default:
			b.WriteByte('%')
			b.WriteByte(hex[c>>4])
			b.WriteByte(hex[c&15])
		}
	}
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}
