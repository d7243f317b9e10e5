package extract

import (
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html/atom"

	"newsfold/extract/internal/page"
)

// Years outside of these are mistakes: no page has been published before the
// web, and no clock here says what today is.
const (
	firstYear = 1990
	lastYear  = 2100
)

// dates finds when the article was published and last changed: as the metadata
// says, else as a time element, the address or the visible text says.
func (r *reader) dates() {
	d := r.doc
	for _, s := range append([]string{r.ld.published}, r.metas(
		"article:published_time", "og:article:published_time", "og:published_time", "datepublished", "parsely-pub-date", "sailthru.date",
		"dc.date.issued", "dcterms.created", "dcterms.date", "dcterms.issued", "dc.date", "dc.date.created", "article.published", "published_time", "pubdate", "publishdate", "publish-date", "publication_date",
		"publicationdate", "date.release", "ptime", "originalpublicationdate", "displaydate", "dat", "rnews:datepublished", "cxenseparse:recs:publishtime",
		"bt:pubdate", "article_date_original", "citation_date", "citation_publication_date", "shareaholic:article_published_time", "pub_date", "datecreated", "date", "created", "iso-8601-publish-date", "timestamp", "buildtime", "last-published",
	)...) {
		if t, ok := parseDate(s, d.Lang); ok {
			d.Published = t
			break
		}
	}
	for _, s := range append([]string{r.ld.modified}, r.metas(
		"article:modified_time", "og:updated_time", "datemodified", "lastmod", "last-modified", "dcterms.modified", "dc.date.modified", "updated_time", "revision_date",
	)...) {
		if t, ok := parseDate(s, d.Lang); ok {
			d.Modified = t
			break
		}
	}
	if d.Published.IsZero() {
		d.Published = r.namedMeta()
	}
	if d.Published.IsZero() {
		d.Published = r.datedElement()
	}
	if d.Published.IsZero() {
		d.Published = dateInURL(r.url.Path)
		if u, err := url.Parse(d.URL); err == nil && d.Published.IsZero() { // the page may have been saved from elsewhere
			d.Published = dateInURL(u.Path)
		}
		if shown := r.visibleDate(false); d.Published.IsZero() || sameDay(shown, d.Published) { // with the time of day
			d.Published = shown
		}
	} else {
		d.Published = r.reconcile(d.Published)
	}
	if d.Published.IsZero() {
		d.Published, d.Modified = d.Modified, time.Time{} // all that is known
	}
	if d.Published.IsZero() {
		d.Published = r.opening()
	}
	if d.Published.IsZero() {
		d.Published = r.anyDate()
	}
	if d.Modified.Before(d.Published) {
		d.Modified = time.Time{}
	}
}

// reconcile reads a stated date in the light of the one that the head of the
// article, or else the address, shows: in the zone in which it is that day, and a
// bare 3/9 as the one of 3 September and 9 March that is shown.
func (r *reader) reconcile(stated time.Time) time.Time {
	shown := r.visibleDate(true)
	if shown.IsZero() {
		shown = dateInURL(r.url.Path)
	}
	if u, err := url.Parse(r.doc.URL); err == nil && shown.IsZero() {
		shown = dateInURL(u.Path)
	}
	y, m, d := stated.Date()
	if other, ok := day(y, d, int(m)); ok && stated.Equal(time.Date(y, m, d, 0, 0, 0, 0, time.UTC)) && sameDay(other, shown) {
		return shown
	}
	return localDay(stated, shown)
}

func sameDay(a, b time.Time) bool {
	ay, am, ad := a.Date()
	by, bm, bd := b.Date()
	return ay == by && am == bm && ad == bd
}

func (r *reader) metas(names ...string) []string {
	var out []string
	for _, n := range names {
		out = append(out, r.head.meta[n]...)
	}
	return out
}

// namedMeta looks for a date in meta elements whose name speaks of publishing.
func (r *reader) namedMeta() time.Time {
	var best time.Time
	for name, values := range r.head.meta {
		if !strings.Contains(name, "publi") || !strings.Contains(name, "date") && !strings.Contains(name, "time") && !strings.HasSuffix(name, "on") {
			continue
		}
		for _, v := range values {
			if t, ok := parseDate(v, r.doc.Lang); ok && (best.IsZero() || t.Before(best)) {
				best = t
			}
		}
	}
	return best
}

