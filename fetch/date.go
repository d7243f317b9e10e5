package fetch

import (
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // feeds name zones of the tz database; hosts may lack it
	"unicode"
	"unicode/utf8"
)

// dateReader reads the dates of a feed: RFC 822 and its descendants, RFC 3339
// and the rest of ISO 8601, asctime, seconds since 1970, and what publishers
// make of them: names of months in other languages, names of zones, parts in
// another order, hours of 24 and seconds of 60. A date without a zone is UTC.
type dateReader struct {
	zones map[string]*time.Location
}

// maxDate is the length above which a text is no date, in bytes.
const maxDate = 120

// read reads a date. It reports false for what is none, and for dates that
// nothing was published on: before 1971, the time that software means when it
// has none, and after 2200.
func (d *dateReader) read(s string) (time.Time, bool) {
	s = latinDigits(strings.TrimSpace(s))
	if len(s) < 4 || len(s) > maxDate {
		return time.Time{}, false
	}
	t, err := time.Parse(time.RFC3339, s)
	ok := err == nil
	if !ok {
		t, ok = epoch(s)
	}
	if !ok {
		t, ok = d.parts(s)
	}
	if !ok || t.Year() < 1971 || t.Year() > 2200 {
		return time.Time{}, false
	}
	return t, true
}

// nullDigits are the digits of other scripts for nothing; their other digits follow.
var nullDigits = [...]rune{'٠', '۰', '०', '০', '๐', '໐', '၀', '០', '０'}

// latinDigits writes the digits of other scripts as 0 to 9.
func latinDigits(s string) string {
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			return strings.Map(func(r rune) rune {
				for _, zero := range nullDigits {
					if zero <= r && r <= zero+9 {
						return '0' + r - zero
					}
				}
				return r
			}, s)
		}
	}
	return s
}

// epoch reads seconds or milliseconds since 1970.
func epoch(s string) (time.Time, bool) {
	s = strings.TrimPrefix(s, "@")
	if whole, part, ok := strings.Cut(s, "."); ok && len(whole) == 10 && isDigits([]byte(part)) {
		s = whole
	}
	if len(s) != 10 && len(s) != 13 || !isDigits([]byte(s)) {
		return time.Time{}, false
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return time.Time{}, false
	}
	if len(s) == 13 {
		return time.UnixMilli(n), true
	}
	return time.Unix(n, 0), true
}

// dateParts is what has been found of a date.
type dateParts struct {
	year, month, day int // 0: not found
	yday             int
	hour, min, sec   int
	nanos            int
	clock            bool
	named            bool // what follows is the number of a month
	pm, am           bool
	zone             *time.Location
}

// parts reads a date part by part.
func (d *dateReader) parts(s string) (time.Time, bool) {
	var p dateParts
	rest := p.calendar(s)
	for rest != "" {
		r, size := utf8.DecodeRuneInString(rest)
		switch {
		case '0' <= r && r <= '9':
			n, ok := p.number(rest)
			if !ok {
				return time.Time{}, false
			}
			rest = rest[n:]
		case unicode.IsLetter(r):
			n := wordLen(rest)
			m, ok := d.word(&p, rest[:n], rest[n:])
			if !ok {
				return time.Time{}, false
			}
			rest = rest[n+m:]
		case (r == '+' || r == '-' || r == '−') && p.clock && p.zone == nil:
			n, ok := p.offset(rest[size:], r != '+')
			if !ok {
				rest = rest[size:]
				continue
			}
			rest = rest[size+n:]
		case r == '(':
			if end := strings.IndexByte(rest, ')'); end >= 0 {
				rest = rest[end+1:]
				continue
			}
			rest = rest[size:]
		default:
			rest = rest[size:]
		}
	}
	return p.time()
}

