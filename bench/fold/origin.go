package main

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"newsfold/dedupe"
	"newsfold/extract"
)

// The truth about credits, read from the texts by rules that share nothing with
// the program's own: an agency's name or sign in brackets or behind a dash within
// the first words and before a dash, a colon or a new line, or at the very beginning; or
// in the last words, or a notice of rights there.
var (
	openings = regexp.MustCompile(`(?s)^[(\[](AP|Reuters|AFP|CNN|CNN Business|UPI|Bloomberg)[)\]]|^.{0,90}?(?:[(\[«“"]\s*(AP|Reuters|AFP|Bloomberg|Bloomberg Opinion|CNN|CNN Business|UPI|TNS|واس|رويترز|أ\s?\.?\s?ف\s?\.?\s?ب|د\s?\.?\s?ب\s?\.?\s?أ|الأناضول|بلومبرج|بلومبيرغ)\s*[)\]»”"]\s*(?:[-–—:\n]|$)|(?:^|[\s-])(واس|رويترز)\s*[-–:]|[-–]\s*(واس|رويترز)(?:\s|$))`)
	closings = regexp.MustCompile(`(?s)(?:[(\[]\s*(AP|Reuters|AFP|واس|رويترز|أ ف ب)\s*[)\]]|©\s?20\d\d (Bloomberg|Reuters|Associated Press|AFP)|[-–]\s*(واس|رويترز)(?:[\s.]|$))[^(]{0,25}$`)
)

// near is how much of a text, in bytes, a credit at its beginning or end vouches
// for.
const near = 2000

// aboutTitle reports whether a passage has a good part of the long words of a
// title. Pages are met that hold other articles instead of their own, and credits
// of those.
func aboutTitle(passage, title string) bool {
	passage = strings.ToLower(passage)
	n, has := 0, 0
	for _, w := range tokens(title) {
		if utf8.RuneCountInString(w) < 4 {
			continue
		}
		n++
		if strings.Contains(passage, w) {
			has++
		}
	}
	return 3*has >= n
}

// wires are the agencies by every name that is met.
var wires = map[string]string{
	"ap": "ap", "associated press": "ap", "the associated press": "ap", "reuters": "reuters", "رويترز": "reuters", "thomson reuters": "reuters",
	"وكالة رويترز": "reuters", "afp": "afp", "أفب": "afp", "افب": "afp", "agence france-presse": "afp", "فرانس برس": "afp", "bloomberg": "bloomberg",
	"bloomberg opinion": "bloomberg", "bloomberg news": "bloomberg", "bloomberg l.p.": "bloomberg", "bloomberg lp": "bloomberg", "bloomberg.com": "bloomberg", "بلومبرج": "bloomberg", "بلومبيرغ": "bloomberg",
	"cnn": "cnn", "cnn business": "cnn", "cnn.com": "cnn", "edition.cnn.com": "cnn", "finance.yahoo.com": "yahoo", "upi": "upi", "tns": "tns", "واس": "spa", "وكالة الأنباء السعودية": "spa", "spa": "spa", "saudi press agency": "spa",
	"دبأ": "dpa", "dpa": "dpa", "الأناضول": "aa", "وكالة الأناضول": "aa", "anadolu": "aa", "anadolu agency": "aa",
}

func wire(name string) string {
	name = strings.TrimPrefix(strings.ToLower(strings.TrimSpace(name)), "www.")
	for _, form := range []string{name, strings.TrimSuffix(name, ".com"), strings.NewReplacer(".", "", " ", "").Replace(name)} {
		if w := wires[form]; w != "" {
			return w
		}
	}
	return name
}

// statedWire returns the agency that an article credits, or nothing.
func statedWire(a dedupe.Article) string {
	text := strings.TrimSpace(a.Text)
	if len(text) < 200 {
		return ""
	}
	for _, part := range []struct {
		credit  []string
		passage string
	}{
		{openings.FindStringSubmatch(text), text[:min(len(text), near)]},
		{closings.FindStringSubmatch(text[len(text)-200:]), text[max(0, len(text)-near):]},
	} {
		for _, g := range part.credit[min(1, len(part.credit)):] {
			if g != "" && aboutTitle(part.passage, a.Title) {
				return wire(g)
			}
		}
	}
	return ""
}

// origin measures how often the origin of a story is the agency that its texts
// credit.
func origin(data string, show bool) error {
	for _, name := range []string{"saudi_ar", "finance_en", "newscluster_en", "ecbplus_en"} {
		s, err := readSet(data, name)
		if err != nil {
			return err
		}
		truth := map[int64]string{}
		for i := range s.articles {
			a := &s.articles[i]
			truth[a.ID] = statedWire(*a)
			text, stated := extract.Credits(a.Text)
			a.Text = text
			for _, o := range stated {
				a.Origins = append(a.Origins, dedupe.Origin{Kind: string(o.Kind), Name: o.Name, URL: o.URL})
			}
		}
		o := newOurs()
		o.articles = s.articles
		for _, a := range s.articles {
			if _, err := o.fold(a); err != nil {
				return err
			}
		}
		report(name, o, truth, show)
	}
	return nil
}

func report(name string, o *ours, truth map[int64]string, show bool) {
	var stories, named, copies, namedOfCopies, other int
	for members := range o.stories.All() {
		credits := map[string]int{}
		var list []dedupe.Article
		for _, id := range members {
			list = append(list, o.articles[id-1])
			if w := truth[id]; w != "" {
				credits[w]++
			}
		}
		most := 0
		for _, n := range credits {
			most = max(most, n)
		}
		if most == 0 {
			continue
		}
		p := dedupe.Origins(list)
		ok := credits[wire(p.Outlet)] == most
		stories++
		if len(members) > 1 {
			copies++
		}
		if ok {
			named++
			if len(members) > 1 {
				namedOfCopies++
			}
			continue
		}
		if p.Confidence > .6 {
			other++
		}
		if show {
			fmt.Fprintf(os.Stderr, "%s: story of %v credits %v, named %q (%s)\n", name, members[:min(len(members), 4)], credits, p.Outlet, p.Reason)
			for _, a := range list {
				if truth[a.ID] == "" {
					continue
				}
				r := []rune(a.Text)
				fmt.Fprintf(os.Stderr, "    %s … %s %v\n", strings.ReplaceAll(string(r[:min(90, len(r))]), "\n", "⏎"), strings.ReplaceAll(string(r[max(0, len(r)-60):]), "\n", "⏎"), slices.Concat(a.Origins))
			}
		}
	}
	fmt.Printf("%-15s %5d stories whose text credits an agency, named in %.3f (of %d with copies in %.3f); another named instead in %d\n",
		name, stories, float64(named)/float64(max(stories, 1)), copies, float64(namedOfCopies)/float64(max(copies, 1)), other)
}