// datedElement looks at time elements and elements of microdata, those of the
// article's own head first.
func (r *reader) datedElement() time.Time {
	var fallback time.Time
	lo, hi := r.headBlocks()
	from, to := int32(lo), int32(hi)
	for _, m := range r.page.Marked {
		n := m.Node
		prop := strings.ToLower(page.Attr(n, "itemprop") + " " + page.Attr(n, "property"))
		published := strings.Contains(prop, "datepublished") || page.HasAttr(n, "pubdate") || strings.Contains(page.Attr(n, "class"), "published")
		if n.DataAtom != atom.Time && !strings.Contains(prop, "date") && !published {
			continue
		}
		if strings.Contains(prop, "datemodified") || (m.Block < from || m.Block >= to) && r.beside(m.Elem) || r.besideNear(m.Elem) {
			continue
		}
		v := first(page.Attr(n, "datetime"), page.Attr(n, "content"), page.Attr(n, "title"))
		t, ok := parseDate(v, r.doc.Lang)
		if !ok {
			t, ok = parseDate(textOf(n), r.doc.Lang)
		}
		switch {
		case !ok:
		case published:
			return t
		case fallback.IsZero():
			fallback = t
		}
	}
	return fallback
}

// beside reports whether an element stands in what is not the article: a
// sidebar, a list of other articles, comments.
func (r *reader) beside(e int32) bool {
	const flags = page.FComment | page.FNav | page.FRelated | page.FFoot | page.FAd
	for ; e > 0; e = r.page.Elems[e].Parent {
		f := r.page.Elems[e].Flags
		if f&flags == page.FFoot && f&page.FMeta != 0 {
			continue // the foot of the article: who wrote it and when
		}
		if (f&flags != 0 || r.page.Elems[e].Tag == atom.Aside) && f&page.FBody == 0 && r.page.Elems[e].Good*2 < r.page.Elems[0].Good {
			return true
		}
	}
	return false
}

// besideNear is beside for the head of the article, where wrappers are often
// named after all that they hold.
func (r *reader) besideNear(e int32) bool {
	const flags = page.FComment | page.FNav | page.FRelated
	for n := 0; e > 0 && n < 2; e, n = r.page.Elems[e].Parent, n+1 {
		if el := &r.page.Elems[e]; el.Flags&flags != 0 && el.Flags&page.FMeta == 0 || el.Tag == atom.Li && el.LinkChars*2 > el.Chars {
			return true
		}
	}
	return false
}

// localDay puts a time that is stated in UTC into the zone of the page when the
// page shows the day before or after: the instant stays.
func localDay(t, shown time.Time) time.Time {
	if _, offset := t.Zone(); shown.IsZero() || offset != 0 {
		return t
	}
	y, m, d := shown.Date()
	for h := 1; h <= 14; h++ {
		for _, zone := range [...]int{h, -h} {
			if zone < -11 {
				continue
			}
			local := t.In(time.FixedZone("", zone*3600))
			if ly, lm, ld := local.Date(); ly == y && lm == m && ld == d && t.Day() != d {
				return local
			}
		}
	}
	return t
}

// visibleDate looks for a date in the short blocks around the article: above
// it, in elements that speak of dates anywhere in its part of the page, and
// below it. With headOnly it looks no further than the head.
func (r *reader) visibleDate(headOnly bool) time.Time {
	p := r.page
	from, to := r.headBlocks()
	_, last := bounds(r.keep)
	after := min(len(p.Blocks), last+12)
	for _, pass := range [...]struct {
		from, to int
		marked   bool
	}{{from, to, true}, {from, to, false}, {to, last, true}, {max(last, to), after, true}, {max(last, to), after, false}, {0, from, true}} {
		if headOnly && pass.from != from {
			break
		}
		for i := max(pass.from, 0); i < pass.to; i++ {
			b := &p.Blocks[i]
			if b.Chars > 160 || b.Digits < 3 || r.keep[i] && b.Chars > 60 {
				continue
			}
			if inHead := i >= from && i < to; inHead && r.besideNear(b.Elem) || !inHead && r.beside(b.Elem) {
				continue
			}
			if pass.marked && !r.dateMarked(b) {
				continue
			}
			if t, ok := parseDate(b.Text, r.doc.Lang); ok {
				return t
			}
		}
	}
	return time.Time{}
}