// calendar reads a date of ISO 8601 or with CJK marks at the start of s and
// returns what is left. It leaves other dates alone.
func (p *dateParts) calendar(s string) string {
	short := s[0] == '-' // -03-12, -0312: the century left out
	if short {
		s = s[1:]
	}
	n := digitsLen(s)
	switch {
	case short && n == 2 && len(s) == 5 && s[2] == '-' && digitsLen(s[3:]) == 2:
		p.year, p.month, p.day = century(atoi(s[:2])), atoi(s[3:]), 1
		return ""
	case short && n == 4 && len(s) == 4:
		p.year, p.month, p.day = century(atoi(s[:2])), atoi(s[2:]), 1
		return ""
	case short:
		return "-" // a year before Christ, and other errors
	case n == 8 || n == 14 || n == 12:
		p.year, p.month, p.day = atoi(s[:4]), atoi(s[4:6]), atoi(s[6:8])
		if n > 8 {
			p.hour, p.min, p.clock = atoi(s[8:10]), atoi(s[10:12]), true
			if n == 14 {
				p.sec = atoi(s[12:14])
			}
		}
		return p.basicClock(s[n:])
	case n == 7:
		p.year, p.yday = atoi(s[:4]), atoi(s[4:7])
		return p.basicClock(s[n:])
	case n == 6 && len(s) == 6:
		p.year, p.month, p.day = century(atoi(s[:2])), atoi(s[2:4]), atoi(s[4:6])
		return ""
	case n == 5 && len(s) == 5:
		p.year, p.yday = century(atoi(s[:2])), atoi(s[2:5])
		return ""
	case n == 4 && len(s) == 4:
		p.year, p.month, p.day = atoi(s), 1, 1
		return ""
	case n == 4 && (strings.HasPrefix(s[4:], "-W") || strings.HasPrefix(s[4:], "W")):
		return p.week(s)
	case n == 4:
		return p.afterYear(s)
	case n == 2 && len(s) == 6 && s[2] == '-' && digitsLen(s[3:]) == 3:
		p.year, p.yday = century(atoi(s[:2])), atoi(s[3:])
		return ""
	case n == 2 && len(s) >= 8 && s[2] == '-' && digitsLen(s[3:]) == 2 && s[5] == '-' && digitsLen(s[6:]) == 2:
		p.year, p.month, p.day = century(atoi(s[:2])), atoi(s[3:5]), atoi(s[6:8])
		return s[8:]
	}
	return s
}

// week reads 2024-W19-1 and 2024W191, the first of which may lack its day.
func (p *dateParts) week(s string) string {
	year := atoi(s[:4])
	rest := strings.TrimPrefix(strings.TrimPrefix(s[4:], "-"), "W")
	if digitsLen(rest) < 2 {
		return s
	}
	week, day := atoi(rest[:2]), 1
	rest = rest[2:]
	if d := strings.TrimPrefix(rest, "-"); digitsLen(d) == 1 {
		day, rest = atoi(d[:1]), d[1:]
	}
	if week < 1 || week > 53 || day < 1 || day > 7 {
		return s
	}
	fourth := time.Date(year, 1, 4, 0, 0, 0, 0, time.UTC) // is in the first week
	monday := fourth.AddDate(0, 0, -(int(fourth.Weekday())+6)%7)
	at := monday.AddDate(0, 0, (week-1)*7+day-1)
	p.year, p.month, p.day = at.Year(), int(at.Month()), at.Day()
	return rest
}

// afterYear goes on after a year of four digits at the start of s.
func (p *dateParts) afterYear(s string) string {
	rest := s[4:]
	_, size := utf8.DecodeRuneInString(rest)
	n := digitsLen(strings.TrimLeft(rest[size:], " "))
	if !isDateMark(rest) || n == 0 || n > 3 {
		return s
	}
	if strings.HasPrefix(rest, "년") {
		p.zone = time.FixedZone("KST", 9*3600)
	}
	rest = strings.TrimLeft(rest[size:], " ")
	if n == 3 && rest[0] != '0' || n == 3 && (len(rest) == 3 || rest[3] != '-') {
		p.year, p.yday = atoi(s[:4]), atoi(rest[:3])
		return rest[3:]
	}
	p.year, p.month, p.day = atoi(s[:4]), atoi(rest[:n]), 1
	rest = rest[n:]
	if !isDateMark(rest) {
		return rest
	}
	_, size = utf8.DecodeRuneInString(rest)
	tail := strings.TrimLeft(rest[size:], " ")
	if n := digitsLen(tail); n == 1 || n == 2 {
		p.day = atoi(tail[:n])
		return strings.TrimPrefix(strings.TrimPrefix(tail[n:], "日"), "일")
	}
	return rest
}

