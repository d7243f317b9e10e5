package extract

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// dateline reads the start of a text: "WASHINGTON (Reuters) – ", "(AP) — ",
// "BERLIN, 3. Mai (dpa/AFP) - ", "الرياض (واس) -", "新华社北京1月2日电".
func dateline(p string) (rest string, o Origin, ok bool) {
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

// signedLine reads a first line that says who writes and for whom: "الرياض –
// واس", "عين اليوم – واس".
func signedLine(p string) (rest string, o Origin, ok bool) {
	i := strings.IndexByte(p[:min(len(p), 80)], '\n')
	if i < 0 {
		return p, Origin{}, false
	}
	line := strings.TrimSpace(p[:i])
	for _, dash := range [...]string{" – ", " - ", " — "} {
		j := strings.LastIndex(line, dash)
		if j < 0 || !placeLike(line[:j]) {
			continue
		}
		if a := agencyIn(line[j+len(dash):]); a != "" {
			return strings.TrimSpace(p[i:]), Origin{Kind: "dateline", Name: a, Quote: line}, true
		}
	}
	return p, Origin{}, false
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
