package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log"
	"log/slog"
	"net"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"golang.org/x/net/http/httpguts"
	"golang.org/x/sync/errgroup"

	"newsfold/fetch"
	"newsfold/internal/control"
	"newsfold/internal/delivery"
	"newsfold/internal/ingest"
	"newsfold/internal/search"
	"newsfold/internal/wordlist"
	"newsfold/store"
)

func (a *app) newDaemon() *cobra.Command {
	var (
		d    daemon
		keep retention
		sent appointments
	)
	cmd := &cobra.Command{
		Use:   "daemon",
		Short: "Poll, extract, fold and store; serve the reader page",
		Long: `Poll the feeds when they are due, fetch, fold and store what is new, and serve
the reader page and the control socket that the other commands use, until
interrupted. One daemon can run in a directory at a time.

Reading apps sync with the same address, over the APIs of Google Reader (as
FreshRSS has it), Fever and Miniflux. On loopback nobody has to log in; an app
may send any name and password. To listen on other addresses there has to be a
password (newsfold passwd), or a proxy that lets people in (--trusted-proxy).`,
		Example: `  newsfold daemon
  newsfold daemon --listen 127.0.0.1:8080 --interval 30m
  newsfold passwd && newsfold daemon --listen :7878`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx := cmd.Context()
			d, err := a.settle()
			if err != nil {
				return err
			}
			if d.lists, err = wordlist.Stamp(a.dictionaryDir()); err != nil {
				return err
			}
			db, err := a.openStore(ctx)
			if err != nil {
				return err
			}
			d.app, d.db, d.log = a, db, a.logger(slog.LevelInfo)
			// What net/http has to say of odd servers takes the same form.
			log.SetFlags(0)
			log.SetOutput(slog.NewLogLogger(d.log.Handler(), slog.LevelDebug).Writer())
			return errors.Join(d.keepOn(ctx), db.Close())
		},
	}
	a.settle = func() (_ *daemon, err error) {
		a.serving = true
		if err := d.checkFlags(); err != nil {
			return nil, err
		}
		if d.retain, err = keep.parse(); err != nil {
			return nil, err
		}
		d.digests, err = a.schedules(sent)
		return &d, err
	}
	keep.flags(cmd)
	sent.flags(cmd)
	d.flags(cmd.Flags())
	return cmd
}

// flags are those that are about the daemon itself.
func (d *daemon) flags(f *pflag.FlagSet) {
	f.StringVar(&d.pushURL, "push-url", "", "public `URL` under which hubs reach --push-listen, to be sent news at once (WebSub)")
	f.StringVar(&d.pushListen, "push-listen", "127.0.0.1:7879", "`address` for what hubs send, when --push-url is given; put a proxy before it")
	f.DurationVar(&d.lease, "lease", 3*time.Minute, "how long this daemon takes feeds over from a --store that others share; from 2s")
	f.StringVar(&d.listen, "listen", "127.0.0.1:7878", "`address` of the reader page and the sync APIs; \"off\" for none")
	f.StringSliceVar(&d.hosts, "host", nil, "`names` under which the reader page may be asked for while no password is set, besides localhost and addresses")
	f.StringVar(&d.images, "images", "proxy", "`mode` of pictures on the reader page: \"proxy\" fetches them for the browser, so that publishers do not see who reads; \"off\" shows links")
	f.BoolVar(&d.syncCopies, "sync-copies", false, "show reading apps every copy as an item of its own")
	f.BoolVar(&d.events, "events", true, "look which stories report one event")
	f.BoolVar(&d.search, "search", true, "keep an index for searching; of daemons that share a --store, those that nobody reads from need none")
	f.StringSliceVar(&d.proxies, "trusted-proxy", nil, "`networks` of proxies, as CIDR or address, that let people in and say so in a header")
	f.StringVar(&d.proxyHeader, "proxy-header", "Remote-User", "`header` in which a trusted proxy names who was let in")
}

// checkFlags finds flags of the daemon itself that could never work.
func (d *daemon) checkFlags() error {
	if d.lease < 2*time.Second {
		return usage("--lease %v is too short: at least 2s", d.lease)
	}
	if !httpguts.ValidHeaderFieldName(d.proxyHeader) {
		return usage("--proxy-header %q is no name of a header", d.proxyHeader)
	}
	for _, h := range d.hosts {
		if h == "" || strings.ContainsAny(h, " :/") {
			return usage("--host %q is no name: say one without scheme and port, such as news.example", h)
		}
	}
	return choice("--images", d.images, "proxy", "off")
}

// daemon is everything that one process runs over one store.
type daemon struct {
	*app
	db     store.DB
	client *fetch.Client
	log    *slog.Logger
	listen string

	pushURL, pushListen string
	lease               time.Duration

	hosts, proxies []string
	proxyHeader    string
	images         string
	syncCopies     bool
	events, search bool
	lists          string // the word lists there were, as wordlist.Stamp has it
	// ready, when set, is told the address of the reader page once it is
	// served; the daemon stops when it returns an error.
	ready  func(context.Context, string, *control.Client) error
	retain ingest.Retention // what is removed to make room
	// digests are those that are delivered every day.
	digests []*delivery.Schedule

	socket  net.Listener // nil: run opens and removes it itself
	reload  func() (control.Reloaded, error)
	started bool // run has come as far as serving
}

