package extract

import (
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

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
	table := credits()
	var buf [8]uint16
	return slices.ContainsFunc(table.index.starting(buf[:0], strings.ToLower(quote)), func(k uint16) bool { return table.phrases[k].label || table.phrases[k].strict })
}

// creditsIn takes the credits out of a paragraph. Long paragraphs are looked
// at only at the edges of a text, sentence by sentence.
func creditsIn(p string, edge bool) (rest string, origins []Origin) {
	short := utf8.RuneCountInString(p) <= 240
	if !short && !edge {
		return p, nil
	}
	if !credits().index.mayHold(p) {
		return p, nil
	}
	if short {
		if o, ok := credit(p, true); ok {
			return "", []Origin{o}
		}
	}
	var keep []string
	cut := false
	for _, s := range sentences(p) {
		if utf8.RuneCountInString(s) <= 300 {
			if o, ok := credit(s, edge && lineOf(p, s)); ok {
				origins = append(origins, o)
				cut = true
				continue
			}
		}
		keep = append(keep, s)
	}
	if !cut {
		return p, nil
	}
	return strings.TrimSpace(strings.Join(keep, " ")), origins
}

// lineOf reports whether s is the last line of a paragraph of several.
func lineOf(p, s string) bool {
	i := strings.LastIndexByte(p, '\n')
	return i >= 0 && strings.TrimSpace(p[i+1:]) == s
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
	quote := s
	s = unvowelled(s)
	low := lowerSame(s)
	if o, ok := copyright(s, low); ok {
		return o, true
	}
	low = bareAlifs(low)
	table := credits()
	for _, m := range table.index.find(low) {
		c, i := &table.phrases[m.phrase], m.at
		head := strings.Trim(s[:i], lineMarks)
		if c.label && (!line || head != "") {
			continue
		}
		if withinWord(low, i) || !c.label && !c.strict && !aboutText(low, i, c) && !c.weak {
			continue
		}
		name := ""
		if c.before {
			name = nameBefore(s[:i])
		} else {
			name = nameAfter(s[i+len(c.phrase):])
		}
		if c.strict && !c.holds(s, low, i, name, line) {
			continue
		}
		if c.label && i > 0 && strings.HasSuffix(c.phrase, ":") && s[0] == '(' && agencyIn(name) == "" && !outletNamed(name) {
			continue // "(Source: …)" stands under pictures
		}
		if c.accepts(name) {
			return named("credit", name, quote), true
		}
	}
	return Origin{}, false
}

// holds reports whether a strict phrase at s[i:] is part of a credit: of a sentence
// about this text, or of a line that says nothing else.
func (c *creditPhrase) holds(s, low string, i int, name string, line bool) bool {
	switch {
	case pictured(s[:i]): // "(image taken from …)"
		return false
	case aboutThis(low, i):
		return true
	case !line || !allNames(name):
		return false
	case !c.before && strings.Trim(s[:i], lineMarks) != "":
		return false
	}
	rest := s[i+len(c.phrase):]
	if !c.before {
		rest = rest[max(0, strings.Index(rest, name)):]
		rest = strings.TrimPrefix(rest, name)
	}
	rest = strings.Trim(rest, " .。)）»”\"")
	if caseless(firstRune(rest)) {
		return false
	}
	return len(strings.Fields(rest)) <= 1 || credits().index.mayHold(rest) // "… izniyle yayınlanmaktadır", "…, con permiso de …"
}

// lowerSame returns a text in lower case, but for letters whose lower case is of
// another length; a text that is no UTF-8, as it is.
func lowerSame(s string) string {
	if ascii(s) {
		return strings.ToLower(s)
	}
	if !utf8.ValidString(s) {
		return s
	}
	return strings.Map(func(r rune) rune {
		if l := unicode.ToLower(r); utf8.RuneLen(l) == utf8.RuneLen(r) {
			return l
		}
		return r
	}, s)
}

// withinWord reports whether a word has begun before s[i:], in scripts that put
// spaces between words. The Arabic "and" is written with the word behind it.
func withinWord(s string, i int) bool {
	before, _ := utf8.DecodeLastRuneInString(s[:i])
	return i > 0 && before != 'و' && unicode.In(before, unicode.Latin, unicode.Cyrillic, unicode.Arabic) && unicode.IsLetter(firstRune(s[i:]))
}

// accepts reports whether words that stand where a phrase has the name of an
// outlet can be one.
func (c *creditPhrase) accepts(name string) bool {
	switch {
	case c.weak:
		return len(strings.Fields(name)) <= 12 && (agencyIn(name) != "" || c.label && hostIn(name) != "" || outletNamed(name))
	case c.label, c.strict:
		return len(strings.Fields(name)) <= 7 && plausibleName(name) && !pictured(name)
	}
	return plausibleName(name) || bareName(name)
}

// unvowelled returns a text without the vowel signs of Arabic, which few write
// and nobody expects.
func unvowelled(s string) string {
	if strings.IndexByte(s, 0xd9) < 0 { // which all of them start with
		return s
	}
	return strings.Map(func(r rune) rune {
		if r >= 0x64b && r <= 0x652 {
			return -1
		}
		return r
	}, s)
}

// bareAlifs writes the alifs of a text without hamza and madda, which are often
// left out. Its length stays the same.
func bareAlifs(s string) string {
	if strings.IndexByte(s, 0xd8) < 0 {
		return s
	}
	return alifs.Replace(s)
}

var alifs = strings.NewReplacer("أ", "ا", "إ", "ا", "آ", "ا")

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

