package main

import (
	"context"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	"net/http"
	"net/http/httptest"
	"net/mail"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/emersion/go-smtp"

	"newsfold/internal/newsroom"
)

// TestMailedDigestReadsWellInABrowser mails a digest of the sample newsroom and
// looks at what arrives: its text, and its page in Chromium, on a phone and on a
// desk, by day and by night. NEWSFOLD_SHOTS names a directory for pictures of it.
func TestMailedDigestReadsWellInABrowser(t *testing.T) {
	program := os.Getenv("NEWSFOLD_BROWSER")
	if program == "" {
		t.Skip("needs a browser: set NEWSFOLD_BROWSER to the path of Chromium")
	}
	room, err := newsroom.Listen(t.Context(), newsroom.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = room.Close() }()
	box := newPostbox(t)
	d := &desk{t: t, dir: t.TempDir(), net: room.Transport(), in: string(room.OPML())}
	d.run("import", "-")
	d.run("fetch", "--all", "--allow-net", strings.Join(hosts(room.Feeds()), ","))
	d.run("digest", "--since", "last", "--title", "The morning’s news", "--format", "html", "--to", "ada@home.example", "--smtp", "smtp://"+box.address, "--mail-from", "news@newsfold.example")
	parts := readMail(t, <-box.mails)
	if !strings.Contains(parts["text/plain"], "Top stories") {
		t.Errorf("the text of the mail is\n%s", parts["text/plain"])
	}
	srv := httptest.NewServer(display(parts["text/html"]))
	defer srv.Close()
	for _, scheme := range []string{"light", "dark"} {
		for _, width := range []int{320, 360, 760} {
			t.Run(fmt.Sprint(scheme, " ", width), func(t *testing.T) {
				look(t, program, fmt.Sprintf("%s/?width=%d", srv.URL, width), scheme, width)
			})
		}
	}
}

// look opens the mail in a browser and measures it.
func look(t *testing.T, program, url, scheme string, width int) {
	night := map[string]string{"dark": "0", "light": "1"}[scheme]
	run := func(args ...string) string {
		args = append([]string{
			"--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-dev-shm-usage", "--hide-scrollbars",
			"--user-data-dir=" + t.TempDir(), "--blink-settings=preferredColorScheme=" + night, "--window-size=" + fmt.Sprint(max(width, 500)) + ",1000",
		}, args...)
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		defer cancel()
		out, err := exec.CommandContext(ctx, program, append(args, url)...).Output()
		if err != nil {
			t.Fatalf("the browser: %v", err)
		}
		return string(out)
	}
	page := run("--dump-dom")
	_, found, _ := strings.Cut(page, "<title>")
	found, _, _ = strings.Cut(found, "</title>")
	var m struct {
		Dark            bool
		Inner, Widest   int
		Texts, Requests int
		Faint           []string
	}
	if err := json.Unmarshal([]byte(html.UnescapeString(found)), &m); err != nil {
		t.Fatalf("%v in %.500s", err, page)
	}
	if m.Dark != (scheme == "dark") || m.Inner != width || m.Texts < 50 {
		t.Fatalf("it was not shown as it should have been: %+v", m)
	}
	if m.Widest > width {
		t.Errorf("it is %d wide: it has to be pushed from side to side", m.Widest)
	}
	if len(m.Faint) > 0 {
		t.Errorf("too little contrast: %q", m.Faint)
	}
	if m.Requests > 0 {
		t.Errorf("it loads %d things from elsewhere", m.Requests)
	}
	if dir := os.Getenv("NEWSFOLD_SHOTS"); dir != "" && width == 760 {
		run("--screenshot=" + filepath.Join(dir, "digest-"+scheme+".png"))
	}
}

// display serves a mail within a page that is as wide as asked for and whose title
// tells what was measured: the contrast of every text with what is behind it has
// to be that of WCAG 2.2, 1.4.3.
func display(mail string) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/mail", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(w, mail)
	})
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = fmt.Fprintf(w, `<!doctype html><title></title><meta name="color-scheme" content="light dark"><style>body { margin: 0 } iframe { border: 0; height: 1000px }</style>
<iframe src="/mail" style="width:%spx" onload="measure(this.contentWindow)"></iframe><script>%s</script>`, html.EscapeString(r.URL.Query().Get("width")), measure)
	})
	return mux
}

const measure = `function measure(w) {
  const d = w.document, faint = [];
  const parts = c => c.match(/[\d.]+/g).map(Number);
  const light = c => { const [r, g, b] = parts(c).map(v => (v /= 255) <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4); return .2126 * r + .7152 * g + .0722 * b; };
  const behind = e => { for (; e; e = e.parentElement) { const c = w.getComputedStyle(e).backgroundColor, p = parts(c); if (p.length < 4 || p[3] > 0) return c; } return "rgb(255,255,255)"; };
  let texts = 0;
  for (const e of d.body.querySelectorAll("*")) {
    if (![...e.childNodes].some(n => n.nodeType === 3 && n.data.trim())) continue;
    texts++;
    const [a, b] = [light(w.getComputedStyle(e).color), light(behind(e))].sort((x, y) => y - x);
    if ((a + .05) / (b + .05) < 4.5) faint.push(e.textContent.slice(0, 40));
  }
  document.title = JSON.stringify({ dark: w.matchMedia("(prefers-color-scheme: dark)").matches, inner: w.innerWidth,
    widest: d.documentElement.scrollWidth, texts, requests: w.performance.getEntriesByType("resource").length, faint });
}`

// readMail returns the parts of a mail by their type.
func readMail(t *testing.T, raw string) map[string]string {
	t.Helper()
	m, err := mail.ReadMessage(strings.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	kind, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/alternative" {
		t.Fatalf("the mail is %s, %v", kind, err)
	}
	parts := map[string]string{}
	for r := multipart.NewReader(m.Body, params["boundary"]); ; {
		p, err := r.NextRawPart()
		if err == io.EOF {
			return parts
		}
		if err != nil {
			t.Fatal(err)
		}
		kind, _, _ := mime.ParseMediaType(p.Header.Get("Content-Type"))
		text, err := io.ReadAll(quotedprintable.NewReader(p))
		if err != nil {
			t.Fatal(err)
		}
		parts[kind] = string(text)
	}
}

// postbox is a mail server on loopback that hands on what it takes over.
type postbox struct {
	address string
	mails   chan string
}

func newPostbox(t *testing.T) *postbox {
	t.Helper()
	b := &postbox{mails: make(chan string, 10)}
	srv := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return b, nil }))
	srv.Domain = "mail.example"
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	b.address = l.Addr().String()
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = srv.Serve(l)
	}()
	t.Cleanup(func() {
		_ = srv.Close()
		<-done
	})
	return b
}

func (b *postbox) Reset()                               {}
func (b *postbox) Logout() error                        { return nil }
func (b *postbox) Mail(string, *smtp.MailOptions) error { return nil }
func (b *postbox) Rcpt(string, *smtp.RcptOptions) error { return nil }

func (b *postbox) Data(r io.Reader) error {
	text, err := io.ReadAll(r)
	if err == nil {
		b.mails <- string(text)
	}
	return err
}
