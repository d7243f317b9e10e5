package newsroom_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"newsfold/dedupe/event"
	"newsfold/fetch"
	"newsfold/internal/events"
	"newsfold/internal/ingest"
	"newsfold/store"
)

// reported are the events of the sample: the ferry by an agency, by a magazine and
// in Spanish, and the talks by a magazine, in Arabic and translated by machine.
const reported = "An island counts its visitors again / Electric ferry ends thirty years without a crossing at Port Ellery / Un transbordador eléctrico pone fin a treinta años sin travesías en Port Ellery\n" +
	"In a lighthouse hotel, two valleys try to share one river / Secret talks in the lighthouse hotel on sharing the waters of the river / محادثات سرية في فندق المنارة حول تقاسم مياه النهر"

func TestTheSampleHasTheSameEventsInEveryOrder(t *testing.T) {
	n, _ := open(t)
	clock := func() time.Time { return now }
	var all []event.Story
	readStore(t, fetch.Options{Transport: n.Transport(), Now: clock}, ingest.Options{}, n.Feeds(), func(tx store.Tx) error {
		for s, err := range tx.Stories(store.Query{}) {
			if err != nil {
				return err
			}
			a, err := ingest.Text(tx, s.Lead)
			if err != nil {
				return err
			}
			all = append(all, event.Story{Title: a.Title, Text: a.Text, Lang: a.Lang, Time: s.Time})
		}
		return nil
	})
	r := rand.New(rand.NewPCG(1, 1))
	seen := map[string]int{}
	for range 100 {
		r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		seen[outcome(all)]++
	}
	if len(seen) != 1 || seen[reported] == 0 {
		for o, times := range seen {
			t.Errorf("%d times:\n%s", times, o)
		}
	}
}

func TestEventsAreStoredUnlessTheyAreNotWanted(t *testing.T) {
	n, _ := open(t)
	clock := func() time.Time { return now }
	for _, unwanted := range []bool{false, true} {
		count := 0
		readStore(t, fetch.Options{Transport: n.Transport(), Now: clock}, ingest.Options{NoEvents: unwanted}, n.Feeds(), func(tx store.Tx) error {
			for e, err := range events.All(tx) {
				if err != nil {
					return err
				}
				count++
				if len(e.Stories) != 3 {
					t.Errorf("event %d has stories %v, want three", e.ID, e.Stories)
				}
			}
			return nil
		})
		if want := map[bool]int{false: 2, true: 0}[unwanted]; count != want {
			t.Errorf("unwanted %v: %d events, want %d", unwanted, count, want)
		}
	}
}

// outcome adds stories in their order and returns the titles of the events of
// several.
func outcome(stories []event.Story) string {
	g := event.NewGrouper(event.Options{Window: 14 * 24 * time.Hour})
	for i, s := range stories {
		s.ID = int64(i + 1)
		g.Add(s)
	}
	var list []string
	for i := range stories {
		var titles []string
		for _, id := range g.Stories(int64(i + 1)) {
			titles = append(titles, stories[id-1].Title)
		}
		if len(titles) > 1 {
			slices.Sort(titles)
			list = append(list, strings.Join(titles, " / "))
		}
	}
	slices.Sort(list)
	return strings.Join(list, "\n")
}
