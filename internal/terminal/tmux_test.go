package terminal

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"newsfold"
	"newsfold/fetch"
	"newsfold/internal/control"
	"newsfold/internal/ingest"
	"newsfold/internal/newsroom"
	"newsfold/internal/search"
	"newsfold/store"
	"newsfold/store/bolt"
)

var update = flag.Bool("update", false, "rewrite the expected screens")

// now is when the stories of the tests are read.
var now = time.Date(2031, 3, 10, 7, 30, 0, 0, time.UTC)

// childDir names, for the test binary run within tmux, the directory of the store.
const childDir = "NEWSFOLD_TEST_TERMINAL"

func TestMain(m *testing.M) {
	dir := os.Getenv(childDir)
	if dir == "" {
		os.Exit(m.Run())
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	err := child(ctx, dir)
	stop()
	if err != nil {
		fmt.Println("error:", strings.SplitN(err.Error(), "\n", 2)[0])
		os.Exit(1)
	}
}

// child reads a store within tmux. A file "panic" in its directory makes the clock
// break, and one called "deaf" makes the store refuse.
func child(ctx context.Context, dir string) error {
	db, err := bolt.Open(ctx, filepath.Join(dir, "newsfold.db"), bolt.Options{})
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	there := func(name string) bool {
		_, err := os.Stat(filepath.Join(dir, name))
		return err == nil
	}
	client, stop := serve(ctx, db, dir, func(h http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if there("deaf") {
				http.Error(w, `{"error":{"kind":"internal","message":"the disk \u001b[2J is\u0007 gone"}}`, http.StatusInternalServerError)
				return
			}
			h.ServeHTTP(w, r)
		})
	})
	defer stop()
	return Run(ctx, Options{
		Client: client, In: os.Stdin, Out: os.Stdout, Query: os.Getenv("QUERY"),
		Now: func() time.Time {
			if there("panic") {
				panic("the clock \x1b[31mbroke")
			}
			return now
		},
	})
}

// serve serves the control interface of a store within the process.
func serve(ctx context.Context, db store.DB, dir string, around func(http.Handler) http.Handler) (*control.Client, func()) {
	var index *search.Index
	clock := func() time.Time { return now }
	engine := ingest.New(db, nil, ingest.Options{Manual: true, Now: clock}) // fetches nothing, and corrects folds
	s := control.Server{DB: db, Engine: engine, Now: clock, Index: func() (_ *search.Index, err error) {
		if index == nil {
			index, err = search.Open(filepath.Join(dir, "search"), search.Options{})
		}
		return index, err
	}}
	h := s.Handler()
	if around != nil {
		h = around(h)
	}
	pipe := control.NewPipe()
	srv := &http.Server{Handler: h, ReadHeaderTimeout: time.Minute, BaseContext: func(net.Listener) context.Context { return ctx }}
	ended := make(chan error, 2)
	ctx, stop := context.WithCancel(ctx)
	go func() { ended <- srv.Serve(pipe) }()
	go func() { ended <- engine.Run(ctx) }()
	return control.Connect(pipe.Dial), func() {
		_ = srv.Close()
		stop()
		<-ended
		<-ended
		if index != nil {
			_ = index.Close()
		}
	}
}

// sample makes a store of the sample newsroom, with a story beside it whose
// publisher means harm.
func sample(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	db, err := bolt.Open(t.Context(), filepath.Join(dir, "newsfold.db"), bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	clock := func() time.Time { return now }
	room, err := newsroom.Listen(t.Context(), newsroom.Options{Now: now})
	if err != nil {
		t.Fatal(err)
	}
	client, err := fetch.New(fetch.Options{Transport: room.Transport(), Now: clock, Gap: -1})
	if err != nil {
		t.Fatal(err)
	}
	engine := ingest.New(db, client, ingest.Options{Manual: true, Now: clock, Feeds: 1, Pages: 1})
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- engine.Run(ctx) }()
	err = errors.Join(
		inTurn(ctx, db, engine, room.Feeds()),
		harmful(ctx, db),
	)
	stop()
	<-ended
	client.Close()
	if err := errors.Join(err, room.Close(), db.Close()); err != nil {
		t.Fatal(err)
	}
	return dir
}

// inTurn reads feeds one after the other: which of those that overlap comes first
// decides what is stated of what both carry.
func inTurn(ctx context.Context, db store.DB, engine *ingest.Engine, feeds []string) error {
	for _, u := range feeds {
		if err := db.Update(ctx, func(tx store.Tx) error { return tx.PutFeed(&newsfold.Feed{URL: u}) }); err != nil {
			return err
		}
		if _, err := engine.Pass(ctx, ingest.Request{}); err != nil {
			return err
		}
	}
	return nil
}

