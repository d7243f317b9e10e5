package ingest

import (
	"slices"
	"testing"
)

func TestQueueTakesHostsInTurnAndBoundsEach(t *testing.T) {
	q := newQueue[string](2)
	for _, s := range []string{"a1", "a2", "a3", "b1"} {
		q.push(s[:1], s)
	}
	var got []string
	for {
		_, s, ok := q.pop()
		if !ok {
			break
		}
		got = append(got, s)
	}
	if want := []string{"a1", "b1", "a2"}; !slices.Equal(got, want) {
		t.Errorf("handed out %q, want %q", got, want)
	}
	if q.waiting != 1 || q.running != 3 {
		t.Errorf("waiting %d, running %d; want 1, 3", q.waiting, q.running)
	}
	q.done("b")
	if _, s, ok := q.pop(); ok {
		t.Errorf("handed out %q while its host is full", s)
	}
	q.done("a")
	if _, s, ok := q.pop(); !ok || s != "a3" {
		t.Errorf("handed out %q, %v; want a3", s, ok)
	}
	q.done("a")
	q.done("a")
	if len(q.hosts) != 0 || q.running != 0 {
		t.Errorf("%d hosts kept, %d running after all is done", len(q.hosts), q.running)
	}
}
