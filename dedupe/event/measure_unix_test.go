//go:build unix

package event

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

var liveStories = flag.Int("live", 100_000, "stories that TestMeasureCost keeps live")

// TestMeasureCost counts the CPU of stories when a hundred thousand others are live.
func TestMeasureCost(t *testing.T) {
	if !*evaluate {
		t.Skip("runs with -evaluate")
	}
	live, timed := *liveStories, 2000
	r := rand.New(rand.NewPCG(1, 1))
	g := NewGrouper(Options{})
	began := cpu(t)
	for i := range live {
		g.Add(generated(r, int64(i+1)))
	}
	filled := cpu(t) - began
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	stories := make([]Story, timed)
	for i := range stories {
		stories[i] = generated(r, int64(live+i+1))
	}
	profiles := make([]*Profile, timed)
	began = cpu(t)
	for i, s := range stories {
		profiles[i] = NewProfile(s, nil)
	}
	read := cpu(t) - began
	began = cpu(t)
	for _, p := range profiles {
		g.Place(p)
	}
	placed := cpu(t) - began
	t.Logf("%d live stories, %d events: %v to read a story, %v to place it (filled in %v), %d bytes of heap a live story", live, len(g.events),
		read/time.Duration(timed), placed/time.Duration(timed), filled, int(m.HeapAlloc)/live)
}

// cpu is the time that the processors have worked for the program, which does not
// depend on what else the machine does.
func cpu(t *testing.T) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// generated is a story of 300 words by Zipf's law in one of four languages, in
// one of some thousand events that share names and numbers.
func generated(r *rand.Rand, id int64) Story {
	lang := []string{"en", "en", "de", "ar", "ru"}[r.IntN(5)]
	z := rand.NewZipf(r, 1.1, 8, 60_000)
	topic := r.IntN(20_000)
	var b strings.Builder
	for i := range 300 {
		switch {
		case i%12 == 0:
			fmt.Fprintf(&b, "N%s ", strings.ToLower(name26(topic*7+i/12%7)))
		case i%25 == 0:
			fmt.Fprintf(&b, "%d ", topic*13+i)
		case i%15 == 14:
			b.WriteString("end. ")
		default:
			b.WriteString(name26(int(z.Uint64())) + " ")
		}
	}
	return Story{ID: id, Lang: lang, Text: b.String(), Time: time.Unix(1_700_000_000+id*9, 0)}
}

func name26(n int) string {
	s := []byte{}
	for n += 700; n > 0; n /= 26 {
		s = append(s, "ethaionsrldcumfpgwybvkxjqz"[n%26])
	}
	return string(s)
}
