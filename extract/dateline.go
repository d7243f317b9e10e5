package extract

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// dateline reads the start of a text: "WASHINGTON (Reuters) – ", "(AP) — ",
// "BERLIN, 3. Mai (dpa/AFP) - ", "الرياض (واس) -", "新华社北京1月2日电".
func dateline(p string) (rest string, o Origin, ok bool) {
	if rest, o, ok := datelineOf(opening(p)); ok {
		return rest, o, true
	}
	return datelineOf(p)
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
	if name := chineseDateline(p); name != "" {
		i := strings.Index(p, "电")
		if i < 0 {
			i = strings.Index(p, "電")
		}
		i += len("电")
		return strings.TrimLeft(p[i:], " （(记者)）"), Origin{Kind: "dateline", Name: name, Quote: p[:i]}, true
	}
	open := strings.IndexAny(p[:min(len(p), 120)], "([")
	if open >= 0 {
		closing := strings.IndexAny(p[open:min(len(p), open+60)], ")]")
		if closing > 0 {
			name := agencyIn(p[open+1 : open+closing])
			tail := strings.TrimLeft(p[open+closing+1:], " \u00a0.,")
			dash := leadingDash(tail)
			if name == "" && dash > 0 && tail[:dash] != ":" {
				name = unknownAgency(p[:open], p[open+1:open+closing])
			}
			if name != "" && (dash > 0 || open == 0) && placeLike(p[:open]) {
				return strings.TrimLeft(tail[dash:], " \u00a0"), Origin{Kind: "dateline", Name: name, Quote: strings.TrimSpace(p[:open+closing+1])}, true
			}
		}
	}
	if rest, o, ok := signedLine(p); ok {
		return rest, o, true
	}
	// "واس - ", "dpa - ", "Reuters – ", "واس- "
	for _, sep := range [...]string{" - ", " – ", " — ", "- ", "– ", "— ", ": ", "، "} {
		i := strings.Index(p[:min(len(p), 60)], sep)
		if i <= 0 {
			continue
		}
		head := p[:i]
		if j := strings.LastIndexAny(head, ",/،"); j >= 0 && agencyIn(head[j+1:]) != "" && placeLike(head[:j]) {
			head = head[j+1:]
		}
		if name := agencyIn(head); name != "" && !(sep == ": " && strings.Contains(p[i:], "?")) {
			return strings.TrimSpace(p[i+len(sep):]), Origin{Kind: "dateline", Name: name, Quote: strings.TrimSpace(p[:i])}, true
		}
	}
	return p, Origin{}, false
}

// signedLine reads the beginning of a text up to a line break or a colon that says
// who writes and for whom, or from where: "الرياض – واس", "عين اليوم – واس",
// "أنقرة- رويترز:", "رويترز –لويزيانا:".
func signedLine(p string) (rest string, o Origin, ok bool) {
	i := strings.IndexAny(p[:min(len(p), 80)], "\n:")
	if i < 0 {
		return p, Origin{}, false
	}
	line := strings.TrimSpace(p[:i])
	for j, r := range line {
		if r != '-' && r != '–' && r != '—' {
			continue
		}
		left, right := line[:j], line[j+utf8.RuneLen(r):]
		if !separate(left, right) {
			continue // "Reuters-Ipsos poll:"
		}
		name := agencyIn(right)
		if !placeLike(left) || name == "" {
			name = agencyIn(left)
		}
		if name != "" && placeLike(left) && placeLike(right) {
			return strings.TrimSpace(p[i+1:]), Origin{Kind: "dateline", Name: name, Quote: line}, true
		}
	}
	return p, Origin{}, false
}

// separate reports whether a dash between two words separates them rather than
// making one of them. Scripts without capitals do not join words so.
func separate(left, right string) bool {
	r, _ := utf8.DecodeRuneInString(right)
	return strings.HasSuffix(left, " ") || strings.HasPrefix(right, " ") || unicode.IsLetter(r) && !unicode.IsUpper(r) && !unicode.IsLower(r)
}

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

func chineseDateline(p string) string {
	if p = p[:min(len(p), 120)]; !strings.Contains(p, "电") && !strings.Contains(p, "電") {
		return ""
	}
	head := []rune(p)
	end := -1
	for i, r := range head {
		if r == '电' || r == '電' {
			end = i
			break
		}
	}
	if end < 4 || end > 30 || !strings.ContainsRune(string(head[:end]), '日') {
		return ""
	}
	for n := min(6, end); n >= 2; n-- {
		if a := agencies[string(head[:n])]; a != "" {
			return a
		}
	}
	return ""
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

// signature reads the agency at the very end of a text: "(dpa)", "— Reuters",
// "AFP".
func signature(p string) (rest string, o Origin, ok bool) {
	s := strings.TrimRight(p, " .\n")
	if len(s) < 60 {
		if a := agencyIn(strings.TrimLeft(s, "—–- ")); a != "" {
			return "", Origin{Kind: "credit", Name: a, Quote: s}, true
		}
	}
	last50 := max(0, len(s)-49) // names of agencies are no longer
	if strings.HasSuffix(s, ")") {
		if i := last50 + strings.LastIndexByte(s[last50:], '('); i >= last50 {
			if a := agencyIn(s[i+1 : len(s)-1]); a != "" {
				return strings.TrimSpace(s[:i]), Origin{Kind: "credit", Name: a, Quote: s[i:]}, true
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