// opening reads the date that the first paragraphs start with: "29.11.2022 – The
// harbour …", "Press release of 29 November 2022 | Port Ellery".
func (r *reader) opening() time.Time {
	n := 0
	for i, k := range r.keep {
		if !k {
			continue
		}
		if n++; n > 3 {
			break
		}
		text := r.page.Blocks[i].Text
		head := text[:min(len(text), 80)]
		end := -1
		for _, sep := range [...]string{" – ", " — ", " - ", " | ", ": "} {
			if j := strings.Index(head, sep); j > 0 && (end < 0 || j < end) {
				end = j
			}
		}
		if end < 0 {
			continue
		}
		if t, ok := parseDate(head[:end], r.doc.Lang); ok {
			return t
		}
	}
	return time.Time{}
}

// anyDate is the last resort: the first short block with a date anywhere on the
// page, comments excepted.
func (r *reader) anyDate() time.Time {
	p := r.page
	for i := range p.Blocks {
		b := &p.Blocks[i]
		if b.Chars > 120 || b.Digits < 3 {
			continue
		}
		comment := false
		for e := b.Elem; e > 0 && !comment; e = p.Elems[e].Parent {
			comment = p.Elems[e].Flags&page.FComment != 0
		}
		if comment {
			continue
		}
		if t, ok := parseDate(b.Text, r.doc.Lang); ok {
			return t
		}
	}
	return time.Time{}
}

// dateMarked reports whether a block or an element close around it speaks of a
// date.
func (r *reader) dateMarked(b *page.Block) bool {
	if b.Flags&page.FMeta != 0 {
		return true
	}
	for e, n := b.Elem, 0; e > 0 && n < 3; e, n = r.page.Elems[e].Parent, n+1 {
		if r.page.Elems[e].Flags&page.FMeta != 0 {
			return true
		}
	}
	return false
}

// dateInURL reads /2019/11/19/ and /2019-11-19- in a path.
func dateInURL(path string) time.Time {
	var nums [3]int
	n := 0
	for i := 0; i < len(path); {
		j := i
		for j < len(path) && path[j] >= '0' && path[j] <= '9' {
			j++
		}
		switch size := j - i; {
		case size == 4 && n == 0, (size == 2 || size == 1) && (n == 1 || n == 2):
			nums[n], _ = strconv.Atoi(path[i:j])
			if n == 0 && (nums[0] < firstYear || nums[0] > lastYear) {
				n = -1
			}
			n++
			if n == 3 {
				if t, ok := day(nums[0], nums[1], nums[2]); ok {
					return t
				}
				n = 0
			}
		case size == 8:
			y, _ := strconv.Atoi(path[i : i+4])
			m, _ := strconv.Atoi(path[i+4 : i+6])
			d, _ := strconv.Atoi(path[i+6 : j])
			if t, ok := day(y, m, d); ok {
				return t
			}
			n = 0
		default:
			if size > 0 {
				n = 0
			}
		}
		if j == i {
			if c := path[i]; c != '/' && c != '-' && c != '_' {
				n = 0
			}
			j++
		}
		i = j
	}
	return time.Time{}
}

func day(y, m, d int) (time.Time, bool) {
	if y < firstYear || y > lastYear || m < 1 || m > 12 || d < 1 || d > 31 {
		return time.Time{}, false
	}
	t := time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC)
	return t, t.Day() == d
}

// layouts are the machine formats seen in metadata.
var layouts = [...]string{
	time.RFC3339Nano, "2006-01-02T15:04:05Z0700", "2006-01-02T15:04:05.999Z0700", "2006-01-02T15:04Z07:00", "2006-01-02T15:04Z0700",
	"2006-01-02 15:04:05 Z07:00", "2006-01-02 15:04:05 Z0700", "2006-01-02 15:04:05Z07:00", "2006-01-02T15:04:05", "2006-01-02 15:04:05.999", "2006-01-02T15:04", "2006-01-02 15:04",
	"2006-01-02T15Z07:00", "2006-01-02Z07:00", "20060102T150405Z0700", "20060102150405",
	time.RFC1123, time.RFC1123Z, time.RFC850, time.UnixDate, time.ANSIC, "Mon, 2 Jan 2006 15:04:05 MST", "Mon, 2 Jan 2006 15:04:05 -0700",
	"Mon Jan 2 15:04:05 MST 2006", "Mon Jan 02 2006 15:04:05 GMT-0700", "2006-01-02", "20060102", "2006/01/02 15:04:05", "2006/01/02 15:04",
}

