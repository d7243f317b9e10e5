package extract

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// dateline reads the start of a text: "WASHINGTON (Reuters) – ", "(AP) — ",
// "BERLIN, 3. Mai (dpa/AFP) - ", "الرياض (واس) -", "新华社北京1月2日电".
func dateline(p string) (rest string, o Origin, ok bool) {
	bare := opening(p)
	if rest, o, ok := datelineOf(bare); ok {
		return rest, o, true
	}
	if bare != strings.TrimSpace(p) {
		if rest, o, ok := datelineOf(p); ok {
			return rest, o, true
		}
	}
	title, text, more := strings.Cut(p, "\n") // a headline in the same paragraph
	if more && len(title) < 200 && !strings.HasSuffix(strings.TrimSpace(title), ".") {
		if rest, o, ok := datelineOf(strings.TrimSpace(text)); ok {
			return title + "\n" + rest, o, true
		}
	}
	return p, Origin{}, false
}

// opening skips what stands in front of the first words of some texts: the
// buttons of a slider, and an agency's notes to editors ("(Adds details)" and who
// wrote them) in lines of their own.
func opening(p string) string {
	for {
		word, rest, _ := strings.Cut(strings.TrimSpace(p), " ")
		if !buttons[strings.ToLower(word)] {
			break
		}
		p = rest
	}
	p = strings.TrimSpace(p)
	for range 4 {
		line, rest, more := strings.Cut(p, "\n")
		line = strings.TrimSpace(line)
		note := strings.HasPrefix(line, "(") && strings.HasSuffix(line, ")") || strings.HasPrefix(line, "By ")
		if !more || !note || len(line) > 200 {
			break
		}
		p = strings.TrimSpace(rest)
	}
	return p
}

// buttons are the words of a slider around a text.
var buttons = set("next", "previous", "prev", "السابق", "التالي")

func datelineOf(p string) (rest string, o Origin, ok bool) {
	for _, read := range [...]func(string) (string, Origin, bool){chineseDateline, bracketed, parenthesized, signedLine, segmented} {
		if rest, o, ok := read(p); ok {
			return rest, o, true
		}
	}
	return p, Origin{}, false
}

// parenthesized reads an agency in parentheses, behind a place and before a dash.
func parenthesized(p string) (rest string, o Origin, ok bool) {
	open := strings.IndexAny(p[:min(len(p), 120)], "([")
	if open < 0 {
		return p, Origin{}, false
	}
	closing := strings.IndexAny(p[open:min(len(p), open+60)], ")]")
	if closing < 0 {
		return p, Origin{}, false
	}
	place, words := p[:open], p[open+1:open+closing]
	tail := strings.TrimLeft(p[open+closing+1:], " \u00a0.,")
	dash := leadingDash(tail)
	name := agencyIn(words)
	if name == "" && dash > 0 && tail[:dash] != ":" {
		name = unknownAgency(place, words)
	}
	if name == "" || !placeLike(place) || dash == 0 && open > 0 && !townBefore(place, tail) {
		return p, Origin{}, false
	}
	return strings.TrimLeft(tail[dash:], " \u00a0"), Origin{Kind: "dateline", Name: name, Quote: strings.TrimSpace(p[:open+closing+1])}, true
}

// townBefore reports whether the words before parentheses are a town where no dash
// tells: one to three words with capitals, and a sentence that begins behind.
func townBefore(place, tail string) bool {
	words := strings.Fields(strings.Trim(place, " :,-–—"))
	for _, w := range words {
		if !unicode.IsUpper(firstRune(w)) {
			return false
		}
	}
	return len(words) > 0 && len(words) <= 3 && unicode.IsUpper(firstRune(strings.TrimLeft(tail, "\"“„«")))
}

