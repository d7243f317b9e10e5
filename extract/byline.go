package extract

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"newsfold/extract/internal/page"
)

// byline returns the names of the authors, separated by commas. An outlet that
// calls itself the author is believed only when nobody else is named.
func (r *reader) byline() string {
	stated := joinNames(r.ld.authors, r.doc.Site)
	if stated == "" || r.impersonal(stated) {
		for _, key := range [...]string{"author", "article:author", "parsely-author", "sailthru.author", "dc.creator", "dcterms.creator", "byl", "citation_author", "creator", "article:author_name", "cxenseparse:author", "twitter:data1"} {
			if key == "twitter:data1" && !strings.Contains(strings.ToLower(r.head.first("twitter:label1")), "by") {
				continue
			}
			if s := joinNames(r.head.meta[key], r.doc.Site); s != "" {
				if stated == "" || !r.impersonal(s) {
					stated = s
				}
				if !r.impersonal(s) {
					break
				}
			}
		}
	}
	if stated != "" && !r.impersonal(stated) {
		return stated
	}
	if s := r.visibleByline(false); s != "" {
		return s
	}
	if s := r.spelledByline(); s != "" {
		return s
	}
	return first(stated, r.visibleByline(true))
}

// impersonal reports whether a name is that of the outlet.
func (r *reader) impersonal(s string) bool {
	f := fold(s)
	if r.ld.orgAuthor && s == joinNames(r.ld.authors, r.doc.Site) {
		return true
	}
	return r.siteName(s, fold(r.doc.Site), r.hostName()) || f == fold(r.ld.publisher) || hostIn(s) != "" || strings.HasSuffix(f, "redaktion") || f == "staff" || f == "editor"
}

// spelledByline looks for "By Jane Doe" in the short blocks around the article.
func (r *reader) spelledByline() string {
	p := r.page
	from, to := r.headBlocks()
	_, last := bounds(r.keep)
	for _, span := range [...][2]int{{from, to}, {max(last, 0), min(len(p.Blocks), last+6)}} {
		for i := span[0]; i < span[1]; i++ {
			b := &p.Blocks[i]
			if b.Chars > 140 || b.Chars < 5 || r.besideNear(b.Elem) {
				continue
			}
			for line := range strings.SplitSeq(b.Text, "\n") {
				if s := spelled(line); s != "" {
					return s
				}
			}
		}
	}
	return ""
}

// spelled reads a line that starts with a byword and a name.
func spelled(line string) string {
	low := strings.ToLower(line)
	for _, w := range openers {
		if !strings.HasPrefix(low, w) || len(low) != len(line) {
			continue
		}
		rest := strings.TrimLeft(line[len(w):], " :：")
		if rest == line[len(w):] && !strings.HasSuffix(w, " ") {
			continue
		}
		name := joinNames([]string{rest}, "")
		if personal(name) {
			return name
		}
	}
	return ""
}

// openers introduce a name at the start of a line.
var openers = [...]string{
	"by ", "von ", "par ", "por ", "di ", "written by", "posted by", "author:", "autor:", "autorin:", "autore:", "auteur:", "auteur :", "text:", "geschrieben von", "veröffentlicht von", "verfasst von", "ein artikel von", "ein beitrag von", "ein gastbeitrag von", "eine analyse von", "publié par", "escrito por", "publicado por", "scritto da", "a cura di", "door ", "przez ", "autor :", "автор:", "автор ", "بقلم", "كتب", "作者：", "作者:", "記者", "文／", "文/", "yazan:", "yazar:", "af ", "av ", "tekst:", "redaktion:", "interview:", "published by", "reporting by", "article by", "story by", "words by", "submitted by", "from ",
}

// personal reports whether words look like the names of persons: one to eight
// words, the first and last with a capital, or of a script without capitals.
func personal(s string) bool {
	f := strings.Fields(s)
	if len(f) == 0 || len(f) > 8 {
		return false
	}
	caps := 0
	for _, w := range f {
		r, _ := utf8.DecodeRuneInString(w)
		if unicode.IsUpper(r) || unicode.IsLetter(r) && !unicode.IsLower(r) {
			caps++
		}
	}
	first, _ := utf8.DecodeRuneInString(f[0])
	return caps*2 > len(f) && !unicode.IsLower(first) && !strings.ContainsAny(s, "!?:;")
}

