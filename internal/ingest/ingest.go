package ingest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"newsfold"
	"newsfold/dedupe"
	"newsfold/dedupe/event"
	"newsfold/fetch"
	"newsfold/internal/embedding"
	"newsfold/internal/pages"
	"newsfold/store"
)

// Options tune an [Engine]. The zero value is the default of every field.
type Options struct {
	// Manual turns off all work by the clock: feeds and pages are asked, and
	// texts folded, only while a [Engine.Pass] runs. For one-shot commands.
	Manual bool

	Feeds    int            // polls under way at once, many of them waiting for slow servers; default 256
	Pages    int            // page fetches under way at once, one of a host; default 32
	PageWait time.Duration  // how long an article waits for its page before the feed's text is folded; default 30 s
	Fold     dedupe.Options // how copies are recognised
	Lead     string         // lead policy, see dedupe.Lead
	// NoFold stores texts without folding them: an engine over the same store
	// that folds will find them in the change log.
	NoFold bool
	// NoEvents folds copies without looking for the events that stories report: an
	// engine over the same store that does will find them in the change log.
	NoEvents bool
	// Dictionary returns the word lists by which reports in two languages are compared,
	// when it is known that there are any to compare; may be nil, and may return nil.
	Dictionary func() *event.Dictionary
	// Embeddings is asked what reports mean, to find events across languages; may be nil.
	// The engine does without an answer.
	Embeddings *embedding.Client
	PushURL    string // public URL below which [Engine.Callback] is served; empty: no WebSub

	// Lease is for how long work is taken over from a store that other daemons
	// share; default 3 min. It is also how long the work of a daemon that died
	// stays undone.
	Lease time.Duration

	// Retention is what is removed to make room, now and then. The default
	// removes nothing but what rules of feeds and folders say (see [PutRule]).
	Retention Retention

	// Archive keeps the pages that are fetched, for [Engine.Reextract]; nil: they are
	// not kept.
	Archive *pages.Archive

	Log *slog.Logger     // default: discards
	Now func() time.Time // default time.Now
}

// Engine runs the stages over one store.
type Engine struct {
	db     store.DB
	shared *sharing // nil: the store is ours alone
	client *fetch.Client
	opts   Options
	log    *slog.Logger
	now    func() time.Time

	writes  chan *write
	feeds   chan struct{} // capacity 1: subscriptions changed
	parted  chan struct{} // capacity 1: some may have ended
	passes  chan *pass
	texts   chan struct{} // capacity 1: something to fold
	wanted  chan struct{} // capacity 1: pages to fetch
	drains  chan drain    // to the page loop
	settled chan chan struct{}

	reads  chan struct{} // one for each feed between read and stored
	held   atomic.Int64  // feeds that were read, also those that wait for that
	handed handover

	pushes    pushes
	active    atomic.Int64 // passes
	reading   atomic.Int64 // passes that want pages
	pagesLeft atomic.Int64
	pagesDone atomic.Int64
}

// New returns an engine; [Engine.Run] starts it.
func New(db store.DB, client *fetch.Client, opts Options) *Engine {
	if opts.Feeds <= 0 {
		opts.Feeds = 256
	}
	if opts.Pages <= 0 {
		opts.Pages = 32
	}
	if opts.PageWait <= 0 {
		opts.PageWait = 30 * time.Second
	}
	if opts.Fold.Window <= 0 {
		opts.Fold.Window = 30 * 24 * time.Hour // as in package dedupe
	}
	if opts.Log == nil {
		opts.Log = slog.New(slog.DiscardHandler)
	}
	if opts.Now == nil {
		opts.Now = time.Now
	}
	e := &Engine{
		db: db, shared: newSharing(db, opts.Lease), client: client, opts: opts, log: opts.Log, now: opts.Now,
		writes:  make(chan *write),
		feeds:   make(chan struct{}, 1),
		parted:  make(chan struct{}, 1),
		passes:  make(chan *pass),
		texts:   make(chan struct{}, 1),
		wanted:  make(chan struct{}, 1),
		drains:  make(chan drain),
		settled: make(chan chan struct{}),
		reads:   make(chan struct{}, maxReads),
		pushes:  pushes{feeds: map[string]newsfold.FeedID{}},
	}
	if e.shared != nil {
		e.db = patient{e.shared.db, e}
	}
	return e
}

// Run runs the stages until ctx is done, and then returns nil. Any other end is
// an error of this machine, such as a broken disk.
func (e *Engine) Run(ctx context.Context) error {
	if err := e.loadPushes(ctx); err != nil {
		return wrap("read subscriptions with hubs", err)
	}
	g, gctx := errgroup.WithContext(ctx)
	for _, loop := range []func(context.Context) error{e.writeLoop, e.pollLoop, e.partLoop, e.pageLoop, e.foldLoop, e.retainLoop, e.packLoop} {
		g.Go(func() error { return loop(gctx) })
	}
	err := g.Wait()
	if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		return nil
	}
	return err
}

// Changed tells a running engine that subscriptions were added, changed or
// removed.
func (e *Engine) Changed() {
	nudge(e.feeds)
	nudge(e.parted)
}

