package extract

import (
	"bytes"
	"encoding/json"
	"strings"

	"golang.org/x/net/html"

	"newsfold/extract/internal/page"
)

// linked is what the JSON-LD of a page says about its article
// (https://schema.org/Article and its kin).
type linked struct {
	typ         string
	headline    string
	authors     []string
	published   string
	modified    string
	publisher   string
	site        string
	description string
	image       string
	body        string // articleBody
	url         string
	lang        string
	section     string
	keywords    []string
	license     string
	basedOn     []string
	source      string // sourceOrganization, provider
	free        bool   // isAccessibleForFree is not false
	copyright   string
	live        bool
	orgAuthor   bool // the author is an organization
}

// maxLD is the size of the largest JSON-LD script that is read, in bytes.
const maxLD = 1 << 20

// readLinked reads the scripts leniently: publishers break strings over lines,
// leave trailing commas and wrap the object in comments.
func readLinked(scripts [][]byte) linked {
	l := linked{free: true}
	best := -1
	people := map[string]string{} // names by @id
	var objects []map[string]any
	for _, s := range scripts {
		if len(s) > maxLD {
			continue
		}
		v, ok := parseJSON(s)
		if !ok {
			continue
		}
		collect(v, &objects, people, 0)
	}
	for _, o := range objects {
		if rank := articleRank(o); rank > best {
			best = rank
			l.read(o, people)
		}
	}
	for _, o := range objects {
		l.fill(o)
	}
	return l
}

func parseJSON(s []byte) (any, bool) {
	s = bytes.TrimSpace(s)
	s = bytes.TrimPrefix(s, []byte("<!--"))
	s = bytes.TrimPrefix(bytes.TrimSpace(s), []byte("//<![CDATA["))
	s = bytes.TrimPrefix(s, []byte("<![CDATA["))
	s = bytes.TrimRight(s, "; \n\r\t")
	var v any
	if json.NewDecoder(bytes.NewReader(s)).Decode(&v) == nil {
		return v, true
	}
	if json.NewDecoder(bytes.NewReader(mendJSON(s))).Decode(&v) == nil {
		return v, true
	}
	return nil, false
}

// mendJSON escapes control characters in strings, drops unknown escapes, and
// removes commas before closing brackets.
func mendJSON(s []byte) []byte {
	out := make([]byte, 0, len(s)+64)
	inString := false
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case inString && c == '\\' && i+1 < len(s):
			if bytes.IndexByte([]byte(`"\/bfnrtu`), s[i+1]) >= 0 {
				out = append(out, c, s[i+1])
			} else {
				out = append(out, s[i+1])
			}
			i++
		case c == '"':
			if inString && !closesString(s[i+1:]) {
				out = append(out, '\\')
			} else {
				inString = !inString
			}
			out = append(out, c)
		case inString && c < ' ':
			out = append(out, ' ')
		case !inString && c == ',':
			rest := bytes.TrimLeft(s[i+1:], " \t\r\n")
			if len(rest) > 0 && (rest[0] == '}' || rest[0] == ']' || rest[0] == ',') {
				continue
			}
			out = append(out, c)
		default:
			out = append(out, c)
		}
	}
	return out
}

// closesString reports whether a quotation mark followed by rest ends a JSON
// string rather than stands in it unescaped.
func closesString(rest []byte) bool {
	rest = bytes.TrimLeft(rest[:min(len(rest), 64)], " \t\r\n")
	return len(rest) == 0 || bytes.IndexByte([]byte(",}]:"), rest[0]) >= 0
}

// collect lists the objects of a document, @graph included.
func collect(v any, out *[]map[string]any, people map[string]string, depth int) {
	if depth > 8 || len(*out) > 500 {
		return
	}
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			collect(e, out, people, depth+1)
		}
	case map[string]any:
		*out = append(*out, v)
		if id, ok := v["@id"].(string); ok {
			if name := str(v["name"]); name != "" {
				people[id] = name
			}
		}
		for _, key := range [...]string{"@graph", "mainEntity", "mainEntityOfPage", "author", "publisher", "hasPart", "itemListElement", "subjectOf"} {
			if c, ok := v[key]; ok {
				collect(c, out, people, depth+1)
			}
		}
	}
}

// types returns the @type values of an object.
func types(o map[string]any) []string {
	switch t := o["@type"].(type) {
	case string:
		return []string{t}
	case []any:
		var out []string
		for _, e := range t {
			if s, ok := e.(string); ok {
				out = append(out, s)
			}
		}
		return out
	}
	return nil
}

// articleRank orders objects by how likely they describe the article; -1 when
// they describe something else.
func articleRank(o map[string]any) int {
	best := -1
	for _, t := range types(o) {
		t = t[strings.LastIndexByte(t, '/')+1:]
		rank := -1
		switch {
		case t == "LiveBlogPosting":
			rank = 6
		case strings.HasSuffix(t, "NewsArticle") || t == "BackgroundNewsArticle" || t == "OpinionNewsArticle":
			rank = 5
		case strings.HasSuffix(t, "Article") || t == "BlogPosting" || t == "Report" || t == "TechArticle" || t == "Review" || t == "Recipe" || t == "SocialMediaPosting":
			rank = 4
		case t == "WebPage" || t == "ItemPage" || t == "VideoObject" || t == "CreativeWork" || t == "AudioObject" || t == "PodcastEpisode":
			rank = 1
		}
		if rank > 0 && str(o["headline"]) == "" && str(o["articleBody"]) == "" && str(o["datePublished"]) == "" {
			rank = 0
		}
		best = max(best, rank)
	}
	return best
}

