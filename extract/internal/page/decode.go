package page

import (
	"bytes"
	"mime"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
)

// Decode returns a page as UTF-8 without NUL bytes. The character set is told
// by the byte order mark, the Content-Type header, the page's own meta element
// or XML declaration, in this order; a declaration that the bytes contradict
// is not believed. Without one the bytes are tried as UTF-8 and then guessed
// among the common legacy sets.
func Decode(b []byte, contentType string) []byte {
	switch {
	case bytes.HasPrefix(b, []byte("\xef\xbb\xbf")):
		b = b[3:]
		contentType = "text/html; charset=utf-8"
	case bytes.HasPrefix(b, []byte("\xfe\xff")):
		return dropNUL(decodeWith(b[2:], "utf-16be"))
	case bytes.HasPrefix(b, []byte("\xff\xfe")):
		return dropNUL(decodeWith(b[2:], "utf-16le"))
	}
	if utf8.Valid(b) && !escaped(b) {
		// Whatever the declaration: text in a legacy set is practically never
		// valid UTF-8 by accident.
		return dropNUL(b)
	}
	name := headerCharset(contentType)
	if name == "" || isUTF8(name) {
		if m := metaCharset(b); m != "" && !strings.HasPrefix(m, "utf-16") {
			name = m
		}
	}
	if name != "" && !isUTF8(name) {
		if out := decodeWith(b, name); out != nil {
			return dropNUL(out)
		}
	}
	if valid, stray := utf8Runs(b); valid > 0 && valid >= stray {
		return dropNUL(mend(b))
	}
	return dropNUL(decodeAs(b, guess(b)))
}

func isUTF8(name string) bool { return name == "utf-8" || name == "utf8" }

// escaped reports whether b is in ISO-2022-JP, which is 7-bit.
func escaped(b []byte) bool {
	return bytes.IndexByte(b, 0x1b) >= 0 && (bytes.Contains(b, []byte("\x1b$B")) || bytes.Contains(b, []byte("\x1b$@")))
}

func headerCharset(contentType string) string {
	_, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		return ""
	}
	return strings.ToLower(strings.TrimSpace(params["charset"]))
}

// metaCharset finds the character set that the first 4 KB of the page declare.
func metaCharset(b []byte) string {
	head := bytes.ToLower(b[:min(len(b), 4096)])
	if bytes.HasPrefix(bytes.TrimSpace(head), []byte("<?xml")) {
		end := bytes.Index(head, []byte("?>"))
		if end > 0 {
			if v := valueAfter(head[:end], "encoding"); v != "" {
				return v
			}
		}
	}
	for {
		i := bytes.Index(head, []byte("<meta"))
		if i < 0 {
			return ""
		}
		head = head[i+5:]
		end := bytes.IndexByte(head, '>')
		if end < 0 {
			return ""
		}
		if v := valueAfter(head[:end], "charset"); v != "" {
			return v
		}
	}
}

// valueAfter returns the value in name=value or name="value".
func valueAfter(b []byte, name string) string {
	i := bytes.Index(b, []byte(name))
	if i < 0 {
		return ""
	}
	v := bytes.TrimLeft(b[i+len(name):], " \t\r\n")
	if len(v) == 0 || v[0] != '=' {
		return ""
	}
	v = bytes.TrimLeft(v[1:], " \t\r\n\"'")
	end := bytes.IndexAny(v, " \t\r\n\"';/>")
	if end >= 0 {
		v = v[:end]
	}
	return string(v)
}

func decodeWith(b []byte, name string) []byte {
	enc, err := htmlindex.Get(name)
	if err != nil {
		return nil
	}
	return decodeAs(b, enc)
}

func decodeAs(b []byte, enc encoding.Encoding) []byte {
	out, err := enc.NewDecoder().Bytes(b)
	if err != nil && len(out) == 0 {
		return nil
	}
	return out
}

// utf8Runs counts the multi-byte sequences of b that are valid UTF-8 and the
// bytes that belong to none.
func utf8Runs(b []byte) (valid, stray int) {
	for i := 0; i < len(b); {
		if b[i] < utf8.RuneSelf {
			i++
			continue
		}
		r, n := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && n == 1 {
			stray++
		} else {
			valid++
		}
		i += n
	}
	return valid, stray
}

// mend decodes UTF-8 in which single bytes of windows-1252 have strayed.
func mend(b []byte) []byte {
	out := make([]byte, 0, len(b)+len(b)/16)
	for i := 0; i < len(b); {
		r, n := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && n == 1 {
			out = utf8.AppendRune(out, charmap.Windows1252.DecodeByte(b[i]))
		} else {
			out = append(out, b[i:i+n]...)
		}
		i += n
	}
	return out
}

func dropNUL(b []byte) []byte {
	if bytes.IndexByte(b, 0) < 0 {
		return b
	}
	return bytes.ReplaceAll(b, []byte{0}, nil)
}

