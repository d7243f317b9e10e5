package opml

import (
	"bytes"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html/charset"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

// decode returns a document as UTF-8 without a byte order mark and without
// characters that XML forbids. The character set is that of the byte order
// mark, else the declared one, else UTF-8 where the bytes are valid as such,
// else windows-1252, which is what undeclared Western lists are written in.
func decode(data []byte) []byte {
	var enc encoding.Encoding
	switch {
	case bytes.HasPrefix(data, []byte("\xef\xbb\xbf")):
		data = data[3:]
	case bytes.HasPrefix(data, []byte("\xff\xfe")), bytes.HasPrefix(data, []byte("<\x00")):
		enc = unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)
	case bytes.HasPrefix(data, []byte("\xfe\xff")), bytes.HasPrefix(data, []byte("\x00<")):
		enc = unicode.UTF16(unicode.BigEndian, unicode.UseBOM)
	default:
		// A declaration that can be read byte by byte and names UTF-16 is wrong.
		if e, name := charset.Lookup(declared(data)); e != nil && name != "utf-8" && !strings.HasPrefix(name, "utf-16") {
			enc = e
		}
	}
	if enc == nil && !utf8.Valid(data) && !mostly(data) {
		enc = charmap.Windows1252
	}
	if enc != nil {
		// Decoders replace what they cannot read; an error is a cut-off end.
		data, _ = enc.NewDecoder().Bytes(data)
	}
	return bytes.Map(func(r rune) rune {
		switch {
		case r == '\t', r == '\n', r == '\r':
			return r
		case r < ' ', r == 0xfffe, r == 0xffff:
			return ' '
		}
		return r // Map has made invalid bytes utf8.RuneError
	}, data)
}

// declared returns the encoding that the XML declaration names.
func declared(data []byte) string {
	data = bytes.TrimSpace(data)
	end := bytes.Index(data[:min(len(data), 1024)], []byte("?>"))
	if !bytes.HasPrefix(data, []byte("<?xml")) || end < 0 {
		return ""
	}
	_, rest, ok := strings.Cut(string(data[:end]), "encoding")
	rest = strings.TrimLeft(rest, " \t\r\n=")
	if !ok || rest == "" || rest[0] != '"' && rest[0] != '\'' {
		return ""
	}
	name, _, _ := strings.Cut(rest[1:], rest[:1])
	return name
}

// mostly reports whether data is UTF-8 with a few broken places rather than
// another character set: there are more well-formed characters beyond ASCII
// than stray bytes.
func mostly(data []byte) bool {
	good, bad := 0, 0
	for len(data) > 0 {
		r, n := utf8.DecodeRune(data)
		switch {
		case r == utf8.RuneError && n == 1:
			bad++
		case n > 1:
			good++
		}
		data = data[n:]
	}
	return good > bad
}

// title makes one line of plain text out of an attribute.
func title(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if utf8.RuneCountInString(s) > maxTitle {
		s = strings.TrimSpace(string([]rune(s)[:maxTitle-1])) + "…"
	}
	return s
}

// folder makes a path of folder names, without empty ones and without those
// that are nested too deep to be written again.
func folder(s string) string {
	var names []string
	for name := range strings.SplitSeq(s, "/") {
		if name = title(name); name != "" && len(names) < maxPath {
			names = append(names, name)
		}
	}
	return strings.Join(names, "/")
}

// address makes a URL that can be polled of what stands in a list: without the
// line breaks of a pretty-printer, "&amp;" that was escaped twice unescaped,
// "feed:" and "itpc:" replaced by what they stand for, a missing scheme added.
func address(s string) (string, error) {
	s = strings.NewReplacer("\n", "", "\r", "", "\t", "").Replace(strings.TrimSpace(s))
	if len(s) > maxURL {
		return "", fmt.Errorf("its address is longer than %d bytes", maxURL)
	}
	for strings.Contains(s, "&amp;") {
		s = strings.ReplaceAll(s, "&amp;", "&")
	}
	lower := strings.ToLower(s)
	for _, p := range []string{"feed:", "itpc:", "pcast:"} {
		if strings.HasPrefix(lower, p) {
			s = s[len(p):]
			if strings.HasPrefix(s, "//") {
				s = "http:" + s
			}
			break
		}
	}
	if strings.HasPrefix(s, "//") {
		s = "https:" + s
	}
	u, err := url.Parse(s)
	if err == nil && u.Scheme == "" && strings.Contains(strings.SplitN(s, "/", 2)[0], ".") {
		s = "http://" + s
		u, err = url.Parse(s)
	}
	switch {
	case err != nil:
		return "", errors.New("its address is not a URL")
	case u.Scheme != "http" && u.Scheme != "https":
		return "", fmt.Errorf("its address is not on the web (%s)", short(s))
	case u.Host == "":
		return "", fmt.Errorf("its address names no host (%s)", short(s))
	}
	return s, nil
}

// short is the beginning of an address, for a message: only its scheme where
// it may hold a password.
func short(s string) string {
	if strings.Contains(s, "@") {
		s, _, _ = strings.Cut(s, ":")
		s += ":"
	}
	if utf8.RuneCountInString(s) > 60 {
		s = string([]rune(s)[:60]) + "…"
	}
	return s
}

// site returns the address of a home page, or nothing when it is none.
func site(s string) string {
	if s, err := address(s); err == nil {
		return s
	}
	return ""
}

// language returns a language tag; the specification also allows the values of
// RSS, which are the same. Anything longer is no tag.
func language(s string) string {
	s = strings.TrimSpace(s)
	if len(s) > 35 || s == "unknown" {
		return ""
	}
	return s
}
