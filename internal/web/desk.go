package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"newsfold"
	"newsfold/internal/control"
	"newsfold/store"
)

// maxUpload bounds a list of subscriptions that a browser sends, in bytes.
const maxUpload = 16 << 20

// changes are what the pages can do through the control interface; without it
// they are not there.
func (s *server) changes() {
	s.mux.HandleFunc("POST /story/{id}/split", s.page(s.split))
	s.mux.HandleFunc("POST /story/{id}/merge", s.page(s.merge))
	s.mux.HandleFunc("POST /story/{id}/lead", s.page(s.lead))
	s.mux.HandleFunc("POST /story/{id}/apart", s.page(s.apart))
	s.mux.HandleFunc("POST /folds/undo", s.page(s.undoFold))
	s.mux.HandleFunc("GET /add", s.page(s.addPage))
	s.mux.HandleFunc("POST /add", s.page(s.add))
	s.mux.HandleFunc("POST /import", s.page(s.importList))
	s.mux.HandleFunc("POST /feeds/{id}/edit", s.page(s.editFeed))
	s.mux.HandleFunc("POST /feeds/{id}/remove", s.page(s.removeFeed))
}

// told turns an error of the control interface into one for the browser.
func told(err error) error {
	var e *control.Error
	if !errors.As(err, &e) {
		return err
	}
	status := map[control.Kind]int{
		control.Invalid: http.StatusBadRequest, control.NotFound: http.StatusNotFound, control.Exists: http.StatusConflict,
		control.Malformed: http.StatusUnprocessableEntity, control.Unread: http.StatusBadGateway, control.Full: http.StatusInsufficientStorage,
	}[e.Kind]
	if status == 0 || e.Message == "" {
		return err
	}
	return &fault{status, sentence(e.Message)}
}

// sentence makes one of an error's message.
func sentence(s string) string {
	if s == "" {
		return ""
	}
	return strings.ToUpper(s[:1]) + clip(s[1:], 500) + "."
}

// split takes one article out of the story.
func (s *server) split(w http.ResponseWriter, r *http.Request) error {
	id, err := s.formNumber(r, "article", "an article")
	if err != nil {
		return err
	}
	if _, err := s.control.Split(r.Context(), []newsfold.ArticleID{id}); err != nil {
		return told(err)
	}
	back(w, r, url.Values{"did": {"split"}}, "copies")
	return nil
}

// merge makes the story and another one.
func (s *server) merge(w http.ResponseWriter, r *http.Request) error {
	id, err := number("a story", r.PathValue("id"))
	if err != nil {
		return err
	}
	with, err := s.formNumber(r, "with", "a story")
	if err != nil {
		return err
	}
	if _, err := s.control.Merge(r.Context(), []newsfold.ArticleID{newsfold.ArticleID(id), with}); err != nil {
		return told(err)
	}
	back(w, r, url.Values{"did": {"merge"}}, "copies")
	return nil
}

// lead makes one article the one that the story is shown by.
func (s *server) lead(w http.ResponseWriter, r *http.Request) error {
	id, err := s.formNumber(r, "article", "an article")
	if err != nil {
		return err
	}
	if _, err := s.control.Lead(r.Context(), []newsfold.ArticleID{id}); err != nil {
		return told(err)
	}
	back(w, r, url.Values{"did": {"lead"}}, "")
	return nil
}

// apart has the articles of two feeds never folded again.
func (s *server) apart(w http.ResponseWriter, r *http.Request) error {
	if err := parseForm(r); err != nil {
		return err
	}
	a, b, ok := strings.Cut(r.PostForm.Get("feeds"), ",")
	for _, f := range []string{a, b} {
		if _, err := number("a feed", f); err != nil || !ok {
			return badRequest("Two feeds are needed to keep them apart.")
		}
	}
	if _, err := s.control.NeverFold(r.Context(), []string{a, b}); err != nil {
		return told(err)
	}
	back(w, r, url.Values{"did": {"apart"}}, "copies")
	return nil
}

func (s *server) formNumber(r *http.Request, key, what string) (newsfold.ArticleID, error) {
	if err := parseForm(r); err != nil {
		return 0, err
	}
	n, err := number(what, strings.TrimSpace(r.PostForm.Get(key)))
	return newsfold.ArticleID(n), err
}

// undoFold takes back the last split or merge.
func (s *server) undoFold(w http.ResponseWriter, r *http.Request) error {
	if err := parseForm(r); err != nil {
		return err
	}
	if _, err := s.control.Undo(r.Context()); err != nil {
		return told(err)
	}
	back(w, r, url.Values{"did": {"unfold"}}, "copies")
	return nil
}

type addPage struct {
	frame
	URL         string
	Folder      string
	Said        string
	Preview     *preview
	Bookmarklet template.URL
	Folders     []choice
}

// preview is what a URL leads to, before anything is subscribed to.
type preview struct {
	Known newsfold.FeedID
	Feeds []announced
	Title string
	Items []previewed
}

type announced struct {
	URL, Title, Type, Found string
	Entries                 string
}

type previewed struct {
	Title, Link string
	Time        moment
}

// addPage shows the form; a bookmarklet fills in the address of a page.
func (s *server) addPage(w http.ResponseWriter, r *http.Request) error {
	page, err := s.adding(r)
	if err != nil {
		return err
	}
	page.URL = clip(r.URL.Query().Get("url"), 2000)
	s.render(w, r, "add", http.StatusOK, page)
	return nil
}