// parseDate reads a date in a machine format or in words of the languages of
// the month table. The zone is kept as stated; without one it is UTC.
func parseDate(s, lang string) (time.Time, bool) {
	s = strings.TrimSpace(s)
	if len(s) < 6 || len(s) > 300 {
		return time.Time{}, false
	}
	if s[0] >= '0' && s[0] <= '9' || s[0] >= 'A' && s[0] <= 'Z' {
		for _, l := range layouts {
			if t, err := time.Parse(l, s); err == nil {
				return t, t.Year() >= firstYear && t.Year() <= lastYear
			}
		}
		if n, err := strconv.ParseInt(s, 10, 64); err == nil {
			switch {
			case n > 631152000 && n < 4102444800: // seconds from 1990 to 2100
				return time.Unix(n, 0).UTC(), true
			case n > 631152000000 && n < 4102444800000:
				return time.UnixMilli(n).UTC(), true
			}
			return time.Time{}, false
		}
	}
	return dateInWords(s, lang)
}

// months maps the names of months, folded, to their numbers.
var months = monthTable()

func monthTable() map[string]int {
	table := make(map[string]int, 400)
	for _, line := range [...]string{
		"january february march april may june july august september october november december",
		"jan feb mar apr may jun jul aug sep oct nov dec",
		"jan febr mrz apr mai juni juli aug sept okt nov dez",
		"januar februar märz april mai juni juli august september oktober november dezember",
		"jänner feber maerz april mai juni juli august september oktober november dezember",
		"janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
		"janv févr mars avr mai juin juil aout sept oct nov déc",
		"enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
		"ene feb mar abr may jun jul ago set oct nov dic",
		"gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
		"gen feb mar apr mag giu lug ago set ott nov dic",
		"janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
		"jan fev mar abr mai jun jul ago set out nov dez",
		"января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
		"январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь",
		"янв фев мар апр мая июн июл авг сен окт ноя дек",
		"січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня",
		"يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر",
		"كانون2 شباط آذار نيسان أيار حزيران تموز آب أيلول تشرين1 تشرين2 كانون1",
		"جانفي فيفري مارس أفريل ماي جوان جويلية أوت سبتمبر أكتوبر نوفمبر ديسمبر",
		"ocak şubat mart nisan mayıs haziran temmuz ağustos eylül ekim kasım aralık",
		"oca şub mar nis may haz tem ağu eyl eki kas ara",
		"januari februari maart april mei juni juli augustus september oktober november december",
		"stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia",
		"styczeń luty marzec kwiecień maj czerwiec lipiec sierpień wrzesień październik listopad grudzień",
		"ledna února března dubna května června července srpna září října listopadu prosince",
		"januari februari mars april maj juni juli augusti september oktober november december",
		"januar februar mars april mai juni juli august september oktober november desember",
		"januar februar marts april maj juni juli august september oktober november december",
		"ianuarie februarie martie aprilie mai iunie iulie august septembrie octombrie noiembrie decembrie",
		"ιανουαρίου φεβρουαρίου μαρτίου απριλίου μαΐου ιουνίου ιουλίου αυγούστου σεπτεμβρίου οκτωβρίου νοεμβρίου δεκεμβρίου",
		"tammikuuta helmikuuta maaliskuuta huhtikuuta toukokuuta kesäkuuta heinäkuuta elokuuta syyskuuta lokakuuta marraskuuta joulukuuta",
		"január február március április május június július augusztus szeptember október november december",
		"januari februari maret april mei juni juli agustus september oktober november desember",
		"sijecnja veljace ozujka travnja svibnja lipnja srpnja kolovoza rujna listopada studenoga prosinca",
	} {
		for i, name := range strings.Fields(line) {
			if _, ok := table[name]; !ok {
				table[name] = i + 1
			}
		}
	}
	return table
}

// token is a number or a word of a text with a date.
type token struct {
	num  int    // -1 for a word
	size int    // digits
	word string // lower case
	sep  string // what stands before it
	at   int    // offset behind the token
}

