package wordlist_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"newsfold/dedupe/event"
	"newsfold/internal/wordlist"
)

// shelf is a directory with some lists.
func shelf(t testing.TB, lists map[string]string) string {
	dir := t.TempDir()
	for name, text := range lists {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestLoadLeavesOutOnlyWhatIsWrong(t *testing.T) {
	long := strings.Repeat("ب", wordlist.MaxLine/2)
	dir := shelf(t, map[string]string{
		"eng-ara.tsv":     "\ufeff# shipping\r\nharbour\tميناء\r\n\n  tide \t مد \ta note\nharbour master\tمدير الميناء",
		"eng-deu.tsv":     "harbour Hafen\nquay\tKai\n\tnichts\nlong\t" + long + "\n\xff\tx\n1912\t1912\ntide\tFlut\n",
		"eng-eng.tsv":     "harbour\tport\n",
		"en-fr.tsv":       "harbour\tport\n",
		"english-fra.tsv": "harbour\tport\n",
		"eng-fra.tsv":     "harbour\t" + long + "a", // a line as long as can be, and one byte
		"eng-spa.tsv":     "harbour\tpuerto\n",
		"README":          "harbour\tport\n",
	})
	if err := os.Mkdir(filepath.Join(dir, "eng-ita.tsv"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(filepath.Join(dir, "eng-spa.tsv"), wordlist.MaxFile+1); err != nil {
		t.Fatal(err)
	}
	words, lists, err := wordlist.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	const badName = "the name is not two languages by their codes of ISO 639-3, such as eng-ara.tsv"
	want := []wordlist.List{
		{Path: "en-fr.tsv", Problem: badName},
		{Path: "eng-ara.tsv", Languages: [2]string{"eng", "ara"}, Pairs: 3},
		{Path: "eng-deu.tsv", Languages: [2]string{"eng", "deu"}, Pairs: 2, Passed: 5, Problem: "line 1: no tab between two terms"},
		{Path: "eng-eng.tsv", Languages: [2]string{"eng", "eng"}, Problem: badName},
		{Path: "eng-fra.tsv", Languages: [2]string{"eng", "fra"}, Passed: 1, Problem: "line 1: longer than 1024 bytes"},
		{Path: "eng-ita.tsv", Languages: [2]string{"eng", "ita"}, Problem: "no regular file"},
		{Path: "eng-spa.tsv", Languages: [2]string{"eng", "spa"}, Problem: "larger than 32 MiB"},
		{Path: "english-fra.tsv", Problem: badName},
	}
	for i := range want {
		want[i].Path = filepath.Join(dir, want[i].Path)
	}
	if diff := cmp.Diff(want, lists); diff != "" {
		t.Errorf("lists (-want +got):\n%s", diff)
	}
	if got := words.Len(); got != 9 { // harbour and tide are in two lists
		t.Errorf("%d terms, want 9", got)
	}
}

func TestLoadWithoutLists(t *testing.T) {
	for name, dir := range map[string]string{
		"no directory": filepath.Join(t.TempDir(), "dict"),
		"no list":      shelf(t, map[string]string{"README": "none yet"}),
	} {
		if words, lists, err := wordlist.Load(dir); words != nil || len(lists) > 0 || err != nil {
			t.Errorf("%s: %v, %v, %v", name, words, lists, err)
		}
		if stamp, err := wordlist.Stamp(dir); stamp != "" || err != nil {
			t.Errorf("%s: stamp %q, %v", name, stamp, err)
		}
	}
	if _, _, err := wordlist.Load(filepath.Join(shelf(t, map[string]string{"dict": ""}), "dict")); err == nil || !strings.Contains(err.Error(), "look for word lists") {
		t.Errorf("a file in place of the directory: %v", err)
	}
}

func TestStampTellsChangedLists(t *testing.T) {
	dir := shelf(t, map[string]string{"eng-ara.tsv": "harbour\tميناء\n"})
	before, err := wordlist.Stamp(dir)
	if err != nil || before == "" {
		t.Fatalf("stamp %q, %v", before, err)
	}
	if again, _ := wordlist.Stamp(dir); again != before {
		t.Errorf("nothing changed, but %q became %q", before, again)
	}
	if err := os.WriteFile(filepath.Join(dir, "eng-ara.tsv"), []byte("harbour\tالميناء\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if after, _ := wordlist.Stamp(dir); after == before {
		t.Errorf("%q after the list was changed", after)
	}
}

func FuzzLoad(f *testing.F) {
	f.Add([]byte("# shipping\nharbour\tميناء\tnote\n\n\xff\t\nx"))
	f.Fuzz(func(t *testing.T, text []byte) {
		words, lists, err := wordlist.Load(shelf(t, map[string]string{"eng-ara.tsv": string(text)}))
		if err != nil || len(lists) != 1 {
			t.Fatalf("%v, %v", lists, err)
		}
		if lists[0].Pairs > 0 != (words.Len() > 0) {
			t.Errorf("%d pairs make %d terms", lists[0].Pairs, words.Len())
		}
		event.NewProfile(event.Story{Lang: "en", Text: string(text)}, words)
	})
}
