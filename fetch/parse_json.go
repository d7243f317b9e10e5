package fetch

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"strconv"
	"strings"

	jsonfeed "github.com/mmcdole/gofeed/json"

	"newsfold"
)

var errNotJSONFeed = errors.New("the document is JSON but no JSON Feed")

// json reads JSON Feed 1.0 and 1.1 (jsonfeed.org).
func (p *parsing) json(text []byte) error {
	text = bytes.TrimRight(text, " \t\r\n\x00")
	if err := jsonLimits(text); err != nil {
		return err
	}
	f, err := guarded(new(jsonfeed.Parser).Parse, bytes.NewReader(text))
	if err != nil {
		f, err = p.looseJSON(text, err)
	}
	if err != nil {
		return err
	}
	if !strings.Contains(f.Version, "jsonfeed.org/version") {
		return errNotJSONFeed
	}
	out, d := &p.out.Feed, &p.out.Details
	d.Format = "json"
	d.Version = f.Version[strings.LastIndexByte(f.Version, '/')+1:]
	link := func(ref string) string { return webLink(p.refs.link(p.base, ref)) }
	out.Title = clip(oneLine(f.Title), maxTitle)
	out.Site = link(f.HomePageURL)
	out.Lang = first(language(f.Language), p.lang)
	d.Description = html.EscapeString(f.Description)
	d.Image = first(link(f.Icon), link(f.Favicon))
	d.Self, d.Next, d.Finished = link(f.FeedURL), link(f.NextURL), f.Expired
	for _, a := range append(f.Authors, f.Author) {
		p.jsonAuthor(&d.Authors, a)
	}
	p.jsonHubs(text)
	for _, it := range f.Items {
		if it == nil {
			continue
		}
		e, details := p.jsonItem(it)
		p.out.Entries = append(p.out.Entries, e)
		d.Items = append(d.Items, details)
	}
	return nil
}

// jsonLimits looks at the structure of JSON before it is decoded: how deep it
// is, and how many objects the lists of the feed hold.
func jsonLimits(text []byte) error {
	depth, objects := 0, 0
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '"':
			for i++; i < len(text) && text[i] != '"'; i++ {
				if text[i] == '\\' {
					i++
				}
			}
		case '{', '[':
			if depth == 2 {
				if objects++; objects > maxItems {
					return errItems
				}
			}
			if depth++; depth > maxDepth {
				return errDepth
			}
		case '}', ']':
			depth--
		}
	}
	return nil
}

// jsonItem takes over one entry.
func (p *parsing) jsonItem(it *jsonfeed.Item) (newsfold.Entry, ItemDetails) {
	link := func(ref string) string { return webLink(p.refs.link(p.base, ref)) }
	var d ItemDetails
	e := newsfold.Entry{
		Link:    first(link(it.URL), link(it.ExternalURL), permalink(it.ID)),
		Title:   clip(oneLine(it.Title), maxTitle),
		Summary: html.EscapeString(strings.TrimSpace(it.Summary)),
		Lang:    first(language(it.Language), p.out.Feed.Lang),
		Image:   first(link(it.Image), link(it.BannerImage)),
	}
	e.GUID = first(strings.TrimSpace(it.ID), e.Link)
	n := note{base: p.base}
	if it.ContentHTML != "" {
		e.Content = p.html(&n, e.Link, it.ContentHTML)
	} else {
		e.Content = textToHTML(it.ContentText)
	}
	for _, a := range append(it.Authors, it.Author) {
		p.jsonAuthor(&d.Authors, a)
	}
	if len(d.Authors) == 0 {
		d.Authors = p.out.Details.Authors
	}
	e.Authors = names(d.Authors)
	for _, t := range it.Tags {
		addTag(&e.Tags, html.EscapeString(t))
	}
	var dates dateReader
	e.Issued, _ = dates.read(it.DatePublished)
	e.Revised, _ = dates.read(it.DateModified)
	e.Issued, e.Revised = e.Issued.UTC(), e.Revised.UTC()
	if it.Attachments != nil {
		for _, a := range *it.Attachments {
			addMedia(&e, p.refs.link(p.base, a.URL), a.MimeType, strconv.FormatInt(a.SizeInBytes, 10))
		}
	}
	e.Image = first(e.Image, imageOf(e.Media))
	return e, d
}

// permalink returns the ID of an entry if it is what JSON Feed 1.1 would have it be
// at best: the full URL of what the entry describes.
func permalink(id string) string {
	switch id = strings.TrimSpace(id); refScheme(id) {
	case "http", "https":
		return webLink(id)
	}
	return ""
}

// jsonAuthor adds an author.
func (p *parsing) jsonAuthor(to *[]Person, a *jsonfeed.Author) {
	if a != nil {
		addPerson(to, Person{Name: oneLine(a.Name), URL: webLink(p.refs.link(p.base, a.URL))})
	}
}

// textToHTML writes plain text as HTML, line breaks kept.
func textToHTML(s string) string {
	s = strings.TrimSpace(strings.ReplaceAll(s, "\r\n", "\n"))
	return strings.ReplaceAll(html.EscapeString(s), "\n", "<br>\n")
}

// jsonHubs reads the hubs, which gofeed leaves out.
func (p *parsing) jsonHubs(text []byte) {
	if !bytes.Contains(text, []byte(`"hubs"`)) {
		return
	}
	var f struct {
		Hubs []struct {
			URL string `json:"url"`
		} `json:"hubs"`
	}
	if json.Unmarshal(text, &f) != nil {
		return
	}
	for _, h := range f.Hubs {
		if u := webLink(p.refs.link(p.base, h.URL)); u != "" && len(p.out.Details.Hubs) < 8 {
			p.out.Details.Hubs = append(p.out.Details.Hubs, u)
		}
	}
}

