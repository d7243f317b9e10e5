package extract

import (
	"net/url"
	"strconv"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"newsfold/extract/internal/page"
)

// resolve makes a link of a page absolute. Links that are not http, https or
// mailto give "".
func resolve(base *url.URL, ref string) string {
	ref = strings.TrimSpace(ref)
	if ref == "" || len(ref) > 4096 {
		return ""
	}
	u, err := url.Parse(ref)
	if err != nil {
		return ""
	}
	if base != nil {
		u = base.ResolveReference(u)
	}
	switch u.Scheme {
	case "http", "https":
		if u.Host == "" {
			return ""
		}
	case "mailto":
	default:
		return ""
	}
	return u.String()
}

// lazy lists the attributes in which scripts keep the address of an image that
// they load late, best first.
var lazy = [...]string{
	"data-src", "data-original", "data-lazy-src", "data-srcset", "data-lazy-srcset", "data-url", "data-image",
	"data-full-src", "data-hi-res-src", "data-src-large", "data-orig-file", "data-lazy", "data-original-src",
}

// imageOf returns the absolute address and the alternative text of an img or
// picture element; "" for tracking pixels, spacers and icons.
func imageOf(n *html.Node, base *url.URL) (src, alt string) {
	img := n
	var sources []*html.Node
	if n.DataAtom == atom.Picture {
		img = nil
		for d := range n.Descendants() {
			switch d.DataAtom {
			case atom.Img:
				if img == nil {
					img = d
				}
			case atom.Source:
				sources = append(sources, d)
			}
		}
	}
	if img == nil || tiny(img) {
		return "", ""
	}
	alt = page.Squash(page.Attr(img, "alt"))
	for _, key := range lazy {
		if v := candidate(page.Attr(img, key)); v != "" {
			if u := resolve(base, v); usable(u) {
				return u, alt
			}
		}
	}
	if u := resolve(base, page.Attr(img, "src")); usable(u) {
		return u, alt
	}
	for _, s := range append([]*html.Node{img}, sources...) {
		for _, key := range [...]string{"srcset", "data-srcset"} {
			if u := resolve(base, candidate(page.Attr(s, key))); usable(u) {
				return u, alt
			}
		}
	}
	return "", ""
}

// tiny reports whether the stated size is that of a spacer or a counter.
func tiny(img *html.Node) bool {
	for _, key := range [...]string{"width", "height"} {
		v := strings.TrimSuffix(page.Attr(img, key), "px")
		if n, err := strconv.Atoi(v); err == nil && n <= 3 {
			return true
		}
	}
	return false
}

// trackers are parts of addresses that serve counters, not pictures.
var trackers = [...]string{
	"/pixel", "pixel.", "/beacon", "tracking", "doubleclick.net", "scorecardresearch", "feedburner", "/1x1", "/blank.gif",
	"spacer.gif", "/p.gif", "google-analytics", "/count.gif", "vgwort.de", "/stat?", "/impression", "quantserve", "transparent.gif",
	"facebook.com/tr", "/b.gif", "/clear.gif", "/pagead/",
}

func usable(u string) bool {
	if u == "" || strings.HasPrefix(u, "mailto:") {
		return false
	}
	low := strings.ToLower(u)
	for _, t := range trackers {
		if strings.Contains(low, t) {
			return false
		}
	}
	return true
}

// candidate returns the largest address of a srcset value, or the value itself
// when it is a single address.
func candidate(set string) string {
	set = strings.TrimSpace(set)
	if set == "" || strings.HasPrefix(set, "data:") || strings.HasPrefix(set, "{") || strings.HasPrefix(set, "[") {
		return ""
	}
	best, size := "", -1.0
	for len(set) > 0 {
		set = strings.TrimLeft(set, " \t\r\n,")
		end := strings.IndexAny(set, " \t\r\n")
		if end < 0 {
			end = len(set)
		}
		u := strings.TrimRight(set[:end], ",")
		set = set[end:]
		n := 1.0
		if !strings.HasSuffix(u, ",") {
			comma := strings.IndexByte(set, ',')
			if comma < 0 {
				comma = len(set)
			}
			d := strings.TrimSpace(set[:comma])
			set = set[comma:]
			if f, err := strconv.ParseFloat(strings.TrimRight(d, "wxh"), 64); err == nil {
				n = f
			}
		}
		if u != "" && n > size && n <= 2400 {
			best, size = u, n
		}
	}
	return best
}
