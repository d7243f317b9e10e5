package fetch

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// FuzzParse reads arbitrary bytes under arbitrary headers: entries or a typed
// error come out, in bounded time, and what comes out can be stored and shown.
func FuzzParse(f *testing.F) {
	f.Add(inventedPodcast(1), "text/xml; charset=utf-8", "https://courier.example/z/")
	for _, bodies := range []map[string]string{refused(300), endured(300)} {
		for _, body := range bodies {
			if len(body) < 3000 {
				f.Add([]byte(body), "", "")
			}
		}
	}
	f.Add([]byte(inChannel(threeItems)), "application/xml; charset=iso-8859-1", "")
	f.Add([]byte(inItem(`<title>a &amp;amp; b</title><description><![CDATA[<p>x</p>]]></description><body xmlns="http://www.w3.org/1999/xhtml"><p>y<br/></p></body>`)), "", "")
	f.Add([]byte(inEntry(`<title type="html">&lt;b&gt;x</title><link href="a"/><content type="html" xml:base="b/">&lt;img srcset="i 1x, j 2x"&gt;</content><source><id>s</id></source>`)), "", "")
	f.Add([]byte(`{"version":"https://jsonfeed.org/version/1.1","title":5,"items":[{"id":1,"content_html":"<a href=b>","tags":"a,b","authors":["x"]}]}`), "application/feed+json", "")
	f.Add([]byte("\xFF\xFE<\x00r\x00s\x00s\x00>\x00"), "application/rss+xml; charset=utf-16", "")
	f.Add([]byte(`<?xml version="1.0" encoding="iso-2022-jp"?><rss><channel><title>`+"\x1B$B?e<V\x1B(B"), "", "")
	f.Add([]byte(inEntry(`<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p xml:base="a">x</p></div></content>`)), "", "b")
	f.Add([]byte(inItem(`<pubDate>Mon, 06 May 2024 07:08:09 Europe/Berlin</pubDate><media:group><media:content url="a"/></media:group>`)), "text/html", "//x")
	f.Fuzz(func(t *testing.T, body []byte, contentType, location string) {
		header := http.Header{"Content-Type": {contentType}, "Content-Location": {location}}
		start := time.Now()
		p, err := Parse(body, feedURL, header)
		if took := time.Since(start); took > time.Minute { // on a busy machine
			t.Errorf("took %v for %d bytes", took, len(body))
		}
		if err != nil {
			var e *Error
			if !errors.As(err, &e) || e.URL != feedURL || p != nil {
				t.Errorf("error %v with %v", err, p)
			}
			return
		}
		if len(p.Details.Items) != len(p.Entries) {
			t.Errorf("%d entries with details of %d", len(p.Entries), len(p.Details.Items))
		}
		for i := range p.Entries {
			e := &p.Entries[i]
			for _, s := range []string{e.GUID, e.Link, e.Title, e.Summary, e.Content, e.Lang, e.Image, e.Source.Title, e.Source.URL, strings.Join(e.Authors, ""), strings.Join(e.Tags, "")} {
				if !utf8.ValidString(s) {
					t.Errorf("not UTF-8: %q", s)
				}
			}
			for _, s := range []string{e.Link, e.Image, e.Source.URL, p.Feed.Site} {
				if scheme := refScheme(s); scheme != "" && scheme != "http" && scheme != "https" {
					t.Errorf("link %q", s)
				}
			}
			if strings.ContainsAny(e.Title, "\n\t\x00") {
				t.Errorf("title %q", e.Title)
			}
			if !e.Issued.IsZero() && (e.Issued.Year() < 1970 || e.Issued.Year() > 2201) {
				t.Errorf("issued %v", e.Issued)
			}
		}
	})
}

// FuzzDate reads arbitrary texts as dates.
func FuzzDate(f *testing.F) {
	for _, s := range []string{"Mon, 06 May 2024 07:08:09 +0200 (CEST)", "2024-05-06T07:08:09.5Z", "2024년 05월 06일", "-0312", "05/06/2024 7 p.m. Europe/Berlin", "1714979289"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var d dateReader
		got, ok := d.read(s)
		if ok && (got.Year() < 1970 || got.Year() > 2201) {
			t.Errorf("%q: %v", s, got)
		}
		again, ok2 := d.read(got.UTC().Format(time.RFC3339Nano))
		if ok && (!ok2 || !again.Equal(got)) && got.UTC().Year() >= 1971 && got.UTC().Year() <= 2200 {
			t.Errorf("%q: %v is read as %v", s, got, again)
		}
	})
}
