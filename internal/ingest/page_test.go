package ingest

import (
	"testing"
	"time"

	"newsfold"
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

func TestPagesWithoutRoomInTheQueueAreFoldedOnceAndLeaveRoomForOthers(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	p := newPager(New(nil, nil, Options{PageWait: time.Minute}))
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
