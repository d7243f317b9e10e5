package opml

import (
	"bytes"
	"cmp"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"newsfold"
)

// Limits of what is read. A list beyond them is refused as a whole; a title or
// an address beyond them is cut or reported.
const (
	MaxSize     = 64 << 20 // bytes of a list
	MaxDepth    = 64       // elements inside elements
	MaxOutlines = 500_000

	maxTag     = 4 << 20 // bytes from one "<" to the next: a tag is never that long
	maxURL     = 4096    // bytes
	maxTitle   = 500     // runes, of titles
	maxFolders = 100     // of one feed
	maxPath    = 32      // names in the path of a folder
)

// ErrNotOPML says that what was read is no OPML document at all.
var ErrNotOPML = errors.New("not OPML")

// namespace is where attributes of our own live.
const namespace = "urn:newsfold:opml"

// List is a subscription list.
type List struct {
	Title string // as its head states it
	// Feeds are the subscriptions in the order of the list, each address once.
	// URL, Title, Name, Site, Lang and Folders are set, where the list has them.
	Feeds []newsfold.Feed
	// Problems are the outlines that were meant as feeds and cannot be
	// subscribed to.
	Problems []Problem
}

// Problem is a fault in one place of a list.
type Problem struct {
	Line int    `json:"line"` // counted from 1
	Text string `json:"text"`
}

func (p Problem) String() string { return fmt.Sprintf("line %d: %s", p.Line, p.Text) }

// Read reads a subscription list. It returns an error when the input cannot be
// read as one: it wraps [ErrNotOPML] when it is something else, and names the
// line otherwise. Faults of single outlines are in List.Problems.
func Read(r io.Reader) (*List, error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxSize+1))
	if err != nil {
		return nil, fmt.Errorf("read subscription list: %w", err)
	}
	if len(data) > MaxSize {
		return nil, fmt.Errorf("subscription list is larger than %d MiB", MaxSize>>20)
	}
	data = decode(data)
	if err := look(data); err != nil {
		return nil, err
	}
	dec := xml.NewDecoder(bytes.NewReader(data))
	dec.Strict = false // "&" in addresses, unquoted attributes, unclosed tags
	dec.Entity = xml.HTMLEntity
	dec.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil } // done by decode
	rd := reader{dec: dec, list: &List{}}
	if err := rd.run(); err != nil {
		return nil, err
	}
	return rd.list, nil
}

// look refuses, before an XML parser spends memory on it, what is no XML and
// what holds a tag of absurd length.
func look(data []byte) error {
	text := bytes.TrimSpace(data)
	switch {
	case len(text) == 0:
		return fmt.Errorf("%w: the file is empty", ErrNotOPML)
	case text[0] != '<':
		return fmt.Errorf("%w: the file does not begin with a tag", ErrNotOPML)
	}
	for line, rest := 1, data; len(rest) > 0; {
		n := bytes.IndexByte(rest[1:], '<') + 1
		if n == 0 {
			n = len(rest)
		}
		if n > maxTag {
			return fmt.Errorf("line %d: a tag of more than %d MiB", line, maxTag>>20)
		}
		line += bytes.Count(rest[:n], []byte{'\n'})
		rest = rest[n:]
	}
	return nil
}

// reader walks the elements of a document.
type reader struct {
	dec   *xml.Decoder
	list  *List
	index map[string]int // address → place in list.Feeds; nil before the root

	open     []element // from the root to where we are
	outlines int
}

// element is an open element. An outline that is no feed is a folder; one
// without a name adds nothing to the path of what is inside.
type element struct {
	name   string // lower case
	folder string
}

func (r *reader) run() error {
	for {
		line, _ := r.dec.InputPos()
		tok, err := r.dec.Token()
		if err == io.EOF {
			// Only a document without any element gets here with no root seen:
			// look has made sure that there is a tag, but it may be a comment.
			if r.index == nil {
				return fmt.Errorf("%w: there is no element in it", ErrNotOPML)
			}
			return nil
		}
		if err != nil {
			return r.broken(err)
		}
		switch t := tok.(type) {
		case xml.StartElement:
			if err := r.start(t, line); err != nil {
				return err
			}
		case xml.EndElement:
			if len(r.open) > 0 {
				r.open = r.open[:len(r.open)-1]
			}
		case xml.CharData:
			if n := len(r.open); n == 3 && r.open[1].name == "head" && r.open[2].name == "title" {
				r.list.Title = title(r.list.Title + string(t))
			}
		}
	}
}

func (r *reader) start(t xml.StartElement, line int) error {
	el := element{name: strings.ToLower(t.Name.Local)}
	if r.index == nil {
		if el.name != "opml" {
			return fmt.Errorf("%w: %s", ErrNotOPML, stranger(t.Name.Local))
		}
		r.index = map[string]int{}
	}
	if len(r.open) >= MaxDepth {
		return fmt.Errorf("line %d: outlines nested deeper than %d levels", line, MaxDepth)
	}
	if el.name == "outline" {
		if r.outlines++; r.outlines > MaxOutlines {
			return fmt.Errorf("line %d: more than %d outlines", line, MaxOutlines)
		}
		el.folder = r.outline(outlineOf(t.Attr), line)
	}
	r.open = append(r.open, el)
	return nil
}