// byLanguage is the fallback of the WHATWG encoding sniffing table: the legacy
// set that pages of a language mostly use.
var byLanguage = map[string][]encoding.Encoding{
	"ar": {charmap.Windows1256}, "fa": {charmap.Windows1256}, "ur": {charmap.Windows1256},
	"bg": {charmap.Windows1251}, "ru": {charmap.Windows1251, charmap.KOI8R}, "uk": {charmap.Windows1251, charmap.KOI8U},
	"be": {charmap.Windows1251}, "sr": {charmap.Windows1251}, "mk": {charmap.Windows1251},
	"cs": {charmap.Windows1250}, "hu": {charmap.ISO8859_2, charmap.Windows1250}, "pl": {charmap.ISO8859_2, charmap.Windows1250},
	"sk": {charmap.Windows1250}, "sl": {charmap.ISO8859_2}, "hr": {charmap.Windows1250}, "ro": {charmap.Windows1250},
	"el": {charmap.Windows1253}, "he": {charmap.Windows1255}, "tr": {charmap.Windows1254}, "az": {charmap.Windows1254},
	"et": {charmap.Windows1257}, "lt": {charmap.Windows1257}, "lv": {charmap.Windows1257},
	"ja": {japanese.ShiftJIS, japanese.EUCJP}, "ko": {korean.EUCKR},
	"th": {charmap.Windows874}, "vi": {charmap.Windows1258},
	"zh": {simplifiedchinese.GB18030, traditionalchinese.Big5},
}

// guess chooses a legacy character set by how much of the decoded sample is
// common writing of the languages that use the set.
func guess(b []byte) encoding.Encoding {
	sample := highSample(b)
	list := byLanguage[declaredLang(b)]
	if len(list) == 0 {
		list = []encoding.Encoding{
			charmap.Windows1252, charmap.Windows1251, charmap.KOI8R, charmap.Windows1256,
			simplifiedchinese.GB18030, japanese.ShiftJIS, japanese.EUCJP, korean.EUCKR, traditionalchinese.Big5,
		}
	}
	best, bestScore := list[0], -1.0
	for _, enc := range list {
		if s := plausible(decodeAs(sample, enc)); s > bestScore {
			best, bestScore = enc, s
		}
	}
	return best
}

func declaredLang(b []byte) string {
	head := bytes.ToLower(b[:min(len(b), 4096)])
	v := valueAfter(head, "lang")
	if len(v) > 2 {
		v = v[:2]
	}
	return v
}

// highSample collects up to 8 KB of the stretches around non-ASCII bytes.
func highSample(b []byte) []byte {
	out := make([]byte, 0, 8192)
	for i := 0; i < len(b) && len(out) < 8000; {
		if b[i] < utf8.RuneSelf {
			i++
			continue
		}
		j := i
		for j < len(b) && j-i < 200 && b[j] != '<' && b[j] != '\n' {
			j++
		}
		out = append(append(out, b[i:j]...), ' ')
		i = j + 1
	}
	return out
}

// plausible scores decoded text from 0 to 1: the weight of its non-ASCII
// characters that are frequent in running text.
func plausible(b []byte) float64 {
	var sum, n float64
	prev := ' '
	for _, r := range string(b) {
		if r < 0x80 {
			prev = r
			continue
		}
		n++
		sum += commonness(r, prev)
		prev = r
	}
	if n == 0 {
		return 0
	}
	return sum / n
}

func commonness(r, prev rune) float64 {
	switch {
	case r == utf8.RuneError || r < 0xa0:
		return -2
	case r >= 0x370 && r <= 0x6ff && (prev >= 'a' && prev <= 'z' || prev >= 'A' && prev <= 'Z'):
		return -.2 // letters of another script within words: accents in the wrong set
	case r >= 0x3040 && r <= 0x30ff: // kana: hardly by accident
		return 1
	case strings.ContainsRune("的一是不了在人有我他这中大来上国个到说们为子和你地出会时年得就那要下以生自着去之过家学对可里后也用发能新们报者", r):
		return 1
	case r >= 0x4e00 && r <= 0x9fff:
		return .45
	case strings.ContainsRune("이다는의에을하가고지를한은로서기도사나자리어대시인부정해일아들그수있전게면상라과보제장주원만으여년적스", r):
		return 1
	case r >= 0xac00 && r <= 0xd7a3: // what Chinese gives in a Korean set as well
		return .3
	case strings.ContainsRune("оеаинтсрвлкмдпу", r):
		return .95
	case r >= 0x430 && r <= 0x44f:
		return .6
	case r >= 0x410 && r <= 0x42f:
		if prev >= 0x410 && prev <= 0x44f { // capitals inside words: the wrong Cyrillic set
			return -.2
		}
		return .5
	case strings.ContainsRune("اليمنتربوةعدسفهكقأحج", r):
		return .9
	case r >= 0x620 && r <= 0x64a:
		return .5
	case strings.ContainsRune("éèàüöäßçñáíóúãõêâôåøæî’“”„–—«»…°£€", r):
		if prev >= 0xc0 && prev < 0x250 { // accented letters seldom follow each other
			return .2
		}
		return .8
	case r >= 0xa0 && r < 0x250:
		return .1
	case r >= 0x3000 && r <= 0x3002 || r >= 0xff00 && r <= 0xff5e:
		return .8
	case r >= 0xff61 && r <= 0xff9f: // half-width kana: typical of wrong Shift_JIS
		return .05
	}
	return 0
}