// bracketed reads the agency that ends a bracket at the very beginning:
// "【ワシントン共同】", "[東京 3日 ロイター] -".
func bracketed(p string) (rest string, o Origin, ok bool) {
	head := p[:min(len(p), 90)]
	if !strings.ContainsRune("【［[〔（", firstRune(head)) {
		return p, Origin{}, false
	}
	end := strings.IndexAny(head, "】］]〕）")
	if end < 0 {
		return p, Origin{}, false
	}
	_, first := utf8.DecodeRuneInString(head)
	_, last := utf8.DecodeRuneInString(head[end:])
	inner := head[first:end]
	name := agencyIn(inner)
	if fields := strings.Fields(inner); name == "" && len(fields) > 1 {
		name = agency(fields[len(fields)-1])
	}
	for i, r := range inner { // "ワシントン共同", which nothing separates
		if i > 0 && name == "" && !unicode.IsDigit(r) && r >= 0x80 || i > 0 && unicode.IsUpper(r) && name == "" {
			name = agencies[fold(inner[i:])]
		}
	}
	if name == "" {
		return p, Origin{}, false
	}
	rest = strings.TrimLeft(p[end+last:], " \u00a0\u3000")
	return strings.TrimLeft(rest[leadingDash(rest):], " \u00a0\u3000"), Origin{Kind: "dateline", Name: name, Quote: head[:end+last]}, true
}

// segmented reads an agency that stands between stops or dashes: "dpa - ",
// "واس- ", "МОСКВА, 3 мая - РИА Новости. ", "MOSCOW, May 3. /TASS/. ".
func segmented(p string) (rest string, o Origin, ok bool) {
	start := 0
	for range 4 {
		i, sep := separator(p[:min(len(p), 100)], start)
		if i < 0 || !placeLike(p[:start]) || len(strings.Fields(p[start:i])) > 6 {
			break
		}
		name := segmentAgency(p[start:i], sep)
		if name != "" && !(sep == ": " && strings.Contains(p[i:], "?")) {
			return strings.TrimSpace(p[i+len(sep):]), Origin{Kind: "dateline", Name: name, Quote: strings.TrimSpace(p[:i])}, true
		}
		start = i + len(sep)
	}
	return p, Origin{}, false
}

// separator finds the first mark between the parts of a dateline.
func separator(s string, from int) (at int, sep string) {
	for i := from + 1; i+1 < len(s); i++ {
		next := s[i+1]
		switch s[i] {
		case ' ': // most are between words
			if next != '-' && next != '|' && next != 0xe2 {
				continue
			}
		case '-', ':', '.':
			if next != ' ' {
				continue
			}
		case 0xe2, 0xd8: // what the other marks start with
		default:
			continue
		}
		for _, m := range [...]string{" - ", " – ", " — ", " -- ", " | ", "- ", "– ", "— ", ": ", ". ", "، "} {
			if strings.HasPrefix(s[i:], m) {
				return i, m
			}
		}
	}
	return -1, ""
}

// segmentAgency returns the agency that a part of a dateline names: all of it,
// what follows its last comma, or a word at its edge where that is the custom
// ("dpa Berlin.", "BERLIN dpa |").
func segmentAgency(s, sep string) string {
	if a := agencyIn(s); a != "" {
		return a
	}
	s = strings.TrimRight(s, " /")
	if j := strings.LastIndexAny(s, ",/،"); j >= 0 && placeLike(s[:j]) {
		if a := agencyIn(s[j+1:]); a != "" && a != "PA Media" { // "ERIE, PA"
			return a
		}
	}
	first, rest, _ := strings.Cut(strings.TrimSpace(s), " ")
	if smallAgencies[first] && len(strings.Fields(rest)) <= 3 && placeLike(rest) {
		return agency(first)
	}
	if sep == " | " {
		return agency(s[strings.LastIndexByte(s, ' ')+1:])
	}
	return ""
}

// signedLine reads the beginning of a text up to a line break or a colon that says
// who writes and for whom, or from where: "الرياض – واس", "عين اليوم – واس",
// "أنقرة- رويترز:", "رويترز –لويزيانا:".
func signedLine(p string) (rest string, o Origin, ok bool) {
	i := strings.IndexAny(p[:min(len(p), 120)], "\n:")
	if i < 0 && len(p) < 60 {
		i = len(p)
	}
	if i < 0 {
		return p, Origin{}, false
	}
	line := strings.TrimSpace(p[:i])
	name := ""
	if i == len(p) || p[i] == '\n' {
		name = lineAgency(line)
	}
	if name == "" && i < min(len(p), 80) {
		name = dashedAgency(line)
	}
	if name == "" {
		return p, Origin{}, false
	}
	return strings.TrimSpace(p[min(i+1, len(p)):]), Origin{Kind: "dateline", Name: name, Quote: line}, true
}

