package dedupe

import (
	"net/netip"
	"net/url"
	"path"
	"slices"
	"strings"

	"golang.org/x/net/idna"
)

// maxURL bounds what is taken for a URL; browsers and servers give up earlier.
const maxURL = 8 << 10

// CanonicalURL returns the form of a URL under which one document is known:
// scheme and host in lower case (the host as ASCII, RFC 5891), without user
// information, default port, fragment, tracking parameters, AMP and mobile
// variants, session parameters, trailing slash and index file, with the
// escapes of the path in their RFC 3986 normal form. What may name another
// document is kept: other parameters and their order, the case of the path,
// hash-bang fragments, http beside https. A URL that cannot be parsed, or that
// is not http or https, is returned as it is.
func CanonicalURL(raw string) string {
	// Taking one thing away can uncover another, such as an index file below
	// the mark of an AMP page.
	for range 8 {
		next := canonicalOnce(raw)
		if next == raw {
			break
		}
		raw = next
	}
	return raw
}

func canonicalOnce(raw string) string {
	if len(raw) > maxURL {
		return raw
	}
	u, err := url.Parse(strings.TrimSpace(raw))
	if err != nil || u.Host == "" {
		return raw
	}
	u.Scheme = strings.ToLower(u.Scheme)
	if u.Scheme != "http" && u.Scheme != "https" {
		return raw
	}
	if inner := unwrapAMP(u); inner != nil {
		u = inner
	}
	host, ok := canonicalHost(u)
	if !ok {
		return raw
	}
	var b strings.Builder
	b.Grow(len(raw))
	b.WriteString(u.Scheme)
	b.WriteString("://")
	b.WriteString(host)
	query := canonicalQuery(u.RawQuery)
	p := canonicalPath(u.EscapedPath(), query == "")
	b.WriteString(p)
	if query != "" {
		if p == "" {
			b.WriteByte('/')
		}
		b.WriteByte('?')
		b.WriteString(query)
	}
	if strings.HasPrefix(u.Fragment, "!") { // the page of a script-driven site
		b.WriteByte('#')
		b.WriteString(u.EscapedFragment())
	}
	return b.String()
}

// unwrapAMP returns the page behind the address of an AMP cache or viewer, nil
// when u is not one. (https://developers.google.com/amp/cache/overview)
func unwrapAMP(u *url.URL) *url.URL {
	host := strings.ToLower(u.Hostname())
	rest := u.EscapedPath()
	switch {
	case host == "cdn.ampproject.org" || strings.HasSuffix(host, ".cdn.ampproject.org"):
		if len(rest) < 3 || rest[2] != '/' || !strings.Contains("acvwi", rest[1:2]) {
			return nil
		}
		rest = rest[3:]
	case strings.HasPrefix(host, "www.google.") && strings.HasPrefix(rest, "/amp/"):
		rest = rest[len("/amp/"):]
	default:
		return nil
	}
	scheme := "http"
	if s, ok := strings.CutPrefix(rest, "s/"); ok {
		scheme, rest = "https", s
	}
	if head, _, _ := strings.Cut(rest, "/"); !strings.Contains(head, ".") {
		return nil
	}
	inner, err := url.Parse(scheme + "://" + rest)
	if err != nil || inner.Host == "" {
		return nil
	}
	inner.RawQuery = u.RawQuery
	return inner
}

// canonicalHost returns host and, unless it is the default, port.
func canonicalHost(u *url.URL) (string, bool) {
	host := strings.TrimRight(strings.ToLower(u.Hostname()), ".")
	if host == "" {
		return "", false
	}
	if ip, err := netip.ParseAddr(host); err == nil {
		host = ip.String()
		if ip.Is6() {
			host = "[" + host + "]"
		}
	} else {
		if ascii, err := idna.Lookup.ToASCII(host); err == nil {
			host = ascii
		}
		host = desktopHost(host)
	}
	port := u.Port()
	if port == "" || u.Scheme == "http" && port == "80" || u.Scheme == "https" && port == "443" {
		return host, true
	}
	return host + ":" + port, true
}

