package extract

import (
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"newsfold/extract/internal/page"
)

// maxCredits is the size of the longest text whose credits are looked for, in
// bytes; what lies beyond is body.
const maxCredits = 4 << 20

// maxOrigins is how many statements of origin are reported of one text.
const maxOrigins = 20

// Credits splits a text into what is fingerprinted and what it says about its
// origin: lines such as "originally appeared on …", a dateline's agency, and
// reader-invitations such as "Leave a comment" are taken out.
func Credits(text string) (body string, origins []Origin) {
	if len(text) > maxCredits {
		return text, nil
	}
	paras := strings.Split(text, "\n\n")
	kept := paras[:0:0]
	dated, same := false, true
	var labels []Origin
	for i, para := range paras {
		p := strings.TrimSpace(para)
		if p == "" {
			same = false
			continue
		}
		edge := i < 4 || i >= len(paras)-10
		if !dated && len(kept) < 3 {
			if rest, o, ok := dateline(p); ok {
				p, dated = rest, true
				origins = append(origins, o)
			}
		}
		p, found := creditsIn(p, edge)
		for _, o := range found {
			switch {
			case !labelled(o.Quote):
				origins = append(origins, o)
			case i < 2 || i >= len(paras)-5:
				labels = append(labels, o)
			}
		}
		if p == "" || invitation(p) {
			same = false
			continue
		}
		same = same && len(p) == len(para)
		kept = append(kept, p)
	}
	if n := len(kept); n > 0 {
		if rest, o, ok := signature(kept[n-1]); ok {
			kept[n-1], same = rest, false
			origins = append(origins, o)
			if rest == "" {
				kept = kept[:n-1]
			}
		}
	}
	origins = origins[:min(len(origins), maxOrigins)]
	if len(labels) == 1 { // several "Source:" lines are those of charts and figures
		origins = append(origins, labels[0])
	}
	if same {
		return text, origins
	}
	return strings.Join(kept, "\n\n"), origins
}

// labelled reports whether a credit is a label with a name rather than a
// sentence.
func labelled(quote string) bool {
	low := strings.ToLower(quote)
	for _, c := range creditPhrases {
		if c.label && strings.HasPrefix(low, c.phrase) {
			return true
		}
	}
	return false
}

// creditsIn takes the credits out of a paragraph. Long paragraphs are looked
// at only at the edges of a text, sentence by sentence.
func creditsIn(p string, edge bool) (rest string, origins []Origin) {
	short := utf8.RuneCountInString(p) <= 240
	if !short && !edge {
		return p, nil
	}
	if !phraseIndex.mayHold(p) {
		return p, nil
	}
	if o, ok := credit(p, true); ok && short {
		return "", []Origin{o}
	}
	var keep []string
	cut := false
	for _, s := range sentences(p) {
		if o, ok := credit(s, false); ok && utf8.RuneCountInString(s) <= 300 {
			origins = append(origins, o)
			cut = true
			continue
		}
		keep = append(keep, s)
	}
	if !cut {
		return p, nil
	}
	return strings.TrimSpace(strings.Join(keep, " ")), origins
}

// sentences splits a paragraph at line breaks and behind full stops that are
// followed by white space and no lower-case letter.
func sentences(p string) []string {
	var out []string
	start := 0
	for i, r := range p {
		if r != '\n' && r != '.' && r != '!' && r != '?' && r != '。' && r != '؟' {
			continue
		}
		end := i + utf8.RuneLen(r)
		rest := p[end:]
		next := strings.TrimLeft(rest, " )\"”’»")
		if r != '\n' && r != '。' && (len(next) == len(rest) && rest != "" || next != "" && lowerFirst(next)) {
			continue
		}
		if s := strings.TrimSpace(p[start:end]); s != "" {
			out = append(out, s)
		}
		start = end
	}
	if s := strings.TrimSpace(p[start:]); s != "" {
		out = append(out, s)
	}
	return out
}

func lowerFirst(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return unicode.IsLower(r)
}