// isDateMark reports whether s starts with what stands between the numbers of
// a date.
func isDateMark(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	switch r {
	case '-', '/', '.', '年', '月', '년', '월', '‐', '–':
		return true
	}
	return false
}

// basicClock reads T070809 at the start of s.
func (p *dateParts) basicClock(s string) string {
	if len(s) < 5 || s[0] != 'T' && s[0] != 't' && s[0] != ' ' {
		return s
	}
	switch n := digitsLen(s[1:]); n {
	case 4, 6:
		p.hour, p.min, p.clock = atoi(s[1:3]), atoi(s[3:5]), true
		if n == 6 {
			p.sec = atoi(s[5:7])
		}
		return s[1+n:]
	}
	return s
}

// number reads a time of day, or a number of a date, at the start of s and
// returns its length.
func (p *dateParts) number(s string) (int, bool) {
	n := digitsLen(s)
	if n <= 2 && n < len(s) && !p.clock && p.startsClock(s[n:]) {
		return p.timeOfDay(s)
	}
	dated := p.year > 0 && p.month > 0 && p.day > 0
	if n == 6 && dated && !p.clock { // T070809
		p.hour, p.min, p.sec, p.clock = atoi(s[:2]), atoi(s[2:4]), atoi(s[4:6]), true
		return n, true
	}
	if n > 4 {
		return 0, false
	}
	v := atoi(s[:n])
	if p.named && p.month == 0 && n <= 2 {
		p.month, p.named = v, false
		return n, true
	}
	if n == 4 && p.year == 0 && p.month == 0 && p.day == 0 {
		if rest := p.afterYear(s); len(rest) < len(s) { // Fri, 2024/05/06
			return len(s) - len(rest), true
		}
	}
	switch {
	case n == 4 && p.year == 0:
		p.year = v
	case n == 4 && p.month > 0 && p.day > 0 && !p.clock: // T0708
		p.hour, p.min, p.clock = v/100, v%100, true
	case n == 4:
		return n, p.zone != nil
	case p.day == 0:
		p.day = v
		// 06/05/2024 and 06.05.2024
		if p.month == 0 && n < len(s) && (s[n] == '/' || s[n] == '.' || s[n] == '-') {
			if m := digitsLen(s[n+1:]); (m == 1 || m == 2) && n+1+m < len(s) && s[n+1+m] == s[n] {
				p.month = atoi(s[n+1 : n+1+m])
				if s[n] == '/' && p.day <= 12 || p.month > 12 {
					p.day, p.month = p.month, p.day
				}
				return n + 1 + m, true
			}
		}
	case p.month == 0 && p.year == 0 && v <= 12 && len(s) >= n+5 && s[n] == ' ' && digitsLen(s[n+1:]) == 4: // 06 5 2024
		p.month = v
	case p.year == 0:
		p.year = century(v)
	case !p.clock && v <= 24: // 2024-05-06T07Z, 7 PM
		p.hour, p.clock = v, true
	default:
		return n, p.clock
	}
	return n, true
}

// startsClock reports whether what follows a number makes it an hour: 7:08,
// 7h08, and 7.08 when the date is there already.
func (p *dateParts) startsClock(s string) bool {
	switch s[0] {
	case ':':
		return true
	case 'h', 'H':
		return digitsLen(s[1:]) == 2
	case '.':
		return digitsLen(s[1:]) == 2 && p.year > 0 && p.month > 0 && p.day > 0
	}
	return false
}