func (s *server) adding(r *http.Request) (addPage, error) {
	page := addPage{frame: s.frame(r, "Add feeds", "feeds")}
	home, err := json.Marshal(s.home(r) + "/add?url=")
	if err != nil {
		return page, err
	}
	page.Bookmarklet = template.URL("javascript:location.href=" + string(home) + "+encodeURIComponent(location.href)")
	var rp riverPage
	err = s.db.View(r.Context(), func(tx store.Tx) error {
		rp = riverPage{}
		return rp.options(tx, filter{})
	})
	page.Folders = rp.Folders
	return page, err
}

// add shows what a URL leads to, and subscribes when told to.
func (s *server) add(w http.ResponseWriter, r *http.Request) error {
	if err := parseForm(r); err != nil {
		return err
	}
	target := strings.TrimSpace(r.PostForm.Get("url"))
	folder := strings.Trim(r.PostForm.Get("folder"), "/ ")
	switch {
	case target == "" || len(target) > 4000:
		return badRequest("An address is needed, of up to 4,000 characters.")
	case len(folder) > maxFolder:
		return badRequest("That is too long for the name of a folder.")
	}
	req := control.AddRequest{URL: target}
	if folder != "" {
		req.Folders = []string{folder}
	}
	if r.PostForm.Get("do") == "subscribe" {
		added, err := s.control.Add(r.Context(), req)
		if err == nil {
			w.Header().Set("Location", "/?did=added&feed="+strconv.FormatInt(int64(added.Feed.ID), 10))
			w.WriteHeader(http.StatusSeeOther)
			return nil
		}
		return s.offer(w, r, req, nil, err)
	}
	p, err := s.control.Preview(r.Context(), target)
	return s.offer(w, r, req, &p, err)
}

// offer shows a preview of what was asked for, or why there is none, below the form.
func (s *server) offer(w http.ResponseWriter, r *http.Request, req control.AddRequest, p *control.Preview, failed error) error {
	page, err := s.adding(r)
	if err != nil {
		return err
	}
	page.URL, page.Folder = clip(req.URL, 4000), strings.Join(req.Folders, "")
	status := http.StatusOK
	if failed != nil {
		var f *fault
		if !errors.As(told(failed), &f) {
			return failed
		}
		status, page.Said = f.status, f.text
	} else {
		page.Preview = &preview{Known: p.Known, Title: clip(p.Feeds[0].Title, 200)}
		for _, c := range p.Feeds {
			page.Preview.Feeds = append(page.Preview.Feeds, announced{URL: c.URL, Title: clip(c.Title, 200), Type: c.Type, Found: c.Found, Entries: entriesWord(c.Entries)})
		}
		for _, e := range p.Entries {
			page.Preview.Items = append(page.Preview.Items, previewed{clip(e.Title, 300), outside(e.Link), s.moment(e.Time)})
		}
	}
	s.render(w, r, "add", status, page)
	return nil
}

func entriesWord(n int) string {
	if n == 0 {
		return ""
	}
	return count(n, "entry", "entries")
}

// importList subscribes to the feeds of an OPML file.
func (s *server) importList(w http.ResponseWriter, r *http.Request) error {
	file, _, err := r.FormFile("file")
	if err != nil {
		if _, ours := judge(err); !ours {
			return err
		}
		return badRequest("No file was sent: choose one first.")
	}
	defer func() { _ = file.Close() }()
	var buf bytes.Buffer
	if _, err := io.Copy(&buf, file); err != nil {
		return err
	}
	got, err := s.control.Import(r.Context(), &buf)
	if err != nil {
		return told(err)
	}
	q := url.Values{"did": {"imported"}, "n": {strconv.Itoa(got.Added)}, "known": {strconv.Itoa(got.Known)}, "bad": {strconv.Itoa(len(got.Problems))}}
	w.Header().Set("Location", "/feeds?"+q.Encode())
	w.WriteHeader(http.StatusSeeOther)
	return nil
}

// editFeed gives a feed a name and folders.
func (s *server) editFeed(w http.ResponseWriter, r *http.Request) error {
	id, err := number("a feed", r.PathValue("id"))
	if err != nil {
		return err
	}
	if err := parseForm(r); err != nil {
		return err
	}
	name := strings.Join(strings.Fields(r.PostForm.Get("name")), " ")
	var folders []string
	for l := range strings.SplitSeq(r.PostForm.Get("folders"), ",") {
		if l = strings.Trim(l, "/ \t\r\n"); l != "" {
			folders = append(folders, l)
		}
	}
	if len(name) > maxFolder || len(r.PostForm.Get("folders")) > 4*maxFolder {
		return badRequest("That is too long for a name.")
	}
	err = s.db.Update(r.Context(), func(tx store.Tx) error {
		f, err := tx.Feed(newsfold.FeedID(id))
		if err != nil {
			return err
		}
		if f.Folders = folders; name != f.Label() {
			f.Name = name
		}
		return tx.PutFeed(&f)
	})
	if err != nil {
		return err
	}
	w.Header().Set("Location", fmt.Sprintf("/feeds/%d?did=saved", id))
	w.WriteHeader(http.StatusSeeOther)
	return nil
}

func (s *server) removeFeed(w http.ResponseWriter, r *http.Request) error {
	id, err := number("a feed", r.PathValue("id"))
	if err != nil {
		return err
	}
	if _, err := s.control.Remove(r.Context(), strconv.FormatInt(id, 10)); err != nil {
		return told(err)
	}
	w.Header().Set("Location", "/feeds?did=removed")
	w.WriteHeader(http.StatusSeeOther)
	return nil
}
