package ingest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"newsfold"
	"newsfold/extract"
	"newsfold/fetch"
	"newsfold/internal/pages"
	"newsfold/store"
)

// drain asks the page loop to say when nothing is left that was due at a time:
// pages that are wanted while others are waited for must not prolong that.
type drain struct {
	at      time.Time
	release bool          // do not wait: fold the feeds' text of what is waiting
	done    chan struct{} // closed then
}

// pager is the state of the page loop.
type pager struct {
	e       *Engine
	queue   *queue[newsfold.ArticleID]
	known   map[newsfold.ArticleID]*waiting // queued or under way
	next    time.Time                       // when the next page is wanted that is not due yet
	drains  []drain
	results chan fetched

	looked time.Time     // into the store, for what is due
	pause  time.Duration // until it may be done again while there is enough to do
	left   time.Time     // when the first page was due that found no room then; zero: all did
	// crowded are articles that found no room in the queue and whose feed's
	// text is being folded meanwhile; late are those of them yet to be put up.
	crowded map[newsfold.ArticleID]bool
	late    []newsfold.ArticleID
}

// Bounds of the queue of pages: below lowWater the store is looked at each time,
// for something may have become due.
const (
	lowWater = 64
	maxPages = 32 << 10
	maxLane  = 1024 // of one host
)

func newPager(e *Engine) *pager {
	return &pager{
		e: e, queue: newQueue[newsfold.ArticleID](1), // the other place of its host is for feeds

		known: map[newsfold.ArticleID]*waiting{}, results: make(chan fetched), pause: time.Second,
	}
}

// waiting is an article whose page is queued or under way.
type waiting struct {
	due      time.Time // when its page was wanted
	since    time.Time // when it was queued
	released bool      // its feed's text is being folded meanwhile
	lease    store.Lease
}

type fetched struct {
	id   newsfold.ArticleID
	host string
	err  error // of this machine
}

// pageLoop fetches the pages of articles whose feed did not carry the text.
func (e *Engine) pageLoop(ctx context.Context) error {
	p := newPager(e)
	ctx, cancel := context.WithCancel(ctx)
	defer p.giveBack(ctx)
	defer p.stop()
	defer cancel()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		if err := p.refill(ctx); err != nil {
			return wrap("read wanted pages", err)
		}
		for p.queue.running < e.opts.Pages && (!e.opts.Manual || e.reading.Load() > 0) {
			host, id, ok := p.queue.pop()
			if !ok {
				break
			}
			l := p.known[id].lease
			go func() { p.results <- fetched{id, host, ignoreDone(ctx, e.page(ctx, id, l))} }()
		}
		e.pagesLeft.Store(int64(p.queue.waiting + p.queue.running))
		if err := p.release(ctx); err != nil {
			return wrap("release waiting articles", err)
		}
		p.answer()
		timer.Reset(p.wait())
		if err := p.sleep(ctx, timer); err != nil {
			return err
		}
	}
}

// sleep waits until there is something to do.
func (p *pager) sleep(ctx context.Context, timer *time.Timer) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
	case <-p.e.wanted:
	case d := <-p.e.drains:
		p.drains = append(p.drains, d)
		p.looked = time.Time{}
	case r := <-p.results:
		p.queue.done(r.host)
		if r.err != nil {
			return wrap("store page", r.err)
		}
		delete(p.known, r.id)
		p.e.pagesDone.Add(1)
	}
	return nil
}

func (p *pager) stop() {
	for p.queue.running > 0 {
		r := <-p.results
		p.queue.done(r.host)
	}
}

