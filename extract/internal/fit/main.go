// Fit fits the table that tells article text from the furniture of pages
// (package page) on pages with known text, and measures it by five-fold
// cross-validation in which all pages of a site are in one fold.
//
//	go run ./extract/internal/fit -data ../shared/data/extract -cv cv.jsonl -out extract/internal/page/table.go
//
// The predictions of the folds go to -cv, one JSON line per page, for the
// scorer; the table fitted on all pages goes to -out.
package main

import (
	"cmp"
	"compress/gzip"
	"encoding/json"
	"flag"
	"fmt"
	"hash/fnv"
	"io"
	"log"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"newsfold/extract/internal/page"
)

// truth is a record of truth.json.
type truth struct {
	ID       string   `json:"id"`
	Set      string   `json:"set"`
	Site     string   `json:"site"`
	HTML     string   `json:"html"`
	Text     *string  `json:"text"`
	With     []string `json:"with"`
	Without  []string `json:"without"`
	Comments []string `json:"comments"`
	Starts   []string `json:"starts"`
}

const folds = 5

// doc is a page of the data.
type doc struct {
	truth *truth
	page  *page.Page
	rows  page.Rows
	fold  int
	labels
}

func main() {
	data := flag.String("data", "../shared/data/extract", "folder of sets, each with truth.json and html/")
	cv := flag.String("cv", "", "write cross-validated predictions to this file")
	out := flag.String("out", "", "write the fitted table to this Go file")
	threshold := flag.Float64("threshold", .5, "least probability of a kept block")
	o1 := settings{rate: .15, lambda: .5, columns: .4, seed: 1}
	flag.IntVar(&o1.trees, "trees1", 80, "trees of the first pass")
	flag.Float64Var(&o1.rate, "rate", .15, "learning rate")
	flag.Float64Var(&o1.lambda, "lambda", .5, "penalty on leaves")
	trees2 := flag.Int("trees2", 80, "trees of the second pass")
	wrong := flag.String("mistakes", "", "list the blocks judged wrongly in this file, weightiest first")
	self := flag.Int("self", 0, "rounds of learning from its own answers on pages without full text")
	without := flag.String("without", "", "columns left out, by number, with commas (ablation)")
	flag.Parse()
	start := time.Now()
	docs, err := load(*data)
	if err != nil {
		log.Fatal(err)
	}
	blank(docs, *without)
	log.Printf("%d pages, %s", len(docs), time.Since(start).Round(time.Second))
	o2 := o1
	o2.trees, o2.seed = *trees2, 2
	report(docs)

	probs := crossValidate(docs, o1, o2)
	for range *self {
		teach(docs, probs)
		probs = crossValidate(docs, o1, o2)
	}
	log.Printf("cross-validated, %s", time.Since(start).Round(time.Second))
	if *cv != "" {
		for _, t := range []float64{*threshold, *threshold - .1, *threshold + .1} {
			name := *cv
			if t != *threshold {
				name = fmt.Sprintf("%s.%.2f", *cv, t)
			}
			if err := write(name, docs, probs, float32(t)); err != nil {
				log.Fatal(err)
			}
		}
	}
	if *wrong != "" {
		if err := mistakes(*wrong, docs, probs); err != nil {
			log.Fatal(err)
		}
	}
	if *out != "" {
		first := train(samples(docs, nil), page.NumLocal, o1)
		second := train(samples(docs, nil), page.NumAll, o2)
		if err := emit(*out, first, second); err != nil {
			log.Fatal(err)
		}
	}
}

// crossValidate gives each block the probability that forests say which have
// not seen its site. It leaves the columns of the second pass filled in from
// such answers of the first.
func crossValidate(docs []*doc, o1, o2 settings) [][]float32 {
	probs := make([][]float32, len(docs))
	pass := func(columns int, o settings) {
		for k := range folds {
			f := train(samples(docs, func(d *doc) bool { return d.fold != k }), columns, o)
			for i, d := range docs {
				if d.fold == k {
					probs[i] = predict(f, d)
				}
			}
		}
	}
	pass(page.NumLocal, o1)
	for i, d := range docs {
		d.page.Context(d.rows, probs[i])
	}
	pass(page.NumAll, o2)
	return probs
}

// teach labels the blocks of pages whose truth is a few snippets with what was
// found, where it was sure, so that their sites and languages count as well.
func teach(docs []*doc, probs [][]float32) {
	const weight = .25
	for n, d := range docs {
		if d.truth.Text != nil {
			continue
		}
		var total float32
		for i, q := range probs[n] {
			if q > .5 {
				total += float32(d.page.Blocks[i].Words)
			}
		}
		if total < 50 {
			continue
		}
		var wrong float32
		for i, q := range probs[n] {
			if known := d.w[i] >= .3; known || q > .1 && q < .9 {
				continue
			}
			d.y[i] = q
			d.w[i] = weight * (min(float32(d.page.Blocks[i].Words), .5*total) + 3) / total
			if q < .5 {
				wrong += d.w[i]
			}
		}
		if limit := float32(weight * 2); wrong > limit {
			for i, q := range probs[n] {
				if d.w[i] < .3 && q < .5 {
					d.w[i] *= limit / wrong
				}
			}
		}
	}
}

