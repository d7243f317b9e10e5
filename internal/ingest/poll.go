package ingest

import (
	"container/heap"
	"context"
	"time"

	"newsfold"
	"newsfold/store"
)

// pass is a request to poll now, on its way through the poll loop.
type pass struct {
	req      Request
	pending  map[newsfold.FeedID]bool
	progress Progress
	reports  chan Progress
	done     chan struct{} // closed when all is polled and stored
}

// polled is a feed whose poll has been stored.
type polled struct {
	feed   newsfold.Feed
	host   string
	counts counts
	err    error // of this machine
}

// poller is the state of the poll loop.
type poller struct {
	e       *Engine
	due     dueHeap
	next    map[newsfold.FeedID]time.Time // of feeds that are scheduled
	busy    map[newsfold.FeedID]bool      // queued or under way
	queue   *queue[newsfold.FeedID]
	passes  []*pass
	results chan polled
}

// pollLoop asks feeds when they are due.
func (e *Engine) pollLoop(ctx context.Context) error {
	p := &poller{
		e: e, next: map[newsfold.FeedID]time.Time{}, busy: map[newsfold.FeedID]bool{},
		queue: newQueue[newsfold.FeedID](2), results: make(chan polled),
	}
	if err := p.load(ctx); err != nil {
		return wrap("read feeds", err)
	}
	if err := p.resume(ctx); err != nil {
		return wrap("read feeds", err)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer p.stop()
	defer cancel()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		if !e.opts.Manual {
			if err := p.enqueueDue(ctx, e.now()); err != nil {
				return wrap("read feeds", err)
			}
		}
		for p.queue.running < e.opts.Feeds {
			host, id, ok := p.queue.pop()
			if !ok {
				break
			}
			go p.poll(ctx, host, id)
		}
		timer.Reset(p.wait(e.now()))
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-timer.C:
		case <-e.feeds:
			if err := p.load(ctx); err != nil {
				return wrap("read feeds", err)
			}
		case req := <-e.passes:
			if err := p.accept(ctx, req); err != nil {
				return wrap("read feeds", err)
			}
		case r := <-p.results:
			p.queue.done(r.host)
			if r.err != nil {
				return wrap("store "+r.feed.URL, r.err)
			}
			p.finish(ctx, r)
		}
	}
}

// stop waits for the polls under way, which end soon since their context has.
func (p *poller) stop() {
	for p.queue.running > 0 {
		r := <-p.results
		p.queue.done(r.host)
	}
}

// resume tells the client what was learned about the feeds before.
func (p *poller) resume(ctx context.Context) error {
	if p.e.opts.Manual {
		return nil // a single pass shares no budget out
	}
	return p.e.db.View(ctx, func(tx store.Tx) error {
		var failed error
		p.e.client.Resume(func(yield func(newsfold.Feed) bool) {
			for f, err := range tx.Feeds() {
				if err != nil {
					failed = err
					return
				}
				if !yield(f) {
					return
				}
			}
		})
		return failed
	})
}

