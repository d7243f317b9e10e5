package pages

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"newsfold"
)

// victim is the environment variable that makes the test binary a process to be
// killed: the directory in which it keeps pages.
const victim = "NEWSFOLD_PAGES_VICTIM"

func TestMain(m *testing.M) {
	if dir := os.Getenv(victim); dir != "" {
		fmt.Fprintln(os.Stderr, work(dir))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// work keeps pages until it is killed, and says of each that it did.
func work(dir string) error {
	a, err := Open(dir, Options{Limit: 64 << 20})
	if err != nil {
		return err
	}
	for id := newsfold.ArticleID(a.Bytes()); ; id++ {
		if err := a.Keep(page(id, 2000)); err != nil {
			return err
		}
		fmt.Println(id)
	}
}

// page makes a page that does not compress well, the same for the same number.
func page(id newsfold.ArticleID, size int) Page {
	r := rand.New(rand.NewPCG(uint64(id), uint64(size)))
	body := make([]byte, size)
	for i := range body {
		body[i] = byte(r.Uint32())
	}
	return Page{
		Article: id, Link: fmt.Sprintf("https://a.example/%d", id), URL: fmt.Sprintf("https://a.example/%d/", id),
		Type: "text/html; charset=utf-8", Time: time.Unix(1_800_000_000+int64(id), 0).UTC(), Body: body,
	}
}

func open(t *testing.T, dir string, limit int64) *Archive {
	t.Helper()
	a, err := Open(dir, Options{Limit: limit})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.Close() })
	return a
}

func (a *Archive) all(t *testing.T) (all []Page) {
	t.Helper()
	for p, err := range a.All() {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	return all
}

func keep(t *testing.T, a *Archive, all ...Page) {
	t.Helper()
	for _, p := range all {
		if err := a.Keep(p); err != nil {
			t.Fatal(err)
		}
	}
}

func same(a, b Page) bool {
	return a.Article == b.Article && a.Link == b.Link && a.URL == b.URL && a.Type == b.Type && a.Time.Equal(b.Time) && bytes.Equal(a.Body, b.Body)
}

func TestLastPageOfEachArticleComesBack(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "pages")
	if err := errors.Join(os.Mkdir(dir, 0o700), os.WriteFile(filepath.Join(dir, "my.pages"), []byte("not ours"), 0o600)); err != nil {
		t.Fatal(err)
	}
	a := open(t, dir, 1<<20)
	if got := a.all(t); len(got) != 0 {
		t.Fatalf("%d pages in an empty archive", len(got))
	}
	newer := page(2, 700)
	keep(t, a, page(9, 100), page(2, 500), page(5, 0), newer)
	for range 2 {
		got := a.all(t)
		if len(got) != 3 || !same(got[0], newer) || !same(got[1], page(5, 0)) || !same(got[2], page(9, 100)) {
			t.Fatalf("pages %+.80v", got)
		}
		if err := a.Close(); err != nil {
			t.Fatal(err)
		}
		a = open(t, dir, 1<<20)
	}
}

func TestLimitIsNeverCrossedAndTheOldestGo(t *testing.T) {
	dir := t.TempDir()
	const limit = 100_000
	a := open(t, dir, limit)
	for id := newsfold.ArticleID(1); id <= 300; id++ {
		keep(t, a, page(id, 1000+int(id*37%3000)))
		var onDisk int64
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			info, err := e.Info()
			if err != nil {
				t.Fatal(err)
			}
			onDisk += info.Size()
		}
		if onDisk > limit || onDisk != a.Bytes() {
			t.Fatalf("%d bytes on disk after page %d, of which %d are known, with a limit of %d", onDisk, id, a.Bytes(), limit)
		}
	}
	got := a.all(t)
	for i, p := range got {
		if want := newsfold.ArticleID(300 - len(got) + 1 + i); p.Article != want {
			t.Fatalf("page %d is of article %d, want the last ones", i, p.Article)
		}
	}
	if len(got) < 25 { // seven eighths of the limit, at 2.5 kB
		t.Errorf("only %d pages are left", len(got))
	}

	a = open(t, dir, limit/2)
	if n := a.Bytes(); n > limit/2 || len(a.all(t)) == 0 {
		t.Errorf("%d bytes with a limit lowered to %d", n, limit/2)
	}
	a = open(t, dir, 0)
	keep(t, a, page(1, 10))
	if n := a.Bytes(); n != 0 || len(a.all(t)) != 0 {
		t.Errorf("%d bytes with a limit of 0", n)
	}
}

