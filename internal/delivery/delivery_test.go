package delivery_test

import (
	"context"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"newsfold"
	"newsfold/internal/delivery"
	"newsfold/store"
	"newsfold/store/bolt"
)

// start is when the tests take place.
var start = time.Date(2026, 3, 27, 6, 0, 0, 0, time.UTC)

func open(t *testing.T, path string) store.DB {
	t.Helper()
	db, err := bolt.Open(t.Context(), path, bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func put(t *testing.T, db store.DB, at time.Time, titles ...string) {
	t.Helper()
	if err := putStories(t.Context(), db, at, titles...); err != nil {
		t.Fatal(err)
	}
}

// putStories stores stories of one article each, as folding does.
func putStories(ctx context.Context, db store.DB, at time.Time, titles ...string) error {
	return db.Update(ctx, func(tx store.Tx) error {
		f, err := tx.FindFeed("https://wire.example/feed")
		if err != nil {
			f = newsfold.Feed{URL: "https://wire.example/feed", Title: "Northwire", Folders: []string{"World"}}
			if err := tx.PutFeed(&f); err != nil {
				return err
			}
		}
		for i, title := range titles {
			a := newsfold.Article{
				URL: fmt.Sprintf("https://wire.example/%d/%d", at.Unix(), i), Title: title, Lede: "It is said that " + title + ".", Outlet: "Northwire",
				Published: at, Seen: at, Entries: []newsfold.EntryRef{{Feed: f.ID, Key: title}},
			}
			if err := tx.PutArticle(&a); err != nil {
				return err
			}
			a.Story = newsfold.StoryID(a.ID)
			if err := tx.PutArticle(&a); err != nil {
				return err
			}
			s := newsfold.Story{ID: a.Story, Lead: a.ID, Articles: []newsfold.ArticleID{a.ID}, Feeds: []newsfold.FeedID{f.ID}, Outlets: 1, Time: at}
			if err := tx.PutStory(&s); err != nil {
				return err
			}
			if err := tx.Append(store.Folds, a.ID); err != nil {
				return err
			}
		}
		return nil
	})
}

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

// office is a mail server that keeps what it takes over.
type office struct {
	address string
	refuse  error // of every recipient

	mu    sync.Mutex
	mails []string
}

// newOffice starts a server; before is called before each of its replies, with
// their number within the connection.
func newOffice(t *testing.T, before func(n int)) *office {
	t.Helper()
	o := &office{}
	srv := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &session{o: o}, nil }))
	srv.Domain = "mail.example"
	srv.ErrorLog = log.New(io.Discard, "", 0)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	o.address = l.Addr().String()
	if before == nil {
		before = func(int) {}
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = srv.Serve(&counted{l, before})
	}()
	t.Cleanup(func() {
		_ = srv.Close()
		<-done
	})
	return o
}

func (o *office) count() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return len(o.mails)
}

func (o *office) last() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.mails) == 0 {
		return ""
	}
	return o.mails[len(o.mails)-1]
}

type session struct{ o *office }

func (s *session) Reset()                               {}
func (s *session) Logout() error                        { return nil }
func (s *session) Mail(string, *smtp.MailOptions) error { return nil }
func (s *session) Rcpt(string, *smtp.RcptOptions) error { return s.o.refuse }
func (s *session) Data(r io.Reader) error {
	text, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	s.o.mu.Lock()
	defer s.o.mu.Unlock()
	s.o.mails = append(s.o.mails, string(text))
	return nil
}

// counted are connections whose replies are counted.
type counted struct {
	net.Listener
	before func(int)
}

func (l *counted) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	return &countedConn{Conn: c, before: l.before}, err
}

type countedConn struct {
	net.Conn
	before func(int)
	n      int
}

// Write counts the last lines of replies, whose code is followed by a blank.
func (c *countedConn) Write(p []byte) (int, error) {
	for line := range strings.Lines(string(p)) {
		if len(line) > 3 && line[3] == ' ' {
			c.before(c.n)
			c.n++
		}
	}
	return c.Conn.Write(p)
}

func mailTo(o *office) delivery.Server {
	return delivery.Server{URL: "smtp://" + o.address, From: "news@newsfold.example"}
}

var reader = delivery.Recipient{Kind: delivery.Mail, To: "reader@example.org"}

func daily(format string) delivery.Want {
	return delivery.Want{Name: "daily", Title: "Morning", Format: format, Last: true, Since: start.AddDate(0, 0, -1)}
}