// timeOfDay reads 7:08, 07:08:09 and 07:08:09.123, also with other marks
// between the numbers.
func (p *dateParts) timeOfDay(s string) (int, bool) {
	p.clock = true
	i := digitsLen(s)
	p.hour = atoi(s[:i])
	mark := s[i]
	i++
	n := digitsLen(s[i:])
	if n == 0 || n > 2 {
		return 0, false
	}
	p.min = atoi(s[i : i+n])
	i += n
	if i+1 < len(s) && (s[i] == ':' || s[i] == mark) && digitsLen(s[i+1:]) > 0 {
		i++
		n = min(digitsLen(s[i:]), 2)
		p.sec = atoi(s[i : i+n])
		i += n
	}
	if i+1 < len(s) && (s[i] == '.' || s[i] == ',') && digitsLen(s[i+1:]) > 0 {
		i++
		n = digitsLen(s[i:])
		digits := (s[i:i+min(n, 9)] + "000000000")[:9]
		p.nanos = atoi(digits)
		i += n
	}
	return i, true
}

// offset reads 02:00, 0200, 200, 2 or 02:00:00 after a sign.
func (p *dateParts) offset(s string, negative bool) (int, bool) {
	n := digitsLen(s)
	var hours, minutes int
	used := n
	switch n {
	case 1, 2:
		hours = atoi(s[:n])
		if n < len(s) && s[n] == ':' && digitsLen(s[n+1:]) == 2 {
			minutes = atoi(s[n+1 : n+3])
			used = n + 3
		}
	case 3, 4:
		hours, minutes = atoi(s[:n-2]), atoi(s[n-2:n])
	default:
		return 0, false
	}
	if n != 4 && (hours > 15 || minutes > 59) { // RFC 5322 section 3.3 allows for +9959
		return 0, false
	}
	seconds := hours*3600 + minutes*60
	if negative {
		seconds = -seconds
	}
	p.zone = time.FixedZone("", seconds)
	return used, true
}

// word reads the name of a month, day or zone. What it does not know it takes
// for the name of a day, as long as no part of the date was found. It returns
// how much of after belongs to the word.
func (d *dateReader) word(p *dateParts, word, after string) (int, bool) {
	low := strings.ToLower(word)
	if m, ok := dateMonths[low]; ok && p.month == 0 {
		p.month = m
		return 0, true
	}
	switch low {
	case "am", "午前", "上午", "오전":
		p.am = true
		p.korean(low)
		return 0, true
	case "pm", "午後", "下午", "오후":
		p.pm = true
		p.korean(low)
		return 0, true
	case "tháng", "thg":
		p.named = true
		return 0, true
	case "a", "p": // 7:08 p.m.
		if !strings.HasPrefix(strings.ToLower(after), ".m") {
			return 0, true
		}
		p.am, p.pm = low == "a", low == "p"
		return 2, true
	case "th":
		p.named = digitsLen(after) > 0 // Th5
		return 0, true
	case "năm", "г", "d", "r", "год", "year", "t", "of", "de", "at", "del", "den", "um", "uhr", "kl", "klo", "à", "m", "st", "nd", "rd", "日", "일", "년", "월":
		if p.zone == nil && len(low) == 1 && p.clock && p.year > 0 && after == "" {
			p.zone = time.UTC // a military zone: RFC 2822 says to ignore it
		}
		return 0, true
	}
	if p.clock || p.day > 0 {
		return d.zone(p, word, after)
	}
	return 0, true
}

// korean sets the zone of the Korean forms, which state none.
func (p *dateParts) korean(word string) {
	if p.zone == nil && (word == "오전" || word == "오후") {
		p.zone = time.FixedZone("KST", 9*3600)
	}
}