// bareName reports whether a single lower-case word can be an outlet that
// writes itself so.
func bareName(s string) bool {
	n := utf8.RuneCountInString(s)
	if n < 4 || n > 24 || strings.ContainsAny(s, " ,") || months[strings.ToLower(s)] > 0 || weekdays[strings.ToLower(s)] {
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
func aboutText(low string, i int, c *creditPhrase) bool {
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
	first, _, _ := strings.Cut(head, " ")
	return bareSubjects[first]
}

// aboutThis reports whether what stands in front of low[i:] speaks of this very text:
// "this article was", "diese Recherche ist", or "Texto" alone.
func aboutThis(low string, i int) bool {
	head := strings.TrimLeft(low[:i], " *(（–—-[_•\"“※")
	if first, rest, _ := strings.Cut(head, " "); bareSubjects[first] && len(rest) < 30 {
		return true
	}
	if utf8.RuneCountInString(head) > 70 {
		return false
	}
	for _, w := range demonstratives {
		if noun, ok := strings.CutPrefix(head, w); ok {
			return slices.ContainsFunc(subjectNouns[:], func(n string) bool { return strings.HasPrefix(noun, n) })
		}
	}
	return false
}

// allNames reports whether each word can be part of a name: it has a capital, or
// joins others, or is of a script without capitals.
func allNames(s string) bool {
	words := strings.Fields(s)
	for _, w := range words {
		w = strings.TrimLeft(w, "\"'(«„“‘&+/|")
		if r := firstRune(w); w != "" && unicode.IsLower(r) && !joining[strings.ToLower(w)] && hostIn(w) == "" && !elided(w) {
			return false
		}
	}
	if len(words) > 0 && caseless(firstRune(words[0])) {
		return len(words) <= 3 && utf8.RuneCountInString(s) <= 24
	}
	return len(words) > 0 && len(words) <= 7
}

// elided reports whether a word is a name behind a short article: "l'Echo".
func elided(w string) bool {
	i := strings.IndexAny(w, "'’")
	if i < 0 || i > 5 {
		return false
	}
	return unicode.IsUpper(firstRune(strings.TrimLeft(w[i:], "'’")))
}

// outletNamed reports whether words are a name that says that it is an outlet's:
// "Coast News", "Küstenzeitung", "海岸新聞".
func outletNamed(s string) bool {
	if !allNames(s) || pictured(s) {
		return false
	}
	for _, w := range strings.Fields(fold(s)) {
		if outletWords[w] {
			return true
		}
		for _, end := range outletEndings {
			if len(w) > len(end) && strings.HasSuffix(w, end) {
				return true
			}
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
	s = strings.TrimLeft(s, " :：-–—\u00a0\"“„«'‘(《「『〈")
	for changed := true; changed; {
		changed = false
		low := strings.ToLower(s)
		for _, p := range prepositions {
			if strings.HasPrefix(low, p) && len(low) == len(s) && !unicode.IsUpper(firstRune(s)) {
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
	return strings.Trim(s, " .,;:：*\"“”„«»'’‘()[]–—-_|©\u00a0（）【】《》〈〉「」『』。")
}

// nameBefore returns the outlet in front of a phrase, for languages that put
// the verb last.
func nameBefore(s string) string {
	s = strings.TrimRight(s, " \"”»'’」』》、,にでは")
	for _, open := range [...]string{"記事は", "本文は", "本文经", "本文經", "本文由", "文章由", "稿件由", "コラムは", "「", "『", "《", "“", "«", "は、", "是", "、", "，", "bu haber ", "bu makale ", "bu yazı ", "ilk olarak ", "ilk kez ", "ilk defa "} {
		if i := strings.LastIndex(strings.ToLower(s), open); i >= 0 && i+len(open) <= len(s) {
			s = s[i+len(open):]
		}
	}
	for _, tail := range [...]string{"'de", "'da", "'te", "'ta", "’de", "’da", "’te", "’ta", "'nde", "'nda", "’nde", "’nda", "'nde ilk olarak", " sitesinden", " gazetesinden", " dergisinden", " sitesinde", " gazetesinde", " dergisinde", "'ın haberinden", "'in haberinden", "'ın", "'in", "'un", "'ün", "'nın", "'nin", "'nun", "'nün", "'nden", "'ndan", "'den", "'dan", "'ten", "'tan", "’nden", "’ndan", "’den", "’dan", "’ten", "’tan"} {
		s = strings.TrimSuffix(s, tail)
	}
	return strings.Trim(s, " .,:\"“”«»'’「」『』《》()（）")
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
	for _, mark := range [...]string{"©", "(c)", "（c）", "copyright"} {
		if j := strings.Index(low, mark); j >= 0 && j < 12 {
			i = j + len(mark)
			break
		}
	}
	if i < 0 || i > len(s) || pictured(s[:i]) { // "Image copyright …"
		return Origin{}, false
	}
	rest := strings.TrimLeft(s[i:], " ©(cC)0123456789,-–by")
	for _, rights := range reserved { // "© Riproduzione riservata ANSA"
		if strings.HasPrefix(strings.ToLower(rest), rights) && len(rest) > len(rights) {
			rest = strings.TrimLeft(rest[len(rights):], " .,-–")
		}
	}
	words := strings.Fields(rest)
	for n := min(len(words), 4); n > 0; n-- {
		a := agencyIn(strings.Join(words[:n], " "))
		if a == "" {
			continue
		}
		const between = "/|-–,"
		if n < len(words) && !strings.HasPrefix(words[n], strings.ToLower(a)+":") && (strings.Trim(words[n-1], between) == "" || strings.Trim(words[n], between) == "" || strings.HasSuffix(words[n-1], ",")) {
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
	"all rights reserved", "all right reserved", "alle rechte vorbehalten", "tous droits réservés", "todos los derechos reservados", "reservados todos los derechos", "tutti i diritti riservati", "diritti riservati", "riproduzione riservata",
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
