package wordlist_test

import (
	"fmt"
	"log"
	"os"
	"path/filepath"

	"newsfold/dedupe/event"
	"newsfold/internal/wordlist"
)

func Example() {
	dir, err := os.MkdirTemp("", "dict")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	if err := os.WriteFile(filepath.Join(dir, "eng-deu.tsv"), []byte("# shipping\nharbour\tHafen\ntide Flut\n"), 0o600); err != nil {
		log.Fatal(err)
	}
	words, lists, err := wordlist.Load(dir)
	if err != nil {
		log.Fatal(err)
	}
	for _, l := range lists {
		fmt.Println(filepath.Base(l.Path), l.Pairs, l.Problem)
	}
	g := event.NewGrouper(event.Options{Dictionary: words})
	fmt.Println(g.Len())
	// Output:
	// eng-deu.tsv 1 line 3: no tab between two terms
	// 0
}