// credit reads one line or sentence as a statement of where the text comes
// from. Labels such as "Source:" count only where the whole line is a credit.
func credit(s string, line bool) (Origin, bool) {
	low := strings.ToLower(s)
	if len(low) != len(s) { // case folding that moves offsets: compare as is
		low = s
	}
	if o, ok := copyright(s, low); ok {
		return o, true
	}
	for _, m := range phraseIndex.find(low) {
		c, i := creditPhrases[m.phrase], m.at
		if c.label && (!line || i > 3 || i > 0 && strings.HasSuffix(c.phrase, ":") && s[0] == '(') {
			continue // "(Source: …)" stands under pictures
		}
		if !c.label && !aboutText(low, i, c) {
			continue
		}
		after := s[i+len(c.phrase):]
		name := ""
		if c.before {
			name = nameBefore(s[:i])
		} else {
			name = nameAfter(after)
		}
		if c.label && len(strings.Fields(name)) > 7 || !plausibleName(name) && (c.label || !bareName(name)) {
			continue
		}
		if c.label && pictured(name) {
			continue
		}
		if c.label && c.weak && agencyIn(name) == "" && !strings.Contains(name, ".") {
			continue
		}
		return named("credit", name, s), true
	}
	return Origin{}, false
}

// pictured reports whether a name is that of a photographer or a picture agency.
func pictured(name string) bool {
	low := strings.ToLower(name)
	for _, w := range [...]string{"foto", "photo", "getty", "image", "bild", "shutterstock", "grafik", "imago", "screenshot", "unsplash", "pexels"} {
		if strings.Contains(low, w) {
			return true
		}
	}
	return false
}

// phraseTable finds phrases by their first three bytes.
type phraseTable struct {
	phrases []string
	first   [1 << 13]uint16 // by hash of three bytes: 1 + place in starts
	starts  []phraseStart
}

// phraseStart is one way in which a phrase may start.
type phraseStart struct {
	key    [4]byte // the fourth is in lower case, or noByte
	phrase uint16
	next   uint16 // 1 + place in starts of the next with the same hash
}

// phraseIndex is made once from creditPhrases and never changed.
var phraseIndex = func() *phraseTable {
	list := make([]string, len(creditPhrases))
	for i, c := range creditPhrases {
		list[i] = c.phrase
	}
	return newPhraseTable(list)
}()

// newPhraseTable makes a table of phrases of at least three bytes each.
func newPhraseTable(phrases []string) *phraseTable {
	t := &phraseTable{phrases: phrases}
	for i, p := range phrases {
		_, n := utf8.DecodeRuneInString(p)
		for _, form := range [...]string{p, strings.ToUpper(p[:n]) + p[n:], strings.ToUpper(p)} {
			t.add(i, lower(form[0]), lower(form[1]), lower(form[2]))
		}
		t.add(i, p[0], p[1], p[2]) // with capitals, where case matters
	}
	return t
}

const noByte = 0xff // which no UTF-8 holds

// add lets a phrase be found by three bytes.
func (t *phraseTable) add(phrase int, a, b, c byte) {
	s := phraseStart{key: [4]byte{a, b, c, noByte}, phrase: uint16(phrase)}
	if p := t.phrases[phrase]; len(p) > 3 {
		s.key[3] = lower(p[3])
	}
	last := &t.first[hash3(a, b, c)]
	for *last != 0 {
		old := &t.starts[*last-1]
		if old.key == s.key && old.phrase == s.phrase {
			return
		}
		last = &old.next
	}
	t.starts = append(t.starts, s)
	*last = uint16(len(t.starts))
}

// lower returns an ASCII letter in lower case, and other bytes as they are.
func lower(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		return c | 0x20
	}
	return c
}

// roll adds a byte to a hash, which is then that of the last three bytes.
func roll(h uint32, c byte) uint32 { return (h<<5 ^ uint32(c)) & (1<<13 - 1) }

func hash3(a, b, c byte) uint32 { return roll(roll(roll(0, a), b), c) }

// found is a phrase and where it starts.
type found struct{ phrase, at int }

