package extract

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"newsfold/extract/internal/page"
)

// byline returns the names of the authors, separated by commas.
func (r *reader) byline() string {
	if s := joinNames(r.ld.authors, r.doc.Site); s != "" {
		return s
	}
	for _, key := range [...]string{"author", "article:author", "parsely-author", "sailthru.author", "dc.creator", "dcterms.creator", "byl", "citation_author", "creator", "article:author_name", "cxenseparse:author", "twitter:data1"} {
		if key == "twitter:data1" && !strings.Contains(strings.ToLower(r.head.first("twitter:label1")), "by") {
			continue
		}
		if s := joinNames(r.head.meta[key], r.doc.Site); s != "" {
			return s
		}
	}
	return r.visibleByline()
}

// visibleByline looks at the elements that say they name the author.
func (r *reader) visibleByline() string {
	best, score := "", 0
	for _, m := range r.page.Marked {
		n := m.Node
		rank := 0
		class := strings.ToLower(page.Attr(n, "class") + " " + page.Attr(n, "id"))
		switch prop := page.Attr(n, "itemprop"); {
		case page.Attr(n, "rel") == "author", strings.Contains(prop, "author"):
			rank = 4
		case strings.Contains(class, "byline"), strings.Contains(class, "author-name"), strings.Contains(class, "author_name"):
			rank = 3
		case strings.Contains(class, "author"), strings.Contains(class, "autor"):
			rank = 2
		default:
			continue
		}
		if rank <= score || r.beside(m.Elem) {
			continue
		}
		if s := joinNames([]string{textOf(n)}, r.doc.Site); s != "" {
			best, score = s, rank
		}
	}
	return best
}

// bywords introduce names, in lower case.
var bywords = [...]string{
	"by", "von", "par", "por", "di", "da", "door", "av", "af", "przez", "autor", "autorin", "author", "from", "written by", "posted by", "words by",
	"story by", "text", "text by", "publié par", "escrito por", "от", "автор", "yazan", "بقلم", "كتب", "文", "作者", "記者", "published by", "reported by", "article by", "ein artikel von", "ein beitrag von", "scritto da", "geschrieben von", "a cura di", "redaktion",
}

// joinNames cleans names and joins them; "" when none of them is a name.
func joinNames(names []string, site string) string {
	var out []string
	seen := make(map[string]bool)
	for _, n := range names {
		n = cleanName(n)
		if n == "" || strings.Contains(n, "://") || strings.Contains(n, "www.") || fold(n) == fold(site) && len(names) > 1 {
			continue
		}
		if utf8.RuneCountInString(n) > 120 || len(strings.Fields(n)) > 14 {
			continue
		}
		if key := fold(n); !seen[key] && key != "" && key != "admin" && key != "administrator" {
			seen[key] = true
			out = append(out, n)
		}
	}
	return strings.Join(out, ", ")
}

// cleanName takes introductions, dates and addresses off a name.
func cleanName(s string) string {
	s = strings.TrimSpace(page.Squash(s))
	for changed := true; changed; {
		changed = false
		low := strings.ToLower(s)
		for _, w := range bywords {
			if strings.HasPrefix(low, w) && len(low) > len(w) && len(low) == len(s) {
				next, _ := utf8.DecodeRuneInString(low[len(w):])
				if next == ' ' || next == ':' || next == '：' {
					s = strings.TrimLeft(s[len(w):], " :：")
					changed = true
					break
				}
			}
		}
	}
	for _, cut := range [...]string{" | ", " • ", " · ", " – ", " — ", " - ", "\n", " on ", " @", " ("} {
		if i := strings.Index(s, cut); i > 0 {
			s = s[:i]
		}
	}
	fields := strings.Fields(s)
	for i, f := range fields {
		if strings.Contains(f, "@") || i > 0 && unicode.IsDigit(rune(f[0])) || i > 1 && months[strings.ToLower(strings.Trim(f, ".,"))] > 0 {
			fields = fields[:i]
			break
		}
	}
	return strings.Trim(strings.Join(fields, " "), " ,;:|/-–—•·")
}