// zone reads the name of a zone. "GMT+2" and "UTC +0200" are offsets.
func (d *dateReader) zone(p *dateParts, word, after string) (int, bool) {
	upper := strings.ToUpper(word)
	if upper == "GMT" || upper == "UTC" || upper == "UT" || upper == "Z" {
		rest := strings.TrimLeft(after, " ")
		if rest != "" && (rest[0] == '+' || rest[0] == '-') && p.zone == nil {
			if n, ok := p.offset(rest[1:], rest[0] == '-'); ok {
				return len(after) - len(rest) + 1 + n, true
			}
		}
	}
	if p.zone != nil {
		return 0, true
	}
	if hours, ok := dateZones[upper]; ok {
		p.zone = time.FixedZone(upper, int(hours*3600))
		return 0, true
	}
	if len(after) > 1 && after[0] == '/' {
		n := 1
		for n < len(after) && (isNameByte(after[n]) || after[n] == '/' || after[n] == '+') {
			n++
		}
		if loc := d.location(word + after[:n]); loc != nil {
			p.zone = loc
		}
		return n, true
	}
	return 0, true // unknown: UTC, as for none
}

// location returns a zone of the tz database, nil when there is none. Few are
// looked up for one feed, since each costs reading a file.
func (d *dateReader) location(name string) *time.Location {
	if loc, ok := d.zones[name]; ok || len(d.zones) >= 8 {
		return loc
	}
	loc, err := time.LoadLocation(name)
	if err != nil {
		loc = nil
	}
	if d.zones == nil {
		d.zones = make(map[string]*time.Location)
	}
	d.zones[name] = loc
	return loc
}

// time puts the parts together.
func (p *dateParts) time() (time.Time, bool) {
	if p.year > 2400 && p.year < 2700 {
		p.year -= 543 // of the Buddhist calendar
	}
	if p.day == 0 && p.month > 0 && p.yday == 0 {
		p.day = 1
	}
	if p.yday > 0 && p.year > 0 && p.yday <= 366 {
		p.month, p.day = 1, p.yday
	} else if p.month < 1 || p.month > 12 || p.day < 1 || p.day > 31 || p.year == 0 {
		return time.Time{}, false
	}
	if p.pm && p.hour < 12 {
		p.hour += 12
	} else if p.am && p.hour == 12 {
		p.hour = 0
	}
	if p.hour > 24 || p.min > 59 || p.sec > 60 {
		return time.Time{}, false
	}
	zone := p.zone
	if zone == nil {
		zone = time.UTC
	}
	return time.Date(p.year, time.Month(p.month), p.day, p.hour, p.min, p.sec, p.nanos, zone), true
}

// century completes a year of two digits.
func century(year int) int {
	if year < 90 {
		return 2000 + year
	}
	return 1900 + year
}

func digitsLen(s string) int {
	n := 0
	for n < len(s) && '0' <= s[n] && s[n] <= '9' {
		n++
	}
	return n
}

// wordLen is the length of the letters that s starts with.
func wordLen(s string) int {
	for i, r := range s {
		if !unicode.IsLetter(r) && !unicode.IsMark(r) {
			return i
		}
	}
	return len(s)
}

// atoi reads up to nine digits.
func atoi(s string) int {
	n := 0
	for i := 0; i < len(s); i++ {
		n = n*10 + int(s[i]-'0')
	}
	return n
}