// mayHold reports whether a text may hold a phrase or a copyright line, in any
// case of its letters.
func (t *phraseTable) mayHold(s string) bool {
	head := s[:min(len(s), 16)]
	if strings.Contains(s, "©") || strings.Contains(head, "(c)") || strings.Contains(head, "opyright") || strings.Contains(head, "OPYRIGHT") {
		return true
	}
	if len(s) < 3 {
		return false
	}
	x, y := lower(s[0]), lower(s[1])
	h := hash3(0, x, y)
	for i := 2; i < len(s); i++ {
		z := lower(s[i])
		h = roll(h, z)
		for n := t.first[h]; n != 0; {
			p := &t.starts[n-1]
			n = p.next
			if p.key[0] != x || p.key[1] != y || p.key[2] != z || i+1 < len(s) && differ(p.key[3], s[i+1]) {
				continue
			}
			phrase := t.phrases[p.phrase]
			if end := i - 2 + len(phrase); end <= len(s) && strings.EqualFold(s[i-2:end], phrase) {
				return true
			}
		}
		x, y = y, z
	}
	return false
}

// differ reports whether a byte is another than a given one in lower case,
// whatever the case; not of letters beyond ASCII, whose cases differ in length.
func differ(low, c byte) bool {
	return low < utf8.RuneSelf && c < utf8.RuneSelf && low != lower(c)
}

// find returns the phrases in s in the order of the table, each where it stands
// first.
func (t *phraseTable) find(s string) []found {
	if len(s) < 3 {
		return nil
	}
	var out []found
	h := hash3(0, s[0], s[1])
	for i := 0; i+3 <= len(s); i++ {
		h = roll(h, s[i+2])
		for n := t.first[h]; n != 0; {
			p := &t.starts[n-1]
			n = p.next
			if p.key[0] != s[i] || p.key[1] != s[i+1] || p.key[2] != s[i+2] || i+3 < len(s) && differ(p.key[3], s[i+3]) {
				continue
			}
			k := int(p.phrase)
			if strings.HasPrefix(s[i:], t.phrases[k]) && !slices.ContainsFunc(out, func(f found) bool { return f.phrase == k }) {
				out = append(out, found{k, i})
			}
		}
		if len(out) > maxFound {
			break
		}
	}
	slices.SortFunc(out, func(a, b found) int { return a.phrase - b.phrase })
	return out
}

// in returns how many of the phrases stand in s, which is in lower case; it stops
// counting at a few.
func (t *phraseTable) in(s string) int { return len(t.find(s)) }

// maxFound is after how many phrases no more are looked for in a text.
const maxFound = 20

// bareName reports whether a single lower-case word can be an outlet that
// writes itself so.
func bareName(s string) bool {
	n := utf8.RuneCountInString(s)
	if n < 4 || n > 24 || strings.ContainsAny(s, " ,") || months[s] > 0 || weekdays[s] {
		return false
	}
	switch s {
	case "here", "this", "that", "english", "print", "line", "both", "another", "other", "their", "your", "paper", "late", "early", "spring", "summer", "autumn", "winter":
		return false
	}
	r, _ := utf8.DecodeRuneInString(s)
	return unicode.IsLetter(r)
}

// aboutText reports whether a phrase such as "originally published" speaks of
// this text: it starts the sentence, or its subject is the article.
func aboutText(low string, i int, c creditPhrase) bool {
	if c.plain {
		return true
	}
	head := strings.TrimLeft(low[:i], " *(–—-[_•\"“")
	if head == "" {
		return true
	}
	for _, w := range subjects {
		if j := strings.Index(head, w); j >= 0 && j < 40 && len(head)-j < 140 {
			return true
		}
	}
	return false
}

// named makes an origin of a name that may be an address or an agency.
func named(kind, name, quote string) Origin {
	o := Origin{Kind: kind, Name: name, Quote: clip(quote, 300)}
	if a := agencyIn(name); a != "" {
		o.Name = a
	}
	if host := hostIn(name); host != "" {
		o.URL = host
		if rest := page.Squash(strings.ReplaceAll(name, host, " ")); len(rest) > 3 && hostIn(rest) == "" && !strings.HasPrefix(rest, "-") {
			o.Name = rest // "Ellery Post https://…"
			name = rest
		}
		if !strings.Contains(host, "://") {
			o.URL = "https://" + host
		}
		if u, err := url.Parse(o.URL); err == nil && hostIn(name) != "" && !strings.ContainsAny(name, " ") {
			o.Name = strings.TrimPrefix(strings.ToLower(u.Host), "www.")
		}
	}
	return o
}

func clip(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:n-1]) + "…"
}