// outline takes in a feed and returns the name of a folder.
func (r *reader) outline(o outline, line int) (folder string) {
	name := cmp.Or(o.text, o.title)
	if o.url == "" {
		switch o.kind {
		case "rss", "atom", "feed":
			r.problem(line, "%q has no xmlUrl", name)
		case "include":
			r.problem(line, "%q includes another list, which is not followed: import that one too", name)
		}
		return name
	}
	if strings.Contains(o.kind, "xpath") || strings.HasPrefix(o.kind, "html") || strings.HasPrefix(o.kind, "json+") {
		r.problem(line, "%q is a page that another program takes apart (type %s), not a feed", name, o.kind)
		return ""
	}
	addr, err := address(o.url)
	if err != nil {
		r.problem(line, "%q: %v", name, err)
		return ""
	}
	i, ok := r.index[addr]
	if !ok {
		i = len(r.list.Feeds)
		r.index[addr] = i
		r.list.Feeds = append(r.list.Feeds, newsfold.Feed{URL: addr})
	}
	f := &r.list.Feeds[i]
	f.Title = cmp.Or(f.Title, o.own)
	if name != addr {
		f.Name = cmp.Or(f.Name, name)
	}
	if f.Name == f.Title {
		f.Name = ""
	}
	f.Site = cmp.Or(f.Site, o.site)
	f.Lang = cmp.Or(f.Lang, o.lang)
	r.file(f, o.category)
	return ""
}

// file puts a feed into the folder that it stands in and into those that its
// category names: slash-separated paths, and, for a feed in no folder, also
// plain words, which the specification calls tags.
func (r *reader) file(f *newsfold.Feed, category string) {
	var path []string
	for _, el := range r.open {
		if el.folder != "" {
			path = append(path, el.folder)
		}
	}
	folders := []string{strings.Join(path, "/")}
	for c := range strings.SplitSeq(category, ",") {
		if strings.Contains(c, "/") || len(path) == 0 {
			folders = append(folders, c)
		}
	}
	for _, name := range folders {
		name = folder(name)
		if name != "" && len(f.Folders) < maxFolders && !slices.Contains(f.Folders, name) {
			f.Folders = append(f.Folders, name)
		}
	}
}

func (r *reader) problem(line int, format string, args ...any) {
	r.list.Problems = append(r.list.Problems, Problem{Line: line, Text: fmt.Sprintf(format, args...)})
}

// broken words a syntax error for a person.
func (r *reader) broken(err error) error {
	line, _ := r.dec.InputPos()
	var syntax *xml.SyntaxError
	if !errors.As(err, &syntax) {
		return fmt.Errorf("line %d: %w", line, err)
	}
	if r.index == nil {
		return fmt.Errorf("%w: line %d: %s", ErrNotOPML, syntax.Line, syntax.Msg)
	}
	if strings.Contains(syntax.Msg, "unexpected EOF") {
		return fmt.Errorf("line %d: the list breaks off here: it was not saved or sent whole", syntax.Line)
	}
	return fmt.Errorf("line %d: %s", syntax.Line, syntax.Msg)
}

// stranger says what a document with another root element is.
func stranger(root string) string {
	switch strings.ToLower(root) {
	case "rss", "feed", "rdf":
		return "it is a feed itself, to be added by its address"
	case "html":
		return "it is a web page"
	}
	if len(root) > 40 {
		root = root[:40] + "…"
	}
	return fmt.Sprintf("its first element is <%s>", root)
}

// outline is what the attributes of an outline say.
type outline struct {
	text, title, own, kind, url, site, lang, category string
}

// outlineOf picks the attributes that matter. Names are compared without case,
// since xmlurl, xmlURL and xmlUrl all occur; the first of several wins.
// Attributes of other programs' namespaces are theirs, whatever their names.
func outlineOf(attrs []xml.Attr) outline {
	var o outline
	var link string
	set := func(p *string, v string) { *p = cmp.Or(*p, v) }
	for _, a := range attrs {
		if a.Name.Space == namespace && a.Name.Local == "feedTitle" {
			set(&o.own, title(a.Value))
		}
		if a.Name.Space != "" {
			continue
		}
		switch strings.ToLower(a.Name.Local) {
		case "text":
			set(&o.text, title(a.Value))
		case "title":
			set(&o.title, title(a.Value))
		case "type":
			set(&o.kind, strings.ToLower(title(a.Value)))
		case "xmlurl":
			set(&o.url, strings.TrimSpace(a.Value))
		case "url":
			set(&link, strings.TrimSpace(a.Value))
		case "htmlurl":
			set(&o.site, site(a.Value))
		case "language":
			set(&o.lang, language(a.Value))
		case "category":
			set(&o.category, a.Value)
		}
	}
	// Some lists of OPML 1.0 days give a feed's address as url.
	if o.url == "" && (o.kind == "rss" || o.kind == "atom") {
		o.url = link
	}
	return o
}
