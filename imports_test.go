package newsfold_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// reach says what each package of ours may import of ours. What is not listed
// imports the nouns only.
var reach = map[string][]string{
	".":                 {},
	"extract":           {},
	"dedupe":            {},
	"dedupe/event":      {},
	"fetch":             {"."},
	"store":             {"."},
	"store/bolt":        {".", "store", "store/internal/record"},
	"store/postgres":    {".", "store", "store/internal/record"},
	"store/storetest":   {".", "store"},
	"internal/river":    {".", "extract", "internal/events", "store"},
	"internal/opml":     {"."},
	"internal/search":   {".", "internal/river", "store"},
	"internal/digest":   {".", "internal/diff", "internal/opml", "internal/river", "store"},
	"internal/delivery": {".", "internal/digest", "internal/ingest", "internal/river", "store"},
	"internal/events":   {".", "store"},
	"internal/pages":    {"."},
	"internal/ingest":   {".", "dedupe", "dedupe/event", "extract", "fetch", "internal/embedding", "internal/events", "internal/pages", "internal/rule", "store"},
	"internal/access":   {"store"},
	"internal/reading":  {".", "internal/river", "store"},
	"internal/diff":     {},
	"internal/web":      {".", "internal/access", "internal/control", "internal/diff", "internal/digest", "internal/reading", "internal/river", "internal/search", "internal/web/fever", "internal/web/greader", "internal/web/miniflux", "store"},
	"internal/control":  {".", "dedupe", "fetch", "internal/access", "internal/delivery", "internal/diff", "internal/digest", "internal/events", "internal/ingest", "internal/opml", "internal/river", "internal/rule", "internal/search", "internal/spell", "store"},
	"internal/transfer": {".", "store"},
	"internal/newsroom": {".", "internal/opml"},
	"internal/config":   {"internal/spell"},
	"internal/spell":    {},
	"internal/terminal": {".", "internal/control", "internal/diff", "internal/river"},
	"internal/rule":     {".", "internal/spell"},
	"internal/wordlist": {"dedupe/event"},

	"internal/embedding": {},

	"internal/web/fever":    {".", "internal/access", "internal/reading", "store"},
	"internal/web/greader":  {".", "internal/access", "internal/control", "internal/reading", "store"},
	"internal/web/miniflux": {".", "internal/access", "internal/control", "internal/reading", "store"},
}

// sole names the one place where a library may be imported, and why.
var sole = []struct{ library, place, reason string }{
	{"github.com/mmcdole/gofeed", "fetch", "reading feeds is fetch's, with its gaps closed around it"},
	{"github.com/PuerkitoBio/goquery", "extract", "reading pages is extract's"},
	{"github.com/microcosm-cc/bluemonday", "extract", "one policy decides what HTML is safe to show"},
	{"github.com/blevesearch/snowballstem", "internal/search", "how words are cut to stems is part of the index's format"},
	{"go.etcd.io/bbolt", "store/bolt", "the engine can be exchanged only if nobody else knows it"},
	{"github.com/jackc/pgx", "store/postgres", "the engine can be exchanged only if nobody else knows it"},
	{"github.com/VictoriaMetrics/metrics", "internal/web", "whoever counts hands plain numbers to the page that shows them"},
	{"github.com/wneessen/go-mail", "internal/delivery", "what was sent to whom is decided where it is sent"},
	{"github.com/pelletier/go-toml", "internal/config", "one package knows what a configuration file looks like"},
	{"github.com/expr-lang/expr", "internal/rule", "one package knows the language of rules"},
	{"charm.land/bubbletea", "internal/terminal", "what draws on the terminal also restores it"},
	{"github.com/charmbracelet", "internal/terminal", "what draws on the terminal also restores it"},
	{"github.com/spf13", "cmd/newsfold", "no package behind the command line depends on it"},
	{"github.com/andybalholm/brotli", "fetch", "undoing what servers encode is fetch's"},
}

// common are the libraries that any package may import.
var common = []string{"golang.org/x", "github.com/klauspost/compress", "github.com/rivo/uniseg"}

// TestImportsPointOneWay keeps the architecture: cmd/newsfold → internal →
// leaves → nouns, leaves never importing each other. Tests are free to reach
// further.
func TestImportsPointOneWay(t *testing.T) {
	fset := token.NewFileSet()
	err := filepath.WalkDir(".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "testdata" || name == "bench" || d.Name() == "node_modules" || strings.HasPrefix(d.Name(), ".") && name != ".") {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		f, err := parser.ParseFile(fset, name, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, im := range f.Imports {
			lib, err := strconv.Unquote(im.Path.Value)
			if err != nil {
				return err
			}
			check(t, filepath.ToSlash(name), lib)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func check(t *testing.T, file, lib string) {
	place := path.Dir(file)
	first, _, _ := strings.Cut(lib, "/")
	known := !strings.Contains(first, ".") || slices.ContainsFunc(common, func(c string) bool { return within(lib, c) })
	for _, s := range sole {
		if !within(lib, s.library) {
			continue
		}
		known = true
		if !within(place, s.place) {
			t.Errorf("%s imports %s, which belongs to %s: %s", file, lib, s.place, s.reason)
		}
	}
	if !known {
		t.Errorf("%s imports %s: say here where that library belongs", file, lib)
	}
	ours, ok := strings.CutPrefix(lib, "newsfold")
	if !ok || place == "cmd/newsfold" {
		return
	}
	ours = strings.TrimPrefix(ours, "/")
	if ours == "" {
		ours = "."
	}
	// What lies inside a package's own internal folder is part of it.
	if own, _, ok := strings.Cut(ours, "/internal/"); ok && (place == own || strings.HasPrefix(place, own+"/")) {
		return
	}
	if own, _, ok := strings.Cut(place, "/internal/"); ok {
		place = own
	}
	may, listed := reach[place]
	if !listed {
		may = []string{"."}
	}
	if !slices.Contains(may, ours) && ours != place {
		t.Errorf("%s imports newsfold/%s: %s may reach %q only", file, ours, place, may)
	}
}

// within reports whether a path is another or beneath it.
func within(p, other string) bool { return p == other || strings.HasPrefix(p, other+"/") }