// refill queues what has become due. While the queue is long the store is looked
// at only now and then: what is queued stays wanted there until it is done, but
// pages of other hosts must not wait for it.
func (p *pager) refill(ctx context.Context) error {
	now := p.e.now()
	if p.e.opts.Manual && p.e.active.Load() == 0 {
		p.next = time.Time{}
		return nil
	}
	if p.e.shared != nil {
		return p.leasePages(ctx, now)
	}
	if since := now.Sub(p.looked); p.queue.waiting > lowWater && since >= 0 && since < p.pause {
		return nil
	}
	crowded := map[newsfold.ArticleID]bool{}
	err := p.e.db.View(ctx, func(tx store.Tx) error {
		p.next, p.left, p.late = time.Time{}, time.Time{}, nil
		clear(crowded)
		for id, err := range tx.Wanted(now.Add(time.Hour)) {
			if err != nil {
				return err
			}
			if p.known[id] != nil {
				continue
			}
			a, err := tx.Article(id)
			if err != nil {
				return err
			}
			if a.Page.Next.After(now) {
				p.next = a.Page.Next
				return nil
			}
			p.take(a, now, crowded)
		}
		return nil
	})
	p.crowded = crowded
	p.looked = p.e.now()
	p.pause = max(time.Second, 10*p.looked.Sub(now))
	return err
}

// take queues an article whose page is due or, where there is no room, sees to it
// that it is folded all the same.
func (p *pager) take(a newsfold.Article, now time.Time, crowded map[newsfold.ArticleID]bool) {
	host := p.e.client.Queue(a.Link)
	if p.queue.waiting < maxPages && p.queue.length(host) < maxLane {
		p.known[a.ID] = &waiting{due: a.Page.Next, since: now, released: a.Story != 0 || p.crowded[a.ID]}
		p.queue.push(host, a.ID)
		return
	}
	if p.left.IsZero() {
		p.left = a.Page.Next
	}
	if a.Story != 0 || !p.overdue(a.Page.Next, now) {
		return
	}
	crowded[a.ID] = true
	if !p.crowded[a.ID] {
		p.late = append(p.late, a.ID)
	}
}

// overdue reports whether an article that waits for its page since a time is to
// be folded without it.
func (p *pager) overdue(since, now time.Time) bool {
	for _, d := range p.drains {
		if d.release {
			return true
		}
	}
	return now.Sub(since) >= p.e.opts.PageWait
}

