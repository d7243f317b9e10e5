//go:build unix

package event

import (
	"flag"
	"math/rand/v2"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

var liveStories = flag.Int("live", 100_000, "stories that TestMeasureCost keeps live")

// TestMeasureCost counts the CPU of stories when a hundred thousand others are live:
// parts of the development sets' articles, of two hundred words, of which the next one
// has one hundred too, in three languages for the most part.
func TestMeasureCost(t *testing.T) {
	if !*evaluate {
		t.Skip("runs with -evaluate")
	}
	var stories []Story
	for _, set := range []string{"saudi_ar", "reuters_en", "finance_en", "machine_translations"} {
		for a := range development(t, set) {
			words := strings.Fields(a.Text)
			for from := 0; from == 0 || from+100 < len(words); from += 100 {
				part := strings.Join(words[from:min(from+200, len(words))], " ")
				stories = append(stories, Story{Title: a.Title, Text: part, Lang: a.Lang})
			}
		}
	}
	r := rand.New(rand.NewPCG(1, 1))
	r.Shuffle(len(stories), func(i, j int) { stories[i], stories[j] = stories[j], stories[i] })
	const timed = 2000
	stories = stories[:min(*liveStories+timed, len(stories))]
	for i := range stories {
		stories[i].ID, stories[i].Time = int64(i+1), time.Unix(1_700_000_000+int64(i)*9, 0)
	}
	measureCost(t, stories, timed)
}

// measureCost counts the CPU of the last stories of some.
func measureCost(t *testing.T, stories []Story, timed int) {
	live := len(stories) - timed
	g := NewGrouper(Options{})
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	began := cpu(t)
	for _, s := range stories[:live] {
		g.Add(s)
	}
	filled := cpu(t) - began
	runtime.GC()
	runtime.ReadMemStats(&after)
	profiles := make([]*Profile, timed)
	began = cpu(t)
	for i, s := range stories[live:] {
		profiles[i] = NewProfile(s, nil)
	}
	read := cpu(t) - began
	began = cpu(t)
	for _, p := range profiles {
		g.Place(p)
	}
	placed := cpu(t) - began
	t.Logf("%d live stories, %d events: %v to read a story, %v to place it (filled in %v), %d bytes of heap a live story", live, len(g.events),
		read/time.Duration(timed), placed/time.Duration(timed), filled, int(after.HeapAlloc-before.HeapAlloc)/live)
	runtime.KeepAlive(stories)
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
