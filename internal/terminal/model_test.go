package terminal

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"newsfold"
	"newsfold/store"
	"newsfold/store/bolt"
)

// stories makes a store with so many stories, the first the newest.
func stories(t *testing.T, n int) (*model, store.DB) {
	t.Helper()
	dir := t.TempDir()
	db, err := bolt.Open(t.Context(), filepath.Join(dir, "newsfold.db"), bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	err = db.Update(t.Context(), func(tx store.Tx) error {
		for i := range n {
			at := now.Add(-time.Duration(i+1) * time.Minute)
			a := newsfold.Article{URL: fmt.Sprintf("https://wire.example/%d", i), Title: fmt.Sprintf("Story %d", i), Seen: at, Published: at}
			if err := tx.PutArticle(&a); err != nil {
				return err
			}
			a.Story = newsfold.StoryID(a.ID)
			if err := tx.PutArticle(&a); err != nil {
				return err
			}
			if err := tx.PutBody(a.ID, newsfold.Body{Text: "A ferry."}); err != nil {
				return err
			}
			if err := tx.PutStory(&newsfold.Story{ID: a.Story, Lead: a.ID, Articles: []newsfold.ArticleID{a.ID}, Time: at, Changed: at}); err != nil {
				return err
			}
			if err := tx.Append(store.Folds, a.ID); err != nil { // for the search index
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	client, stop := serve(t.Context(), db, dir, nil)
	t.Cleanup(func() {
		stop()
		_ = db.Close()
	})
	m := newModel(t.Context(), Options{Client: client, Now: func() time.Time { return now }, Getenv: func(string) string { return "" }})
	m.update(tea.WindowSizeMsg{Width: 60, Height: 12})
	drive(m, m.start())
	return m, db
}

// drive runs commands and what follows from them, and reports whether the model
// wants to end.
func drive(m *model, cmd tea.Cmd) (quit bool) {
	if cmd == nil {
		return false
	}
	switch msg := cmd().(type) {
	case tea.QuitMsg:
		return true
	case tea.BatchMsg:
		for _, c := range msg {
			quit = drive(m, c) || quit
		}
		return quit
	default:
		return drive(m, m.update(msg))
	}
}

// keystroke is a key as the terminal reports it.
func keystroke(name string) tea.KeyPressMsg {
	special := map[string]rune{"enter": tea.KeyEnter, "esc": tea.KeyEscape, "backspace": tea.KeyBackspace, "left": tea.KeyLeft, "home": tea.KeyHome}
	if code, ok := special[name]; ok {
		return tea.KeyPressMsg{Code: code}
	}
	if c, ok := strings.CutPrefix(name, "ctrl+"); ok {
		return tea.KeyPressMsg{Code: rune(c[0]), Mod: tea.ModCtrl}
	}
	return tea.KeyPressMsg{Code: []rune(name)[0], Text: name}
}

func press(m *model, keys ...string) (quit bool) {
	for _, k := range keys {
		quit = drive(m, m.update(keystroke(k)))
	}
	return quit
}

// flags are the marks of the stories in the store, the newest first: N for unread,
// * for starred.
func flags(t *testing.T, db store.DB) string {
	t.Helper()
	var b strings.Builder
	err := db.View(t.Context(), func(tx store.Tx) error {
		for st, err := range tx.Stories(store.Query{}) {
			if err != nil {
				return err
			}
			mark := map[bool]string{true: "-", false: "N"}[st.Read]
			if st.Starred {
				mark += "*"
			}
			b.WriteString(mark)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestKeysMark(t *testing.T) {
	for _, tt := range []struct {
		name, keys, want, note string
	}{
		{"N marks read", "N", "-NNN", "1 story marked read"},
		{"N marks unread again", "N N", "NNNN", "1 story marked unread"},
		{"s stars", "j s", "NN*NN", "1 story starred"},
		{"s twice takes the star away", "s s", "NNNN", "1 story no longer starred"},
		{"opening marks read", "enter", "-NNN", ""},
		{"opening is nothing to undo", "enter u", "-NNN", "Nothing to undo."},
		{"n opens the next unread", "enter n n", "---N", ""},
		{"n passes over what is read", "j N k enter n", "---N", ""},
		{"p opens the unread one before", "G enter p", "NN--", ""},
		{"n stops at the last", "G enter n", "NNN-", "No more stories that way."},
		{"A marks all read", "A", "----", "4 stories marked read"},
		{"u takes back what was unread alone", "j N A u", "N-NN", "Undone: 3 stories marked read"},
		{"u goes back step by step", "N j s u u", "NNNN", "Undone: 1 story marked read"},
		{"marks of a search go to the store", "/ f e r r y enter G N q", "NNN-", ""},
		{"typing marks nothing", "/ A s N esc", "NNNN", ""},
		{"q asks nothing of the store", "enter q q", "-NNN", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m, db := stories(t, 4)
			press(m, strings.Fields(tt.keys)...)
			if got := flags(t, db); got != tt.want {
				t.Errorf("%s: the store has %s, want %s", tt.keys, got, tt.want)
			}
			if m.note != tt.note {
				t.Errorf("%s: the note is %q, want %q", tt.keys, m.note, tt.note)
			}
			if m.fault != nil {
				t.Error(m.fault)
			}
		})
	}
}

func TestKeysThatLeave(t *testing.T) {
	for keys, want := range map[string]bool{
		"q": true, "Q": true, "ctrl+c": true, "esc": false, "enter q": false, "enter q q": true, "enter Q": true,
		"/ q": false, "/ ctrl+c": true, "? q": false, "c q q": true, "left": false,
	} {
		m, _ := stories(t, 2)
		if got := press(m, strings.Fields(keys)...); got != want {
			t.Errorf("%s: leaves %v, want %v", keys, got, want)
		}
	}
}

func TestMarksAreWrittenInTheOrderOfTheKeys(t *testing.T) {
	m, db := stories(t, 1)
	var cmds []tea.Cmd
	for range 5 { // faster than the store
		if cmd := m.update(keystroke("s")); cmd != nil {
			cmds = append(cmds, cmd)
		}
	}
	if len(cmds) != 1 {
		t.Fatalf("%d marks are under way at once", len(cmds))
	}
	if len(m.marks.waiting) != 4 {
		t.Errorf("%d marks wait", len(m.marks.waiting))
	}
	drive(m, cmds[0])
	if got := flags(t, db); got != "N*" {
		t.Errorf("after five times s: %s", got)
	}
}

func TestLeavingWritesWhatIsLeft(t *testing.T) {
	for _, begun := range []bool{false, true} {
		m, db := stories(t, 3)
		first := m.update(keystroke("N"))
		m.update(keystroke("j"))
		m.update(keystroke("s"))
		if begun { // and its message never came
			first()
		}
		if err := m.marks.finish(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := flags(t, db); got != "-N*N" {
			t.Errorf("begun %v: the store has %s", begun, got)
		}
	}
}

func TestMarkThatIsRefusedIsTakenBack(t *testing.T) {
	m, db := stories(t, 2)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	press(m, "s")
	l := m.pages[0].(*list)
	if l.stories[0].Starred || !strings.HasPrefix(m.note, "Not marked: ") {
		t.Errorf("starred %v, note %q", l.stories[0].Starred, m.note)
	}
	if err := m.marks.finish(t.Context()); err != nil {
		t.Errorf("said twice: %v", err)
	}
}

func TestLateAnswerIsNotShown(t *testing.T) {
	m, _ := stories(t, 3)
	slow := m.update(keystroke("enter"))
	m.update(keystroke("esc")) // the person has thought better of it
	drive(m, slow)
	if len(m.pages) != 1 {
		t.Error("the story opens although nobody waits for it")
	}
}

func TestMoreIsLoadedAtTheEnd(t *testing.T) {
	m, _ := stories(t, firstPage+3)
	l := m.pages[0].(*list)
	if len(l.stories) != firstPage || !l.more {
		t.Fatalf("%d stories, more %v", len(l.stories), l.more)
	}
	press(m, "G")
	if len(l.stories) != firstPage+3 || l.more || l.at != firstPage-1 {
		t.Errorf("%d stories, more %v, at %d", len(l.stories), l.more, l.at)
	}
}

// TestScreenIsNeverExceeded draws every page at every size.
func TestScreenIsNeverExceeded(t *testing.T) {
	m, db := stories(t, 12)
	if err := harmful(t.Context(), db); err != nil {
		t.Fatal(err)
	}
	press(m, "r", "g", "enter", "c")
	m.pages = append(m.pages, &help{}, &comparison{})
	m.note = strings.Repeat("漢", 300)
	all := m.pages
	for n := range all {
		for _, size := range [][2]int{{1, 1}, {2, 2}, {3, 3}, {5, 1}, {1, 9}, {13, 4}, {44, 10}, {72, 11}, {200, 60}} {
			for _, p := range []*prompt{nil, {label: "search: ", text: strings.Repeat("漢a", 50)}} {
				m.pages, m.prompt = all[:n+1], p
				m.update(tea.WindowSizeMsg{Width: size[0], Height: size[1]})
				lines := strings.Split(m.view().Content, "\n")
				if len(lines) > size[1] {
					t.Errorf("page %d at %v: %d lines", n, size, len(lines))
				}
				for _, l := range lines {
					if w := ansi.StringWidthWc(l); w > size[0] && size[0] >= 30 {
						t.Errorf("page %d at %v: %d columns: %q", n, size, w, l)
					}
				}
			}
		}
	}
}

func TestPrompt(t *testing.T) {
	for _, tt := range []struct{ keys, want string }{
		{"a b c", "abc"},
		{"a b backspace", "a"},
		{"backspace", ""},
		{"é 漢 backspace", "é"},
		{"a b ctrl+u c", "c"},
		{"\x1b \u202e a", "a"},
	} {
		p := &prompt{}
		m := &model{prompt: p}
		for _, k := range strings.Fields(tt.keys) {
			p.press(m, keystroke(k))
		}
		if p.text != tt.want {
			t.Errorf("%s: %q, want %q", tt.keys, p.text, tt.want)
		}
	}
	p := &prompt{}
	p.insert("two words")
	p.insert(" ")
	p.insert(strings.Repeat("x", maxQuery))
	p.insert("more\n")
	p.press(&model{}, keystroke("ctrl+w"))
	if p.text != "two words " {
		t.Errorf("%q", p.text)
	}
}

// TestReadmeShowsTheScreen holds the picture in the README against what a terminal
// shows.
func TestReadmeShowsTheScreen(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	screen, err := os.ReadFile("testdata/evidence.txt")
	if err != nil {
		t.Fatal(err)
	}
	_, shown, _ := strings.Cut(string(readme), "<!-- read -->\n```\n")
	shown, _, _ = strings.Cut(shown, "```\n<!-- /read -->")
	lines := slices.DeleteFunc(strings.Split(string(screen), "\n"), func(l string) bool { return l == "" })
	got := slices.DeleteFunc(strings.Split(shown, "\n"), func(l string) bool { return l == "" })
	if !slices.Equal(got, lines) {
		t.Errorf("the README shows\n%s\nand a terminal\n%s", shown, screen)
	}
}

func TestClean(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{"escape sequences become text", "a\x1b[31mb", "a[31mb"},
		{"controls of eight bits", "a\u009b31mb", "a31mb"},
		{"lines and tabs become spaces", " a\r\n\tb\u2028c ", "a b c"},
		{"overrides go", "a\u202eb\u2066c\u2069", "abc"},
		{"joined emoji", "x 👩‍👩‍👧‍👦 y", "x 👩 y"},
		{"a heart is as wide everywhere", "❤️!", "❤!"},
		{"keycaps", "1️⃣", "1"},
		{"tones of skin", "👍🏽", "👍"},
		{"flags of parts of countries", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "🏴"},
		{"marks upon marks", "e" + strings.Repeat("\u0301", 50), "e" + strings.Repeat("\u0301", maxMarks)},
		{"marks upon nothing", "\u0301\u0302a", "a"},
		{"Persian keeps what parts letters", "می\u200cخواهم", "می\u200cخواهم"},
		{"broken bytes", "a\xff\xfeb", "ab"},
		{"nothing", "\x00\x01", ""},
	} {
		if got := clean(tt.in); got != tt.want {
			t.Errorf("%s: %+q, want %+q", tt.name, got, tt.want)
		}
	}
}

func FuzzClean(f *testing.F) {
	for _, s := range []string{"a\x1b[2Jb", "👩‍👩‍👧‍👦", "e\u0301\u200b\u0301", "\xff\u202e", "محادثات سرية", "नमस्ते", "1️⃣", "🇩🇪🇫"} {
		f.Add(s, 10)
	}
	f.Fuzz(func(t *testing.T, s string, columns int) {
		got := clean(s)
		for _, r := range got {
			if unicode.IsControl(r) || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 || unicode.IsSpace(r) && r != ' ' {
				t.Fatalf("%+q keeps %U", got, r)
			}
		}
		columns = columns%200 + 1
		if columns < 2 {
			return
		}
		l := ruler{ansi.WcWidth}
		if c := l.column(got, columns); l.width(c) != columns {
			t.Fatalf("a column of %d is %d wide: %+q", columns, l.width(c), c)
		}
		fl := &flow{ruler: l, columns: columns}
		fl.add(got, bold)
		fl.add(got, "")
		fl.turn()
		for _, line := range fl.lines {
			if w := l.width(line); w > columns {
				t.Fatalf("a line of %d is %d wide: %+q", columns, w, line)
			}
		}
	})
}

func TestFlow(t *testing.T) {
	l := ruler{ansi.WcWidth}
	for _, tt := range []struct {
		name, text string
		columns    int
		want       []string
	}{
		{"breaks at spaces", "one two three", 8, []string{"one two", "three"}},
		{"breaks long words", "abcdefghij k", 4, []string{"abcd", "efgh", "ij k"}},
		{"breaks between signs of two columns", "漢字漢字漢", 5, []string{"漢字", "漢字", "漢"}},
		{"no break before a full stop", "漢字。漢", 4, []string{"漢", "字。", "漢"}},
		{"isolates lines from right to left", "אב גד", 3, []string{"\u2068אב\u2069", "\u2068גד\u2069"}},
		{"leaves out what never fits", "漢", 1, nil},
		{"nothing", "", 5, nil},
	} {
		f := &flow{ruler: l, columns: tt.columns}
		f.para(tt.text, "")
		if !slices.Equal(f.lines, tt.want) {
			t.Errorf("%s: %q, want %q", tt.name, f.lines, tt.want)
		}
	}
}

func TestBrowser(t *testing.T) {
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("needs sh")
	}
	for _, tt := range []struct {
		name, browser, address, want string
	}{
		{"a command", "sh", "https://a.example/1", "[sh https://a.example/1]"},
		{"with arguments", "sh -x", "https://a.example/1", "[sh -x https://a.example/1]"},
		{"with a place for the address", "sh -u=%s -n", "https://a.example/1", "[sh -u=https://a.example/1 -n]"},
		{"the first that is there", "none-such:sh", "https://a.example/1", "[sh https://a.example/1]"},
		{"no shell", "sh", "https://a.example/$(reboot)`x`;'", "[sh https://a.example/$%28reboot%29%60x%60;%27]"},
		{"no flag", "sh", "--version", "error"},
		{"no file", "sh", "file:///etc/passwd", "error"},
		{"no script", "sh", "javascript:alert(1)", "error"},
		{"no address", "sh", "", "error"},
		{"controls", "sh", "https://a.example/\x1b[2J", "error"},
		{"none", "", "https://a.example/1", "error"},
	} {
		env := func(name string) string { return map[string]string{"BROWSER": tt.browser}[name] }
		cmd, terminal, err := browser(tt.address, env)
		got := "error"
		if err == nil {
			got = strings.ReplaceAll(fmt.Sprint(cmd.Args), sh, "sh")
		}
		if got != tt.want || terminal {
			t.Errorf("%s: %s (%v), want %s", tt.name, got, err, tt.want)
		}
	}
}

func TestCrashOfACommandEndsInOrder(t *testing.T) {
	m, _ := stories(t, 1)
	g := &guard{m: m}
	msg := safely(func() tea.Msg { panic("a command broke") })()
	if _, cmd := g.Update(msg); cmd == nil || m.fault == nil || !strings.Contains(m.fault.Error(), "a command broke") {
		t.Errorf("the program goes on: %v", m.fault)
	}
}

// TestFoldsAreCorrected splits a copy off and makes another the lead, and takes
// both back.
func TestFoldsAreCorrected(t *testing.T) {
	m, db := stories(t, 3)
	merged := func() (articles int, lead newsfold.ArticleID) {
		t.Helper()
		err := db.View(t.Context(), func(tx store.Tx) error {
			a, err := tx.Article(1)
			if err != nil {
				return err
			}
			st, err := tx.Story(a.Story)
			articles, lead = len(st.Articles), st.Lead
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return articles, lead
	}
	if _, err := m.opts.Client.Merge(t.Context(), []newsfold.ArticleID{1, 2, 3}); err != nil {
		t.Fatal(err)
	}
	press(m, "r", "enter", "c")
	first, lead := merged()
	if first != 3 {
		t.Fatalf("%d articles in the story", first)
	}
	for _, step := range []struct {
		keys     string
		articles int
		other    bool // another lead than in the beginning
		note     string
	}{
		{"g L", 3, false, "It is the lead."},
		{"j L", 3, true, "The lead is that of  now."},
		{"u", 3, false, "Undone: as it was folded before."},
		{"g j x", 2, false, "Split: that of  is a story of its own."},
		{"u", 3, false, "Undone: as it was folded before."},
		{"u", 3, false, "Nothing to undo."},
	} {
		press(m, strings.Fields(step.keys)...)
		n, now := merged()
		if n != step.articles || (now != lead) != step.other || m.note != step.note || m.fault != nil {
			t.Errorf("after %s: %d articles, lead %d, %q; want %d and %q (%v)", step.keys, n, now, m.note, step.articles, step.note, m.fault)
		}
	}
	press(m, "q", "q")
	if got := m.top().title(); got != "1 story, 0 unread" {
		t.Errorf("the list is %q", got)
	}
}

func TestKeysFitAnOrdinaryTerminal(t *testing.T) {
	for _, b := range bindings {
		if n := len([]rune(b.what)); 19+n > 80-2 {
			t.Errorf("%s %q takes %d columns", b.keys, b.what, n)
		}
	}
}
