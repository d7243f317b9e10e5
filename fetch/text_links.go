package fetch

import (
	"html"
	"net/url"
	"strings"
)

// maxBase is the longest base, in bytes, that references are resolved against.
const maxBase = 1024

// linker makes references absolute (RFC 3986 section 5). One is made for each
// body: short references and a long base could otherwise grow a body hundreds
// of times.
type linker struct {
	budget int // bytes that it may still add
}

// base returns the base that xml:base or Content-Location gives below another
// one, nil when it gives none that can be used.
func (r *linker) base(parent *url.URL, ref string) *url.URL {
	ref = strings.TrimSpace(ref)
	if ref == "" || len(ref) > maxBase || r.budget <= 0 {
		return nil
	}
	var u *url.URL
	var err error
	if parent != nil {
		u, err = parent.Parse(ref)
	} else {
		u, err = url.Parse(ref)
	}
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || len(u.Path) > maxBase {
		return nil
	}
	r.budget -= len(u.Path)
	return u
}

// link makes the reference of a feed absolute. It is empty when it leads
// nowhere that may be followed. Absolute references stay byte for byte, but for
// white space.
func (r *linker) link(base *url.URL, ref string) string {
	ref = cleanRef(ref)
	switch scheme := refScheme(ref); scheme {
	case "":
		if ref == "" || base == nil {
			return ref
		}
		return r.resolve(base, ref)
	case "javascript", "vbscript", "data", "file":
		return ""
	}
	return ref
}

// cleanRef does to a reference what browsers do: space around it and line
// breaks within are dropped, other spaces escaped (URL Standard, section 4.4).
func cleanRef(ref string) string {
	ref = strings.TrimSpace(ref)
	if !strings.ContainsAny(ref, " \t\n\r") {
		return ref
	}
	return refCleaner.Replace(ref)
}

var refCleaner = strings.NewReplacer("\t", "", "\n", "", "\r", "", " ", "%20")

// refScheme returns the scheme of a reference in lower case, empty when it is
// relative.
func refScheme(ref string) string {
	if strings.HasPrefix(ref, "http://") {
		return "http"
	}
	if strings.HasPrefix(ref, "https://") {
		return "https"
	}
	for i := 0; i < len(ref); i++ {
		c := ref[i]
		switch {
		case 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z':
		case i > 0 && ('0' <= c && c <= '9' || c == '+' || c == '-' || c == '.'):
		case i > 0 && c == ':':
			return strings.ToLower(ref[:i])
		default:
			return ""
		}
	}
	return ""
}

// resolve resolves a relative reference, within the budget.
func (r *linker) resolve(base *url.URL, ref string) string {
	if r.budget <= 0 {
		return ref
	}
	u, err := base.Parse(ref)
	if err != nil {
		u, err = base.Parse(strings.ReplaceAll(ref, "%", "%25"))
	}
	if err != nil {
		return ref
	}
	abs := u.String()
	r.budget -= len(abs) - len(ref)
	return abs
}

// html makes the references in the attributes of HTML absolute. References
// within the text ("#note") stay. The HTML is not changed otherwise.
func (r *linker) html(base *url.URL, s string) string {
	if base == nil {
		return s
	}
	var b strings.Builder
	last, i := 0, 0
	for {
		j := strings.IndexByte(s[i:], '<')
		if j < 0 {
			break
		}
		i += j + 1
		if i >= len(s) || !isNameStart(s[i]) {
			continue
		}
		for i < len(s) && isNameByte(s[i]) {
			i++
		}
		for {
			name, from, to, next := htmlAttr(s, i)
			i = next
			if name == "" {
				break
			}
			if to > from && isURLAttr(name) {
				if abs, changed := r.htmlValue(base, name, s[from:to]); changed {
					b.WriteString(s[last:from])
					b.WriteString(abs)
					last = to
				}
			}
		}
	}
	if last == 0 {
		return s
	}
	b.WriteString(s[last:])
	return b.String()
}