// hostIn returns the first word that is an address.
func hostIn(s string) string {
	for _, f := range strings.Fields(s) {
		f = strings.Trim(f, ".,;:()[]<>\"'“”‘’«»")
		if strings.HasPrefix(f, "http://") || strings.HasPrefix(f, "https://") {
			return f
		}
		host, _, _ := strings.Cut(f, "/")
		dot := strings.LastIndexByte(host, '.')
		if dot <= 0 || len(host)-dot < 3 || len(host)-dot > 9 || strings.Contains(host, "..") || strings.Contains(host, "@") {
			continue
		}
		ok := true
		for _, r := range host {
			ok = ok && (unicode.IsLetter(r) || unicode.IsDigit(r) || r == '.' || r == '-')
		}
		for _, r := range host[dot+1:] {
			ok = ok && unicode.IsLetter(r)
		}
		if ok && (strings.HasPrefix(host, "www.") || topLevel[strings.ToLower(host[dot+1:])]) {
			return f
		}
	}
	return ""
}

// topLevel are the domains that make a word with a dot an address.
var topLevel = fields("com org net info news eu de fr es it pt br ru ua by kz tr cn jp kr tw hk in ir sa ae eg qa jo lb uk us ca au nz ch at nl be se no dk fi pl cz sk hu ro gr il mx ar cl co pe za ng ke tv io press media me az ge am")

func fields(words string) map[string]bool {
	m := make(map[string]bool)
	for _, w := range strings.Fields(words) {
		m[w] = true
	}
	return m
}

// nameAfter returns the outlet that follows a phrase.
func nameAfter(s string) string {
	s = strings.TrimLeft(s, " :：-–—\u00a0\"“„«'‘(")
	for changed := true; changed; {
		changed = false
		low := strings.ToLower(s)
		for _, p := range prepositions {
			if strings.HasPrefix(low, p) && len(low) == len(s) {
				s = strings.TrimLeft(s[len(p):], " :\"“„«'‘(")
				changed = true
				break
			}
		}
	}
	return trimName(strings.TrimPrefix(s, "the ")) // "in the Ellery Post", but "The Post"
}

// trimName ends a name at the end of its clause.
func trimName(s string) string {
	end := len(s)
	for _, cut := range nameEnds {
		if i := strings.Index(s, cut); i > 0 && i < end {
			end = i
		}
	}
	s = s[:end]
	for i, r := range s { // a stop ends the name unless it is part of an address
		if (r == '.' || r == '!' || r == '?') && (i+1 == len(s) || s[i+1] == ' ') && i > 3 {
			s = s[:i]
			break
		}
	}
	return strings.Trim(s, " .,;:：*\"“”„«»'’‘()[]–—-_|©\u00a0")
}

// nameBefore returns the outlet in front of a phrase, for languages that put
// the verb last.
func nameBefore(s string) string {
	s = strings.TrimRight(s, " \"”»'’」』》、,にでは")
	for _, open := range [...]string{"記事は", "本文は", "コラムは", "「", "『", "《", "“", "«", "は、", "是", "、", "，", "bu haber ", "bu makale ", "bu yazı ", "ilk olarak "} {
		if i := strings.LastIndex(strings.ToLower(s), open); i >= 0 && i+len(open) <= len(s) {
			s = s[i+len(open):]
		}
	}
	for _, tail := range [...]string{"'de", "'da", "'te", "'ta", "’de", "’da", "’te", "’ta", "'nde", "'nda", "’nde", "’nda", "'nde ilk olarak", " sitesinde", " gazetesinde", " dergisinde"} {
		s = strings.TrimSuffix(s, tail)
	}
	return strings.Trim(s, " .,:\"“”«»'’「」『』《》()")
}

// plausibleName reports whether words can name an outlet: few, and with a
// capital, an address, or of a script without capitals.
func plausibleName(s string) bool {
	n := utf8.RuneCountInString(s)
	if words := len(strings.Fields(s)); n < 2 || n > 300 || words == 0 || words > 10 {
		return false
	}
	if n > 90 {
		return hostIn(s) != ""
	}
	if hostIn(s) != "" || agencyIn(s) != "" {
		return true
	}
	r, _ := utf8.DecodeRuneInString(s)
	if unicode.IsDigit(r) || months[strings.ToLower(strings.Fields(s)[0])] > 0 || weekday(s) {
		return false
	}
	return unicode.IsUpper(r) || unicode.IsLetter(r) && !unicode.IsLower(r)
}

