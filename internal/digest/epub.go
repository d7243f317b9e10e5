package digest

import (
	"archive/zip"
	"cmp"
	"crypto/sha256"
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"time"

	"newsfold/internal/river"
)

// The EPUB form of a digest (https://www.w3.org/TR/epub-33/): a page of contents
// and a chapter a story, with its text. What is in the archive, and in which
// order, depends on the digest alone, and so does every byte of it.
type book struct {
	Digest
	files []bookFile
}

type bookFile struct{ name, text string }

func writeEPUB(w io.Writer, d Digest) error {
	b := book{Digest: d}
	b.chapters()
	z := zip.NewWriter(w)
	// The type comes first and is not compressed, so that it stands at a fixed
	// place (OCF 4.2.3).
	f, err := z.CreateHeader(&zip.FileHeader{Name: "mimetype", Method: zip.Store})
	if err == nil {
		_, err = io.WriteString(f, "application/epub+zip")
	}
	if err != nil {
		return err
	}
	for _, file := range b.files {
		f, err := z.CreateHeader(&zip.FileHeader{Name: file.name, Method: zip.Deflate})
		if err == nil {
			_, err = io.WriteString(f, file.text)
		}
		if err != nil {
			return err
		}
	}
	return z.Close()
}

// esc makes a text fit for XML.
func esc(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a Builder takes everything
	return b.String()
}

const (
	bookContainer = xml.Header + `<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">
  <rootfiles><rootfile full-path="EPUB/package.opf" media-type="application/oebps-package+xml"/></rootfiles>
</container>
`
	bookStyle = `body { margin: 1em; line-height: 1.5; }
h1 { font-size: 1.4em; line-height: 1.25; }
h2 { font-size: 1.1em; }
.where, .also { font-size: .85em; }
.also { border-top: 1px solid; margin-top: 2em; padding-top: .5em; }
.item { margin-left: 1em; }
`
)

// chapters makes the files of the book.
func (b *book) chapters() {
	p := b.page()
	var nav, manifest, spine strings.Builder
	lang := p.Lang
	b.add("META-INF/container.xml", bookContainer)
	whole := map[string]river.Story{}
	for _, s := range b.Stories {
		whole[chapter(s)] = s
	}
	for _, u := range b.Updated {
		whole[chapter(u.Story)] = u.Story
	}
	var pages []bookFile
	for i, s := range p.Sections {
		fmt.Fprintf(&nav, "<li><span>%s</span>\n<ol>\n", esc(cmp.Or(s.Title, "Stories")))
		for _, t := range s.Stories {
			name := fmt.Sprintf("story%d.xhtml", t.ID)
			fmt.Fprintf(&nav, "<li><a href=\"%s\">%s</a></li>\n", name, esc(t.Title))
			id := fmt.Sprintf("s%d-%d", i, t.ID)
			if st, ok := whole[name]; ok { // once, should it be there twice
				delete(whole, name)
				fmt.Fprintf(&manifest, "    <item id=\"%s\" href=\"%s\" media-type=\"application/xhtml+xml\"/>\n", id, name)
				fmt.Fprintf(&spine, "    <itemref idref=\"%s\"/>\n", id)
				pages = append(pages, bookFile{"EPUB/" + name, b.chapter(t, st)})
			}
		}
		nav.WriteString("</ol></li>\n")
	}
	if p.Empty {
		nav.WriteString("<li><a href=\"nav.xhtml\">No stories</a></li>\n")
	}
	b.add("EPUB/package.opf", b.opf(p, manifest.String(), spine.String()))
	note := ""
	if p.Note != "" {
		note = "<p>" + esc(p.Note) + "</p>\n"
	}
	b.add("EPUB/nav.xhtml", xhtml(lang, "", p.Title, fmt.Sprintf("<h1>%s</h1>\n<p class=\"where\">%s</p>\n%s<nav epub:type=\"toc\">\n<ol>\n%s</ol>\n</nav>\n",
		esc(cmp.Or(p.Title, "Digest")), esc(p.Span), note, nav.String())))
	b.add("EPUB/style.css", bookStyle)
	b.files = append(b.files, pages...)
}

func (b *book) add(name, text string) { b.files = append(b.files, bookFile{name, text}) }

// chapter names the file of a story.
func chapter(s river.Story) string { return fmt.Sprintf("story%d.xhtml", s.ID) }

