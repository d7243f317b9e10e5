package fetch

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/ianaindex"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"
)

// toUTF8 returns a body in valid UTF-8, without byte order mark. What the
// bytes are is told, in this order, by a byte order mark, by a pattern of zero
// bytes, by the charset of the Content-Type header, by the XML declaration
// (RFC 7303 section 3), and by the bytes themselves: UTF-8 when they are, or
// nearly are, and windows-1252 otherwise. A label that the bytes prove wrong is
// passed over; the fault then says so.
func toUTF8(body []byte, contentType string) (text []byte, fault string) {
	if enc, n := byMark(body); n > 0 {
		body = body[n:]
		for bytes.HasPrefix(body, []byte("\xEF\xBB\xBF")) {
			body, fault = body[3:], "more than one byte order mark"
		}
		if enc == nil {
			return validUTF8(body, fault)
		}
		return fromCharset(enc, body), fault
	}
	if enc := byPattern(body); enc != nil {
		return fromCharset(enc, body), ""
	}
	valid := utf8.Valid(body)
	for _, label := range []string{charsetParam(contentType), declaredEncoding(body)} {
		if label == "" {
			continue
		}
		enc := lookupEncoding(label)
		if enc == nil {
			if !isUTF8Label(label) {
				fault = "unknown character set " + label
			}
			if isUTF8Label(label) && valid {
				return body, ""
			}
			continue
		}
		if valid && provesUTF8(body, enc) {
			return body, "UTF-8 is said to be " + label
		}
		if text := fromCharset(enc, body); plausible(text) {
			return text, ""
		}
		fault = "the text is not " + label
	}
	if valid {
		return body, fault
	}
	return validUTF8(body, fault)
}

// byMark returns the encoding that a byte order mark announces and the length
// of the mark. The encoding is nil for UTF-8.
func byMark(body []byte) (encoding.Encoding, int) {
	switch {
	case bytes.HasPrefix(body, []byte("\xEF\xBB\xBF")):
		return nil, 3
	case bytes.HasPrefix(body, []byte("\xFF\xFE\x00\x00")):
		return utf32.UTF32(utf32.LittleEndian, utf32.IgnoreBOM), 4
	case bytes.HasPrefix(body, []byte("\x00\x00\xFE\xFF")):
		return utf32.UTF32(utf32.BigEndian, utf32.IgnoreBOM), 4
	case bytes.HasPrefix(body, []byte("\xFF\xFE")):
		return unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), 2
	case bytes.HasPrefix(body, []byte("\xFE\xFF")):
		return unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM), 2
	}
	return nil, 0
}

// byPattern recognises encodings that are no superset of ASCII by how they
// write the first characters of a feed (XML 1.0, appendix F.1).
func byPattern(body []byte) encoding.Encoding {
	if len(body) < 4 {
		return nil
	}
	zero := [4]bool{body[0] == 0, body[1] == 0, body[2] == 0, body[3] == 0}
	switch zero {
	case [4]bool{true, true, true, false}:
		return utf32.UTF32(utf32.BigEndian, utf32.IgnoreBOM)
	case [4]bool{false, true, true, true}:
		return utf32.UTF32(utf32.LittleEndian, utf32.IgnoreBOM)
	case [4]bool{true, false, true, false}:
		return unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)
	case [4]bool{false, true, false, true}:
		return unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)
	}
	if bytes.HasPrefix(body, []byte("\x4C\x6F\xA7\x94")) { // <?xm in EBCDIC
		return charmap.CodePage037
	}
	return nil
}

// charsetParam returns the charset of a Content-Type, leniently.
func charsetParam(contentType string) string {
	i := indexFold(contentType, "charset")
	if i < 0 {
		return ""
	}
	rest, ok := strings.CutPrefix(strings.TrimLeft(contentType[i+len("charset"):], " "), "=")
	if !ok {
		return ""
	}
	rest, _, _ = strings.Cut(rest, ";")
	return strings.Trim(rest, " \t\"'")
}

// declaredEncoding returns the encoding of an XML declaration near the start.
func declaredEncoding(body []byte) string {
	head := body[:min(len(body), 1024)]
	i := bytes.Index(head, []byte("<?xml"))
	if i < 0 {
		return ""
	}
	head, _, _ = bytes.Cut(head[i:], []byte(">"))
	_, rest, ok := bytes.Cut(head, []byte("encoding"))
	if !ok {
		return ""
	}
	rest, ok = bytes.CutPrefix(bytes.TrimLeft(rest, " \t\r\n"), []byte("="))
	rest = bytes.TrimLeft(rest, " \t\r\n")
	if !ok || len(rest) == 0 || rest[0] != '"' && rest[0] != '\'' {
		return ""
	}
	label, _, _ := bytes.Cut(rest[1:], rest[:1])
	return string(bytes.TrimSpace(label))
}

func isUTF8Label(label string) bool {
	switch strings.ToLower(strings.ReplaceAll(label, "_", "-")) {
	case "utf-8", "utf8", "u8", "unicode-1-1-utf-8", "x-unicode20utf8", "utf-8-sig", "utf8mb4":
		return true
	}
	return isWideLabel(label) // without zero bytes it cannot be that
}