// load reads the pages of all sets that have labels.
func load(root string) ([]*doc, error) {
	files, err := filepath.Glob(filepath.Join(root, "*", "truth.json"))
	if err != nil || len(files) == 0 {
		return nil, fmt.Errorf("no truth.json under %s", root)
	}
	var docs []*doc
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			return nil, err
		}
		var list []*truth
		if err := json.Unmarshal(b, &list); err != nil {
			return nil, fmt.Errorf("%s: %w", f, err)
		}
		for _, t := range list {
			t.Set = filepath.Base(filepath.Dir(f))
			h := fnv.New32a()
			h.Write([]byte(t.Site))
			docs = append(docs, &doc{truth: t, fold: int(h.Sum32() % folds)})
		}
	}
	var failed error
	each(len(docs), func(i int) {
		d := docs[i]
		b, err := unzip(filepath.Join(root, d.truth.Set, d.truth.HTML))
		if err != nil {
			failed = err
			return
		}
		d.page = page.Read(b, "", false)
		d.rows = d.page.Local()
		d.labels = label(d.page, d.truth)
	})
	return docs, failed
}

func unzip(file string) ([]byte, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(z)
}

// blank sets columns to zero, so that no tree can use them.
func blank(docs []*doc, list string) {
	for f := range strings.SplitSeq(list, ",") {
		var c int
		if _, err := fmt.Sscan(f, &c); err != nil {
			continue
		}
		for _, d := range docs {
			for i := range d.page.Blocks {
				d.rows.Row(i)[c] = 0
			}
		}
	}
}

func samples(docs []*doc, use func(*doc) bool) []sample {
	var out []sample
	for n, d := range docs {
		if use != nil && !use(d) {
			continue
		}
		for i := range d.w {
			if d.w[i] > 0 && !d.page.Blocks[i].Furniture {
				out = append(out, sample{x: d.rows.Row(i), y: d.y[i], w: d.w[i], fold: d.fold, page: n, at: i})
			}
		}
	}
	return out
}

func predict(f *page.Forest, d *doc) []float32 {
	out := make([]float32, len(d.page.Blocks))
	for i := range out {
		if d.page.Blocks[i].Furniture {
			continue // as the product does
		}
		out[i] = f.Score(d.rows.Row(i))
	}
	return out
}

// report says how well a perfect choice of blocks would do by the labels.
func report(docs []*doc) {
	n, labelled, yes := 0, 0, 0
	for _, d := range docs {
		n += len(d.w)
		for i := range d.w {
			if d.w[i] > 0 {
				labelled++
				if d.y[i] >= .5 {
					yes++
				}
			}
		}
	}
	log.Printf("%d blocks, %d labelled, %d of them text", n, labelled, yes)
	probs := make([][]float32, len(docs))
	for i, d := range docs {
		probs[i] = d.y
	}
	if f := os.Getenv("ORACLE"); f != "" {
		if err := write(f, docs, probs, .5); err != nil {
			log.Print(err)
		}
	}
}

// write prints the text that a choice of blocks gives, with the caption above it, one
// line a page.
func write(file string, docs []*doc, probs [][]float32, threshold float32) error {
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	defer f.Close()
	enc := json.NewEncoder(f)
	for i, d := range docs {
		keep := d.page.Choose(probs[i], threshold)
		var text []string
		above := d.page.Above(keep)
		for k := range keep {
			if keep[k] || slices.Contains(above, k) {
				text = append(text, d.page.Blocks[k].Text)
			}
		}
		if err := enc.Encode(map[string]string{"id": d.truth.ID, "text": strings.Join(text, "\n\n")}); err != nil {
			return err
		}
	}
	return f.Close()
}

// mistakes lists the blocks on the wrong side.
func mistakes(file string, docs []*doc, probs [][]float32) error {
	type mistake struct {
		w    float32
		line string
	}
	var all []mistake
	for n, d := range docs {
		for i := range d.w {
			b := &d.page.Blocks[i]
			miss := max(d.y[i]-probs[n][i], probs[n][i]-d.y[i])
			if d.w[i] == 0 || miss < .5 {
				continue
			}
			text := b.Text
			if r := []rune(text); len(r) > 140 {
				text = string(r[:140]) + "…"
			}
			all = append(all, mistake{d.w[i] * miss, fmt.Sprintf("%.3f\t%s\t%s\ty=%.2f p=%.2f\t%s\t%d/%d\t%q\n",
				d.w[i]*miss, d.truth.Set, d.truth.ID[:min(12, len(d.truth.ID))], d.y[i], probs[n][i], d.page.Elems[b.Elem].Node.Data, i, len(d.w), text)})
		}
	}
	slices.SortFunc(all, func(a, b mistake) int { return cmp.Compare(b.w, a.w) })
	var b strings.Builder
	for _, m := range all {
		b.WriteString(m.line)
	}
	return os.WriteFile(file, []byte(b.String()), 0o644)
}
