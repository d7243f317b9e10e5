package pages_test

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"newsfold/internal/pages"
)

func Example() {
	dir, err := os.MkdirTemp("", "pages")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	kept, err := pages.Open(filepath.Join(dir, "pages"), pages.Options{Limit: 256 << 20})
	if err != nil {
		panic(err)
	}
	defer kept.Close()
	err = kept.Keep(pages.Page{
		Article: 12, Link: "https://wire.example/12", URL: "https://www.wire.example/12",
		Type: "text/html", Time: time.Now(), Body: []byte("<p>The ferry ran aground.</p>"),
	})
	if err != nil {
		panic(err)
	}
	for p, err := range kept.All() {
		if err != nil {
			panic(err)
		}
		fmt.Println(p.Article, p.URL, len(p.Body))
	}
	// Output: 12 https://www.wire.example/12 29
}