// release lets articles be folded with their feed's text when their page has
// been waited for long enough.
func (p *pager) release(ctx context.Context) error {
	now := p.e.now()
	ids := p.late
	p.late = nil
	for id, w := range p.known {
		if !w.released && p.overdue(w.since, now) {
			w.released = true
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	return p.e.append(ctx, ids)
}

// append puts articles up for folding.
func (e *Engine) append(ctx context.Context, ids []newsfold.ArticleID) error {
	for len(ids) > 0 {
		some := ids[:min(len(ids), 256)]
		ids = ids[len(some):]
		err := e.store(ctx, func(tx store.Tx) error {
			for _, id := range some {
				if err := tx.Append(store.Texts, id); err != nil && !isNew(err) {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	nudge(e.texts)
	return nil
}

// answer tells those who drain that nothing is left.
func (p *pager) answer() {
	kept := p.drains[:0]
	for _, d := range p.drains {
		if d.release || !p.pending(d.at) {
			close(d.done)
			continue
		}
		kept = append(kept, d)
	}
	p.drains = kept
}

// pending reports whether a page that was due at a time is still to be fetched.
func (p *pager) pending(at time.Time) bool {
	if !p.left.IsZero() && !p.left.After(at) {
		return true
	}
	for _, w := range p.known {
		if !w.due.After(at) {
			return true
		}
	}
	return false
}

// wait is how long there is nothing to do unless somebody says so.
func (p *pager) wait() time.Duration {
	const most = 5 * time.Second
	at := p.next
	switch {
	case p.e.shared != nil && !p.e.opts.Manual:
		return idle
	case p.e.shared != nil && !p.left.IsZero():
		return idle / 5
	}
	if p.queue.waiting > lowWater {
		at = p.looked.Add(p.pause)
	}
	if at.IsZero() {
		return most
	}
	return min(max(at.Sub(p.e.now()), time.Millisecond), most)
}

// page fetches and reads the page of one article and stores what came of it.
func (e *Engine) page(ctx context.Context, id newsfold.ArticleID, l store.Lease) error {
	if l != (store.Lease{}) && !e.shared.fresh(l) {
		return nil // it waited too long: whoever leases it next goes on
	}
	a, wanted, err := e.wantedPage(ctx, id)
	if err != nil || !wanted {
		return err
	}
	page, err := e.client.Page(ctx, a.Link)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	var (
		doc  *extract.Document
		text bare
		kept bool // as the article's body
	)
	if err == nil {
		doc, err = extract.Extract(page.Body, page.URL, extract.Options{ContentType: page.Type})
	}
	if err == nil {
		text = stripped(doc)
	}
	now := e.now().UTC()
	e.archive(pages.Page{Article: id, Link: a.Link, URL: page.URL, Type: page.Type, Time: now, Body: page.Body})
	err = e.store(ctx, func(tx store.Tx) error {
		kept = false
		if err := store.Hold(tx, l); errors.Is(err, store.ErrFenced) {
			return nil
		} else if err != nil {
			return err
		}
		a, err2 := tx.Article(id)
		if isNew(err2) {
			return nil // removed meanwhile
		}
		if err2 != nil {
			return err2
		}
		if a.Page.State != newsfold.PageWanted {
			return nil // the feed has carried the text meanwhile
		}
		r := reading{tx: tx, a: &a, now: now}
		if err != nil {
			return r.failed(err)
		}
		err2 = r.read(doc)
		if kept = a.Page.State == newsfold.PageFetched; kept {
			e.handed.take(id)
		}
		return err2
	})
	if err == nil && kept {
		e.hand(map[newsfold.ArticleID]bare{id: text})
	}
	nudge(e.texts)
	return err
}

// wantedPage returns the article whose page is to be fetched; wanted is false when
// it was removed or the page came since it was wanted.
func (e *Engine) wantedPage(ctx context.Context, id newsfold.ArticleID) (a newsfold.Article, wanted bool, err error) {
	err = e.db.View(ctx, func(tx store.Tx) (err error) {
		a, err = tx.Article(id)
		return err
	})
	if isNew(err) {
		return a, false, nil
	}
	return a, err == nil && a.Page.State == newsfold.PageWanted, err
}

// reading stores what came of an article's page within a transaction.
type reading struct {
	tx  store.Tx
	a   *newsfold.Article
	now time.Time
}

// retries are the waits after failures in a row; then the feed's text has to do.
var retries = [...]time.Duration{time.Minute, 10 * time.Minute, time.Hour, 6 * time.Hour, 24 * time.Hour}

func (r reading) failed(cause error) error {
	postpone(&r.a.Page, cause, r.now)
	return r.fold()
}

// postpone notes that a page could not be had, and when it is asked for again, if
// it is.
func postpone(p *newsfold.Page, cause error, now time.Time) {
	var fe *fetch.Error
	waits := errors.As(cause, &fe) && fe.Retry.After(now)
	if waits && fe.Kind != fetch.Status {
		// The host, or its robots.txt, had asked for time before: that is no attempt.
		p.Next = fe.Retry
		return
	}
	p.Attempts++
	p.Error = cause.Error()
	again := p.Attempts <= len(retries)
	if errors.As(cause, &fe) && !passing(fe) {
		again = false
	}
	if errors.Is(cause, extract.ErrTooLarge) {
		again = false
	}
	if again {
		p.Next = now.Add(retries[p.Attempts-1])
		if waits && fe.Retry.After(p.Next) {
			p.Next = fe.Retry
		}
	} else {
		p.State, p.Next = newsfold.PageFailed, time.Time{}
	}
}

// passing reports whether a failure may pass by itself.
func passing(e *fetch.Error) bool {
	switch e.Kind {
	case fetch.Network, fetch.DNS, fetch.Timeout, fetch.TLS, fetch.Empty:
		return true
	case fetch.Forbidden: // until its owner allows it
		return true
	case fetch.Status:
		return e.Status >= 500 || e.Status == 404 || e.Status == 408 || e.Status == 425 || e.Status == 429
	}
	return false
}

// fold puts the article up for folding with the text that it has, unless that
// was done already and nothing is new.
func (r reading) fold() error {
	if err := r.tx.PutArticle(r.a); err != nil {
		return err
	}
	if r.a.Story != 0 {
		return nil
	}
	return r.tx.Append(store.Texts, r.a.ID)
}

// read takes over what a page says.
func (r reading) read(doc *extract.Document) error {
	a, was := r.a, *r.a
	a.Page.Kind, a.Page.Error, a.Page.Next = string(doc.Kind), "", time.Time{}
	n := words(doc.Text)
	if !usable(doc.Kind) || n == 0 || tooShort(n, a) {
		a.Page.State = newsfold.PageRefused
		a.Page.Error = fmt.Sprintf("the page is no article but %s; the feed's own text is used", describe(doc.Kind))
		if usable(doc.Kind) {
			a.Page.Error = "the page has less text than the feed, whose text is used"
		}
		r.describe(doc)
		return r.fold()
	}
	a.Page.State, a.Page.Words = newsfold.PageFetched, n
	a.Lede = lede(doc.Text)
	r.describe(doc)
	if err := r.tx.PutArticle(a); err != nil {
		return err
	}
	if was.Page.Kind != "" { // read before: it is the page that has changed
		if err := supersede(r.tx, was, a.Title, doc.Text, r.now); err != nil {
			return err
		}
	}
	if err := r.tx.PutBody(a.ID, newsfold.Body{Text: doc.Text, HTML: doc.HTML}); err != nil {
		return err
	}
	return r.tx.Append(store.Texts, a.ID)
}

// usable reports whether pages of a kind have an article's text.
func usable(k extract.Kind) bool {
	return k == extract.Article || k == extract.Stub || k == extract.Live
}

// tooShort reports whether a page of so many words has less than there is of its article.
func tooShort(n int, a *newsfold.Article) bool { return n < a.Page.Words*3/4 }

// describe takes over what the page says about the article where the feed said
// nothing. The feed's title and date win: publishers keep those right.
func (r reading) describe(doc *extract.Document) {
	a := r.a
	if !usable(doc.Kind) {
		return
	}
	a.Title = firstOf(a.Title, doc.Title)
	a.Byline = firstOf(a.Byline, doc.Byline)
	a.Lang = firstOf(doc.Lang, a.Lang)
	a.Dir = firstOf(doc.Dir, a.Dir)
	a.Image = firstOf(a.Image, doc.Image)
	// "Courier: City" is a feed of the Courier.
	section := strings.HasPrefix(strings.ToLower(a.Outlet), strings.ToLower(doc.Site))
	if doc.Site != "" && (a.Outlet == "" || a.Outlet == a.Host || section) {
		a.Outlet = doc.Site
	}
	if a.Published.IsZero() {
		k := keeper{now: r.now}
		a.Published = k.believable(doc.Published)
	}
	if Domain(doc.URL) != "" && doc.URL != a.URL {
		a.Canonical = doc.URL
	}
	a.Origins = addOrigins(a.Origins, origins(doc.Origins)...)
	if len(doc.Alternates) > 0 {
		a.Alternates = a.Alternates[:0:0]
		for _, other := range doc.Alternates {
			a.Alternates = append(a.Alternates, other.URL)
		}
	}
}

// describe says what a page is, for a person.
func describe(k extract.Kind) string {
	switch k {
	case extract.Listing:
		return "a list of links"
	case extract.Consent:
		return "a question for consent"
	case extract.Script:
		return "empty without JavaScript"
	case extract.Missing:
		return "an error page"
	case extract.Media:
		return "a video, sound or gallery"
	case extract.Foreign:
		return "not HTML"
	}
	return "without text"
}

// ignoreDone drops the error of a context that has ended: that is no failure of
// this machine.
func ignoreDone(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
}