// dashedAgency returns the agency on one side of a dash.
func dashedAgency(line string) string {
	for j, r := range line {
		if r != '-' && r != '–' && r != '—' && r != '/' {
			continue
		}
		left, right := line[:j], line[j+utf8.RuneLen(r):]
		if !separate(left, right) || r == '/' && !caseless(firstRune(strings.TrimSpace(right))) {
			continue // "Reuters-Ipsos poll:", "Jane Doe / Reuters"
		}
		name := agencyIn(right)
		if !placeLike(left) || name == "" {
			name = agencyIn(left)
		}
		if name != "" && placeLike(left) && placeLike(right) {
			return name
		}
	}
	return ""
}

// lineAgency returns the agency that a line of its own names behind a byword, or
// at the end of a place and a day: "By Reuters", "الرياض 15 شوال 1436 هـ واس".
func lineAgency(line string) string {
	low := strings.ToLower(line)
	for _, w := range openers {
		if strings.HasPrefix(low, w) && len(low) == len(line) {
			if a := agencyIn(line[len(w):]); a != "" {
				return a
			}
			if rest := line[len(w):]; unicode.IsUpper(firstRune(rest)) && len(strings.Fields(rest)) <= 6 {
				if a := agencyByline(rest); a != "" { // "Von Jane Doe (KNA)"
					return a
				}
			}
		}
	}
	last := strings.LastIndexByte(line, ' ')
	if last > 0 && strings.ContainsFunc(line[:last], unicode.IsDigit) && len(strings.Fields(line)) <= 14 && !unicode.IsLower(firstRune(line)) {
		return agency(line[last+1:])
	}
	return ""
}

// separate reports whether a dash between two words separates them rather than
// making one of them. Scripts without capitals do not join words so.
func separate(left, right string) bool {
	return strings.HasSuffix(left, " ") || strings.HasPrefix(right, " ") || caseless(firstRune(right))
}

// caseless reports whether a letter belongs to a script without capitals.
func caseless(r rune) bool { return unicode.IsLetter(r) && !unicode.IsUpper(r) && !unicode.IsLower(r) }

// unknownAgency returns what stands in the parentheses of a dateline when it can
// be an agency: in front of everything, behind a place in capitals, or by its
// name. "Jane Doe (ABC) – " names a party.
func unknownAgency(place, name string) string {
	name = strings.TrimSpace(name)
	place = strings.TrimSpace(place)
	if n := utf8.RuneCountInString(name); n < 3 || n > 28 || len(strings.Fields(name)) > 3 || strings.ContainsAny(name, ":;!?0123456789\"“”") {
		return ""
	}
	if r, _ := utf8.DecodeRuneInString(name); !unicode.IsUpper(r) {
		return ""
	}
	low := strings.ToLower(name)
	telling := false
	for _, w := range [...]string{"wire", "news", "press", "agency", "agentur", "agence", "agencia", "agenzia", "media"} {
		telling = telling || strings.Contains(low, w)
	}
	town, _, _ := strings.Cut(place, ",")
	capitals := town != "" && town == strings.ToUpper(town) && town != strings.ToLower(town) && placeLike(town) && len(strings.Fields(town)) <= 4
	if telling && placeLike(place) || capitals {
		return name
	}
	return ""
}

