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
		if err != nil || len(strings.Trim(u.Path, "/")) < 8 {
			continue
		}
		out = append(out, dedupe.CanonicalURL(u.String()))
	}
	return out
}