func TestPagesThatAreTooLargeAreNotKept(t *testing.T) {
	a := open(t, t.TempDir(), 64<<10)
	long := page(3, 10)
	long.Link = strings.Repeat("x", maxField+1)
	keep(t, a, page(1, 9000), long, page(4, 7000))
	huge := open(t, t.TempDir(), 1<<40)
	keep(t, huge, Page{Article: 1, Body: make([]byte, MaxBody)}, Page{Article: 2, Body: make([]byte, MaxBody+1)})
	if got := a.all(t); len(got) != 1 || got[0].Article != 4 {
		t.Errorf("%d pages are kept, want the one that has room", len(got))
	}
	if got := huge.all(t); len(got) != 1 || got[0].Article != 1 || len(got[0].Body) != MaxBody {
		t.Errorf("%d pages are kept, want the one of 16 MiB", len(got))
	}
}

func TestWhatACrashCutShortIsCutOff(t *testing.T) {
	dir := t.TempDir()
	a := open(t, dir, 1<<20)
	keep(t, a, page(1, 300), page(2, 300))
	name := filepath.Join(dir, a.names()[0])
	whole, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	for n := range whole {
		if err := os.WriteFile(name, whole[:n], 0o600); err != nil {
			t.Fatal(err)
		}
		a := open(t, dir, 1<<20)
		before := len(a.all(t))
		keep(t, a, page(3, 300))
		got := a.all(t)
		if want := min(n*2/len(whole), 1); before != want || len(got) != want+1 || !same(got[want], page(3, 300)) {
			t.Fatalf("cut at %d of %d bytes: %d pages, and %d with another one", n, len(whole), before, len(got))
		}
		_ = a.Close()
	}
}

func TestDamagedPagesAreLeftOut(t *testing.T) {
	dir := t.TempDir()
	a := open(t, dir, 1<<20)
	keep(t, a, page(1, 300), page(2, 300), page(3, 300))
	name := filepath.Join(dir, a.names()[0])
	whole, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	for at := 0; at < len(whole); at += 3 {
		bad := bytes.Clone(whole)
		bad[at] ^= 0x41
		if err := os.WriteFile(name, bad, 0o600); err != nil {
			t.Fatal(err)
		}
		var log bytes.Buffer
		a, err := Open(dir, Options{Limit: 1 << 20, Log: slog.New(slog.NewTextHandler(&log, nil))})
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range a.all(t) {
			if !same(p, page(p.Article, 300)) {
				t.Fatalf("byte %d damaged: the page of article %d is not what was kept", at, p.Article)
			}
		}
		if inBody := at > len(whole)/3+100 && at < len(whole)*2/3; inBody && (len(a.all(t)) != 2 || !strings.Contains(log.String(), "article=2")) {
			t.Fatalf("byte %d damaged: %d pages, log %s", at, len(a.all(t)), log.String())
		}
		_ = a.Close()
	}
}

// TestKilledWhileKeeping kills a process that keeps pages. All that it said it kept are
// there, unless there was no room for them any more.
func TestKilledWhileKeeping(t *testing.T) {
	if testing.Short() {
		t.Skip("takes some seconds")
	}
	dir := t.TempDir()
	bin, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	said := map[newsfold.ArticleID]bool{}
	for range 20 {
		cmd := exec.Command(bin)
		cmd.Env = append(os.Environ(), victim+"="+dir)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		for n := rand.IntN(60); lines.Scan(); n-- {
			var id newsfold.ArticleID
			if _, err := fmt.Sscan(lines.Text(), &id); err != nil {
				t.Fatal(err)
			}
			said[id] = true
			if n == 0 {
				_ = cmd.Process.Kill()
			}
		}
		_ = cmd.Wait()
	}
	a := open(t, dir, 64<<20)
	for _, p := range a.all(t) {
		if !same(p, page(p.Article, 2000)) {
			t.Errorf("the page of article %d is not what was kept", p.Article)
		}
		delete(said, p.Article)
	}
	if len(said) > 0 {
		t.Errorf("%d pages are lost", len(said))
	}
}

func TestWhatCannotBeWrittenIsAnError(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "pages")
	if err := os.WriteFile(dir, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(dir, Options{Limit: 1 << 20}); err == nil {
		t.Error("a file is opened as a directory of pages")
	}
	a := open(t, filepath.Join(filepath.Dir(dir), "new"), 1<<20)
	if err := os.WriteFile(a.dir, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	var path *os.PathError
	if err := a.Keep(page(1, 10)); !errors.As(err, &path) {
		t.Errorf("keeping where nothing can be written: %v", err)
	}
}

func FuzzUnpack(f *testing.F) {
	a, err := Open(f.TempDir(), Options{Limit: 1 << 20})
	if err != nil {
		f.Fatal(err)
	}
	b, _ := a.pack(Page{Article: 7, Link: "l", URL: "u", Type: "t", Body: []byte("body body body body")})
	f.Add(b[headerSize:])
	dec, err := decoder()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := unpack(b, dec)
		if err != nil && !errors.Is(err, errDamaged) {
			t.Errorf("error %v does not wrap errDamaged", err)
		}
		if len(p.Body) > MaxBody {
			t.Errorf("a page of %d bytes", len(p.Body))
		}
	})
}