// load reads when each feed is due.
func (p *poller) load(ctx context.Context) error {
	next := map[newsfold.FeedID]time.Time{}
	err := p.e.db.View(ctx, func(tx store.Tx) error {
		clear(next)
		for f, err := range tx.Feeds() {
			if err != nil {
				return err
			}
			if f.Poll.Result != newsfold.Gone {
				next[f.ID] = f.Poll.Next
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	p.next = next
	p.due = p.due[:0]
	for id, at := range next {
		p.due = append(p.due, due{id, at})
	}
	heap.Init(&p.due)
	return nil
}

// enqueueDue hands feeds whose time has come to the queue.
func (p *poller) enqueueDue(ctx context.Context, now time.Time) error {
	for len(p.due) > 0 && !p.due[0].at.After(now) {
		d := heap.Pop(&p.due).(due)
		if at, ok := p.next[d.id]; ok && at.Equal(d.at) {
			if _, err := p.enqueue(ctx, d.id); err != nil {
				return err
			}
		}
	}
	return nil
}

// enqueue queues a feed for a poll and reports whether it is still subscribed.
func (p *poller) enqueue(ctx context.Context, id newsfold.FeedID) (bool, error) {
	if p.busy[id] {
		return true, nil
	}
	var f newsfold.Feed
	err := p.e.db.View(ctx, func(tx store.Tx) (err error) {
		f, err = tx.Feed(id)
		return err
	})
	if isNew(err) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	p.busy[id] = true
	p.queue.push(p.e.client.Queue(f.URL), id)
	return true, nil
}

// wait is how long nothing is due. It is bounded so that a clock that was set,
// or a machine that slept, is noticed.
func (p *poller) wait(now time.Time) time.Duration {
	const most = 30 * time.Second
	if p.e.opts.Manual || len(p.due) == 0 {
		return most
	}
	return min(max(p.due[0].at.Sub(now), 0), most)
}

// accept starts a pass.
func (p *poller) accept(ctx context.Context, req *pass) error {
	if err := p.load(ctx); err != nil {
		return err
	}
	req.pending = map[newsfold.FeedID]bool{}
	now := p.e.now()
	switch {
	case len(req.req.Feeds) > 0:
		for _, id := range req.req.Feeds {
			req.pending[id] = true
		}
	default:
		// A feed that is gone is asked again only by name.
		for id, at := range p.next {
			if req.req.All || !at.After(now) {
				req.pending[id] = true
			}
		}
	}
	for id := range req.pending {
		ok, err := p.enqueue(ctx, id)
		if err != nil {
			return err
		}
		if !ok {
			delete(req.pending, id)
		}
	}
	req.progress.Feeds = len(req.pending)
	if len(req.pending) == 0 {
		close(req.done)
		return nil
	}
	p.passes = append(p.passes, req)
	return nil
}

// finish books a poll that has ended.
func (p *poller) finish(ctx context.Context, r polled) {
	id := r.feed.ID
	delete(p.busy, id)
	if r.feed.URL != "" { // else it was removed meanwhile
		p.schedule(id, r.feed.Poll)
	}
	kept := p.passes[:0]
	for _, ps := range p.passes {
		if ps.pending[id] {
			delete(ps.pending, id)
			ps.progress.add(r)
			select {
			case ps.reports <- ps.progress:
			case <-ctx.Done():
			default: // whoever asked is busy: the next report will do
			}
		}
		if len(ps.pending) == 0 {
			close(ps.done)
			continue
		}
		kept = append(kept, ps)
	}
	p.passes = kept
}

// schedule books the next poll of a feed.
func (p *poller) schedule(id newsfold.FeedID, state newsfold.Poll) {
	if state.Result == newsfold.Gone {
		delete(p.next, id)
		return
	}
	// A next time that is not ahead would make this loop spin.
	at := state.Next
	if soon := p.e.now().Add(time.Second); at.Before(soon) {
		at = soon
	}
	p.next[id] = at
	heap.Push(&p.due, due{id, at})
}

func (g *Progress) add(r polled) {
	g.Polled++
	g.New += r.counts.added
	g.Revised += r.counts.revised
	g.Last = r.feed.Label()
	switch r.feed.Poll.Result {
	case newsfold.NotModified:
		g.Unchanged++
	case newsfold.Failed, newsfold.Gone:
		g.Failed++
		g.Failures = append(g.Failures, Failure{Feed: r.feed.ID, URL: r.feed.URL, Error: r.feed.Poll.Error})
	}
}

// poll asks one feed, stores what it said, and reports.
func (p *poller) poll(ctx context.Context, host string, id newsfold.FeedID) {
	r := polled{host: host}
	r.feed, r.counts, r.err = p.e.pollFeed(ctx, id)
	if ctx.Err() != nil {
		r.err = nil
	}
	r.feed.ID = id
	p.results <- r
}

// due is a place in the queue of feeds by time.
type due struct {
	id newsfold.FeedID
	at time.Time
}

type dueHeap []due

func (h dueHeap) Len() int           { return len(h) }
func (h dueHeap) Less(i, j int) bool { return h[i].at.Before(h[j].at) }
func (h dueHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *dueHeap) Push(x any)        { *h = append(*h, x.(due)) }
func (h *dueHeap) Pop() any {
	old := *h
	x := old[len(old)-1]
	*h = old[:len(old)-1]
	return x
}