func weekday(s string) bool {
	w := strings.ToLower(strings.Fields(s)[0])
	return strings.HasSuffix(w, "day") && len(w) < 10 && !strings.HasPrefix(w, "to")
}

// copyright reads "© The Associated Press", "(c) 2019 Reuters", "Copyright
// 2020 The Associated Press. All rights reserved." of agencies, and of any outlet
// where the rights are spoken of: a reader has to know that such a line may be
// the site's own. "© Reuters / Jane Doe" stands under pictures.
func copyright(s, low string) (Origin, bool) {
	i := -1
	for _, mark := range [...]string{"©", "(c)", "copyright"} {
		if j := strings.Index(low, mark); j >= 0 && j < 12 {
			i = j + len(mark)
			break
		}
	}
	if i < 0 || i > len(s) {
		return Origin{}, false
	}
	rest := strings.TrimLeft(s[i:], " ©(cC)0123456789,-–by")
	words := strings.Fields(rest)
	for n := min(len(words), 4); n > 0; n-- {
		a := agencyIn(strings.Join(words[:n], " "))
		if a == "" {
			continue
		}
		const between = "/|-–,"
		if n < len(words) && (strings.Trim(words[n-1], between) == "" || strings.Trim(words[n], between) == "" || strings.HasSuffix(words[n-1], ",")) {
			return Origin{}, false
		}
		return Origin{Kind: "copyright", Name: a, Quote: clip(s, 300)}, true
	}
	if len(s) > 160 {
		return Origin{}, false
	}
	for _, rights := range reserved {
		if j := strings.Index(strings.ToLower(rest), rights); j > 0 && j < len(rest) {
			name := strings.Trim(trimName(rest[:j]), " .,;-–|")
			if plausibleName(name) && len(strings.Fields(name)) <= 6 && !pictured(name) {
				return named("copyright", name, s), true
			}
		}
	}
	return Origin{}, false
}

// reserved says that rights are, in lower case.
var reserved = [...]string{
	"all rights reserved", "all right reserved", "alle rechte vorbehalten", "tous droits réservés", "todos los derechos reservados", "reservados todos los derechos", "tutti i diritti riservati", "diritti riservati",
	"todos os direitos reservados", "все права защищены", "tüm hakları saklıdır", "جميع الحقوق محفوظة", "版权所有", "保留所有权利", "版權所有", "無断転載", "all rechten voorbehouden", "wszelkie prawa zastrzeżone",
}

// invitation reports whether a paragraph only asks the reader to do something.
func invitation(p string) bool {
	if utf8.RuneCountInString(p) > 80 {
		return false
	}
	f := fold(p)
	if invitations[f] {
		return true
	}
	for _, pre := range invitationStarts {
		if strings.HasPrefix(f, pre) && len(strings.Fields(f)) <= 12 {
			return true
		}
	}
	return false
}

// origins collects what the page states about where its text comes from.
func (r *reader) origins() {
	d := r.doc
	own := registrable(r.url.Host)
	var out []Origin
	add := func(kind, ref string) {
		s := resolve(r.base, ref)
		u, err := url.Parse(s)
		if s == "" || err != nil || own == "" || u.Host == "" || registrable(u.Host) == own {
			return
		}
		out = append(out, Origin{Kind: kind, Name: strings.TrimPrefix(u.Host, "www."), URL: s, Quote: s})
	}
	d.Body, out = Credits(d.Text)
	out = append(out, r.creditsAround()...)
	r.follow(out)
	if a := agencyByline(d.Byline); a != "" {
		out = append(out, Origin{Kind: "byline", Name: a, Quote: d.Byline})
	}
	add("canonical", r.head.link("canonical"))
	for _, key := range [...]string{"syndication-source", "original-source"} {
		for _, v := range r.head.meta[key] {
			add("metadata", v)
		}
	}
	for _, v := range r.ld.basedOn {
		add("metadata", v)
	}
	for _, name := range []string{r.ld.source, r.ld.copyright} {
		if a := agencyIn(name); a != "" && fold(name) != fold(d.Site) {
			out = append(out, Origin{Kind: "metadata", Name: a, Quote: name})
		}
	}
	if a := wirePath(r.url.Path); a != "" {
		out = append(out, Origin{Kind: "path", Name: a, Quote: r.url.Path})
	}
	d.Origins = distinct(out, r.doc.Site, own)
}

