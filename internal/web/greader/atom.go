package greader

import (
	"bytes"
	"encoding/xml"
	"net/http"
	"path"
	"time"

	"newsfold/internal/reading"
	"newsfold/store"
)

// The Atom form of a stream (RFC 4287), which older apps read in place of the
// JSON one. States are categories of a scheme of their own.
type (
	atomFeed struct {
		XMLName xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
		ID      string      `xml:"id"`
		Title   string      `xml:"title"`
		Updated string      `xml:"updated"`
		Entries []atomEntry `xml:"entry"`
	}
	atomEntry struct {
		ID         string         `xml:"id"`
		Title      string         `xml:"title"`
		Published  string         `xml:"published"`
		Updated    string         `xml:"updated"`
		Author     string         `xml:"author>name"`
		Link       atomLink       `xml:"link"`
		Categories []atomCategory `xml:"category"`
		Content    atomText       `xml:"content"`
	}
	atomLink struct {
		Rel  string `xml:"rel,attr"`
		Href string `xml:"href,attr"`
	}
	atomCategory struct {
		Term   string `xml:"term,attr"`
		Scheme string `xml:"scheme,attr"`
		Label  string `xml:"label,attr"`
	}
	atomText struct {
		Type string `xml:"type,attr"`
		Text string `xml:",chardata"`
	}
)

const stateScheme = "http://www.google.com/reader/"

func (s *server) atom(w http.ResponseWriter, r *http.Request, name string) error {
	n, err := limit(r.Form, usualContents, mostContents)
	if err != nil {
		return err
	}
	out := atomFeed{ID: "tag:google.com,2005:reader/" + name}
	err = s.DB.View(r.Context(), func(tx store.Tx) error {
		out.Entries = out.Entries[:0]
		st, err := streamOf(tx, name, r.Form)
		if err != nil {
			return err
		}
		st.Limit = n
		out.Title = st.title
		page, err := s.Reader.List(tx, st.Stream)
		if err != nil {
			return err
		}
		full, err := s.Reader.Load(tx, page.Items)
		if err != nil {
			return err
		}
		out.Updated = s.Now().UTC().Format(time.RFC3339)
		for _, f := range full {
			feed, err := tx.Feed(f.Feed)
			if err != nil {
				return err
			}
			out.Entries = append(out.Entries, atomOf(f, categories(f.Item, &feed)))
		}
		return nil
	})
	if err != nil {
		return err
	}
	var buf bytes.Buffer
	buf.WriteString(xml.Header)
	if err := xml.NewEncoder(&buf).Encode(out); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/atom+xml; charset=utf-8")
	_, _ = buf.WriteTo(w)
	return nil
}

func atomOf(f reading.Full, tags []string) atomEntry {
	at := f.Published.UTC().Format(time.RFC3339)
	e := atomEntry{
		ID: formatID(f.ID), Title: f.Title, Published: at, Updated: at, Author: f.Author,
		Link: atomLink{"alternate", f.URL}, Content: atomText{"html", f.HTML},
	}
	for _, t := range tags {
		e.Categories = append(e.Categories, atomCategory{t, stateScheme, path.Base(t)})
	}
	return e
}
