package extract

import (
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Years outside of these are mistakes: no page has been published before the
// web, and no clock here says what today is.
const (
	firstYear = 1990
	lastYear  = 2100
)

// dateInURL reads /2019/11/19/, /2019-11-19-, /20191119/ and /19-11-2019 in a
// path; the last only where it cannot be the 11th of another month.
func dateInURL(path string) time.Time {
	var row [3]token // the last numbers, each a separator behind the one before
	end := -2
	for i := 0; i < len(path); i++ {
		n := token{}
		start := i
		for ; i < len(path) && path[i] >= '0' && path[i] <= '9'; i++ {
			if n.size++; n.size <= 8 {
				n.num = n.num*10 + int(path[i]-'0')
			}
		}
		if n.size == 0 {
			continue
		}
		if start != end+1 || strings.IndexByte("/-_", path[end]) < 0 {
			row = [3]token{}
		}
		row, end = [3]token{row[1], row[2], n}, i
		if n.size == 8 {
			row = [3]token{{num: n.num / 10000, size: 4}, {num: n.num / 100 % 100, size: 2}, {num: n.num % 100, size: 2}}
		}
		if t, ok := dayOf(row[0], row[1], row[2]); ok {
			return t
		}
	}
	return time.Time{}
}

// dayOf reads three numbers of an address as a day.
func dayOf(a, b, c token) (time.Time, bool) {
	short := func(t token) bool { return t.size == 1 || t.size == 2 }
	switch {
	case a.size == 4 && short(b) && short(c):
		return day(a.num, b.num, c.num)
	case !short(a) || !short(b) || c.size != 4:
	case a.num > 12:
		return day(c.num, b.num, a.num)
	case b.num > 12:
		return day(c.num, a.num, b.num)
	}
	return time.Time{}, false
}

func day(y, m, d int) (time.Time, bool) {
	if y < firstYear || y > lastYear || m < 1 || m > 12 || d < 1 || d > 31 {
		return time.Time{}, false
	}
	t := time.Date(y, time.Month(m), d, 0, 0, 0, 0, nowhere)
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
// the month table. The zone is kept as stated; without one it is that of the
// language, else UTC.
func parseDate(s, lang string) (time.Time, bool) {
	s = strings.TrimSpace(s)
	if len(s) < 6 || len(s) > 300 {
		return time.Time{}, false
	}
	if s[0] >= '0' && s[0] <= '9' || s[0] >= 'A' && s[0] <= 'Z' {
		for _, l := range layouts {
			if t, err := time.ParseInLocation(l, s, nowhere); err == nil {
				if t.Location() == nowhere && !midnight(t) {
					lang = "" // without a zone, a machine means UTC more often than not
				}
				return settle(t, lang), t.Year() >= firstYear && t.Year() <= lastYear
			}
		}
		if n, err := strconv.ParseInt(s, 10, 64); err == nil {
			switch {
			case n > 631152000 && n < 4102444800: // seconds from 1990 to 2100
				return settle(time.Unix(n, 0).UTC(), lang), true
			case n > 631152000000 && n < 4102444800000:
				return settle(time.UnixMilli(n).UTC(), lang), true
			}
			return time.Time{}, false
		}
	}
	t, ok := dateInWords(s, lang)
	return settle(t, lang), ok
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
	from int    // its offset
	at   int    // offset behind the token
}

func tokens(s string) []token {
	var out []token
	start := 0
	for i := 0; i < len(s) && len(out) < 80; {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case digit(r) >= 0:
			t := token{sep: s[start:i], from: i}
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
			t := token{num: -1, sep: s[start:i], from: i}
			j, small := i, false
			for i < len(s) {
				r, n := utf8.DecodeRuneInString(s[i:])
				if !unicode.IsLetter(r) && !unicode.IsMark(r) || small && unicode.IsUpper(r) { // "HealthDECEMBER"
					break
				}
				small = unicode.IsLower(r)
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

// dateInWords finds the first date in a text; one that is said to be that of a
// change only where there is no other. The days and hours between which something
// happens are none.
func dateInWords(s, lang string) (time.Time, bool) {
	ts := tokens(s)
	var changed time.Time
	behind := 0 // the last date
	for i := range ts {
		y, m, d, n := dateAt(ts[i:], lang)
		if n == 0 {
			continue
		}
		t, ok := day(y, m, d)
		if !ok || spans(ts, i, n) {
			continue
		}
		t = withClock(t, ts[i+n:], s)
		if !saysChanged(s[behind:ts[i].from]) {
			return t, true
		}
		if changed.IsZero() {
			changed = t
		}
		behind = ts[i+n-1].at
	}
	return changed, !changed.IsZero()
}

// spans reports whether the date in n tokens from the i-th on is the end of some
// days, as in "9.–11. September 2022", or has hours to it, as in "9.9.2022,
// 10:00–11:30": that of an event.
func spans(ts []token, i, n int) bool {
	if i > 0 && ts[i-1].num > 0 && ts[i-1].size <= 2 && !strings.ContainsAny(ts[i-1].sep, ":/") {
		if sep := strings.Trim(ts[i].sep, "."); sep == "-" || sep == "–" || sep == "/" {
			return true
		}
	}
	for k := i + n; k+3 < len(ts) && k < i+n+4; k++ {
		c := ts[k : k+4]
		if c[0].num >= 0 && c[2].num >= 0 && c[1].sep == ":" && c[3].sep == ":" && strings.Trim(c[2].sep, " ") != "" && strings.Trim(c[2].sep, " -–") == "" && c[3].size == 2 {
			return true
		}
	}
	return false
}

// saysChanged reports whether the words before a date say that it is the one of a
// change.
func saysChanged(s string) bool {
	s = strings.ToLower(s[max(0, len(s)-40):])
	for _, w := range [...]string{
		"updated", "update:", "modified", "reviewed", "revised", "aktualisiert", "änderung", "geändert", "mis à jour", "mise à jour", "modifié", "actualizad", "actualización",
		"aggiornat", "modifica", "atualizad", "обновлен", "изменен", "تحديث", "güncelle", "更新", "gewijzigd", "bijgewerkt", "aktualizac", "zaktualizowan", "uppdaterad", "oppdatert", "opdateret",
	} {
		if strings.Contains(s, w) {
			return true
		}
	}
	return false
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
	case "-", "/", ".", "–", "|":
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