// run starts in the order that makes each step safe: the store is open and so
// locked, thus the socket can be taken over; then it serves.
func (d *daemon) run(ctx context.Context) error {
	socket := d.socket
	if socket == nil {
		var leave func()
		var err error
		if socket, leave, err = d.door(ctx); err != nil {
			return err
		}
		defer leave()
	}
	site, err := d.site(ctx)
	if err != nil {
		return errors.Join(err, socket.Close())
	}
	defer site.close()
	engine, closeArchive, err := d.engine()
	if err != nil {
		return errors.Join(err, socket.Close())
	}
	defer closeArchive()
	index, closeIndex := d.index(search.Options{Log: d.log, Busy: engine.Behind})
	if !d.search {
		index = nil
	}
	server := control.Server{
		DB: d.db, Engine: engine, Client: d.client, Gate: site.gate, Log: d.log, Now: time.Now,
		Version: version, Daemon: true, Index: index, Reload: d.reload,
	}
	if err := site.furnish(d, server.Handler()); err != nil {
		return errors.Join(err, socket.Close())
	}
	callbacks, err := d.callbacks()
	if err != nil {
		return errors.Join(err, socket.Close())
	}
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return engine.Run(ctx) })
	g.Go(func() error { return d.keepIndex(ctx, index) })
	g.Go(func() error { return giveBack(ctx) })
	d.deliver(ctx, g)
	g.Go(func() error { return serve(ctx, socket, server.Handler()) })
	site.start(ctx, g)
	if callbacks != nil {
		g.Go(func() error { return serve(ctx, callbacks, engine.Callback()) })
	}
	d.started = true
	d.log.Info("started", "version", version, "dir", d.dir, "web", site.url)
	if d.ready != nil {
		g.Go(func() error {
			c, ok, err := control.Dial(ctx, d.dir)
			if err != nil || !ok {
				return fmt.Errorf("reach the daemon just started: %w", err)
			}
			return d.ready(ctx, site.url, c)
		})
	}
	err = errors.Join(g.Wait(), closeIndex())
	d.log.Info("stopped")
	return err
}

// door opens the control socket. What it returns last closes and removes it.
func (d *daemon) door(ctx context.Context) (net.Listener, func(), error) {
	l, err := control.Listen(ctx, d.dir)
	if err != nil {
		return nil, nil, marked{err, errStore}
	}
	return l, func() {
		_ = l.Close() // a server has closed it already
		if err := os.Remove(control.SocketPath(d.dir)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			d.log.Warn("leave the control socket behind", "err", err)
		}
	}, nil
}

// engine makes the engine. What it returns last ends the archive of its pages.
func (d *daemon) engine() (*ingest.Engine, func(), error) {
	kept, err := d.archive(d.log)
	if err != nil {
		return nil, nil, err
	}
	embeddings, err := d.embedder()
	if err != nil {
		_ = kept.Close()
		return nil, nil, err
	}
	engine := ingest.New(d.db, d.client, ingest.Options{
		Log: d.log, Lease: d.lease, Lead: d.lead, PushURL: d.pushURL, Retention: d.retain,
		NoEvents: !d.events, Dictionary: d.dictionary(d.log), Embeddings: embeddings, Archive: kept,
	})
	return engine, func() {
		embeddings.Close()
		_ = kept.Close() // nothing is buffered
	}, nil
}

// keepIndex keeps the search index up with the store until ctx is done.
func (d *daemon) keepIndex(ctx context.Context, index func() (*search.Index, error)) error {
	if index == nil {
		return nil
	}
	ix, err := index()
	if err != nil { // nothing but search needs it
		d.log.Error("search does not work", "err", err)
		return nil
	}
	return ix.Run(ctx, d.db)
}

// deliver keeps the appointments of digests until ctx is done.
func (d *daemon) deliver(ctx context.Context, g *errgroup.Group) {
	for _, s := range d.digests {
		s.Desk = &delivery.Desk{DB: d.db, Now: time.Now, Log: d.log, Mail: d.mail(), Secret: os.Getenv("NEWSFOLD_WEBHOOK_SECRET")}
		g.Go(func() error { return s.Run(ctx) })
	}
}

// callbacks opens the listener for hubs; nil without --push-url.
func (d *daemon) callbacks() (net.Listener, error) {
	if d.pushURL == "" {
		return nil, nil
	}
	if err := webAddress("--push-url", d.pushURL); err != nil {
		return nil, err
	}
	l, err := net.Listen("tcp", d.pushListen)
	if err != nil {
		return nil, fmt.Errorf("listen for hubs on %s: %w; --push-listen chooses another address", d.pushListen, err)
	}
	return l, nil
}
