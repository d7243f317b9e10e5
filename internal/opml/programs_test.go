package opml_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"newsfold/internal/opml"
)

// TestReadTakesListsOfOtherProgramsWhole reads lists as named programs export
// them; testdata/programs/README.md says which of them wrote them. What was read
// stands beside each list.
func TestReadTakesListsOfOtherProgramsWhole(t *testing.T) {
	lists, err := filepath.Glob("testdata/programs/*.opml")
	if err != nil {
		t.Fatal(err)
	}
	if len(lists) < 5 {
		t.Fatalf("only %d lists are there", len(lists))
	}
	for _, name := range lists {
		t.Run(filepath.Base(name), func(t *testing.T) {
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			list, err := opml.Read(bytes.NewReader(data))
			if err != nil {
				t.Fatal(err)
			}
			if stated := bytes.Count(data, []byte("xmlUrl=")); listed(list)+len(list.Problems) != stated {
				t.Errorf("%d feeds in folders and %d problems, of %d addresses", listed(list), len(list.Problems), stated)
			}
			golden(t, strings.TrimSuffix(name, ".opml")+".txt", describe(list))
		})
	}
}

// listed counts feeds as often as a list has them: once in each folder.
func listed(l *opml.List) (n int) {
	for _, f := range l.Feeds {
		n += max(len(f.Folders), 1)
	}
	return n
}

// describe prints a list as one line a feed, then its problems.
func describe(l *opml.List) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "title: %s\n", l.Title)
	for _, f := range l.Feeds {
		fmt.Fprintf(&b, "%s\n  name: %s\n  site: %s\n  folders: %s\n", f.URL, f.Name, f.Site, strings.Join(f.Folders, " | "))
	}
	for _, p := range l.Problems {
		fmt.Fprintln(&b, p)
	}
	return b.Bytes()
}
