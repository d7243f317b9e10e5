package extract

import (
	"strings"
	"testing"
	"time"
)

func TestParseDate(t *testing.T) {
	for _, tt := range []struct{ in, lang, want string }{
		{"2024-02-12T18:40:00+01:00", "", "2024-02-12T18:40:00+01:00"},
		{"2024-02-12T18:40:00.123Z", "", "2024-02-12T18:40:00Z"},
		{"2024-02-12T18:40:00+0530", "", "2024-02-12T18:40:00+05:30"},
		{"2024-02-12 18:40:00", "", "2024-02-12T18:40:00Z"},
		{"2024-02-12", "", "2024-02-12T00:00:00Z"},
		{"20240212", "", "2024-02-12T00:00:00Z"},
		{"Mon, 12 Feb 2024 18:40:00 GMT", "", "2024-02-12T18:40:00Z"},
		{"1707763200", "", "2024-02-12T18:40:00Z"},
		{"1707763200000", "", "2024-02-12T18:40:00Z"},
		{"February 12, 2024", "en", "2024-02-12T00:00:00Z"},
		{"Posted on Feb. 12th, 2024 at 6:40 pm EST", "en", "2024-02-12T18:40:00-05:00"},
		{"12 February 2024, 18:40 CET", "en", "2024-02-12T18:40:00+01:00"},
		{"02/12/2024", "en-US", "2024-02-12T00:00:00Z"},
		{"12/02/2024", "en-GB", "2024-02-12T00:00:00Z"},
		{"12/02/2024", "fr", "2024-02-12T00:00:00Z"},
		{"Montag, 12. Februar 2024, 18.40 Uhr", "de", "2024-02-12T18:40:00+01:00"},
		{"12.07.2024 – 18:40", "de", "2024-07-12T18:40:00+02:00"},
		{"Publié le 12 février 2024 à 18h40", "fr", "2024-02-12T18:40:00Z"},
		{"12 de febrero de 2024", "es", "2024-02-12T00:00:00Z"},
		{"12 febbraio 2024 ore 18:40", "it", "2024-02-12T18:40:00+01:00"},
		{"12 de fevereiro de 2024", "pt", "2024-02-12T00:00:00Z"},
		{"12 февраля 2024 г., 18:40", "ru", "2024-02-12T18:40:00Z"},
		{"12 فبراير 2024", "ar", "2024-02-12T00:00:00Z"},
		{"١٢ شباط ٢٠٢٤", "ar", "2024-02-12T00:00:00Z"},
		{"12 تشرين الثاني 2024", "ar", "2024-11-12T00:00:00Z"},
		{"12 Şubat 2024 18:40", "tr", "2024-02-12T18:40:00+03:00"},
		{"2024年2月12日 18:40", "zh", "2024-02-12T18:40:00+08:00"},
		{"２０２４年２月１２日", "ja", "2024-02-12T00:00:00+09:00"},
		{"2024년 2월 12일", "ko", "2024-02-12T00:00:00+09:00"},
		{"12 | 02 | 2024", "de", "2024-02-12T00:00:00+01:00"},
		{"HealthFEBRUARY 12, 2024", "en", "2024-02-12T00:00:00Z"},
		// Zones: a day that a program has put into UTC, and a machine's own time.
		{"2024-02-11T23:00:00Z", "de", "2024-02-12T00:00:00+01:00"},
		{"2024-07-11T22:00:00.000Z", "de-AT", "2024-07-12T00:00:00+02:00"},
		{"2024-02-11T15:00:00Z", "ja", "2024-02-12T00:00:00+09:00"},
		{"2024-02-11T23:00:00Z", "en", "2024-02-11T23:00:00Z"},
		{"2024-02-12T18:40:00", "de", "2024-02-12T18:40:00Z"},
		{"2024-02-12", "de", "2024-02-12T00:00:00+01:00"},
		// Of several dates that of the publication.
		{"Updated 14 February 2024. Published 12 February 2024", "en", "2024-02-12T00:00:00Z"},
		{"Letzte Änderung: 14.02.2024 – erschienen am 12.02.2024", "de", "2024-02-12T00:00:00+01:00"},
		{"Updated 14 February 2024", "en", "2024-02-14T00:00:00Z"},
		{"Festival, 9.–11. Februar 2024", "de", ""},
		{"Treffen am 12.2.24, 10:00-11:30 Uhr", "de", ""},
		// Absurd or no dates.
		{"0001-01-01T00:00:00Z", "", ""},
		{"1970-01-01", "", ""},
		{"2024-13-40", "", ""},
		{"31 February 2024", "en", ""},
		{"9999-12-31", "", ""},
		{"12 monkeys in 2024", "en", ""},
		{"call 555 12 2024", "en", ""},
		{"", "", ""},
		{strings.Repeat("1", 400), "", ""},
	} {
		got, ok := parseDate(tt.in, tt.lang)
		s := ""
		if ok {
			s = got.Format(time.RFC3339)
		}
		if s != tt.want {
			t.Errorf("parseDate(%q, %q) = %q, want %q", tt.in, tt.lang, s, tt.want)
		}
	}
}