// follow gives credits that name no address that of the link in their words.
func (r *reader) follow(list []Origin) {
	p := r.page
	for k := range list {
		o := &list[k]
		if o.Kind != "credit" || o.URL != "" && strings.Count(o.URL, "/") > 2 {
			continue
		}
		quote := strings.TrimSuffix(o.Quote, "…")
		for i := len(p.Blocks) - 1; i >= 0; i-- {
			b := &p.Blocks[i]
			if b.Links == 0 || !strings.Contains(b.Text, quote) {
				continue
			}
			if s := r.linkIn(b, o.Name); s != "" {
				o.URL = s
				break
			}
		}
	}
}

// linkIn returns the address of the link in a block whose words have to do with
// a name, or of the only one.
func (r *reader) linkIn(b *page.Block, name string) string {
	var links []*html.Node
	for i := b.First; i < b.Last; i++ {
		if a := closest(r.page.Leaves[i].Node, atom.A); a != nil && !slices.Contains(links, a) {
			links = append(links, a)
		}
	}
	name = fold(name)
	for _, a := range links {
		words := fold(textOf(a))
		if s := resolve(r.base, page.Attr(a, "href")); strings.HasPrefix(s, "http") && words != "" && (len(links) == 1 || contains(name, words) || contains(words, name)) {
			return s
		}
	}
	return ""
}

// creditsAround looks for credits in the short blocks around the article that
// are no part of its text.
func (r *reader) creditsAround() []Origin {
	p := r.page
	first, last := bounds(r.keep)
	if first < 0 {
		return nil
	}
	from, _ := r.headBlocks()
	var out []Origin
	for i := from; i < len(p.Blocks) && i < last+10; i++ {
		b := &p.Blocks[i]
		if r.keep[i] || b.Chars > 300 || b.Chars < 8 || r.beside(b.Elem) || i > first && i < last && b.Chars < 40 {
			continue
		}
		for line := range strings.SplitSeq(b.Text, "\n") {
			o, ok := credit(page.Squash(line), true)
			if ok && (o.Kind != "copyright" || agencyIn(o.Name) != "") && (!labelled(o.Quote) || i > last && i < last+5) {
				out = append(out, o)
			}
		}
	}
	if len(out) > 2 {
		return nil // a list of sources, or of other articles
	}
	return out
}

// distinct drops repeated origins and those that name the page's own outlet.
func distinct(in []Origin, site, host string) []Origin {
	var out []Origin
	seen := make(map[Origin]bool)
	for _, o := range in {
		key := Origin{Kind: o.Kind, Name: o.Name, URL: o.URL}
		own := fold(o.Name) == fold(site) && site != ""
		if u, err := url.Parse(o.URL); err == nil && u.Host != "" && registrable(u.Host) == host {
			own = true
		}
		if name, _, _ := strings.Cut(host, "."); name != "" && strings.ReplaceAll(fold(o.Name), " ", "") == name {
			own = true
		}
		if !seen[key] && !own {
			seen[key] = true
			out = append(out, o)
		}
	}
	return out
}

// agencyByline returns the agency that a byline names, alone or after a person
// ("Jane Doe, Associated Press").
func agencyByline(s string) string {
	if a := agencyIn(s); a != "" {
		return a
	}
	for part := range strings.SplitSeq(s, ",") {
		if a := agency(part); a != "" {
			return a
		}
	}
	return ""
}

// wirePath returns the agency that a path names as a folder: /ap/, /reuters/.
func wirePath(path string) string {
	for part := range strings.SplitSeq(strings.ToLower(path), "/") {
		switch part {
		case "ap", "ap-news", "apnews", "associated-press":
			return "Associated Press"
		case "reuters":
			return "Reuters"
		case "afp":
			return "Agence France-Presse"
		case "dpa":
			return "dpa"
		case "efe":
			return "EFE"
		case "upi":
			return "UPI"
		}
	}
	return ""
}