// looseJSON reads a feed that has values of types other than JSON Feed says, as
// in "title": 5. It brings them into the right ones, and lets gofeed try again.
func (p *parsing) looseJSON(text []byte, cause error) (*jsonfeed.Feed, error) {
	var wrongType *json.UnmarshalTypeError
	if !errors.As(cause, &wrongType) {
		if !bytes.Contains(text, []byte("jsonfeed.org/version")) && !bytes.Contains(text, []byte(`jsonfeed.org\/version`)) {
			return nil, errNotJSONFeed
		}
		mended, partial := mendJSON(text)
		f, err := guarded(new(jsonfeed.Parser).Parse, bytes.NewReader(mended))
		if err != nil && !errors.As(err, &wrongType) {
			return nil, fmt.Errorf("bad JSON: %w", cause)
		}
		p.faults.add("the JSON is not well-formed")
		if p.out.Details.Partial = partial; partial {
			p.faults.add("the feed is cut short")
		}
		if err == nil {
			return f, nil
		}
		text = mended
	}
	var doc map[string]any
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	if err := dec.Decode(&doc); err != nil {
		return nil, fmt.Errorf("bad JSON: %w", err)
	}
	p.faults.add("values have other types than JSON Feed says")
	fixed, err := json.Marshal(jsonShape(doc, ""))
	if err != nil {
		return nil, fmt.Errorf("bad JSON: %w", err)
	}
	return guarded(new(jsonfeed.Parser).Parse, bytes.NewReader(fixed))
}

// mendJSON writes a document without what is wrong in it most often: commas
// before an end, raw line breaks and needless backslashes in strings, anything
// after its end. Of one that was cut short it keeps the entries that are whole,
// and says so.
func mendJSON(text []byte) (mended []byte, partial bool) {
	out := make([]byte, 0, len(text)+2)
	var open []byte
	whole := 0 // end of the last entry
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch c {
		case '"':
			end := 0
			if out, end = mendString(out, text[i:]); end == 0 {
				return closeJSON(out, whole), true
			}
			i += end
			continue
		case ',':
			if next := bytes.TrimLeft(text[i+1:], " \t\r\n"); len(next) > 0 && strings.IndexByte("}],", next[0]) >= 0 {
				continue
			}
		case '{', '[':
			open = append(open, c)
		case '}', ']':
			if len(open) == 0 || open[len(open)-1] != c-2 { // '{'+2 is '}', '['+2 is ']'
				return closeJSON(out, whole), true
			}
			open = open[:len(open)-1]
		}
		out = append(out, c)
		switch {
		case c == '}' && len(open) == 2 && open[1] == '[':
			whole = len(out)
		case len(open) == 0 && c == '}':
			return out, false
		}
	}
	return closeJSON(out, whole), true
}

// closeJSON cuts a document after its last whole entry and closes it.
func closeJSON(out []byte, whole int) []byte { return append(out[:whole], "]}"...) }

// mendString copies the string that text starts with, and returns where in text
// it ends; 0 when it does not.
func mendString(out, text []byte) ([]byte, int) {
	out = append(out, '"')
	for i := 1; i < len(text); i++ {
		switch c := text[i]; {
		case c == '"':
			return append(out, '"'), i
		case c == '\\' && i+1 < len(text):
			i++
			if strings.IndexByte(`"\/bfnrtu`, text[i]) >= 0 {
				out = append(out, '\\')
			}
			if text[i] >= ' ' {
				out = append(out, text[i])
			}
		case c == '\n':
			out = append(out, `\n`...)
		case c < ' ':
			out = append(out, ' ')
		default:
			out = append(out, c)
		}
	}
	return out, 0
}

// jsonShape brings a value into the type that JSON Feed has for its name, and
// drops it when that makes no sense.
func jsonShape(v any, name string) any {
	switch name {
	case "", "author":
		object, _ := v.(map[string]any)
		shaped := make(map[string]any, len(object))
		for k, v := range object {
			if v = jsonShape(v, k+":"); v != nil {
				shaped[k] = v
			}
		}
		if len(shaped) == 0 {
			return nil
		}
		return shaped
	case "items:", "authors:", "attachments:":
		list, ok := v.([]any)
		if !ok {
			list = []any{v}
		}
		shaped := make([]any, 0, len(list))
		for _, v := range list {
			if s, ok := v.(string); ok && name == "authors:" {
				v = map[string]any{"name": s}
			}
			if v = jsonShape(v, ""); v != nil {
				shaped = append(shaped, v)
			}
		}
		return shaped
	case "author:":
		if s, ok := v.(string); ok {
			return map[string]any{"name": s}
		}
		return jsonShape(v, "author")
	case "tags:":
		return jsonTags(v)
	case "hubs:", "expired:", "size_in_bytes:", "duration_in_seconds:", "id:":
		return v // gofeed brings these into shape, or does not read them
	}
	switch v := v.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	case bool:
		return strconv.FormatBool(v)
	}
	return nil
}

// jsonTags reads tags that are one string, or numbers.
func jsonTags(v any) any {
	if s, ok := v.(string); ok {
		tags := []any{}
		for t := range strings.SplitSeq(s, ",") {
			tags = append(tags, strings.TrimSpace(t))
		}
		return tags
	}
	list, _ := v.([]any)
	tags := []any{}
	for _, t := range list {
		if s := jsonShape(t, "tag:"); s != nil {
			tags = append(tags, s)
		}
	}
	return tags
}