// chineseDateline reads "新华社北京1月2日电", "（法新社巴黎3日电）", "据新华社电".
func chineseDateline(p string) (rest string, o Origin, ok bool) {
	start := p[:min(len(p), 120)]
	end := strings.Index(start, "电")
	if end < 0 {
		end = strings.Index(start, "電")
	}
	if end < 0 {
		return p, Origin{}, false
	}
	head := []rune(strings.TrimLeft(p[:end], "（("))
	reported := len(head) > 0 && (head[0] == '据' || head[0] == '據')
	if reported {
		head = head[1:]
	}
	if len(head) < 3 || len(head) > 30 || !reported && !slices.Contains(head, '日') {
		return p, Origin{}, false
	}
	end += len("电")
	for n := min(6, len(head)); n >= 2; n-- {
		if a := agencies[string(head[:n])]; a != "" {
			return strings.TrimLeft(p[end:], " （(记者)）"), Origin{Kind: "dateline", Name: a, Quote: p[:end]}, true
		}
	}
	return p, Origin{}, false
}

// leadingDash returns the length of the dash or colon that ends a dateline.
func leadingDash(s string) int {
	for _, d := range [...]string{"——", "--", "–", "—", "-", ":", "−", "―"} {
		if strings.HasPrefix(s, d) {
			return len(d)
		}
	}
	return 0
}

// placeLike reports whether the words before an agency can be a place and a
// day: few words and no sentence.
func placeLike(s string) bool {
	s = strings.TrimSpace(s)
	if s == "" {
		return true
	}
	if len(strings.Fields(s)) > 10 || strings.ContainsAny(s, "!?;\"“”") {
		return false
	}
	r, _ := utf8.DecodeRuneInString(s)
	return !unicode.IsLower(r)
}

// withs stand between an author and the agency whose material was used.
var withs = [...]string{" avec ", " with ", " mit ", " con ", " com "}

// signature reads the agency at the very end of a text: "(dpa)", "— Reuters",
// "«رويترز»", "AFP", "Le Phare avec AFP", "epd lob mih", "(c)AFP/Jane Doe", or how
// Reuters signs off.
func signature(p string) (rest string, o Origin, ok bool) {
	s := strings.TrimRight(p, " .\n")
	for _, read := range [...]func(string) (int, string){signOff, initials, ownCopyright} {
		if at, name := read(s); name != "" {
			return strings.TrimSpace(s[:at]), Origin{Kind: "credit", Name: name, Quote: clip(s[at:], 300)}, true
		}
	}
	if len(s) < 60 {
		name := agencyIn(strings.TrimLeft(s, "—–- "))
		for _, with := range withs {
			if i := strings.LastIndex(s, with); name == "" && i > 0 && len(strings.Fields(s[:i])) <= 4 && placeLike(s) {
				name = agencyIn(strings.TrimPrefix(strings.TrimPrefix(s[i+len(with):], "l'"), "l’"))
			}
		}
		if name != "" {
			return "", Origin{Kind: "credit", Name: name, Quote: s}, true
		}
	}
	last50 := max(0, len(s)-49) // names of agencies are no longer
	for _, marks := range [...][2]string{{"(", ")"}, {"（", "）"}, {". «", "»"}, {". \"", "\""}, {". “", "”"}} {
		if !strings.HasSuffix(s, marks[1]) {
			continue
		}
		if i := last50 + strings.LastIndex(s[last50:], marks[0]); i >= last50 && i+len(marks[0]) < len(s) {
			at := i + strings.IndexByte(marks[0], ' ') + 1 // the stop stays
			if a := agencyIn(s[i+len(marks[0]) : len(s)-len(marks[1])]); a != "" {
				return strings.TrimSpace(s[:at]), Origin{Kind: "credit", Name: a, Quote: s[at:]}, true
			}
		}
	}
	for _, dash := range [...]string{" — ", " – ", " -- ", "\n"} {
		if i := last50 + strings.LastIndex(s[last50:], dash); i > 0 && i >= last50 {
			if a := agencyIn(s[i+len(dash):]); a != "" {
				return strings.TrimSpace(s[:i]), Origin{Kind: "credit", Name: a, Quote: s[i+len(dash):]}, true
			}
		}
	}
	return p, Origin{}, false
}