// again returns a copy of a store, to be changed.
func again(t *testing.T, dir string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, "newsfold.db"))
	if err != nil {
		t.Fatal(err)
	}
	dir = t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "newsfold.db"), data, 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

// harmful adds a story that would do things to a terminal.
func harmful(ctx context.Context, db store.DB) error {
	return db.Update(ctx, func(tx store.Tx) error {
		a := newsfold.Article{
			URL: "https://evil.example/1", Link: "https://evil.example/1",
			Title:     "Red \x1b[31mtitle\x1b]0;owned\x07 \u009b2J \u202eesrever\u202c 👩‍👩‍👧‍👦 ❤️ 漢字の題名 ve\u0301\u0302\u0303\u0304\u0305\u0306\u0307ry\r\nlong and then some more of it",
			Outlet:    "Evil\x1b[2J\u2028Times",
			Seen:      now.Add(-time.Hour),
			Published: now.Add(-time.Hour),
		}
		if err := tx.PutArticle(&a); err != nil {
			return err
		}
		a.Story = newsfold.StoryID(a.ID)
		text := "First \x1b[?1049l paragraph\x07 with\u0000 漢字と仮名を交えて書かれた、区切りのない長い文がここにあり、それは行の終わりで折り返されなければならない。\n\n" + strings.Repeat("x", 200) + "\n\n\x1bP1$r0m\x1b\\ end."
		return errors.Join(
			tx.PutArticle(&a),
			tx.PutBody(a.ID, newsfold.Body{Text: text}),
			tx.PutStory(&newsfold.Story{
				ID: a.Story, Lead: a.ID, Articles: []newsfold.ArticleID{a.ID}, Outlets: 1, Time: now.Add(-time.Hour), Changed: now,
			}),
		)
	})
}

// tmux is a terminal of the test's own (https://github.com/tmux/tmux).
type tmux struct {
	t    *testing.T
	sock string
}

// launch starts the reader of a store in a terminal, within a shell that says how
// it ended and whether the terminal is as it was.
func launch(t *testing.T, dir string, columns, rows int, env ...string) tmux {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	run, err := os.MkdirTemp("", "nf") // the path of a socket has to be short
	if err != nil {
		t.Fatal(err)
	}
	term := tmux{t, filepath.Join(run, "s")}
	t.Cleanup(func() {
		_ = exec.Command("tmux", "-S", term.sock, "kill-server").Run()
		_ = os.RemoveAll(run)
	})
	script := `was=$(stty -g); "` + self + `"; echo "exit $?"; [ "$was" = "$(stty -g)" ] && echo restored; exec cat`
	args := []string{"-u", "-f", "/dev/null", "new-session", "-d", "-x", fmt.Sprint(columns), "-y", fmt.Sprint(rows)}
	for _, e := range append([]string{childDir + "=" + dir, "TZ=UTC", "LC_ALL=C.UTF-8", "BROWSER=none-such", "DISPLAY=", "WAYLAND_DISPLAY="}, env...) {
		args = append(args, "-e", e)
	}
	term.do(append(args, "sh", "-c", script)...)
	return term
}

func (m tmux) do(args ...string) string {
	m.t.Helper()
	ctx, cancel := context.WithTimeout(m.t.Context(), patience)
	defer cancel()
	out, err := exec.CommandContext(ctx, "tmux", append([]string{"-S", m.sock}, args...)...).CombinedOutput()
	if err != nil {
		m.t.Fatalf("tmux %v: %v: %s", args, err, out)
	}
	return string(out)
}

// press types keys, by their names in tmux.
func (m tmux) press(keys ...string) {
	m.t.Helper()
	m.do(append([]string{"send-keys"}, keys...)...)
}

func (m tmux) write(text string) {
	m.t.Helper()
	m.do("send-keys", "-l", text)
}

var port = regexp.MustCompile(`\b[1-6]\d{4}\b`)

// screen is what the terminal shows.
func (m tmux) screen(styles bool) string {
	m.t.Helper()
	args := []string{"capture-pane", "-p"}
	if styles {
		args = append(args, "-e")
	}
	return port.ReplaceAllString(m.do(args...), "PORT")
}

// patience is how long anything may take in a terminal, on a busy machine.
const patience = 2 * time.Minute

// glance is how long a terminal is left alone between two looks at it.
const glance = 25 * time.Millisecond

// until waits for a text on the screen.
func (m tmux) until(text string) string {
	m.t.Helper()
	deadline := time.Now().Add(patience)
	for {
		got := m.screen(false)
		if strings.Contains(got, text) {
			return got
		}
		if time.Now().After(deadline) {
			m.t.Fatalf("no %q on the screen:\n%s", text, got)
		}
		<-time.After(glance)
	}
}

