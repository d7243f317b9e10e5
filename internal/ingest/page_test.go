package ingest

import (
	"testing"
	"time"

	"newsfold"
	"newsfold/fetch"
)

func TestPagerSleepsWhileItsQueueIsLong(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	e := New(nil, nil, Options{Now: func() time.Time { return now }})
	p := newPager(e)
	for id := range newsfold.ArticleID(100) {
		p.queue.push("slow.example", id)
	}
	p.looked, p.next = now, now.Add(-time.Minute)
	if err := p.refill(t.Context()); err != nil {
		t.Fatal(err)
	}
	if d := p.wait(); d < 100*time.Millisecond {
		t.Errorf("wakes after %v although nothing can be done yet", d)
	}
}

// newClient returns a client that asks nobody.
func newClient(t *testing.T) *fetch.Client {
	t.Helper()
	c, err := fetch.New(fetch.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func TestPagesThatAreRefusedAreAskedForLessAndLess(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	busy := func(wait time.Duration) error {
		return &fetch.Error{Kind: fetch.Status, Status: 429, Retry: now.Add(wait)}
	}
	for _, tc := range []struct {
		name     string
		attempts int
		cause    error
		wait     time.Duration // 0: given up
		want     int           // attempts
	}{
		{"for a second", 0, busy(time.Second), time.Minute, 1},
		{"for two hours", 0, busy(2 * time.Hour), 2 * time.Hour, 1},
		{"again", 2, busy(time.Minute), time.Hour, 3},
		{"too often", 5, busy(time.Minute), 0, 6},
		{"its host waits", 5, &fetch.Error{Kind: fetch.Waiting, Retry: now.Add(time.Minute)}, time.Minute, 5},
		{"not found", 0, &fetch.Error{Kind: fetch.Status, Status: 404}, time.Minute, 1},
		{"gone", 0, &fetch.Error{Kind: fetch.Status, Status: 410}, 0, 1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			p := newsfold.Page{State: newsfold.PageWanted, Next: now, Attempts: tc.attempts}
			postpone(&p, tc.cause, now)
			state, next := newsfold.PageWanted, now.Add(tc.wait)
			if tc.wait == 0 {
				state, next = newsfold.PageFailed, time.Time{}
			}
			if p.State != state || !p.Next.Equal(next) || p.Attempts != tc.want {
				t.Errorf("%s, next %v, %d attempts; want %s, %v, %d", p.State, p.Next, p.Attempts, state, next, tc.want)
			}
		})
	}
}

func TestPassWaitsForNoPageThatWasWantedLater(t *testing.T) {
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	p := newPager(New(nil, newClient(t), Options{Now: func() time.Time { return at }}))
	d := drain{at: at, done: make(chan struct{})}
	p.drains = []drain{d}
	for id, due := range []time.Time{at.Add(-time.Minute), at, at.Add(time.Second)} {
		p.take(newsfold.Article{ID: newsfold.ArticleID(id + 1), Link: "https://busy.example/", Page: newsfold.Page{Next: due}}, at, nil)
	}
	answered := func() bool {
		p.answer()
		select {
		case <-d.done:
			return true
		default:
			return false
		}
	}
	for id := range newsfold.ArticleID(2) {
		if answered() {
			t.Fatalf("answered before page %d was there", id+1)
		}
		delete(p.known, id+1)
	}
	p.left = at.Add(-time.Second)
	if answered() {
		t.Fatal("answered while an earlier page found no room in the queue")
	}
	p.left = at.Add(time.Second)
	if !answered() {
		t.Error("not answered although only a page that was wanted later is missing")
	}
}

func TestPagesWithoutRoomInTheQueueAreFoldedOnceAndLeaveRoomForOthers(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	p := newPager(New(nil, newClient(t), Options{PageWait: time.Minute}))
	for id := range newsfold.ArticleID(maxLane) {
		p.queue.push("busy.example", id)
	}
	wanted := newsfold.Article{ID: 5000, Link: "https://busy.example/5000"}
	for _, ago := range []time.Duration{time.Second, time.Hour, time.Hour} {
		wanted.Page.Next = now.Add(-ago)
		crowded := map[newsfold.ArticleID]bool{}
		p.take(wanted, now, crowded)
		p.crowded = crowded
	}
	if len(p.late) != 1 || p.known[5000] != nil {
		t.Errorf("put up for folding: %v; queued: %v; want it put up once and not queued", p.late, p.known[5000])
	}
	p.take(newsfold.Article{ID: 5001, Link: "https://calm.example/5001"}, now, nil)
	if p.known[5001] == nil || p.queue.length("calm.example") != 1 {
		t.Error("another host found no room")
	}
}
