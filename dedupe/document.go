package dedupe

import (
	"slices"
	"strings"
	"time"
)

// doc is an article made ready for comparison.
type doc struct {
	art      Article
	text     string // that its words are cut from: the title when there is no text
	words    []word
	title    []word
	key      string   // of its URL, see urlKey
	links    []string // keys of the URLs that it names as its original
	mass     float64  // sum of the weights of its words, without chrome
	n        int      // number of its words, without chrome
	full     uint64   // hash of all of them
	corrects bool     // its title or first words call it a correction
	at       time.Time
	buf      []word // that words and title are cut from
}

// newDoc makes an article ready. Its words and title lie in buf where that is
// long enough.
func newDoc(a Article, buf []word) *doc { return newDocLike(nil, a, buf) }

// newDocLike is newDoc for an article that may have the text of x: then the words of
// that are copied instead of being read again. x may be nil.
func newDocLike(x *doc, a Article, buf []word) *doc {
	d := &doc{art: a, text: a.Text, at: articleTime(a)}
	same := x != nil && len(x.words) > 0 && x.text == x.art.Text && x.text == a.Text
	title := clip(a.Title, maxTitle)
	if need := wordsIn(a.Text) + wordsIn(title); cap(buf) < need {
		buf = make([]word, 0, need)
	}
	if same {
		d.buf = append(buf[:0], x.words...)
	} else {
		d.buf = split(a.Text, buf[:0])
	}
	n := len(d.buf)
	d.buf = split(title, d.buf)
	d.words, d.title = d.buf[:n:n], d.buf[n:]
	if len(d.words) == 0 {
		d.words, d.text = slices.Clone(d.title), a.Title
	}
	d.key = urlKey(CanonicalURL(a.URL))
	for _, o := range a.Origins {
		if o.URL != "" && (o.Kind == "canonical" || o.Kind == "source") {
			if k := urlKey(CanonicalURL(o.URL)); k != "" && k != d.key && len(d.links) < 4 {
				d.links = append(d.links, k)
			}
		}
	}
	d.corrects = corrects(d.title) || corrects(d.words)
	if same {
		d.mass, d.n, d.full = x.mass, x.n, x.full
		return d
	}
	markFurniture(d)
	d.measure()
	return d
}

// is reports whether d, which may be nil, was made of an article as it is now.
func (d *doc) is(a Article) bool {
	return d != nil && d.art.Text == a.Text && d.art.Title == a.Title && d.art.URL == a.URL && d.art.Host == a.Host &&
		d.art.Outlet == a.Outlet && d.art.Lang == a.Lang && d.at.Equal(articleTime(a)) && slices.Equal(d.art.Origins, a.Origins)
}

const maxTitle = 4 << 10 // bytes of a title that are read

// wordsIn is how many words a text has, roughly and rather too many.
func wordsIn(s string) int { return min(len(s), maxBytes)/6 + 8 }

// measure sums up the words that count.
func (d *doc) measure() {
	d.mass, d.n, d.full = 0, 0, fnvOffset
	for i := range d.words {
		if w := &d.words[i]; w.kind&chrome == 0 {
			d.mass += weight(w)
			d.n++
			d.full = mix(d.full ^ w.hash)
		}
	}
}

// name is a hash of what an article is called: its title, or its first words.
func (d *doc) name() uint32 {
	words := d.title
	if len(words) == 0 {
		words = d.words[:min(12, len(d.words))]
	}
	h := uint64(fnvOffset)
	for i := range words {
		h = mix(h ^ words[i].hash)
	}
	return uint32(h)
}

// articleTime is when an article appeared: the stated time unless it is
// missing, not believable or after the article was first seen.
func articleTime(a Article) time.Time {
	if hours(a.Published) == 0 || !a.Seen.IsZero() && a.Published.After(a.Seen) {
		return a.Seen
	}
	return a.Published
}

// weight is what a word counts in containment: rare words tell texts apart,
// but common ones also belong to a text.
func weight(w *word) float64 { return .3*idfScale + float64(w.idf) }

func (d *doc) textOf(w *word) string { return d.text[w.start:w.end()] }

// furniture holds the beginnings of lines that sites put around a text. Only
// short lines are looked at.
var furniture = makeFurniture(
	"read more", "continue reading", "leave a comment", "leave a reply", "share this", "share on",
	"click here to", "sign up for", "subscribe to", "advertisement", "related articles",
	"related stories", "you may also like", "comments are closed", "all rights reserved",
	"copyright ©", "follow us on", "this article was originally published",
	"this article originally appeared", "originally published", "originally appeared",
	"ظهرت في الأصل على", "اقرأ أيضا", "اقرأ المزيد", "weiterlesen",
	"mehr zum thema", "lire la suite", "lire aussi", "leer más", "reuter", "reuters",
)

const furnitureWords = 14 // longer lines are text

type furnitureTable map[uint64][][]uint64 // by first word: the words that follow

func makeFurniture(phrases ...string) furnitureTable {
	t := furnitureTable{}
	for _, p := range phrases {
		f := strings.Fields(p)
		var rest []uint64
		for _, w := range f[1:] {
			if h := hashWord(w); w != "©" {
				rest = append(rest, h)
			}
		}
		h := hashWord(f[0])
		t[h] = append(t[h], rest)
	}
	return t
}

// markFurniture marks the lines of page furniture as chrome.
func markFurniture(d *doc) {
	for i := 0; i < len(d.words); {
		j := i + 1
		for j < len(d.words) && d.words[j].kind&line == 0 {
			j++
		}
		if j-i <= furnitureWords && furniture.matches(d.words[i:j]) {
			for k := i; k < j; k++ {
				d.words[k].kind |= chrome
			}
		}
		i = j
	}
}

func (t furnitureTable) matches(words []word) bool {
	for _, rest := range t[words[0].hash] {
		if len(rest) == 0 && len(words) > 1 || len(rest) >= len(words) {
			continue // a phrase of one word must be the whole line
		}
		if slices.EqualFunc(rest, words[1:1+len(rest)], func(h uint64, w word) bool { return h == w.hash }) {
			return true
		}
	}
	return false
}

// corrections are words that announce a corrected version.
var corrections = makeCorrections("corrected", "correction", "corrects", "تصحيح", "korrektur",
	"berichtigung", "berichtigt", "rectificatif", "corrección", "rettelse")

func makeCorrections(words ...string) map[uint64]bool {
	m := map[uint64]bool{}
	for _, w := range words {
		m[hashWord(w)] = true
	}
	return m
}

// corrects reports whether one of the first three words announces a
// correction.
func corrects(words []word) bool {
	for _, w := range words[:min(3, len(words))] {
		if corrections[w.hash] {
			return true
		}
	}
	return false
}