func (l *linked) read(o map[string]any, people map[string]string) {
	l.typ = strings.Join(types(o), " ")
	l.live = strings.Contains(l.typ, "LiveBlogPosting")
	l.headline = first(str(o["headline"]), l.nameOf(o))
	l.authors = namesOf(o["author"], people)
	if len(l.authors) == 0 {
		l.authors = namesOf(o["creator"], people)
	}
	if a, ok := o["author"].(map[string]any); ok {
		l.orgAuthor = strings.HasSuffix(strings.Join(types(a), " "), "Organization")
	}
	l.published = str(o["datePublished"])
	if l.published == "" {
		l.published = str(o["dateCreated"])
	}
	l.modified = str(o["dateModified"])
	l.publisher = strings.Join(namesOf(o["publisher"], people), ", ")
	l.description = str(o["description"])
	l.image = addressOf(o["image"])
	if l.image == "" {
		l.image = addressOf(o["thumbnailUrl"])
	}
	l.body = str(o["articleBody"])
	l.url = addressOf(o["url"])
	if l.url == "" {
		l.url = addressOf(o["mainEntityOfPage"])
	}
	l.lang = str(o["inLanguage"])
	l.section = str(o["articleSection"])
	l.keywords = list(o["keywords"])
	l.license = addressOf(o["license"])
	l.basedOn = addresses(o["isBasedOn"])
	l.source = strings.Join(namesOf(o["sourceOrganization"], people), ", ")
	l.copyright = strings.Join(namesOf(o["copyrightHolder"], people), ", ")
	if v, ok := o["isAccessibleForFree"]; ok {
		s, isString := v.(string)
		l.free = v != false && (!isString || !strings.EqualFold(s, "false"))
	}
}

// nameOf returns the name of an object that is a page or a work.
func (l *linked) nameOf(o map[string]any) string { return str(o["name"]) }

// fill takes from further objects what the article's own did not say.
func (l *linked) fill(o map[string]any) {
	for _, t := range types(o) {
		switch t {
		case "WebSite":
			if l.site == "" {
				l.site = str(o["name"])
			}
		case "Organization", "NewsMediaOrganization":
			if l.publisher == "" {
				l.publisher = str(o["name"])
			}
		case "WebPage":
			if l.published == "" {
				l.published = str(o["datePublished"])
			}
			if l.modified == "" {
				l.modified = str(o["dateModified"])
			}
			if l.lang == "" {
				l.lang = str(o["inLanguage"])
			}
		}
	}
}

// str returns a string value, or the first of a list, without markup.
func str(v any) string {
	switch v := v.(type) {
	case string:
		s := html.UnescapeString(v)
		return page.Squash(s)
	case []any:
		for _, e := range v {
			if s := str(e); s != "" {
				return s
			}
		}
	case map[string]any:
		return str(v["@value"])
	}
	return ""
}

// list returns the strings of a list, or of one string with commas.
func list(v any) []string {
	var out []string
	switch v := v.(type) {
	case string:
		for s := range strings.SplitSeq(v, ",") {
			if s = page.Squash(html.UnescapeString(s)); s != "" {
				out = append(out, s)
			}
		}
	case []any:
		for _, e := range v {
			if s := str(e); s != "" {
				out = append(out, s)
			}
		}
	}
	return out
}

// namesOf returns the names of one or more persons or organizations.
func namesOf(v any, people map[string]string) []string {
	switch v := v.(type) {
	case string:
		if s := str(v); s != "" {
			return []string{s}
		}
	case []any:
		var out []string
		for _, e := range v {
			out = append(out, namesOf(e, people)...)
			if len(out) > 32 {
				break
			}
		}
		return out
	case map[string]any:
		if v["name"] != nil {
			return namesOf(v["name"], people)
		}
		if id, ok := v["@id"].(string); ok && people[id] != "" {
			return []string{people[id]}
		}
	}
	return nil
}

// addressOf returns a URL that stands as a string or in an object.
func addressOf(v any) string {
	if a := addresses(v); len(a) > 0 {
		return a[0]
	}
	return ""
}

func addresses(v any) []string {
	switch v := v.(type) {
	case string:
		if s := strings.TrimSpace(v); s != "" {
			return []string{s}
		}
	case []any:
		var out []string
		for _, e := range v {
			out = append(out, addresses(e)...)
			if len(out) > 8 {
				break
			}
		}
		return out
	case map[string]any:
		for _, key := range [...]string{"url", "@id", "contentUrl"} {
			if s, ok := v[key].(string); ok && s != "" {
				return []string{strings.TrimSpace(s)}
			}
		}
	}
	return nil
}

func first(s ...string) string {
	for _, v := range s {
		if v != "" {
			return v
		}
	}
	return ""
}