// golden waits until the screen shows a text, and compares it with that of a file.
func (m tmux) golden(name, text string, styles bool) {
	m.t.Helper()
	m.until(text)
	file := filepath.Join("testdata", name+".txt")
	deadline := time.Now().Add(patience)
	want, err := os.ReadFile(file)
	if err != nil && !*update {
		m.t.Fatal(err)
	}
	since := time.Now()
	for was := ""; ; {
		got := m.screen(styles)
		if got != was {
			since = time.Now()
		}
		switch {
		case *update && time.Since(since) > time.Second:
			if err := os.WriteFile(file, []byte(got), 0o666); err != nil {
				m.t.Fatal(err)
			}
			return
		case !*update && got == string(want):
			return
		case time.Now().After(deadline):
			m.t.Errorf("%s differs (-want +got):\n%s", file, cmp.Diff(string(want), got))
			return
		}
		was = got
		<-time.After(glance)
	}
}

// left waits for the end of the reader and looks at the terminal behind it.
func (m tmux) left(code int) string {
	m.t.Helper()
	m.until(fmt.Sprintf("exit %d", code))
	got := m.until("restored")
	if state := m.do("display-message", "-p", "#{alternate_on} #{cursor_flag} #{mouse_any_flag}"); state != "0 1 0\n" {
		m.t.Errorf("alternate screen, cursor and mouse are left %q", state)
	}
	return got
}

// TestInATerminal reads the sample newsroom in a real terminal and compares what it
// shows with the screens in testdata.
func TestInATerminal(t *testing.T) {
	if _, err := exec.LookPath("tmux"); err != nil {
		t.Skip("needs tmux")
	}
	dir := sample(t)
	for name, test := range map[string]func(*testing.T, string){
		"reading": reading, "marks outlive the reader": outlive, "sizes": sizes, "panic": panics, "no answers": deaf, "SIGTERM": terminated, "Ctrl-C": interrupted, "browsers": browsers,
		"Ctrl-Z": suspended,
	} {
		t.Run(name, func(t *testing.T) { test(t, again(t, dir)) })
	}
}

func reading(t *testing.T, dir string) {
	term := launch(t, dir, 100, 24)
	term.golden("river", "15 stories", false)
	term.press("j", "s", "j", "N")
	term.golden("marked", "marked read", false)
	term.press("g", "Enter")
	term.golden("hostile", "q:back", false)
	term.press("q")
	term.press("G", "k", "k", "k", "k", "k")
	term.press("Enter")
	term.golden("arabic", "q:back", false)
	term.press("q")
	term.press("k", "k", "k", "k", "c")
	term.golden("copies", "q:back Enter:compare", false)
	term.press("j", "j")
	term.golden("evidence", "compared with", false)
	term.press("Enter")
	term.golden("compared", "against Northwire", true)
	term.press("n")
	term.press("o")
	term.until("no browser here")
	term.press("q")
	term.until("compared with")
	term.press("x")
	term.golden("split", "is a story of its own", false)
	term.press("k", "L")
	term.golden("lead", "is that of The Harbour Courier now", false)
	term.press("u")
	term.until("Undone")
	term.press("u")
	term.golden("unsplit", "Undone", false)
	term.press("?")
	term.golden("help", "Everywhere", false)
	term.press("q")
	term.until("q:back Enter:compare")
	term.press("q")
	term.press("/")
	term.write("Orrin -talks")
	term.golden("typing", "search: Orrin -talks", false)
	term.press("Enter")
	term.golden("found", "Orrin -talks ·", false)
	term.press("A")
	term.until("marked read")
	term.press("u")
	term.until("Undone")
	term.press("q")
	term.press("q")
	term.left(0)
}

func outlive(t *testing.T, dir string) {
	term := launch(t, dir, 80, 20)
	term.until("15 unread")
	term.press("A", "j", "s", "Q")
	term.left(0)
	term = launch(t, dir, 80, 20)
	term.golden("again", "0 unread", false)
}

func sizes(t *testing.T, dir string) {
	term := launch(t, dir, 100, 24)
	term.until("15 stories")
	for _, size := range []struct{ columns, rows int }{{40, 10}, {60, 6}, {12, 4}, {120, 12}} {
		term.do("resize-window", "-x", fmt.Sprint(size.columns), "-y", fmt.Sprint(size.rows))
		term.golden(fmt.Sprintf("river-%dx%d", size.columns, size.rows), " newsfold", false)
	}
	term.press("j", "j", "Enter")
	term.until("q:back")
	term.do("resize-window", "-x", "30", "-y", "12")
	term.golden("story-30x12", "q:back", false)
	for _, size := range []string{"2", "1", "30"} { // nothing fits, and nothing breaks
		term.do("resize-window", "-x", size, "-y", size)
	}
	term.until("q:back")
	term.press("Q")
	term.left(0)
}