// visibleByline looks at the elements that say they name the author. With
// anybody it takes the outlet's own name as well.
func (r *reader) visibleByline(anybody bool) string {
	best, score := "", 0
	for _, m := range r.page.Marked {
		n := m.Node
		rank := 0
		class := strings.ToLower(page.Attr(n, "class") + " " + page.Attr(n, "id"))
		switch prop := page.Attr(n, "itemprop"); {
		case page.Attr(n, "rel") == "author", strings.Contains(prop, "author"):
			rank = 4
		case strings.Contains(class, "byline"), strings.Contains(class, "author-name"), strings.Contains(class, "author_name"), strings.Contains(class, "authorname"):
			rank = 3
		case strings.Contains(class, "author"), strings.Contains(class, "autor"):
			rank = 2
		default:
			continue
		}
		if rank <= score || r.beside(m.Elem) || strings.Contains(class, "comment") {
			continue
		}
		if s := namesIn(n, r.doc.Site); s != "" && (anybody || !r.impersonal(s)) && len(strings.Fields(s)) < 12 {
			best, score = s, rank
		}
	}
	return best
}

// namesIn reads the names in an element: the pieces of text in it, up to the
// first that is neither a name nor a word between names.
func namesIn(n *html.Node, site string) string {
	var names []string
	for d := range n.Descendants() {
		if d.Type != html.TextNode || silent(d.Parent.DataAtom) {
			continue
		}
		s := page.Squash(d.Data)
		if s == "" {
			continue
		}
		low := strings.Trim(strings.ToLower(s), " ,&:|·•")
		if low == "" || low == "and" || low == "und" || low == "et" || low == "y" || low == "e" || low == "by" || low == "von" || noNames[fold(low)] && len(names) == 0 {
			continue
		}
		got := cleanName(s)
		if got == "" || !personal(got) && !handle(got, d.Parent) {
			if len(names) > 0 {
				break
			}
			continue
		}
		if len(names) > 0 && !strings.HasPrefix(s, ",") && !strings.HasPrefix(s, "&") && !strings.HasPrefix(strings.ToLower(s), "and ") && d.Parent.DataAtom != atom.A && d.Parent.DataAtom != atom.Span {
			break
		}
		if len(names) > 0 && d.Parent.DataAtom != atom.A {
			break
		}
		names = append(names, got)
		if len(names) == 8 {
			break
		}
	}
	return joinNames(names, site)
}

// handle reports whether a single word in a link is the name that an author
// goes by.
func handle(s string, around *html.Node) bool {
	n := utf8.RuneCountInString(s)
	return around.DataAtom == atom.A && n >= 3 && n <= 24 && !strings.ContainsAny(s, " :?!")
}