func tokens(s string) []token {
	var out []token
	start := 0
	for i := 0; i < len(s) && len(out) < 80; {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case digit(r) >= 0:
			t := token{sep: s[start:i]}
			for i < len(s) {
				r, n := utf8.DecodeRuneInString(s[i:])
				d := digit(r)
				if d < 0 || t.size > 8 {
					break
				}
				t.num = t.num*10 + d
				t.size++
				i += n
			}
			t.at, start = i, i
			out = append(out, t)
		case unicode.IsLetter(r):
			t := token{num: -1, sep: s[start:i]}
			j := i
			for i < len(s) {
				r, n := utf8.DecodeRuneInString(s[i:])
				if !unicode.IsLetter(r) && !unicode.IsMark(r) {
					break
				}
				i += n
				if wideDate(r) {
					break
				}
			}
			t.word = strings.ToLower(s[j:i])
			t.at, start = i, i
			out = append(out, t)
		default:
			i += n
		}
	}
	return out
}

// wideDate tells the characters that end a number of a date in Chinese,
// Japanese and Korean.
func wideDate(r rune) bool {
	return strings.ContainsRune("年月日时時分년월일", r)
}

// digit returns the value of a decimal digit of the Latin, Arabic, Persian,
// Devanagari or full-width sets; -1 for anything else.
func digit(r rune) int {
	for _, zero := range [...]rune{'0', 0x660, 0x6f0, 0x966, 0xff10} {
		if r >= zero && r <= zero+9 {
			return int(r - zero)
		}
	}
	return -1
}

// dateInWords finds the first date in a text.
func dateInWords(s, lang string) (time.Time, bool) {
	ts := tokens(s)
	for i := range ts {
		y, m, d, n := dateAt(ts[i:], lang)
		if n == 0 {
			continue
		}
		if t, ok := day(y, m, d); ok {
			return withClock(t, ts[i+n:], s), true
		}
	}
	return time.Time{}, false
}

// dateAt reads a date from the start of the tokens and returns how many it
// took; 0 when there is none.
func dateAt(t []token, lang string) (y, m, d, n int) {
	if len(t) < 3 {
		return 0, 0, 0, 0
	}
	a := t[0]
	switch {
	case a.num >= 0 && a.size == 4 && t[1].num < 0 && strings.ContainsAny(t[1].word, "年년") && len(t) >= 6 && t[2].num >= 0 && t[4].num >= 0:
		return a.num, t[2].num, t[4].num, 6
	case a.num >= 0 && a.size == 4 && t[1].num >= 0 && t[2].num >= 0 && joined(t[1].sep) && joined(t[2].sep):
		return a.num, t[1].num, t[2].num, 3
	case a.num >= 0 && a.size <= 2 && t[1].num >= 0 && t[2].num >= 0 && t[1].size <= 2 && joined(t[1].sep) && t[1].sep == t[2].sep && (t[2].size == 4 || t[2].size == 2):
		return numeric(a.num, t[1].num, t[2].num, t[1].sep, lang)
	case a.num >= 0 && a.size <= 2:
		return dayFirst(t)
	case a.num < 0:
		if m := months[a.word]; m > 0 {
			return monthFirst(t, m)
		}
		return 0, 0, 0, 0
	case a.size == 4: // 2019 November 19
		if m := months[t[1].word]; m > 0 && t[2].num >= 0 && t[2].size <= 2 {
			return a.num, m, t[2].num, 3
		}
	}
	return 0, 0, 0, 0
}

func joined(sep string) bool {
	switch strings.TrimSpace(sep) {
	case "-", "/", ".", "–":
		return true
	}
	return false
}

// numeric reads 19.11.2019 and 11/19/2019. Where both readings are possible
// only English without another region than the United States puts the month
// first.
func numeric(a, b, y int, sep, lang string) (int, int, int, int) {
	if y < 100 {
		y += 2000
	}
	low := strings.ToLower(lang)
	american := sep == "/" && (low == "en" || low == "en-us" || low == "") || strings.TrimSpace(sep) == "-" && low == "en-us"
	switch {
	case a > 12 && b <= 12:
		return y, b, a, 3
	case b > 12 && a <= 12:
		return y, a, b, 3
	case american:
		return y, a, b, 3
	}
	return y, b, a, 3
}

