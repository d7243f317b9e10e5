package record

import "newsfold"

// The fields of every noun. A number, once used, keeps its meaning for ever;
// new fields take the next free one. Numbers below 16 cost one byte less.

// Feed is the schema of a [newsfold.Feed], but for Entries: every engine counts those itself.
func Feed(w *Wire, f *newsfold.Feed) {
	integer(w, 1, &f.ID)
	w.string(2, &f.URL)
	w.string(3, &f.Title)
	w.string(4, &f.Name)
	w.string(5, &f.Site)
	w.string(6, &f.Lang)
	w.strings(7, &f.Folders)
	w.time(8, &f.Added)
	message(w, 9, &f.Poll, pollFields)
	w.bool(10, &f.Cookies)
}

func pollFields(w *Wire, p *newsfold.Poll) {
	w.time(1, &p.Attempted)
	w.time(2, &p.Succeeded)
	w.time(3, &p.Next)
	w.string(4, &p.Why)
	text(w, 5, &p.Result)
	integer(w, 6, &p.Status)
	w.string(7, &p.Error)
	integer(w, 8, &p.Errors)
	w.string(9, &p.ETag)
	w.string(10, &p.LastModified)
	w.string(11, &p.ValidFor)
	w.bytes(12, &p.State)
}

// Entry is the schema of a [newsfold.Entry].
func Entry(w *Wire, e *newsfold.Entry) {
	integer(w, 1, &e.Feed)
	w.string(2, &e.GUID)
	w.string(3, &e.Link)
	w.string(4, &e.Title)
	w.string(5, &e.Summary)
	w.string(6, &e.Content)
	w.strings(7, &e.Authors)
	w.strings(8, &e.Tags)
	w.string(9, &e.Lang)
	w.string(10, &e.Image)
	message(w, 11, &e.Source, sourceFields)
	messages(w, 12, &e.Media, mediaFields)
	w.time(13, &e.Issued)
	w.time(14, &e.Revised)
	w.time(15, &e.Seen)
	integer(w, 16, &e.Article)
	w.string(17, &e.Sum)
	w.strings(18, &e.Alternates)
}

// Said are the fields of what an entry said, apart from it.
func Said(w *Wire, e *newsfold.Entry) {
	w.string(1, &e.Summary)
	w.string(2, &e.Content)
}

func sourceFields(w *Wire, s *newsfold.Source) {
	w.string(1, &s.Title)
	w.string(2, &s.URL)
}

func mediaFields(w *Wire, m *newsfold.Media) {
	w.string(1, &m.URL)
	w.string(2, &m.Type)
	integer(w, 3, &m.Length)
}

// ledeField is the number of the lede of an article.
const ledeField = 11

// Article is the schema of a [newsfold.Article].
func Article(w *Wire, a *newsfold.Article) {
	integer(w, 1, &a.ID)
	w.string(2, &a.URL)
	addressField(w, a)
	w.string(4, &a.Title)
	w.string(5, &a.Byline)
	w.string(6, &a.Outlet)
	w.string(7, &a.Host)
	w.string(8, &a.Lang)
	w.string(9, &a.Dir)
	w.string(10, &a.Image)
	w.string(ledeField, &a.Lede)
	w.time(12, &a.Published)
	w.time(13, &a.Modified)
	w.time(14, &a.Seen)
	messages(w, 15, &a.Entries, refFields)
	messages(w, 16, &a.Origins, originFields)
	message(w, 17, &a.Page, pageFields)
	integer(w, 18, &a.Story)
	message(w, 19, &a.Fold, foldFields)
	w.string(20, &a.Canonical)
	w.strings(22, &a.Alternates)
}

// StoryOf reads from an article nothing but the number of its story.
func StoryOf(w *Wire, id *newsfold.StoryID) { integer(w, 18, id) }

// ArticleOf reads from an entry nothing but the number of its article.
func ArticleOf(w *Wire, id *newsfold.ArticleID) { integer(w, 16, id) }

// addressField carries the link of an article, which is its URL more often than not.
func addressField(w *Wire, a *newsfold.Article) {
	same := a.Link != "" && a.Link == a.URL
	w.bool(21, &same)
	switch {
	case !same:
		w.string(3, &a.Link)
	case w.reading:
		a.Link = a.URL
	}
}

func refFields(w *Wire, r *newsfold.EntryRef) {
	integer(w, 1, &r.Feed)
	w.string(2, &r.Key)
}

func originFields(w *Wire, o *newsfold.Origin) {
	w.string(1, &o.Kind)
	w.string(2, &o.Name)
	w.string(3, &o.URL)
	w.string(4, &o.Quote)
}

func pageFields(w *Wire, p *newsfold.Page) {
	text(w, 1, &p.State)
	w.string(2, &p.Kind)
	w.time(3, &p.Next)
	integer(w, 4, &p.Attempts)
	w.string(5, &p.Error)
	integer(w, 6, &p.Words)
}

func foldFields(w *Wire, f *newsfold.Fold) {
	text(w, 1, &f.Relation)
	integer(w, 2, &f.With)
	w.float(3, &f.Score)
	messages(w, 4, &f.Evidence, evidenceFields)
	w.time(5, &f.At)
	messages(w, 6, &f.Links, linkFields)
}

func evidenceFields(w *Wire, e *newsfold.Evidence) {
	w.string(1, &e.Kind)
	w.float(2, &e.Value)
	w.string(3, &e.Detail)
}

func linkFields(w *Wire, l *newsfold.Link) {
	text(w, 1, &l.Relation)
	integer(w, 2, &l.With)
	w.float(3, &l.Score)
}

// Body is the schema of a [newsfold.Body].
func Body(w *Wire, b *newsfold.Body) {
	w.string(1, &b.Text)
	w.string(2, &b.HTML)
}

// Story is the schema of a [newsfold.Story].
func Story(w *Wire, s *newsfold.Story) {
	integer(w, 1, &s.ID)
	integer(w, 2, &s.Lead)
	integers(w, 3, &s.Articles)
	integers(w, 4, &s.Feeds)
	integer(w, 5, &s.Outlets)
	w.time(6, &s.Time)
	w.time(7, &s.Changed)
	w.bool(8, &s.Read)
	w.bool(9, &s.Starred)
	message(w, 10, &s.First, provenanceFields)
	w.bool(11, &s.Held)
	w.bool(12, &s.Hidden)
	w.strings(13, &s.Tags)
}

// Revision are the fields of an earlier text of an article.
func Revision(w *Wire, r *newsfold.Revision) {
	w.string(1, &r.Title)
	w.string(2, &r.Text)
	w.time(3, &r.Until)
}

func provenanceFields(w *Wire, p *newsfold.Provenance) {
	integer(w, 1, &p.Article)
	w.string(2, &p.Outlet)
	w.string(3, &p.URL)
	w.float(4, &p.Confidence)
	w.string(5, &p.Reason)
}