// Progress is how far a [Engine.Pass] has come.
type Progress struct {
	Feeds     int    `json:"feeds"`  // to be asked
	Polled    int    `json:"polled"` // asked so far, or Waiting
	Failed    int    `json:"failed"`
	Unchanged int    `json:"unchanged"` // said that nothing is new
	New       int    `json:"new"`       // entries
	Revised   int    `json:"revised"`   // entries
	Pages     int    `json:"pages"`     // fetched for articles
	PagesLeft int    `json:"pages_left"`
	Last      string `json:"last,omitempty"` // the feed asked last
	// Failures are the feeds that failed, with the reason.
	Failures []Failure `json:"failures,omitempty"`
	// Waiting are the feeds that were not asked since their servers want to be left
	// alone, with the reason.
	Waiting []Failure `json:"waiting,omitempty"`
}

// Failure is a feed that could not be read, or was not asked.
type Failure struct {
	Feed  newsfold.FeedID `json:"feed"`
	URL   string          `json:"url"`
	Error string          `json:"error"`
}

// Request says what a [Engine.Pass] is to do.
type Request struct {
	All   bool              // every feed, due or not, but those that are gone
	Feeds []newsfold.FeedID // only these, due or not; overrides All
	// Insist asks feeds also when their servers want to be left alone.
	Insist bool
	// NoPages leaves article pages to later and folds the feeds' own text.
	NoPages bool
	// Report is told of progress, from one goroutine; may be nil.
	Report func(Progress)
}

// Pass asks feeds once, waits until what they said is extracted and folded, and
// returns what came of it. The engine must be running. It is an error only when
// ctx ends first.
func (e *Engine) Pass(ctx context.Context, req Request) (Progress, error) {
	e.active.Add(1)
	defer e.active.Add(-1)
	if !req.NoPages {
		e.reading.Add(1)
		defer e.reading.Add(-1)
	}
	before := e.pagesDone.Load()
	p := &pass{req: req, reports: make(chan Progress), done: make(chan struct{})}
	if err := send(ctx, e.passes, p); err != nil {
		return Progress{}, err
	}
	var last Progress
	report := func(r Progress) {
		last = r
		if req.Report != nil {
			req.Report(r)
		}
	}
	for polling := true; polling; {
		select {
		case <-ctx.Done():
			return last, ctx.Err()
		case r := <-p.reports:
			report(r)
		case <-p.done:
			polling = false
		}
	}
	last = p.progress
	pages := func() {
		last.Pages = int(e.pagesDone.Load() - before)
		last.PagesLeft = int(e.pagesLeft.Load())
		report(last)
	}
	if err := e.settle(ctx, req.NoPages, pages); err != nil {
		return last, err
	}
	pages()
	return last, nil
}

// History reads a feed and the archives that it links to, and returns how many
// entries were new, when they are folded. The engine must be running. Failures
// are *[fetch.Error], or those of the store; what came before one is stored.
func (e *Engine) History(ctx context.Context, id newsfold.FeedID, report func(Progress)) (Progress, error) {
	e.active.Add(1)
	defer e.active.Add(-1)
	e.reading.Add(1)
	defer e.reading.Add(-1)
	var f newsfold.Feed
	err := e.db.View(ctx, func(tx store.Tx) (err error) {
		f, err = tx.Feed(id)
		return err
	})
	if err != nil {
		return Progress{}, err
	}
	p := Progress{Feeds: 1, Last: f.Label()}
	for entries, err := range e.client.History(ctx, f, 0) {
		if err != nil {
			return p, err
		}
		_, n, err := e.keep(ctx, f, entries, aside, store.Lease{})
		if err != nil {
			return p, err
		}
		p.New += n.added
		p.Revised += n.revised
		if report != nil {
			report(p)
		}
	}
	p.Polled = 1
	return p, e.settle(ctx, false, nil)
}

// settle waits until no page is due and all texts are folded; release does not
// wait for pages but folds the feeds' own text.
func (e *Engine) settle(ctx context.Context, release bool, tick func()) error {
	d := drain{at: e.now(), release: release, done: make(chan struct{})}
	if err := send(ctx, e.drains, d); err != nil {
		return err
	}
	if err := e.await(ctx, d.done, tick); err != nil {
		return err
	}
	done := make(chan struct{})
	if err := send(ctx, e.settled, done); err != nil {
		return err
	}
	return e.await(ctx, done, nil)
}

// await waits for done, calling tick now and then.
func (e *Engine) await(ctx context.Context, done <-chan struct{}, tick func()) error {
	t := time.NewTicker(200 * time.Millisecond)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-done:
			return nil
		case <-t.C:
			if tick != nil {
				tick()
			}
		}
	}
}

// dictionary returns the word lists there are; nil: none.
func (e *Engine) dictionary() *event.Dictionary {
	if e.opts.Dictionary == nil {
		return nil
	}
	return e.opts.Dictionary()
}

// nudge wakes whoever reads c; many nudges are one.
func nudge(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

func send[T any](ctx context.Context, c chan<- T, v T) error {
	select {
	case c <- v:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// wrap names the stage that an error of the store stopped.
func wrap(stage string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", stage, err)
}