// signOff reads how Reuters ends a text, who wrote it and then who edited it, and returns
// where that starts: "(Reporting by Jane Doe; Editing by John Roe)". It names the agency
// only by its form.
func signOff(s string) (at int, name string) {
	at = strings.LastIndexByte(s, '\n') + 1
	switch {
	case strings.HasSuffix(s, ")"):
		at = max(at, strings.LastIndexByte(s, '('))
	case strings.HasSuffix(s, "）"):
		at = max(at, strings.LastIndex(s, "（"))
	}
	if first := firstRune(strings.TrimLeft(s[at:], "(（")); len(s)-at > maxSignOff || !writersStart[unicode.ToLower(first)] {
		return 0, "" // as nearly all paragraphs do, which need no closer look
	}
	parts := strings.FieldsFunc(bareAlifs(lowerSame(s[at:])), func(r rune) bool { return strings.ContainsRune("()（）;；,，.،–—-\n", r) })
	begins := func(i int, words []string) bool {
		part := strings.TrimSpace(parts[i])
		return slices.ContainsFunc(words, func(w string) bool { return strings.HasPrefix(part, w) })
	}
	if len(parts) < 2 || !begins(0, writers[:]) {
		return 0, ""
	}
	for i := range parts[1:] {
		if begins(i+1, editors[:]) {
			return at, "Reuters"
		}
	}
	return 0, ""
}

// maxSignOff is how long a sign-off is at most, in bytes: several may have reported.
const maxSignOff = 600

// writers begin what a sign-off says of those who wrote, and editors of those who edited.
// Alifs are bare.
var (
	writers = [...]string{
		"reporting by", "additional reporting by", "writing by", "compiled by", "reporte de ", "reporte por ", "información de ", "reportagem de ", "reportagem por ", "por ",
		"reportage ", "rédigé par ", "bericht von ", "geschrieben von ", "اعداد ", "شارك في التغطية ", "编译 ", "編譯 ",
	}
	editors = [...]string{
		"editing by", "editado ", "edición ", "edição ", "édité par ", "edité par ", "version française ", "redigiert von ", "تحرير ", "审校 ", "審校 ",
	}
)

// writersStart are the letters that writers begin with, in lower case and, as the text
// may have them, with what alifs bear.
var writersStart = func() map[rune]bool {
	t := map[rune]bool{'أ': true, 'إ': true, 'آ': true}
	for _, w := range writers {
		t[firstRune(w)] = true
	}
	return t
}()

// maxInitials is how long an agency with three initials is at most, in bytes, with the
// stop before it.
const maxInitials = 24

// initials reads an agency and the initials of those who wrote behind the last stop:
// "epd lob mih", "dpa/lno".
func initials(s string) (at int, name string) {
	from := max(0, len(s)-maxInitials)
	stop := strings.LastIndexAny(s[from:], ".!?\"“”»)\n")
	switch {
	case stop >= 0:
		_, n := utf8.DecodeRuneInString(s[from+stop:])
		at = from + stop + n
	case from > 0:
		return 0, ""
	}
	between := func(r rune) bool { return r == ' ' || r == '/' }
	first := strings.TrimLeftFunc(s[at:], between)
	if i := strings.IndexFunc(first, between); i < 0 || !smallAgencies[first[:i]] {
		return 0, ""
	}
	words := strings.FieldsFunc(first, between)
	if len(words) < 2 || len(words) > 4 {
		return 0, ""
	}
	for _, w := range words[1:] {
		if n := len(w); n < 2 || n > 4 || strings.Trim(w, "abcdefghijklmnopqrstuvwxyz") != "" {
			return 0, ""
		}
	}
	return at, agency(words[0])
}

// ownCopyright reads the rights of an agency in what was written, with the writer's name:
// "(c)AFP/Jane Doe". Pictures have the sign itself.
func ownCopyright(s string) (at int, name string) {
	at = strings.LastIndexByte(s, '(')
	if at < 0 || !strings.HasPrefix(s[at:], "(c)") && !strings.HasPrefix(s[at:], "(C)") || at > 0 && !strings.ContainsAny(s[at-1:at], " .!?\n)") && !strings.HasSuffix(s[:at], "。") {
		return 0, ""
	}
	holder, writer, ok := strings.Cut(s[at+len("(c)"):], "/")
	if !ok || len(writer) > 60 || pictured(writer) || !placeLike(writer) {
		return 0, ""
	}
	return at, agency(holder)
}
