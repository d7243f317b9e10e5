package ingest

import (
	"html"
	"net/url"
	"strings"

	"newsfold/dedupe"
)

// maxLinks is how many links of an article are looked at for its event.
const maxLinks = 16

// links returns the lead picture of an article and what its sanitised HTML links to
// and shows: the pages and pictures that two reports of one happening may share, in
// whatever language, as canonical URLs. What has hardly a path is no page, but
// somebody's front door.
func links(picture, body string) []string {
	var out []string
	if picture != "" {
		out = append(out, dedupe.CanonicalURL(picture))
	}
	for len(out) < maxLinks {
		i := strings.Index(body, `="http`)
		if i < 0 {
			break
		}
		name := body[:i]
		body = body[i+2:]
		end := strings.IndexByte(body, '"')
		if end < 0 {
			break
		}
		raw := body[:end]
		body = body[end:]
		if !strings.HasSuffix(name, " href") && !strings.HasSuffix(name, " src") {
			continue
		}
		u, err := url.Parse(html.UnescapeString(raw))
		if err != nil || !paged(u) {
			continue
		}
		out = append(out, dedupe.CanonicalURL(u.String()))
	}
	return out
}

// paged reports whether a URL has as much of a path as a page's has.
func paged(u *url.URL) bool { return len(strings.Trim(u.Path, "/")) >= 8 }

// versions returns those of some URLs that are as long as a page's, as canonical URLs.
func versions(urls []string) []string {
	var out []string
	for _, raw := range urls[:min(len(urls), maxLinks)] {
		if u, err := url.Parse(raw); err == nil && paged(u) {
			out = append(out, dedupe.CanonicalURL(raw))
		}
	}
	return out
}