// monthNames are the names of months, full and short, in the languages that
// feeds are seen to use, in lower case.
var monthNames = [12]string{
	"jan january januar janvier janv enero ene gennaio gen janeiro januari jän jänner tammikuu tammikuuta tammi styczeń stycznia sty leden ledna led január ocak oca янв январь января январа січень січня січ ιαν ιανουάριος ιανουαρίου ιανουαριος ianuarie ian siječanj siječnja gener januára" +
		" يناير جانفي ינואר בינואר जनवरी sausio janvāris janvāra jaanuar janúar มกราคม ژانویه জানুয়ারি януари јануар јануари студзеня janar yanvar იანვარი հունվարի urtarrila xaneiro januarie",
	"feb february februar février fevrier févr fev febrero febbraio fevereiro februari helmikuu helmikuuta helmi luty lutego lut únor února úno február şubat şub фев февр февраль февраля лютий лютого лют φεβ φεβρ φεβρουάριος φεβρουαρίου februarie veljača veljače febrer februára" +
		" فبراير فيفري פברואר בפברואר फ़रवरी फरवरी vasario februāris februāra veebruar febrúar กุมภาพันธ์ فوریه ফেব্রুয়ারি февруари фебруар лютага shkurt fevral თებერვალი փետրվարի otsaila febreiro",
	"mar march märz mär mrz mars marzo març março maart mrt marts maaliskuu maaliskuuta maalis marzec marca březen března bře március márc márc mart мар март марта березень березня бер μάρ μαρ μάρτ μάρτιος μαρτίου martie ožujak ožujka marec" +
		" مارس מרץ במרץ מרס मार्च kovo märts maret mac มีนาคม মার্চ сакавіка მარტი մարտի martxoa",
	"apr april avril avr abril abr aprile abri huhtikuu huhtikuuta huhti kwiecień kwietnia kwi duben dubna dub április ápr nisan nis апр апрель апреля квітень квітня кві απρ απρίλιος απριλίου aprilie travanj travnja apríl apríla" +
		" أبريل ابريل إبريل أفريل אפריל באפריל अप्रैल balandžio aprīlis aprīļa aprill เมษายน آوریل এপ্রিল април красавіка prill aprel აპრილი ապրիլի apirila",
	"may mai mayo maggio mag maio mei maj toukokuu toukokuuta touko maja květen května kvě május máj mayıs май мая травень травня тра μάι μαι μαϊ μάιος μαΐου svibanj svibnja maig mája" +
		" مايو ماي מאי במאי मई gegužės maijs maija maí พฤษภาคม مه মে мај მაისი մայիսի maiatza",
	"jun june juni juin junio giugno giu junho kesäkuu kesäkuuta kesä czerwiec czerwca cze červen června čer június jún haziran haz июн июнь июня червень червня чер ιούν ιουν ιούνιος ιουνίου iunie iun lipanj lipnja juny júna" +
		" يونيو يونيه جوان יוני ביוני जून birželio jūnijs jūnija juuni júní มิถุนายน ژوئن জুন юни јун јуни чэрвеня qershor iyun ივნისი հունիսի ekaina xuño junie junij",
	"jul july juli juillet juil julio luglio lug julho heinäkuu heinäkuuta heinä lipiec lipca lip červenec července čvc július júl temmuz tem июл июль июля липень липня ιούλ ιουλ ιούλιος ιουλίου iulie iul srpanj srpnja juliol júla" +
		" يوليو يوليه جويلية יולי ביולי जुलाई liepos jūlijs jūlija juuli júlí julai กรกฎาคม ژوئیه জুলাই юли јул јули ліпеня korrik iyul ივლისი հուլիսի uztaila xullo julie julij",
	"aug august août aout agosto ago augustus augusti elokuu elokuuta elo sierpień sierpnia sie srpen srpna srp augusztus ağustos ağu авг август августа серпень серпня серп αύγ αυγ αύγουστος αυγούστου kolovoz kolovoza agost augusta" +
		" أغسطس اغسطس أوت אוגוסט באוגוסט अगस्त rugpjūčio augusts ágúst agustus ogos ags สิงหาคม اوت আগস্ট жніўня gusht avqust avgust აგვისტო օգոստոսի abuztua",
	"sep sept september septembre septiembre settembre set setembro syyskuu syyskuuta syys wrzesień września wrz září zář szeptember szept eylül eyl сен сент сентябрь сентября вересень вересня вер σεπ σεπτ σεπτέμβριος σεπτεμβρίου septembrie rujan rujna setembre septembra" +
		" سبتمبر ספטמבר בספטמבר सितंबर सितम्बर rugsėjo septembris กันยายน سپتامبر সেপ্টেম্বর септември септембар septembar верасня shtator sentyabr სექტემბერი սեպտեմբերի iraila",
	"oct october oktober okt octobre octubre ottobre ott outubro out lokakuu lokakuuta loka październik października paź říjen října říj október ekim eki окт октябрь октября жовтень жовтня жов οκτ οκτώβριος οκτωβρίου octombrie octubre októbra" +
		" أكتوبر اكتوبر אוקטובר באוקטובר अक्टूबर अक्तूबर spalio oktobris oktobra oktoober ตุลาคม اکتبر অক্টোবর октомври октобар oktobar кастрычніка tetor oktyabr ოქტომბერი հոկտեմբերի urria",
	"nov november novembre noviembre novembro marraskuu marraskuuta marras listopad listopada lis lstp listopadu noyabr kasım kas ноя нояб ноябрь ноября листопад листопада лис νοέ νοε νοέμβριος νοεμβρίου noiembrie noi studeni studenoga novembra" +
		" نوفمبر נובמבר בנובמבר नवंबर नवम्बर lapkričio novembris nóvember nopember พฤศจิกายน نوامبر নভেম্বর ноември новембар novembar лістапада nëntor ნოემბერი նոյեմբերի azaroa",
	"dec december dezember dez décembre decembre déc diciembre dic dicembre dezembro desember des joulukuu joulukuuta joulu grudzień grudnia gru prosinec prosince pro aralık ara дек декабрь декабря грудень грудня гру δεκ δεκέμβριος δεκεμβρίου decembrie prosinac prosinca desembre decembra" +
		" ديسمبر דצמבר בדצמבר दिसंबर दिसम्बर gruodžio decembris detsember disember ธันวาคม دسامبر ডিসেম্বর декември децембар decembar снежня dhjetor dekabr დეკემბერი դեկտեմբերի abendua decembro",
}

