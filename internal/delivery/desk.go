package delivery

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"newsfold/internal/digest"
	"newsfold/internal/ingest"
	"newsfold/internal/river"
	"newsfold/store"
)

// Desk makes and delivers digests.
type Desk struct {
	DB   store.DB
	Now  func() time.Time
	Log  *slog.Logger
	Mail Server
	// Secret signs what is sent to web hooks: whsec_ and Base64, as Standard
	// Webhooks writes the bytes of a key, or any other text; empty: it is not signed.
	Secret string
	// HTTP sends to web hooks; nil: a client with the limits of this package.
	HTTP *http.Client
}

// Want says what a digest is to be.
type Want struct {
	Name   string         `json:"name"`            // of the digest: "daily"
	Title  string         `json:"title,omitempty"` // default: the name
	Format string         `json:"format"`          // one of digest.Formats
	Zone   *time.Location `json:"-"`               // of its times; nil: UTC
	Limit  int            `json:"limit,omitempty"` // at most so many stories; 0: all
	By     string         `json:"by,omitempty"`    // what sections are made of: "folder" (default) or "tag"
	// Empty sends a digest even when there is nothing in it.
	Empty bool `json:"empty,omitempty"`

	Since, Until time.Time // the window, where it is not Last
	Last         bool      // since the last one; the first time since Since
}

// Edition is a digest that was made.
type Edition struct {
	digest.Digest
	Next river.Cursor // behind it; zero unless it was wanted since the last
}

// Empty reports whether there is nothing in it.
func (e *Edition) Empty() bool { return len(e.Stories)+len(e.Updated) == 0 }

// Make reads a digest from the store. last is up to where it was told before,
// when that is wanted.
func (d *Desk) Make(ctx context.Context, w Want, last river.Cursor) (e Edition, err error) {
	now := d.Now().UTC().Truncate(time.Second)
	err = d.DB.View(ctx, func(tx store.Tx) (err error) {
		var next river.Cursor
		win := digest.Window{Since: w.Since, Until: w.Until, Limit: w.Limit, Texts: digest.TellsTexts(w.Format)}
		if w.Last {
			win.Until = now
			if !last.At.IsZero() {
				win.Since = last.At
			}
			if win.News, err = d.news(tx, last, w.Since); err != nil {
				return err
			}
			next = win.News.Next
		}
		e = Edition{Next: next}
		e.Digest, err = digest.Load(tx, win)
		return err
	})
	e.Title, e.Zone, e.By = cmp.Or(w.Title, w.Name), w.Zone, w.By
	return e, err
}

// news is what is new behind a cursor; where nobody was told anything yet, the
// stories from a time on.
func (d *Desk) news(tx store.Tx, last river.Cursor, since time.Time) (*river.News, error) {
	folded, err := ingest.Cursor(tx)
	if err != nil {
		return nil, err
	}
	if !last.At.IsZero() {
		news, err := river.Fresh(tx, last, folded, d.Now().UTC())
		return &news, err
	}
	news := &river.News{}
	for s, err := range tx.Stories(store.Query{Since: since}) {
		if err != nil {
			return nil, err
		}
		news.New = append(news.New, s.ID)
	}
	news.Next, err = river.End(tx, folded, d.Now().UTC())
	return news, err
}

// render writes an edition.
func render(e Edition, format string) ([]byte, error) {
	var b bytes.Buffer
	if err := digest.Write(&b, format, e.Digest); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// Subject is the line that announces an edition.
func (e *Edition) Subject() string {
	at := e.Until
	if at.IsZero() {
		return e.Title
	}
	if e.Zone != nil {
		at = at.In(e.Zone)
	}
	n := fmt.Sprintf("%d stories", len(e.Stories))
	if len(e.Stories) == 1 {
		n = "1 story"
	}
	return fmt.Sprintf("%s, %s: %s", e.Title, at.Format("Mon 2 Jan"), n)
}