func (b *book) opf(p page, manifest, spine string) string {
	made := first(b.Generated, b.Until, newest(b.Stories), time.Unix(0, 0)).UTC()
	if made.Year() < 1000 || made.Year() > 9999 {
		made = time.Unix(0, 0).UTC()
	}
	return xml.Header + fmt.Sprintf(`<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id">
  <metadata xmlns:dc="http://purl.org/dc/elements/1.1/">
    <dc:identifier id="id">%s</dc:identifier>
    <dc:title>%s</dc:title>
    <dc:language>%s</dc:language>
    <dc:creator>newsfold</dc:creator>
    <dc:date>%s</dc:date>
    <meta property="dcterms:modified">%s</meta>
  </metadata>
  <manifest>
    <item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>
    <item id="style" href="style.css" media-type="text/css"/>
%s  </manifest>
  <spine>
    <itemref idref="nav"/>
%s  </spine>
</package>
`, b.urn(), esc(cmp.Or(p.Title, "Digest")), esc(p.Lang), made.Format(time.DateOnly), made.Format("2006-01-02T15:04:05Z"), manifest, spine)
}

// urn identifies the book by what it is about: programs for reading take a
// second book of the same identifier for the same.
func (b *book) urn() string {
	h := sha256.New()
	fmt.Fprintf(h, "%q %q %q\n", b.Title, at(b.Since).s, at(b.Until).s)
	for _, s := range b.Stories {
		fmt.Fprintf(h, "%d %q\n", s.ID, s.Title)
	}
	sum := h.Sum(nil)
	// Version 8 is for values made by rules of one's own (RFC 9562, 5.8).
	sum[6], sum[8] = sum[6]&0x0f|0x80, sum[8]&0x3f|0x80
	return fmt.Sprintf("urn:uuid:%x-%x-%x-%x-%x", sum[:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16])
}

func xhtml(lang, dir, title, body string) string {
	attrs := ""
	if lang != "" {
		attrs = fmt.Sprintf(` lang="%s" xml:lang="%s"`, esc(lang), esc(lang))
	}
	if dir != "" {
		attrs += ` dir="` + dir + `"`
	}
	return xml.Header + `<!DOCTYPE html>
<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops"` + attrs + `>
<head>
<title>` + esc(cmp.Or(title, "Digest")) + `</title>
<link rel="stylesheet" type="text/css" href="style.css"/>
</head>
<body>
` + body + `</body>
</html>
`
}

// chapter is the page of a story.
func (b *book) chapter(t told, s river.Story) string {
	var body strings.Builder
	fmt.Fprintf(&body, "<h1>%s</h1>\n", esc(t.Title))
	if t.Where != "" {
		fmt.Fprintf(&body, "<p class=\"where\">%s</p>\n", esc(join(" · ", plain(s.Byline), t.Where)))
	}
	if t.What != "" {
		fmt.Fprintf(&body, "<p class=\"where\"><strong>%s</strong></p>\n", esc(t.What))
	}
	body.WriteString(prose(s))
	if t.URL != "" {
		fmt.Fprintf(&body, "<p class=\"where\"><a href=\"%s\">%s</a></p>\n", esc(t.URL), esc(cmp.Or(plain(s.Outlet), t.URL)))
	}
	if t.First != "" || len(t.Copies)+len(t.Others) > 0 {
		body.WriteString(`<div class="also">`)
		if t.First != "" {
			fmt.Fprintf(&body, "<p>First: %s</p>", esc(t.First))
		}
		for _, c := range t.Copies {
			name := esc(c.Where)
			if c.URL != "" {
				name = `<a href="` + esc(c.URL) + `">` + name + "</a>"
			}
			fmt.Fprintf(&body, "\n<p>%s</p>", join(" – ", name, esc(join(", ", c.What, c.Title))))
		}
		if t.More > 0 {
			fmt.Fprintf(&body, "\n<p>and %d more</p>", t.More)
		}
		for _, r := range t.Others {
			name := esc(r.Title)
			if r.URL != "" {
				name = `<a href="` + esc(r.URL) + `">` + name + "</a>"
			}
			fmt.Fprintf(&body, "\n<p>%s</p>", join(" – ", "Other report: "+name, esc(r.Where)))
		}
		body.WriteString("</div>\n")
	}
	dir := ""
	if t.RTL {
		dir = "rtl"
	}
	return xhtml(t.Lang, dir, t.Title, body.String())
}
