package page

import (
	"bytes"
	"encoding/json"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Hints are what else the page says about its article.
type Hints struct {
	Titles []string // candidates for its headline
	Lede   string   // its description
	Body   string   // its text, as JSON-LD
}

// hints reads the head and the JSON-LD scripts of the page.
func (p *Page) hints() Hints {
	h := Hints{Titles: []string{p.Title}}
	descriptions := map[string]string{}
	for n := range p.Root.Descendants() {
		if n.DataAtom == atom.Body {
			break
		}
		if n.DataAtom != atom.Meta {
			continue
		}
		switch name := strings.ToLower(Attr(n, "property") + Attr(n, "name")); name {
		case "og:title", "twitter:title":
			h.Titles = append(h.Titles, Squash(html.UnescapeString(Attr(n, "content"))))
		case "og:description", "description":
			descriptions[name] = Squash(html.UnescapeString(Attr(n, "content")))
		}
	}
	h.Lede = descriptions["og:description"]
	if len(h.Lede) < len(descriptions["description"]) {
		h.Lede = descriptions["description"]
	}
	for _, s := range p.LD {
		if v := jsonString(s, "headline"); v != "" {
			h.Titles = append(h.Titles, v)
		}
		if v := jsonString(s, "articleBody"); len(v) > len(h.Body) {
			h.Body = v
		}
	}
	return h
}

// jsonString returns the first string that stands under a key, however broken
// the JSON is around it. Markup is taken out.
func jsonString(s []byte, key string) string {
	i := bytes.Index(s, []byte(`"`+key+`"`))
	if i < 0 || len(s) > 4<<20 {
		return ""
	}
	s = bytes.TrimLeft(s[i+len(key)+2:], " \t\r\n:")
	if len(s) == 0 || s[0] != '"' {
		return ""
	}
	end := 1
	for end < len(s) && s[end] != '"' {
		if s[end] == '\\' {
			end++
		}
		end++
	}
	if end >= len(s) {
		return ""
	}
	lit := bytes.Map(func(r rune) rune {
		if r < ' ' {
			return ' '
		}
		return r
	}, s[:end+1])
	var v string
	if json.Unmarshal(lit, &v) != nil {
		v = string(lit[1 : len(lit)-1])
	}
	return Squash(untag(html.UnescapeString(v)))
}

// untag removes what looks like tags.
func untag(s string) string {
	if strings.IndexByte(s, '<') < 0 {
		return s
	}
	var b strings.Builder
	for s != "" {
		i := strings.IndexByte(s, '<')
		if i < 0 {
			b.WriteString(s)
			break
		}
		b.WriteString(s[:i])
		j := strings.IndexByte(s[i:], '>')
		if j < 0 {
			break
		}
		b.WriteByte(' ')
		s = s[i+j+1:]
	}
	return b.String()
}