// bywords introduce names, in lower case.
var bywords = [...]string{
	"auteur", "autore", "authored by", "authors", "autoren", "recipe by", "about the author", "über den autor", "vom", "&", "and", "photo by", "reviewed by", "updated by", "story", "words", "byby", "author", "authorby", "interview", "und interview", "veröffentlicht von", "verfasst von", "eingestellt von", "submitted by", "by", "von", "par", "por", "di", "da", "door", "av", "af", "przez", "autor", "autorin", "author", "from", "written by", "posted by", "words by",
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
		if len(names) > 1 && agency(n) != "" && len(out) > 0 {
			continue // "Jane Doe, AP": the agency is an origin
		}
		if len(out) > 0 && (strings.Contains(n, out[0]) || unicode.IsDigit(rune(n[len(n)-1]))) {
			continue // "All by Jane Doe", her telephone number
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
	s = postedBy(strings.TrimSpace(page.Squash(s)))
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
	for _, cut := range [...]string{" | ", "•", " · ", " – ", " — ", " - ", "\n", " @", " (", " ⋅ ", " is ", " ist ", " 發表", " im gespräch"} {
		if i := strings.Index(s, cut); i > 0 {
			s = s[:i]
		}
	}
	fields := strings.Fields(s)
	for i, f := range fields {
		if i > 0 && (f == "on" || f == "On") && (i+1 == len(fields) || !onName(fields[i+1])) {
			fields = fields[:i]
			break
		}
		if strings.Contains(f, "@") || i > 0 && unicode.IsDigit(rune(f[0])) || i > 1 && dateWord(f) {
			fields = fields[:i]
			break
		}
	}
	for len(fields) > 1 && (dateWord(fields[len(fields)-1]) || tails[strings.ToLower(fields[len(fields)-1])]) {
		fields = fields[:len(fields)-1]
	}
	if len(fields) == 1 && dateWord(fields[0]) {
		return ""
	}
	s = strings.Trim(strings.Join(fields, " "), " ,;:|/-–—•·")
	if r, _ := utf8.DecodeRuneInString(s); unicode.IsDigit(r) || noNames[fold(s)] {
		return ""
	}
	return s
}

// onName reports whether a word behind "on" may belong to a name, as in "The Mail
// on Sunday", rather than to a date.
func onName(w string) bool {
	low := strings.ToLower(strings.Trim(w, ".,"))
	return low == "sunday" || low == "line"
}

// postedBy returns what follows "by" in "Posted on 3 May 2024 by Jane Doe", and
// other words as they are.
func postedBy(s string) string {
	low := strings.ToLower(s)
	if len(low) != len(s) {
		return s
	}
	for _, verb := range [...]string{"posted ", "published ", "written ", "veröffentlicht ", "eingestellt ", "geschrieben ", "publié ", "publicado "} {
		if !strings.HasPrefix(low, verb) {
			continue
		}
		for _, by := range [...]string{" by ", " von ", " par ", " por "} {
			if i := strings.Index(low, by); i >= 0 {
				return strings.TrimSpace(s[i+len(by):])
			}
		}
	}
	return s
}

// tails are words that a name leaves behind.
var tails = set("le", "on", "am", "vom", "el", "in", "at", "il", "em", "vor", "sagt", "says", "|", "/", "-", "posted", "published", "updated", "and", "und")

// dateWord reports whether a word is a month or a day of the week.
func dateWord(w string) bool {
	w = strings.ToLower(strings.Trim(w, ".,"))
	return months[w] > 0 && w != "may" && w != "april" && w != "june" && w != "mai" || weekdays[w]
}

var weekdays = set("mon", "tue", "tues", "wed", "thu", "thur", "thurs", "fri", "sat", "sun", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "montag", "dienstag", "mittwoch", "donnerstag", "freitag", "samstag", "sonntag", "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche", "lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo")

// noNames are words that stand where a name is expected.
var noNames = set("posted", "published", "author", "authors", "autor", "autoren", "auteur", "autore", "authored by", "authors", "autoren", "recipe by", "about the author", "über den autor", "vom", "&", "and", "photo by", "reviewed by", "updated by", "story", "words", "byby", "author", "authorby", "interview", "und interview", "veröffentlicht von", "verfasst von", "eingestellt von", "submitted by", "by", "von", "par", "por", "written", "updated", "share", "follow", "contact", "about the author", "über den autor", "staff", "more", "posted on", "posted in", "redaktion", "none", "null", "undefined", "unknown", "anonymous", "guest", "root", "user", "profile", "view all posts", "all posts", "about", "bio", "date", "comments", "twitter", "facebook", "email", "veröffentlicht", "publié", "publicado", "article", "in", "on", "the", "a", "veröffentlicht am", "written by", "posted by", "wordpress", "author profile", "kontakt", "alle artikel", "alle beiträge", "mehr", "read", "quelle", "home", "see all articles", "newsletter", "datum", "follow us", "follow", "last updated", "updated", "writer", "veterinarian", "team", "fail")

// trim drops the lines at the edges of the article that say no more than what
// it is called, who wrote it and when.
func (r *reader) trim() {
	names := make(map[string]bool)
	for w := range strings.FieldsSeq(fold(r.doc.Byline)) {
		names[w] = true
	}
	first, last := bounds(r.keep)
	if first >= 0 && first < last {
		b := &r.page.Blocks[first]
		if tag := r.page.Elems[b.Elem].Tag; (tag == atom.H1 || tag == atom.H2) && fold(b.Text) == fold(r.doc.Title) {
			r.keep[first] = false
		}
	}
	for i, k := range r.keep {
		if k && (i < first+3 || i > last-2) && r.signed(&r.page.Blocks[i], names) {
			r.keep[i] = false
		}
	}
}

// signed reports whether a block consists of the names of the authors, dates
// and the words between them.
func (r *reader) signed(b *page.Block, names map[string]bool) bool {
	if b.Chars > 120 || b.Stops > 2 {
		return false
	}
	named, dated, full := 0, 0, false // full: with a month or a year, not a time of day alone
	for w := range strings.FieldsSeq(fold(b.Text)) {
		switch {
		case names[w]:
			named++
		case dateWord(w) || months[w] > 0 || digit([]rune(w)[0]) >= 0:
			dated++
			full = full || digit([]rune(w)[0]) < 0 || utf8.RuneCountInString(w) >= 4
		case bywordSet[w] || tails[w]:
		default:
			return false
		}
	}
	return named > 0 || dated > 1 && full
}

// bywordSet are the single words around names and dates.
var bywordSet = set("by", "von", "par", "por", "di", "da", "door", "av", "af", "przez", "autor", "autorin", "author", "text", "and", "und", "et", "y", "e", "with", "mit", "published", "updated", "posted", "on", "at", "am", "pm", "um", "uhr", "le", "à", "el", "de", "il", "em", "veröffentlicht", "aktualisiert", "publié", "publicado", "pubblicato", "gmt", "utc", "est", "edt", "et", "cet", "first", "last", "stand", "автор", "от", "بقلم", "كتب", "作者")