func TestMailHasTextAndPageAndComesOnce(t *testing.T) {
	db := open(t, filepath.Join(t.TempDir(), "newsfold.db"))
	put(t, db, start.Add(-time.Hour), "Ferry back", "Bridge open")
	o := newOffice(t, nil)
	d := &delivery.Desk{DB: db, Now: func() time.Time { return start }, Log: quiet(), Mail: mailTo(o)}
	for i := range 3 {
		out, err := d.Deliver(t.Context(), daily("html"), reader, time.Time{})
		if err != nil || out.Sent != (i == 0) {
			t.Fatalf("delivery %d: %+v, %v", i, out, err)
		}
	}
	if o.count() != 1 {
		t.Fatalf("%d mails arrived", o.count())
	}
	for _, want := range []string{
		"multipart/alternative", "text/plain; charset=UTF-8", "text/html; charset=UTF-8", "Subject: Morning, Fri 27 Mar: 2 stories",
		"Auto-Submitted: auto-generated", "List-Id: <daily.newsfold.newsfold.example>", "Message-ID: <", "To: <reader@example.org>", "* Ferry back", "prefers-color-scheme",
	} {
		if !strings.Contains(o.last(), want) {
			t.Errorf("the mail has no %q:\n%s", want, o.last())
		}
	}
	put(t, db, start.Add(time.Hour), "Cat on roof")
	if out, err := d.Deliver(t.Context(), daily("epub"), reader, time.Time{}); err != nil || out.Stories != 1 {
		t.Fatalf("%+v, %v", out, err)
	}
	if !strings.Contains(o.last(), `filename="daily.epub"`) || strings.Contains(o.last(), "Ferry back") {
		t.Errorf("the second mail is\n%s", o.last())
	}
}

func TestRefusedMailLosesNothing(t *testing.T) {
	db := open(t, filepath.Join(t.TempDir(), "newsfold.db"))
	put(t, db, start.Add(-time.Hour), "Ferry back")
	o := newOffice(t, nil)
	d := &delivery.Desk{DB: db, Now: func() time.Time { return start }, Log: quiet(), Mail: mailTo(o)}
	o.refuse = &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 0}, Message: "not now"}
	out, err := d.Deliver(t.Context(), daily("html"), reader, time.Time{})
	if err == nil || out.Sent || out.Doubt || !strings.Contains(err.Error(), "not now") {
		t.Fatalf("%+v, %v", out, err)
	}
	o.refuse = nil
	put(t, db, start, "Bridge open")
	if out, err := d.Deliver(t.Context(), daily("html"), reader, time.Time{}); err != nil || out.Stories != 2 {
		t.Fatalf("%+v, %v", out, err)
	}
	if o.count() != 1 || strings.Contains(o.last(), "may not have reached you") {
		t.Errorf("%d mails arrived, the last:\n%s", o.count(), o.last())
	}
}

func TestServerThatHangsIsGivenUp(t *testing.T) {
	db := open(t, filepath.Join(t.TempDir(), "newsfold.db"))
	put(t, db, start.Add(-time.Hour), "Ferry back")
	ctx, cancel := context.WithCancel(t.Context())
	hang := make(chan struct{})
	o := newOffice(t, func(n int) {
		if n == 2 {
			cancel()
			<-hang
		}
	})
	defer close(hang)
	d := &delivery.Desk{DB: db, Now: func() time.Time { return start }, Log: quiet(), Mail: mailTo(o)}
	if out, err := d.Deliver(ctx, daily("html"), reader, time.Time{}); err == nil || out.Sent || out.Doubt {
		t.Fatalf("%+v, %v", out, err)
	}
}

func TestHookIsSignedAndRefusalIsTriedAgain(t *testing.T) {
	db := open(t, filepath.Join(t.TempDir(), "newsfold.db"))
	put(t, db, start.Add(-time.Hour), "Ferry back")
	var (
		status = http.StatusServiceUnavailable
		got    http.Header
		body   string
		calls  int
	)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		got, body = r.Header, string(b)
		calls++
		w.WriteHeader(status)
	}))
	defer srv.Close()
	d := &delivery.Desk{DB: db, Now: func() time.Time { return start }, Log: quiet(), Secret: "whsec_c2VjcmV0"}
	r := delivery.Recipient{Kind: delivery.Hook, To: srv.URL + "/hook"}
	if out, err := d.Deliver(t.Context(), daily("json"), r, time.Time{}); err == nil || out.Doubt {
		t.Fatalf("%+v, %v", out, err)
	}
	id := got.Get("Webhook-Id")
	status = http.StatusNoContent
	for range 2 {
		if _, err := d.Deliver(t.Context(), daily("json"), r, time.Time{}); err != nil {
			t.Fatal(err)
		}
	}
	if calls != 2 || got.Get("Webhook-Id") != id || !strings.Contains(body, "Ferry back") {
		t.Errorf("%d calls; ID %q, then %q; %s", calls, id, got.Get("Webhook-Id"), body)
	}
	if want := "v1," + delivery.Signature([]byte("secret"), id, fmt.Sprint(start.Unix()), []byte(body)); got.Get("Webhook-Signature") != want {
		t.Errorf("signature %q, want %q", got.Get("Webhook-Signature"), want)
	}
}

