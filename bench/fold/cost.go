package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"
	"unsafe"

	"newsfold/dedupe"
)

// cpuTime is what this process has used, so that other work on the machine
// does not count.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// threadTime is what this thread has used; clock 3 is that of the thread.
func threadTime() time.Duration {
	var ts syscall.Timespec
	syscall.RawSyscall(syscall.SYS_CLOCK_GETTIME, 3, uintptr(unsafe.Pointer(&ts)), 0)
	return time.Duration(ts.Nano())
}

// press makes articles by number: every fifth one is a copy of an earlier one,
// whole, cut short or with words changed. It keeps none of them.
type press struct {
	vocabulary []string
	words      int
	story      map[int64]int64
	members    map[int64][]int64
}

func newPress(words int) *press {
	r := rand.New(rand.NewPCG(1, 1))
	p := &press{words: words, story: map[int64]int64{}, members: map[int64][]int64{}}
	for range 50_000 {
		var b strings.Builder
		for range 2 + r.IntN(3) {
			b.WriteByte("bcdfghklmnprstvz"[r.IntN(16)])
			b.WriteByte("aeiou"[r.IntN(5)])
		}
		p.vocabulary = append(p.vocabulary, b.String())
	}
	return p
}

// text is the text of an original: words by Zipf's law.
func (p *press) text(id int64, n int) string {
	r := rand.New(rand.NewPCG(uint64(id), 2))
	z := rand.NewZipf(r, 1.05, 8, uint64(len(p.vocabulary)-1))
	var b strings.Builder
	for i := range n {
		switch {
		case i%80 == 79:
			b.WriteString(".\n\n")
		case i%16 == 15:
			b.WriteString(". ")
		default:
			b.WriteByte(' ')
		}
		b.WriteString(p.vocabulary[z.Uint64()])
	}
	return b.String()
}

// Article makes an article.
func (p *press) Article(id int64) (dedupe.Article, error) {
	r := rand.New(rand.NewPCG(uint64(id), 3))
	of := id
	if id > 10 && id%5 == 0 {
		of = max(1, id-1-r.Int64N(min(id-1, 5000)))
		if of%5 == 0 {
			of++
		}
	}
	a := dedupe.Article{
		ID: id, URL: fmt.Sprintf("https://h%d.example/%d", id%997, id), Title: p.text(of*7, 8),
		Host: fmt.Sprintf("h%d.example", id%997), Text: p.text(of, p.words),
		Published: time.Unix(1_700_000_000+id*2, 0),
	}
	if of == id {
		return a, nil
	}
	switch words := strings.Fields(a.Text); r.IntN(3) {
	case 0:
		a.Text = strings.Join(words[:len(words)/4], " ")
	case 1:
		for i := range words {
			if r.IntN(12) == 0 {
				words[i] = p.vocabulary[r.IntN(len(p.vocabulary))]
			}
		}
		a.Text = strings.Join(words, " ")
	}
	return a, nil
}

// Story returns the members of a story.
func (p *press) Story(id int64) ([]int64, error) { return p.members[p.story[id]], nil }

func cost(n, words int) error {
	runtime.LockOSThread()
	p := newPress(words)
	f := dedupe.NewFolder(dedupe.Options{}, p)
	var making, folding time.Duration
	var took []time.Duration
	base := heap()
	sketches, stories := 0, 0
	fmt.Printf("%10s %12s %12s %14s %10s %10s\n", "articles", "µs/article", "p99 µs", "heap MB", "B/article", "stories")
	next := min(10_000, n)
	for id := int64(1); id <= int64(n); id++ {
		c0 := cpuTime()
		a, _ := p.Article(id)
		c1, t1 := cpuTime(), threadTime()
		d, err := f.Fold(a)
		if err != nil {
			return err
		}
		c2, t2 := cpuTime(), threadTime()
		making += c1 - c0
		folding += c2 - c1
		if id%10 == 0 {
			took = append(took, t2-t1)
		}
		sketches += len(d.Sketch)
		if d.With == 0 {
			stories++
		} else { // single articles need no room here
			p.join(d, id)
		}
		if int(id) == next {
			slices.Sort(took)
			h := heap() - base
			fmt.Printf("%10d %12.1f %12.1f %14.1f %10.1f %10d\n", id, float64(folding.Microseconds())/float64(id),
				float64(took[len(took)*99/100].Nanoseconds())/1000, h/1e6, h/float64(id), stories)
			took = took[:0]
			next = min(n, next*10)
			if int(id) == n {
				break
			}
		}
	}
	fmt.Printf("a stored sketch takes %.0f bytes; making the texts took %v of CPU time, folding %v\n", float64(sketches)/float64(n), making.Round(time.Second), folding.Round(time.Second))
	return nil
}

func (p *press) join(d dedupe.Decision, id int64) {
	set := p.members[d.Story]
	if set == nil {
		set = []int64{d.Story}
	}
	for _, m := range append([]int64{}, d.Merge...) {
		if p.members[m] == nil {
			set = append(set, m)
		}
		set = append(set, p.members[m]...)
		delete(p.members, m)
	}
	set = append(set, id)
	slices.Sort(set)
	set = slices.Compact(set)
	p.members[d.Story] = set
	for _, m := range set {
		p.story[m] = d.Story
	}
}

func heap() float64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc)
}

// stream writes the articles that cost folds as JSON Lines.
func stream(n, words int) error {
	p := newPress(words)
	w := bufio.NewWriterSize(os.Stdout, 1<<20)
	enc := json.NewEncoder(w)
	for id := int64(1); id <= int64(n); id++ {
		a, _ := p.Article(id)
		line := map[string]any{
			"id": id, "url": a.URL, "title": a.Title, "text": a.Text, "source": a.Host,
			"published": a.Published.UTC().Format(time.RFC3339), "lang": "en",
		}
		if err := enc.Encode(line); err != nil {
			return err
		}
	}
	return w.Flush()
}