// isWideLabel reports whether a label means UTF-16 or UTF-32: encodings that
// their bytes show, so that the label alone means nothing.
func isWideLabel(label string) bool {
	switch l := strings.ToLower(strings.ReplaceAll(label, "_", "-")); {
	case strings.HasPrefix(l, "utf-16"), strings.HasPrefix(l, "utf16"), strings.HasPrefix(l, "utf-32"), strings.HasPrefix(l, "utf32"),
		l == "u16", l == "u32", l == "unicode", l == "ucs-2", l == "iso-10646-ucs-2", l == "iso-10646-ucs-4", l == "ucs-4":
		return true
	}
	return false
}

// lookupEncoding returns the encoding of a label: those of the Encoding
// Standard as it says, others by the IANA registry. It is nil for UTF-8 and for
// unknown labels.
func lookupEncoding(label string) encoding.Encoding {
	if len(label) > 64 || isUTF8Label(label) {
		return nil
	}
	for _, l := range []string{label, strings.ReplaceAll(label, "_", "-")} {
		l = strings.ToLower(strings.TrimSpace(l))
		if other, ok := labelAliases[l]; ok {
			l = other
		}
		switch l {
		case "hz-gb-2312", "hz":
			return simplifiedchinese.HZGB2312
		case "iso-2022-cn", "iso-2022-cn-ext", "iso-2022-kr", "replacement", "x-user-defined":
			return nil
		}
		if enc, err := htmlindex.Get(l); err == nil {
			return enc
		}
		if enc, err := ianaindex.IANA.Encoding(l); err == nil && enc != nil {
			return enc
		}
		if enc, err := ianaindex.IANA.Encoding(strings.Replace(l, "cp", "ibm", 1)); err == nil && enc != nil {
			return enc
		}
		if l != "" && l[0] >= '1' && l[0] <= '9' {
			if enc, err := ianaindex.IANA.Encoding("ibm" + l); err == nil && enc != nil {
				return enc
			}
			if enc, err := htmlindex.Get("windows-" + l); err == nil {
				return enc
			}
		}
	}
	return nil
}

// labelAliases are labels that neither standard knows, as languages and
// databases name the encodings.
var labelAliases = map[string]string{
	"latin-1": "latin1", "iso-latin-1": "latin1", "ansi": "windows-1252", "ascii-8bit": "windows-1252",
	"cp932": "shift_jis", "windows-932": "shift_jis", "cp936": "gbk", "windows-936": "gbk", "euc-cn": "gbk",
	"cp949": "euc-kr", "uhc": "euc-kr", "ms949": "euc-kr", "cp950": "big5", "windows-950": "big5",
	"tis620": "tis-620", "mac-roman": "macintosh", "macroman": "macintosh", "mac-cyrillic": "x-mac-cyrillic", "maccyrillic": "x-mac-cyrillic",
}

// isASCIICompatible reports whether an encoding writes ASCII as it is.
func isASCIICompatible(enc encoding.Encoding) bool {
	return enc != charmap.CodePage037 && enc != charmap.CodePage1047 && enc != charmap.CodePage1140
}

// provesUTF8 reports whether valid UTF-8 cannot well be text in another
// encoding. In the encodings of one byte a single sequence shows it: a letter
// followed by a control character or sign. In those of East Asia the odds of
// each sequence are about one in seven.
func provesUTF8(body []byte, enc encoding.Encoding) bool {
	if !isASCIICompatible(enc) {
		return false
	}
	enough := 4
	if _, single := enc.(*charmap.Charmap); single {
		enough = 1
	}
	for i := 0; i < len(body); i++ {
		if body[i] < utf8.RuneSelf {
			continue
		}
		if enough--; enough == 0 {
			return true
		}
		_, size := utf8.DecodeRune(body[i:])
		i += size - 1
	}
	return false
}

// fromCharset decodes a body. What cannot be decoded becomes U+FFFD.
func fromCharset(enc encoding.Encoding, body []byte) []byte {
	text, err := enc.NewDecoder().Bytes(body)
	if err != nil {
		text = bytes.ToValidUTF8(body, []byte("\uFFFD"))
	}
	return bytes.TrimPrefix(text, []byte("\uFEFF"))
}

// plausible reports whether decoding made text: markup or JSON near the start
// and few characters that could not be decoded.
func plausible(text []byte) bool {
	head := text[:min(len(text), 4096)]
	if !bytes.ContainsAny(head, "<{") {
		return false
	}
	bad := bytes.Count(text, []byte("\uFFFD"))
	return bad <= 3 || bad < len(text)/50
}

// validUTF8 returns a body that says or seems to be UTF-8 with its bad bytes
// replaced, or, where bad bytes are many times more than good characters beyond
// ASCII, what it means in windows-1252. Text in that makes good UTF-8 by chance
// only once in many letters.
func validUTF8(body []byte, fault string) ([]byte, string) {
	good, bad := 0, 0
	for b := body; len(b) > 0; {
		if b[0] < utf8.RuneSelf {
			b = b[1:]
			continue
		}
		r, size := utf8.DecodeRune(b)
		if r == utf8.RuneError && size == 1 {
			bad++
		} else {
			good++
		}
		b = b[size:]
	}
	switch {
	case bad == 0:
		return body, fault
	case 4*good > bad:
		return bytes.ToValidUTF8(body, []byte("\uFFFD")), "some bytes are not UTF-8"
	}
	return fromCharset(charmap.Windows1252, body), "the character set is missing or wrong: read as windows-1252"
}