func TestSecretsOfHooksAreReadAsTheStandardHasThem(t *testing.T) {
	key, err := delivery.HookKey("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
	if err != nil {
		t.Fatal(err)
	}
	// The example of the reference implementations.
	const want = "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
	if got := delivery.Signature(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", []byte(`{"test": 2432232314}`)); got != want {
		t.Errorf("signature %q, want %q", got, want)
	}
	if key, err := delivery.HookKey("of my own"); err != nil || string(key) != "of my own" {
		t.Errorf("%q, %v", key, err)
	}
	if _, err := delivery.HookKey("whsec_of my own"); err == nil || strings.Contains(err.Error(), "my own") {
		t.Errorf("%v", err)
	}
}

// impatient gives a request up when it has come.
type impatient struct{ called <-chan struct{} }

func (i impatient) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithCancel(req.Context())
	defer cancel()
	go func() {
		select {
		case <-i.called:
			cancel()
		case <-ctx.Done():
		}
	}()
	return http.DefaultTransport.RoundTrip(req.WithContext(ctx))
}

func TestHookThatHangsIsNotCalledAgain(t *testing.T) {
	db := open(t, filepath.Join(t.TempDir(), "newsfold.db"))
	put(t, db, start.Add(-time.Hour), "Ferry back")
	var calls atomic.Int32
	called, leave := make(chan struct{}), make(chan struct{})
	srv := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		if calls.Add(1) == 1 {
			close(called)
			<-leave
		}
	}))
	defer srv.Close()
	defer close(leave)
	d := &delivery.Desk{DB: db, Now: func() time.Time { return start }, Log: quiet(), HTTP: &http.Client{Transport: impatient{called}}}
	r := delivery.Recipient{Kind: delivery.Hook, To: srv.URL}
	if out, err := d.Deliver(t.Context(), daily("text"), r, time.Time{}); err == nil || !out.Doubt {
		t.Fatalf("%+v, %v", out, err)
	}
	if out, err := d.Deliver(t.Context(), daily("text"), r, time.Time{}); err != nil || out.Sent || calls.Load() != 1 {
		t.Fatalf("%+v, %v, %d calls", out, err, calls.Load())
	}
}

func TestFolderRotatesAndHasAnIndex(t *testing.T) {
	dir := t.TempDir()
	db := open(t, filepath.Join(dir, "newsfold.db"))
	out := filepath.Join(dir, "out")
	now := start
	d := &delivery.Desk{DB: db, Now: func() time.Time { return now }, Log: quiet()}
	r := delivery.Recipient{Kind: delivery.Folder, To: out}
	for i := range 63 {
		put(t, db, now.Add(-time.Hour), fmt.Sprintf("Story %d", i))
		if o, err := d.Deliver(t.Context(), daily("markdown"), r, now); err != nil || o.Stories != 1 {
			t.Fatalf("%+v, %v", o, err)
		}
		now = now.AddDate(0, 0, 1)
	}
	if err := os.WriteFile(filepath.Join(out, "mine.md"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(out, "daily-*.md"))
	if err != nil || len(files) != 60 {
		t.Errorf("%d files: %v", len(files), err)
	}
	index, err := os.ReadFile(filepath.Join(out, "index.html"))
	if err != nil || strings.Count(string(index), "<li>") != 60 || !strings.Contains(string(index), "daily-20260528-060000.md") {
		t.Errorf("%v\n%s", err, index)
	}
}

func TestRecipientsAreReadAsTyped(t *testing.T) {
	dir := t.TempDir()
	for in, want := range map[string]delivery.Recipient{
		"me@example.org":        {Kind: delivery.Mail, To: "me@example.org"},
		"mailto:me@example.org": {Kind: delivery.Mail, To: "me@example.org"},
		"https://a.example/x":   {Kind: delivery.Hook, To: "https://a.example/x"},
		dir:                     {Kind: delivery.Folder, To: dir},
		dir + "/new/":           {Kind: delivery.Folder, To: dir + "/new"},
		dir + "/x.html":         {Kind: delivery.File, To: dir + "/x.html"},
	} {
		if got, err := delivery.ParseRecipient(in); err != nil || got != want {
			t.Errorf("%q is %+v, %v", in, got, err)
		}
	}
	for _, in := range []string{"", "mailto:", "me@", "ftp://a.example/", "https://"} {
		if got, err := delivery.ParseRecipient(in); err == nil {
			t.Errorf("%q is %+v", in, got)
		}
	}
}