// desktopHost takes away the label by which a mobile or AMP edition is
// addressed: m.example.org, en.m.example.org, amp.example.org.
func desktopHost(host string) string {
	labels := strings.Split(host, ".")
	for i, l := range labels {
		// What is left must still be a name below a top-level domain, and a
		// label is only looked at in front or right behind a language.
		if len(labels)-i < 3 || i > 1 || i == 1 && len(labels[0]) > 3 {
			break
		}
		switch l {
		case "m", "mobile", "mobil", "amp", "touch", "wap":
			return strings.Join(append(labels[:i:i], labels[i+1:]...), ".")
		}
	}
	return host
}

var indexFiles = map[string]bool{
	"index.html": true, "index.htm": true, "index.php": true, "index.asp": true,
	"index.aspx": true, "index.jsp": true, "index.shtml": true, "index.xhtml": true,
	"default.aspx": true, "default.asp": true,
}

func canonicalPath(escaped string, bare bool) string {
	p := normalEscapes(escaped)
	if i := strings.Index(strings.ToLower(p), ";jsessionid="); i >= 0 {
		p = p[:i]
	}
	if strings.Contains(p, "/./") || strings.Contains(p, "/../") || strings.HasSuffix(p, "/..") || strings.HasSuffix(p, "/.") {
		p = path.Clean("/" + p)
	}
	if dir, file := path.Split(p); bare && indexFiles[strings.ToLower(file)] {
		p = dir
	}
	p = strings.TrimRight(p, "/")
	p = desktopPath(p)
	return strings.TrimRight(p, "/")
}

// desktopPath takes away the marks of an AMP edition when something that can
// be a document is left.
func desktopPath(p string) string {
	for _, suffix := range []string{"/amp", "/amp.html", ".amp"} {
		if s, ok := strings.CutSuffix(p, suffix); ok && strings.Count(s, "/") > 1 {
			return s
		}
	}
	if s, ok := strings.CutSuffix(p, ".amp.html"); ok {
		return s + ".html"
	}
	if s, ok := strings.CutPrefix(p, "/amp/"); ok && strings.Contains(s, "/") {
		return "/" + s
	}
	return p
}