func TestDateInURL(t *testing.T) {
	for _, tt := range []struct{ path, want string }{
		{"/2024/02/12/storm", "2024-02-12"},
		{"/news/2024-02-12-storm.html", "2024-02-12"},
		{"/news/20240212/storm", "2024-02-12"},
		{"/news/2024/storm", ""},
		{"/id/12345678", ""},
		{"/2024/99/12/x", ""},
		{"/news/12-02-2024", ""},
		{"/news/29-02-2024", "2024-02-29"},
		{"/news/02-29-2024/storm", "2024-02-29"},
		{"/news/2024/x/02/12", ""},
		{"/v1-2-2024-02-12", "2024-02-12"},
	} {
		got := ""
		if d := dateInURL(tt.path); !d.IsZero() {
			got = d.Format(time.DateOnly)
		}
		if got != tt.want {
			t.Errorf("dateInURL(%q) = %q, want %q", tt.path, got, tt.want)
		}
	}
}

// TestDateOfPage checks which of several dates on a page is taken.
func TestDateOfPage(t *testing.T) {
	const body = `<h1>Storm closes harbour</h1>%s<p>The harbour was closed on Monday after a storm, the harbour master said. Ships waited outside.</p><p>It will be open again by Wednesday, provided that the wind turns north, as the forecast says.</p>`
	for _, tt := range []struct{ name, head, byline, want string }{
		{"JSON-LD before meta", `<script type="application/ld+json">{"@type":"NewsArticle","headline":"x","datePublished":"2024-02-12T10:00:00+01:00"}</script><meta property="article:published_time" content="2024-02-13">`, "", "2024-02-12T10:00:00+01:00"},
		{"meta before time element", `<meta property="article:published_time" content="2024-02-12T10:00:00Z">`, `<time datetime="2024-03-01">1 March</time>`, "2024-02-12T10:00:00Z"},
		{"time element", "", `<time datetime="2024-02-12T10:00:00Z">Monday</time>`, "2024-02-12T10:00:00Z"},
		{"visible text", "", `<p class="meta">Published 12 February 2024</p>`, "2024-02-12T00:00:00Z"},
		{"absurd meta is passed over", `<meta property="article:published_time" content="0000-00-00T00:00:00Z">`, `<time datetime="2024-02-12">x</time>`, "2024-02-12T00:00:00Z"},
		{"the day that is shown tells the zone", `<meta property="article:published_time" content="2024-02-11T23:30:00Z">`, `<p class="date">12 February 2024</p>`, "2024-02-12T00:30:00+01:00"},
		{"of two stated days the one that is shown", `<meta property="article:published_time" content="2024-02-10"><meta name="pubdate" content="2024-02-12">`, `<p class="date">12 February 2024</p>`, "2024-02-12T00:00:00Z"},
		{"the day of a change is not taken for it", `<meta property="article:published_time" content="2024-02-10"><meta name="pubdate" content="2024-02-12"><meta property="article:modified_time" content="2024-02-12">`, `<p class="date">12 February 2024</p>`, "2024-02-10T00:00:00Z"},
		{"a date of the page before one of its making", `<meta name="date" content="2024-02-09T11:00:00Z">`, `<p class="date">12 February 2024</p>`, "2024-02-12T00:00:00Z"},
		{"the time of day tells the zone", `<meta property="article:published_time" content="2024-02-13T04:40:00Z">`, `<p class="date">12 February 2024, 9:40 pm</p>`, "2024-02-12T21:40:00-07:00"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			page := "<html lang=en><head><title>Storm closes harbour</title>" + tt.head + "</head><body>" + strings.Replace(body, "%s", tt.byline, 1)
			d, err := Extract([]byte(page), "https://a.example/storm", Options{})
			if err != nil {
				t.Fatal(err)
			}
			if got := d.Published.Format(time.RFC3339); got != tt.want {
				t.Errorf("Published = %s, want %s", got, tt.want)
			}
		})
	}
}

// TestDateOfReading passes over the date of today that a site shows at its top.
func TestDateOfReading(t *testing.T) {
	const page = `<html lang=en><title>Storm closes harbour</title><div><div><div><div><p class=date>Friday, 19 July 2024</p></div><p>The Ellery Post</p></div></div></div>
		<main><h1>Storm closes harbour</h1><p>The harbour was closed on Monday after a storm, the harbour master said. Ships waited outside.</p><p class=date>12 February 2024</p></main>`
	d, err := Extract([]byte(page), "https://a.example/storm", Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got := d.Published.Format(time.DateOnly); got != "2024-02-12" {
		t.Errorf("Published = %s, want 2024-02-12", got)
	}
}