// dateMonths are the numbers of monthNames.
var dateMonths = func() map[string]int {
	m := make(map[string]int)
	for i, names := range monthNames {
		for name := range strings.FieldsSeq(names) {
			m[name] = i + 1
		}
	}
	return m
}()

// dateZones are the names of zones that dates in feeds have, in hours east of
// UTC. Where a name means several zones it is the one seen most in feeds; ET,
// CT, MT and PT are taken as standard time, as by other readers.
var dateZones = map[string]float64{
	"UT": 0, "UTC": 0, "GMT": 0, "Z": 0, "WET": 0,
	"EST": -5, "EDT": -4, "ET": -5, "CST": -6, "CDT": -5, "CT": -6,
	"MST": -7, "MDT": -6, "MT": -7, "PST": -8, "PDT": -7, "PT": -8,
	"AKST": -9, "AKDT": -8, "HST": -10, "HAST": -10, "AST": -4, "ADT": -3, "NST": -3.5, "NDT": -2.5,
	"BRT": -3, "BRST": -2, "ART": -3, "CLT": -4, "CLST": -3, "COT": -5, "PET": -5, "VET": -4, "UYT": -3, "BOT": -4,
	"BST": 1, "IST": 5.5, "WEST": 1, "CET": 1, "CEST": 2, "MET": 1, "MEST": 2, "MEZ": 1, "MESZ": 2,
	"EET": 2, "EEST": 3, "MSK": 3, "MSD": 4, "TRT": 3, "WAT": 1, "CAT": 2, "SAST": 2, "EAT": 3,
	"GST": 4, "AZT": 4, "SAMT": 4, "PKT": 5, "YEKT": 5, "UZT": 5, "NPT": 5.75, "BDT": 6, "OMST": 6, "ALMT": 6,
	"MMT": 6.5, "ICT": 7, "WIB": 7, "NOVT": 7, "KRAT": 7, "HKT": 8, "SGT": 8, "PHT": 8, "MYT": 8, "WITA": 8, "AWST": 8, "IRKT": 8,
	"JST": 9, "KST": 9, "WIT": 9, "YAKT": 9, "ACST": 9.5, "ACDT": 10.5, "AEST": 10, "AEDT": 11, "VLAT": 10, "CHST": 10,
	"NZST": 12, "NZDT": 13, "IRST": 3.5, "IDT": 3,
}