// hasRelative reports whether HTML has references that need a base.
func hasRelative(s string) bool {
	for i := 0; ; {
		j := strings.IndexByte(s[i:], '<')
		if j < 0 {
			return false
		}
		i += j + 1
		if i >= len(s) || !isNameStart(s[i]) {
			continue
		}
		for i < len(s) && isNameByte(s[i]) {
			i++
		}
		for {
			name, from, to, next := htmlAttr(s, i)
			i = next
			if name == "" {
				break
			}
			if to > from && isURLAttr(name) && (s[from] != '#' && refScheme(s[from:to]) == "" || strings.EqualFold(name, "srcset")) {
				return true
			}
		}
	}
}

// htmlAttr reads the next attribute of a tag from position i on. The name is
// empty at the end of the tag.
func htmlAttr(s string, i int) (name string, from, to, next int) {
	for i < len(s) && (isSpace(s[i]) || s[i] == '/') {
		i++
	}
	start := i
	for i < len(s) && !isSpace(s[i]) && s[i] != '=' && s[i] != '>' && s[i] != '/' && s[i] != '<' {
		i++
	}
	name = s[start:i]
	if name == "" {
		if i < len(s) && s[i] == '=' {
			return "=", i, i, i + 1
		}
		return "", i, i, i
	}
	for i < len(s) && isSpace(s[i]) {
		i++
	}
	if i >= len(s) || s[i] != '=' {
		return name, i, i, i
	}
	i++
	for i < len(s) && isSpace(s[i]) {
		i++
	}
	if i < len(s) && (s[i] == '"' || s[i] == '\'') {
		end := strings.IndexByte(s[i+1:], s[i])
		if end < 0 {
			return name, i, i, len(s)
		}
		return name, i + 1, i + 1 + end, i + 2 + end
	}
	from = i
	for i < len(s) && !isSpace(s[i]) && s[i] != '>' {
		i++
	}
	return name, from, i, i
}

// htmlValue resolves the value of an attribute as written in HTML.
func (r *linker) htmlValue(base *url.URL, name, raw string) (string, bool) {
	if refScheme(strings.TrimSpace(raw)) != "" && !strings.EqualFold(name, "srcset") {
		return raw, false
	}
	value := raw
	if strings.IndexByte(value, '&') >= 0 {
		value = html.UnescapeString(value)
	}
	abs := r.attr(base, name, value)
	if abs == value {
		return raw, false
	}
	return string(appendEscaped(nil, abs)), true
}

// attr resolves the value of an attribute of HTML that holds references.
func (r *linker) attr(base *url.URL, name, value string) string {
	if strings.EqualFold(name, "srcset") {
		return r.srcset(base, value)
	}
	ref := cleanRef(value)
	if base == nil || ref == "" || ref[0] == '#' || refScheme(ref) != "" {
		return value
	}
	return r.resolve(base, ref)
}

// srcset resolves a list of images with descriptors (HTML Standard, section
// 4.8.4.2.1).
func (r *linker) srcset(base *url.URL, value string) string {
	if strings.Count(value, ",") > 200 {
		return value // no picture comes in so many sizes
	}
	var out []string
	for rest := value; ; {
		rest = strings.TrimLeft(rest, " \t\r\n\f,")
		if rest == "" {
			return strings.Join(out, ", ")
		}
		end := strings.IndexAny(rest, " \t\r\n\f")
		if end < 0 {
			end = len(rest)
		}
		ref, after := rest[:end], rest[end:]
		trimmed := strings.TrimRight(ref, ",")
		descriptor := ""
		if trimmed == ref {
			if comma := strings.IndexByte(after, ','); comma >= 0 {
				descriptor, after = after[:comma], after[comma+1:]
			} else {
				descriptor, after = after, ""
			}
		}
		rest = after
		if refScheme(trimmed) == "" && base != nil && trimmed != "" {
			trimmed = r.resolve(base, trimmed)
		}
		out = append(out, strings.TrimSpace(trimmed+" "+strings.TrimSpace(descriptor)))
	}
}

// isURLAttr reports whether an attribute of HTML holds references.
func isURLAttr(name string) bool {
	switch len(name) {
	case 3, 4, 6, 8, 10:
	default:
		return false
	}
	switch strings.ToLower(name) {
	case "href", "src", "srcset", "poster", "cite", "action", "formaction", "data", "background", "longdesc", "codebase":
		return true
	}
	return false
}