// dayFirst reads "19 November 2019", "19. November 2019", "19 de noviembre de
// 2019", "19th of November, 2019".
func dayFirst(t []token) (y, m, d, n int) {
	i := 1
	for i < len(t) && i < 3 && t[i].num < 0 && small(t[i].word) {
		i++
	}
	if i >= len(t) || t[i].num >= 0 || len(t[i].sep) > 4 {
		return 0, 0, 0, 0
	}
	m = months[t[i].word]
	if m == 0 && i+1 < len(t) && t[i+1].num < 0 { // تشرين الثاني
		m = twoWordMonth(t[i].word, t[i+1].word)
		if m > 0 {
			i++
		}
	}
	if m == 0 {
		return 0, 0, 0, 0
	}
	for i++; i < len(t) && i < 6; i++ {
		if t[i].num >= 0 {
			if t[i].size == 4 {
				return t[i].num, m, t[0].num, i + 1
			}
			if t[i].size == 2 && strings.ContainsAny(t[i].sep, "'’-/") {
				return 2000 + t[i].num, m, t[0].num, i + 1
			}
			break
		}
		if !small(t[i].word) {
			break
		}
	}
	return 0, 0, 0, 0
}

func twoWordMonth(a, b string) int {
	second := strings.Contains(b, "ثاني")
	switch {
	case a == "تشرين" && !second:
		return 10
	case a == "تشرين":
		return 11
	case a == "كانون" && !second:
		return 12
	case a == "كانون":
		return 1
	}
	return 0
}

// monthFirst reads "November 19, 2019" and "November 19th 2019".
func monthFirst(t []token, m int) (int, int, int, int) {
	if t[1].num < 0 || t[1].size > 2 {
		return 0, 0, 0, 0
	}
	i := 2
	if t[i].num < 0 && small(t[i].word) {
		i++
	}
	if i < len(t) && t[i].num >= 0 && t[i].size == 4 {
		return t[i].num, m, t[1].num, i + 1
	}
	return 0, 0, 0, 0
}

// small tells the words that stand inside dates.
func small(w string) bool {
	switch w {
	case "de", "del", "of", "st", "nd", "rd", "th", "er", "do", "den", "года", "г", "року", "el", "a", "o":
		return true
	}
	return false
}

// withClock adds the time of day and the zone that follow a date.
func withClock(t time.Time, rest []token, s string) time.Time {
	for i := 0; i+1 < len(rest) && i < 5; i++ {
		h, m := rest[i], rest[i+1]
		if h.num >= 0 && m.num < 0 && m.word == "h" && m.sep == "" && i+2 < len(rest) { // 18h40
			m = rest[i+2]
			m.sep = "h"
			i++
		}
		if h.num < 0 || m.num < 0 || h.size > 2 || m.size != 2 || h.num > 23 || m.num > 59 {
			continue
		}
		if sep := m.sep; sep != ":" && sep != "." && sep != "h" && sep != "：" {
			continue
		}
		hour, end, sec := h.num, m.at, 0
		if i+2 < len(rest) && rest[i+2].num >= 0 && rest[i+2].size == 2 && rest[i+2].sep == ":" {
			sec, end = min(rest[i+2].num, 59), rest[i+2].at
			i++
		}
		if i+2 < len(rest) && rest[i+2].num < 0 {
			switch w := rest[i+2].word; {
			case (w == "pm" || w == "p") && hour < 12:
				hour += 12
			case (w == "am" || w == "a") && hour == 12:
				hour = 0
			}
		}
		return time.Date(t.Year(), t.Month(), t.Day(), hour, m.num, sec, 0, zoneAfter(s[end:]))
	}
	return t
}

// zones are the abbreviations that news use, in seconds east of UTC.
var zones = map[string]int{
	"UTC": 0, "GMT": 0, "BST": 3600, "CET": 3600, "CEST": 7200, "MEZ": 3600, "MESZ": 7200, "EET": 7200, "EEST": 10800, "MSK": 10800, "IST": 19800,
	"EST": -18000, "EDT": -14400, "ET": -18000, "CST": -21600, "CDT": -18000, "CT": -21600, "MST": -25200, "MDT": -21600, "PST": -28800, "PDT": -25200, "PT": -28800,
	"JST": 32400, "KST": 32400, "AEST": 36000, "AEDT": 39600, "BRT": -10800, "ART": -10800,
}

func zoneAfter(s string) *time.Location {
	for i, f := range strings.Fields(s) {
		if i > 2 {
			break
		}
		f = strings.Trim(f, "(),.;|")
		if off, ok := zones[f]; ok {
			return time.FixedZone(f, off)
		}
		if len(f) == 6 && (f[0] == '+' || f[0] == '-') && f[3] == ':' {
			if t, err := time.Parse("-07:00", f); err == nil {
				return t.Location()
			}
		}
	}
	return time.UTC
}
