package main

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"newsfold/dedupe"
)

type set struct {
	name     string
	ids      map[string]int
	articles []dedupe.Article
}

func readSet(data, name string) (*set, error) {
	s, err := readArticles(filepath.Join(data, name, "articles.jsonl.gz"))
	if s != nil {
		s.name = name
	}
	return s, err
}

func readArticles(file string) (*set, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var r io.Reader = f
	if strings.HasSuffix(file, ".gz") {
		if r, err = gzip.NewReader(f); err != nil {
			return nil, err
		}
	}
	s := &set{ids: map[string]int{}}
	sc := bufio.NewScanner(r)
	sc.Buffer(nil, 16<<20)
	for sc.Scan() {
		var l struct{ ID, URL, Title, Text, Published, Source, Lang string }
		if err := json.Unmarshal(sc.Bytes(), &l); err != nil {
			return nil, err
		}
		a := dedupe.Article{
			ID: int64(len(s.articles) + 1), URL: dedupe.CanonicalURL(l.URL), Title: l.Title, Text: l.Text,
			Host: l.Source, Outlet: l.Source, Lang: l.Lang,
		}
		if u, err := url.Parse(l.URL); err == nil && u.Hostname() != "" {
			a.Host = u.Hostname()
		}
		a.Published, _ = time.Parse(time.RFC3339, l.Published)
		s.ids[l.ID] = len(s.articles)
		s.articles = append(s.articles, a)
	}
	return s, sc.Err()
}

// union is a forest of stories.
type union []int

func (u union) root(i int) int {
	for u[i] != i {
		u[i] = u[u[i]]
		i = u[i]
	}
	return i
}

// ours lets newsfold fold; it keeps the articles that it is asked for.
type ours struct {
	f        *dedupe.Folder
	articles []dedupe.Article
	stories  *dedupe.Stories
}

func newOurs() *ours {
	o := &ours{stories: dedupe.NewStories()}
	o.f = dedupe.NewFolder(dedupe.Options{}, o)
	return o
}

func (o *ours) Article(id int64) (dedupe.Article, error) { return o.articles[id-1], nil }
func (o *ours) Story(id int64) ([]int64, error)          { return o.stories.Of(id), nil }

func (o *ours) add(a dedupe.Article) ([]int, error) {
	o.articles = append(o.articles, a)
	if _, err := o.fold(a); err != nil {
		return nil, err
	}
	var out []int
	for _, m := range o.stories.Of(a.ID) {
		if m != a.ID {
			out = append(out, int(m-1))
		}
	}
	return out, nil
}

func (o *ours) bytes() float64 { return 0 }

func quality(data string) error {
	fmt.Printf("%-15s %-24s %9s %9s %9s %9s %9s %9s %9s\n", "set", "method", "µs/doc", "hand P", "hand R", "hand F1", "copies", "templates", "traps")
	for _, name := range []string{"reuters_en", "saudi_ar", "finance_en"} {
		s, err := readSet(data, name)
		if err != nil {
			return err
		}
		for _, m := range []struct {
			name string
			make func() method
		}{
			{"newsfold", func() method { return newOurs() }},
			{"MinHash-LSH J≥.5 (32×4)", func() method { return newMinhash(.5, 32, 4) }},
			{"MinHash-LSH J≥.8 (11×11)", func() method { return newMinhash(.8, 11, 11) }},
			{"SimHash-64 ≤3 bits", func() method { return newSimhash() }},
		} {
			if err := run(data, s, m.name, m.make()); err != nil {
				return err
			}
		}
	}
	return nil
}

func run(data string, s *set, name string, m method) error {
	runtime.GC()
	u := make(union, len(s.articles))
	began := cpuTime()
	for i, a := range s.articles {
		u[i] = i
		copies, err := m.add(a)
		if err != nil {
			return err
		}
		for _, j := range copies {
			u[u.root(i)] = u.root(j)
		}
	}
	took := cpuTime() - began
	same := func(a, b string) bool { return u.root(s.ids[a]) == u.root(s.ids[b]) }
	if o, ok := m.(*ours); ok { // which may take stories apart again
		same = func(a, b string) bool {
			return o.stories.Of(int64(s.ids[a] + 1))[0] == o.stories.Of(int64(s.ids[b] + 1))[0]
		}
	}
	row := []string{fmt.Sprintf("%.0f", float64(took.Microseconds())/float64(len(s.articles)))}
	row = append(row, hand(data, s.name, same)...)
	row = append(row, share(data, s.name, "silver_pairs.tsv", "COPY", same), share(data, s.name, "silver_pairs.tsv", "TEMPLATE", same), share(data, s.name, "trap_pairs.tsv", "NOT", same))
	fmt.Printf("%-15s %-24s", s.name, name)
	for _, c := range row {
		fmt.Printf(" %9s", c)
	}
	fmt.Println()
	return nil
}

func pairs(data, set, file string) [][]string {
	b, err := os.ReadFile(filepath.Join(data, set, file))
	if err != nil {
		return nil
	}
	var out [][]string
	for _, l := range strings.Split(strings.TrimSpace(string(b)), "\n")[1:] {
		out = append(out, strings.Split(l, "\t"))
	}
	return out
}

func hand(data, set string, same func(a, b string) bool) []string {
	var tp, fp, fn float64
	ps := pairs(data, set, "hand_pairs.tsv")
	if ps == nil {
		return []string{"", "", ""}
	}
	for _, p := range ps {
		if p[2] == "P" {
			continue
		}
		switch got, want := same(p[0], p[1]), p[2] == "D"; {
		case got && want:
			tp++
		case got:
			fp++
		case want:
			fn++
		}
	}
	f := func(n, d float64) string {
		if d == 0 {
			return "-"
		}
		return fmt.Sprintf("%.3f", n/d)
	}
	return []string{f(tp, tp+fp), f(tp, tp+fn), f(2*tp, 2*tp+fp+fn)}
}

func share(data, set, file, label string, same func(a, b string) bool) string {
	n, hit := 0, 0
	for _, p := range pairs(data, set, file) {
		if strings.HasPrefix(p[2], label) {
			n++
			if same(p[0], p[1]) {
				hit++
			}
		}
	}
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("%.4f", float64(hit)/float64(n))
}