// normalEscapes decodes escaped unreserved bytes and writes the other escapes
// in upper case (RFC 3986, section 6.2.2).
func normalEscapes(s string) string {
	if !strings.Contains(s, "%") {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	for i := 0; i < len(s); i++ {
		if s[i] != '%' || i+2 >= len(s) || !isHex(s[i+1]) || !isHex(s[i+2]) {
			b.WriteByte(s[i])
			continue
		}
		c := unhex(s[i+1])<<4 | unhex(s[i+2])
		if unreserved(c) {
			b.WriteByte(c)
		} else {
			b.WriteString(strings.ToUpper(s[i : i+3]))
		}
		i += 2
	}
	return b.String()
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'f'
}

func unhex(c byte) byte {
	if c <= '9' {
		return c - '0'
	}
	return c | 0x20 - 'a' + 10
}

func unreserved(c byte) bool {
	return 'a' <= c|0x20 && c|0x20 <= 'z' || '0' <= c && c <= '9' || strings.IndexByte("-._~", c) >= 0
}

// counted holds parameters by which advertisers and newsletters count clicks, on
// any site.
var counted = map[string]bool{
	"fbclid": true, "gclid": true, "gclsrc": true, "dclid": true, "gbraid": true, "wbraid": true,
	"msclkid": true, "yclid": true, "ysclid": true, "twclid": true, "ttclid": true, "li_fat_id": true,
	"igshid": true, "igsh": true, "mc_cid": true, "mc_eid": true, "mkt_tok": true, "_hsenc": true,
	"_hsmi": true, "hss_channel": true, "_ga": true, "_gl": true, "vero_id": true, "vero_conv": true,
	"oly_anon_id": true, "oly_enc_id": true, "wickedid": true, "xtor": true, "wt_mc": true, "wt.mc_id": true,
	"guce_referrer": true, "guce_referrer_sig": true, "at_medium": true, "at_campaign": true,
	"at_custom1": true, "at_custom2": true, "at_custom3": true, "at_custom4": true,
	"__twitter_impression": true, "fb_action_ids": true, "fb_action_types": true, "fb_source": true,
	"ns_source": true, "ns_mchannel": true, "ns_campaign": true, "ns_linkname": true, "ns_fee": true,
}

// tracking holds other parameters that say how a reader came to a page and never
// which page it is.
var tracking = map[string]bool{
	"s_cid": true, "cmpid": true, "cmp": true, "icid": true, "ncid": true, "ocid": true, "ito": true,
	"smid": true, "smtyp": true, "sr_share": true, "soc_src": true, "soc_trk": true, "guccounter": true,
	"ref_src": true, "ref_url": true, "spm": true, "trk": true, "trkinfo": true, "mbid": true, "mod": true,
	"cid_source": true, "usqp": true, "amp_js_v": true, "amp_gsa": true, "amp": true, "rss": true,
	"traffic_source": true, "campaign_id": true,
}

// trackingValues holds parameters that are tracking only with these values.
var trackingValues = map[string]string{
	"outputtype": "amp", "output": "amp", "ref": "rss", "source": "rss", "from": "rss",
	"src": "rss", "feed": "rss", "partner": "rss", "view": "amp",
}

func canonicalQuery(raw string) string {
	if raw == "" {
		return ""
	}
	kept := make([]string, 0, 4)
	for pair := range strings.SplitSeq(raw, "&") {
		if pair == "" {
			continue
		}
		name, value, _ := strings.Cut(pair, "=")
		if n, err := url.QueryUnescape(name); err == nil {
			name = n
		}
		name = strings.ToLower(name)
		if tracks(name, value) {
			continue
		}
		kept = append(kept, normalEscapes(pair))
	}
	return strings.Join(kept, "&")
}

func tracks(name, value string) bool {
	if countsClicks(name) {
		return true
	}
	if name == "amp" && value != "" && value != "1" && value != "true" {
		return false
	}
	if name == "rss" && value != "" && value != "1" && value != "true" {
		return false
	}
	v, ok := trackingValues[name]
	return tracking[name] || ok && strings.EqualFold(v, value)
}

// countsClicks reports whether a parameter, in lower case, is there to count clicks.
func countsClicks(name string) bool {
	for _, prefix := range []string{"utm_", "pk_", "mtm_", "matomo_", "piwik_", "hsa_", "__cf_chl"} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return counted[name]
}

// Untracked returns a URL as people should follow it: without the parameters by
// which clicks are counted on any site (utm_source, fbclid and their like). All
// else is left as it is, so that it leads where the publisher meant; to tell
// whether two URLs name one document, see [CanonicalURL].
func Untracked(raw string) string {
	rest, fragment, marked := strings.Cut(raw, "#")
	base, query, asked := strings.Cut(rest, "?")
	pairs := strings.Split(query, "&")
	kept := slices.DeleteFunc(pairs, countsPair)
	if asked && len(kept) < len(pairs) {
		rest = base
		if query = strings.Join(kept, "&"); query != "" {
			rest += "?" + query
		}
	}
	if marked && !countsPair(fragment) {
		rest += "#" + fragment
	}
	return rest
}

func countsPair(pair string) bool {
	name, _, valued := strings.Cut(pair, "=")
	return valued && countsClicks(strings.ToLower(name))
}

// urlKey reduces a canonical URL to what identity goes by: without scheme and
// "www.", which no site uses for another document. The key of a URL that names
// a site rather than a document is empty.
func urlKey(canonical string) string {
	_, rest, ok := strings.Cut(canonical, "://")
	if !ok {
		return ""
	}
	rest = strings.TrimPrefix(rest, "www.")
	if i := strings.IndexAny(rest, "/?"); i < 0 || i == len(rest)-1 {
		return ""
	}
	return rest
}
