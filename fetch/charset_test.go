package fetch

import (
	"net/http"
	"strings"
	"testing"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"
)

func TestCharacterSetsAreToldApart(t *testing.T) {
	utf16be := unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)
	utf16le := unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)
	for _, tc := range []struct {
		name           string
		enc            encoding.Encoding // nil: UTF-8
		mark           string            // written before
		declared, sent string
		title          string
	}{
		{"UTF-8", nil, "", "utf-8", "", "Mühle"},
		{"UTF-8 without a word", nil, "", "", "", "Mühle"},
		{"UTF-8 with mark against all labels", nil, "\xEF\xBB\xBF", "iso-8859-1", "koi8-r", "Mühle"},
		{"UTF-8 said to be Latin", nil, "", "iso-8859-1", "", "Mühle"},
		{"UTF-8 said to be ASCII", nil, "", "", "us-ascii", "Mühle"},
		{"UTF-8 said to be Japanese", nil, "", "shift_jis", "", "水車小屋の話"},
		{"UTF-8 said to be UTF-16", nil, "", "utf-16", "", "Mühle"},
		{"UTF-8 with an unknown label", nil, "", "x-mill", "", "Mühle"},
		{"Latin 1", charmap.ISO8859_1, "", "iso-8859-1", "", "Mühle"},
		{"Latin 1 said to be UTF-8", charmap.ISO8859_1, "", "utf-8", "utf-8", "Mühle"},
		{"Latin 1 without a word", charmap.ISO8859_1, "", "", "", "Mühle"},
		{"windows-1252 said to be Latin 1", charmap.Windows1252, "", "iso-8859-1", "", "“Mühle” – 5 €"},
		{"Latin 9", charmap.ISO8859_15, "", "iso-8859-15", "", "5 €"},
		{"header before declaration", charmap.Windows1251, "", "iso-8859-1", "windows-1251", "Мельница"},
		{"header in quotes", charmap.KOI8R, "", "", "'koi8-r'", "Мельница"},
		{"useless header", charmap.KOI8R, "", "koi8-r", "x-mill", "Мельница"},
		{"number of a code page", charmap.CodePage866, "", "cp866", "", "Мельница"},
		{"name of a code page", japanese.ShiftJIS, "", "cp932", "", "水車"},
		{"Shift JIS", japanese.ShiftJIS, "", "Shift_JIS", "", "水車"},
		{"EUC-JP", japanese.EUCJP, "", "euc-jp", "", "水車"},
		{"ISO-2022-JP", japanese.ISO2022JP, "", "iso-2022-jp", "", "水車"},
		{"GB 2312", simplifiedchinese.GBK, "", "gb2312", "", "水车"},
		{"HZ", simplifiedchinese.HZGB2312, "", "hz-gb-2312", "", "水车"},
		{"EUC-KR", korean.EUCKR, "", "", "euc-kr", "물레방아"},
		{"UTF-16 with mark", utf16le, "\xFF\xFE", "utf-16", "", "Mühle"},
		{"UTF-16 with mark, big", utf16be, "\xFE\xFF", "utf-8", "", "Mühle"},
		{"UTF-16 without mark", utf16be, "", "utf-16", "", "Mühle"},
		{"UTF-16 without a word", utf16le, "", "", "", "Mühle"},
		{"UTF-32 with mark", utf32.UTF32(utf32.LittleEndian, utf32.IgnoreBOM), "\xFF\xFE\x00\x00", "utf-32", "", "Mühle"},
		{"UTF-32 without mark", utf32.UTF32(utf32.BigEndian, utf32.IgnoreBOM), "", "", "", "Mühle"},
		{"EBCDIC", charmap.CodePage037, "", "ibm037", "", "The mill"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			body := "<rss><channel><title>" + tc.title + "</title></channel></rss>"
			decl := `<?xml version="1.0"?>`
			if tc.declared != "" {
				decl = `<?xml version="1.0" encoding="` + tc.declared + `"?>`
			}
			body = decl + body
			if tc.enc != nil {
				encoded, err := tc.enc.NewEncoder().String(body)
				if err != nil {
					t.Fatal(err)
				}
				body = encoded
			}
			header := http.Header{}
			if tc.sent != "" {
				header.Set("Content-Type", "application/rss+xml; Charset = "+tc.sent+"; x=y")
			}
			p, err := Parse([]byte(tc.mark+body), feedURL, header)
			if err != nil {
				t.Fatal(err)
			}
			if p.Feed.Title != tc.title {
				t.Errorf("title %q, want %q (faults %q)", p.Feed.Title, tc.title, p.Details.Faults)
			}
		})
	}
}

func TestFewBadBytesDoNotChangeTheCharacterSet(t *testing.T) {
	p := mustParse(t, `<rss><channel><title>Mühle, Höhe, Süd `+"\xFC"+`</title></channel></rss>`)
	if p.Feed.Title != "Mühle, Höhe, Süd \uFFFD" || len(p.Details.Faults) != 1 {
		t.Errorf("title %q, faults %q", p.Feed.Title, p.Details.Faults)
	}
}

func TestJSONMayHaveAMark(t *testing.T) {
	p := mustParse(t, "\uFEFF"+`{"version":"https://jsonfeed.org/version/1","title":"Mühle"}`)
	if p.Feed.Title != "Mühle" {
		t.Errorf("title %q", p.Feed.Title)
	}
}

func TestLongLabelsAreNoLabels(t *testing.T) {
	body := `<?xml version="1.0" encoding="` + strings.Repeat("x", 500) + `"?><rss><channel><title>x</title></channel></rss>`
	if p := mustParse(t, body); p.Feed.Title != "x" {
		t.Errorf("title %q", p.Feed.Title)
	}
}
