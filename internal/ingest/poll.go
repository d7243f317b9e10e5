package ingest

import (
	"container/heap"
	"context"
	"iter"
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
	next    map[newsfold.FeedID]booking // of feeds that are scheduled
	busy    map[newsfold.FeedID]bool    // queued or under way
	insist  map[newsfold.FeedID]bool    // those of them to be asked although they want to be left alone
	queue   *queue[newsfold.FeedID]
	passes  []*pass
	results chan polled
	leases  map[newsfold.FeedID]store.Lease // of a shared store: of feeds that are busy
	look    time.Time                       // when it is asked for feeds again

	started int              // polls since pace last passed
	pace    <-chan time.Time // when more may start; nil: now
}

// booking is the next poll of a feed.
type booking struct {
	at    time.Time
	queue string // fetch.Client.Queue of its URL
}

// Polls start in bursts of so many: servers near by answer all of them at once,
// and what they say has to be read before it can be forgotten.
const (
	burst = 64
	pause = 10 * time.Millisecond
)

// pollLoop asks feeds when they are due.
func (e *Engine) pollLoop(ctx context.Context) error {
	p := &poller{
		e: e, next: map[newsfold.FeedID]booking{}, busy: map[newsfold.FeedID]bool{}, insist: map[newsfold.FeedID]bool{},
		queue: newQueue[newsfold.FeedID](2), results: make(chan polled),
		leases: map[newsfold.FeedID]store.Lease{},
	}
	if !e.opts.Manual && e.shared == nil { // else a pass reads them, and shares no budget out
		if err := p.load(ctx, e.client.Resume); err != nil {
			return wrap("read feeds", err)
		}
	}
	ctx, cancel := context.WithCancel(ctx)
	defer p.giveBack(ctx)
	defer p.stop()
	defer cancel()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		if err := p.schedule(ctx); err != nil {
			return wrap("read feeds", err)
		}
		p.start(ctx)
		timer.Reset(p.wait(e.now()))
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-timer.C:
		case <-p.pace:
			p.started, p.pace = 0, nil
		case <-e.feeds:
			p.look = time.Time{}
			if e.shared != nil {
				break
			}
			if err := p.load(ctx, nil); err != nil {
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

// start starts polls, as many as may run at once and can be taken in.
func (p *poller) start(ctx context.Context) {
	for p.pace == nil && p.queue.running < p.e.opts.Feeds {
		if p.e.held.Load() >= maxReads {
			p.pace = time.After(pause)
			return
		}
		host, id, ok := p.queue.pop()
		if !ok {
			return
		}
		go p.poll(ctx, host, id, p.leases[id], p.insist[id])
		if p.started++; p.started >= burst {
			p.pace = time.After(pause)
		}
	}
}

// load reads when each feed is due, and shows the feeds to somebody else who
// wants to see all of them, if any.
func (p *poller) load(ctx context.Context, show func(iter.Seq[newsfold.Feed])) error {
	next := map[newsfold.FeedID]booking{}
	err := p.e.db.View(ctx, func(tx store.Tx) error {
		clear(next)
		var failed error
		feeds := func(yield func(newsfold.Feed) bool) {
			for f, err := range tx.Feeds() {
				if err != nil {
					failed = err
					return
				}
				if f.Poll.Result != newsfold.Gone {
					next[f.ID] = booking{f.Poll.Next, p.e.client.Queue(f.URL)}
				}
				if !yield(f) {
					return
				}
			}
		}
		if show != nil {
			show(feeds)
			return failed
		}
		for range feeds { // for what it does by the way
		}
		return failed
	})
	if err != nil {
		return err
	}
	p.next = next
	p.due = p.due[:0]
	for id, b := range next {
		p.due = append(p.due, due{id, b.at})
	}
	heap.Init(&p.due)
	return nil
}

// schedule queues what is to be asked by now.
func (p *poller) schedule(ctx context.Context) error {
	switch {
	case p.e.opts.Manual:
		return nil
	case p.e.shared != nil:
		return p.lease(ctx)
	}
	return p.enqueueDue(ctx, p.e.now())
}

// enqueueDue hands feeds whose time has come to the queue.
func (p *poller) enqueueDue(ctx context.Context, now time.Time) error {
	for len(p.due) > 0 && !p.due[0].at.After(now) {
		d := heap.Pop(&p.due).(due)
		if b, ok := p.next[d.id]; ok && b.at.Equal(d.at) {
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
	if b, ok := p.next[id]; ok {
		p.busy[id] = true
		p.queue.push(b.queue, id)
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
	if p.e.shared != nil && !p.e.opts.Manual {
		return max(time.Until(p.look), 10*time.Millisecond)
	}
	if p.e.opts.Manual || len(p.due) == 0 {
		return most
	}
	return min(max(p.due[0].at.Sub(now), 0), most)
}

// accept starts a pass.
func (p *poller) accept(ctx context.Context, req *pass) error {
	if err := p.load(ctx, nil); err != nil {
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
		for id, b := range p.next {
			if req.req.All || !b.at.After(now) {
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
			continue
		}
		if req.req.Insist {
			p.insist[id] = true
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
	delete(p.insist, id)
	delete(p.leases, id)
	if r.feed.URL != "" && p.e.shared == nil { // else it was removed meanwhile
		p.book(r.feed)
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

// book books the next poll of a feed.
func (p *poller) book(f newsfold.Feed) {
	if f.Poll.Result == newsfold.Gone {
		delete(p.next, f.ID)
		return
	}
	// A next time that is not ahead would make this loop spin.
	at := f.Poll.Next
	if soon := p.e.now().Add(time.Second); at.Before(soon) {
		at = soon
	}
	p.next[f.ID] = booking{at, p.e.client.Queue(f.URL)}
	heap.Push(&p.due, due{f.ID, at})
}

func (g *Progress) add(r polled) {
	g.Polled++
	g.New += r.counts.added
	g.Revised += r.counts.revised
	g.Last = r.feed.Label()
	if r.counts.waits {
		g.Waiting = append(g.Waiting, Failure{Feed: r.feed.ID, URL: r.feed.URL, Error: r.feed.Poll.Why})
		return
	}
	switch r.feed.Poll.Result {
	case newsfold.NotModified:
		g.Unchanged++
	case newsfold.Failed, newsfold.Gone:
		g.Failed++
		g.Failures = append(g.Failures, Failure{Feed: r.feed.ID, URL: r.feed.URL, Error: r.feed.Poll.Error})
	}
}

// poll asks one feed, stores what it said, and reports.
func (p *poller) poll(ctx context.Context, host string, id newsfold.FeedID, l store.Lease, insist bool) {
	r := polled{host: host}
	r.feed, r.counts, r.err = p.e.pollFeed(ctx, id, l, insist)
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