// trouble puts a file in the directory that the child looks for.
func trouble(t *testing.T, dir, name string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), nil, 0o666); err != nil {
		t.Fatal(err)
	}
}

func panics(t *testing.T, dir string) {
	term := launch(t, dir, 80, 20)
	term.until("15 stories")
	trouble(t, dir, "panic")
	term.press("j")
	if got := term.left(1); !strings.Contains(got, "a fault of newsfold: the clock") {
		t.Errorf("the cause is not said:\n%s", got)
	}
}

func deaf(t *testing.T, dir string) {
	term := launch(t, dir, 80, 20)
	term.until("15 stories")
	trouble(t, dir, "deaf")
	term.press("s")
	term.golden("deaf", "Not marked: the disk", false)
	term.press("Enter")
	term.until("the disk")
	term.press("q")
	term.left(0)
}

func terminated(t *testing.T, dir string) {
	term := launch(t, dir, 80, 20)
	term.until("15 stories")
	pid := strings.TrimSpace(term.do("display-message", "-p", "#{pane_pid}"))
	out, err := exec.Command("pgrep", "-P", pid).Output()
	if err != nil {
		t.Skipf("needs pgrep: %v", err)
	}
	if err := exec.Command("kill", "-TERM", strings.TrimSpace(string(out))).Run(); err != nil {
		t.Fatal(err)
	}
	term.left(1)
}

func interrupted(t *testing.T, dir string) {
	term := launch(t, dir, 80, 20, "QUERY=is:starred")
	term.until("Nothing was found.")
	term.press("C-c")
	term.left(0)
}

// wait waits until something is so.
func wait(t *testing.T, what string, so func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !so(); <-time.After(glance) {
		if time.Now().After(deadline) {
			t.Fatalf("it never happens that %s", what)
		}
	}
}

// browsers opens a story outside: in a program beside the reader, and in one that
// has the terminal meanwhile.
func browsers(t *testing.T, dir string) {
	said := filepath.Join(dir, "said")
	for name, script := range map[string]string{
		"window": "#!/bin/sh\necho noise\nprintf '%s\\n' \"$#\" \"$@\" >'" + said + "'\n",
		"w3m":    "#!/bin/sh\necho \"PAGE $1\"\nread -r line\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(script), 0o777); err != nil {
			t.Fatal(err)
		}
	}
	term := launch(t, dir, 80, 20, "BROWSER="+filepath.Join(dir, "window"))
	term.until("15 stories")
	term.press("o")
	if got := term.until("Opening https://evil.example/1"); strings.Contains(got, "noise") || !strings.Contains(got, "14 unread") {
		t.Errorf("the screen is\n%s", got)
	}
	wait(t, "the browser has the address and nothing else", func() bool {
		got, _ := os.ReadFile(said)
		return string(got) == "1\nhttps://evil.example/1\n"
	})
	term.press("Q")
	term.left(0)

	term = launch(t, dir, 80, 20, "BROWSER="+filepath.Join(dir, "w3m"))
	term.until("15 stories")
	term.press("o")
	term.until("PAGE https://evil.example/1")
	term.press("Enter")
	if got := term.until("15 stories"); strings.Contains(got, "PAGE") {
		t.Errorf("the screen is not drawn anew:\n%s", got)
	}
	term.press("Q")
	term.left(0)
}

// suspended puts the reader aside as a shell does, and takes it up again.
func suspended(t *testing.T, dir string) {
	term := launch(t, dir, 80, 20)
	term.until("15 stories")
	before := term.until("q:quit") // the last line: all is drawn
	pid := strings.TrimSpace(term.do("display-message", "-p", "#{pane_pid}"))
	out, err := exec.Command("pgrep", "-P", pid).Output()
	if err != nil {
		t.Skipf("needs pgrep: %v", err)
	}
	reader := strings.TrimSpace(string(out))
	term.press("C-z")
	wait(t, "the reader lets the terminal go", func() bool { return term.do("display-message", "-p", "#{alternate_on}") == "0\n" })
	wait(t, "the reader goes on", func() bool { // it begins to wait for the signal in its own time
		if err := exec.Command("kill", "-CONT", reader).Run(); err != nil {
			t.Fatal(err)
		}
		return term.do("display-message", "-p", "#{alternate_on}") == "1\n"
	})
	wait(t, "the screen is what it was:\n"+before, func() bool { return term.screen(false) == before })
	term.press("Q")
	term.left(0)
}
