package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"newsfold/fetch"
	"newsfold/internal/access"
	"newsfold/internal/control"
	"newsfold/internal/ingest"
	"newsfold/internal/search"
	"newsfold/internal/web"
	"newsfold/store"
)

func (a *app) newDaemon() *cobra.Command {
	var (
		d    daemon
		keep retention
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
			if d.lease < 2*time.Second {
				return usage("--lease %v is too short: at least 2s", d.lease)
			}
			log := a.logger(slog.LevelInfo)
			var err error
			if d.retain, err = keep.parse(); err != nil {
				return err
			}
			db, err := a.openStore(ctx)
			if err != nil {
				return err
			}
			client, err := a.fetcher(log)
			if err == nil {
				defer client.Close()
				d.app, d.db, d.client, d.log = a, db, client, log
				err = d.run(ctx)
			}
			return errors.Join(err, db.Close())
		},
	}
	keep.flags(cmd)
	cmd.Flags().StringVar(&d.pushURL, "push-url", "", "public `URL` under which hubs reach --push-listen, to be sent news at once (WebSub)")
	cmd.Flags().StringVar(&d.pushListen, "push-listen", "127.0.0.1:7879", "`address` for what hubs send, when --push-url is given; put a proxy before it")
	cmd.Flags().DurationVar(&d.lease, "lease", 3*time.Minute, "how long this daemon takes feeds over from a --store that others share; from 2s")
	cmd.Flags().StringVar(&d.listen, "listen", "127.0.0.1:7878", "`address` of the reader page and the sync APIs; \"off\" for none")
	cmd.Flags().StringSliceVar(&d.hosts, "host", nil, "`names` under which the reader page may be asked for while no password is set, besides localhost and addresses")
	cmd.Flags().StringVar(&d.images, "images", "proxy", "pictures on the reader page: \"proxy\" fetches them for the browser, so that publishers do not see who reads; \"off\" shows links")
	cmd.Flags().BoolVar(&d.syncCopies, "sync-copies", false, "show reading apps every copy as an item of its own")
	cmd.Flags().StringSliceVar(&d.proxies, "trusted-proxy", nil, "`networks` of proxies, as CIDR or address, that let people in and say so in a header")
	cmd.Flags().StringVar(&d.proxyHeader, "proxy-header", "Remote-User", "`header` in which a trusted proxy names who was let in")
	return cmd
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
	// ready, when set, is told the address of the reader page once it is
	// served; the daemon stops when it returns an error.
	ready  func(context.Context, string, *control.Client) error
	retain ingest.Retention // what is removed to make room
}

// run starts in the order that makes each step safe: the store is open and so
// locked, thus the socket can be taken over; then it serves.
func (d *daemon) run(ctx context.Context) error {
	socket, err := control.Listen(d.dir)
	if err != nil {
		return marked{err, errStore}
	}
	defer func() {
		if err := os.Remove(control.SocketPath(d.dir)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			d.log.Warn("leave the control socket behind", "err", err)
		}
	}()
	gate, proxies, err := d.gate(ctx)
	if err != nil {
		return errors.Join(err, socket.Close())
	}
	page, address, err := d.reader()
	if err != nil {
		return errors.Join(err, socket.Close())
	}
	callbacks, err := d.callbacks()
	if err != nil {
		_ = socket.Close()
		return err
	}
	engine := ingest.New(d.db, d.client, ingest.Options{Log: d.log, Lease: d.lease, Lead: d.lead, PushURL: d.pushURL, Retention: d.retain})
	index, closeIndex := d.index(search.Options{Log: d.log})
	server := control.Server{
		DB: d.db, Engine: engine, Client: d.client, Gate: gate, Log: d.log, Now: time.Now,
		Version: version, Daemon: true, Index: index,
	}
	pictures, err := d.pictures()
	if err != nil {
		return errors.Join(err, socket.Close())
	}
	if pictures != nil {
		defer pictures.Close()
	}
	// The pages ask for changes as commands do, within the process.
	pipe := control.NewPipe()
	opts := web.Options{
		DB: d.db, Log: d.log, Version: version, Gate: gate, Control: control.Connect(pipe.Dial),
		API: server.Handler(), Size: d.size, Hosts: d.hosts, Proxies: proxies, ProxyHeader: d.proxyHeader, Copies: d.syncCopies,
	}
	if pictures != nil {
		opts.Image = pictures.Picture
	}
	pages, err := web.New(opts)
	if err != nil {
		return errors.Join(err, socket.Close())
	}
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return engine.Run(ctx) })
	g.Go(func() error {
		ix, err := index()
		if err != nil { // nothing but search needs it
			d.log.Error("search does not work", "err", err)
			return nil
		}
		return ix.Run(ctx, d.db)
	})
	g.Go(func() error { return serve(ctx, socket, server.Handler()) })
	if page != nil {
		g.Go(func() error { return serve(ctx, pipe, server.Handler()) })
		g.Go(func() error { return serve(ctx, page, pages) })
	}
	if callbacks != nil {
		g.Go(func() error { return serve(ctx, callbacks, engine.Callback()) })
	}
	d.log.Info("started", "version", version, "dir", d.dir, "web", address)
	if d.ready != nil {
		g.Go(func() error {
			c, ok, err := control.Dial(ctx, d.dir)
			if err != nil || !ok {
				return fmt.Errorf("reach the daemon just started: %w", err)
			}
			return d.ready(ctx, address, c)
		})
	}
	err = errors.Join(g.Wait(), closeIndex())
	d.log.Info("stopped")
	return err
}

// callbacks opens the listener for hubs; nil without --push-url.
func (d *daemon) callbacks() (net.Listener, error) {
	if d.pushURL == "" {
		return nil, nil
	}
	if _, err := control.Address(d.pushURL); err != nil || !strings.Contains(d.pushURL, "://") {
		return nil, usage("--push-url %q is no URL of http or https", d.pushURL)
	}
	l, err := net.Listen("tcp", d.pushListen)
	if err != nil {
		return nil, fmt.Errorf("listen for hubs on %s: %w; --push-listen chooses another address", d.pushListen, err)
	}
	return l, nil
}

// size is how many bytes the store takes in the directory.
func (d *daemon) size() (n int64, err error) {
	err = filepath.WalkDir(d.dir, func(_ string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return nil // removed meanwhile
		}
		if info, err := e.Info(); err == nil {
			n += info.Size()
		}
		return nil
	})
	return n, err
}

// pictures returns the client that fetches pictures for the reader page, nil
// when they are off. It is one of its own: a person waits for them, and the
// pauses between polls would be long.
func (d *daemon) pictures() (*fetch.Client, error) {
	switch d.images {
	case "proxy", "":
	case "off":
		return nil, nil
	default:
		return nil, usage("--images %q is none of proxy, off", d.images)
	}
	c, err := fetch.New(fetch.Options{
		Allow: d.allow, Gap: -1, PerHost: 6, Timeout: 10 * time.Second, Subscribers: -1,
		Transport: d.transport, Log: d.log, Agent: "newsfold/" + version + " (+" + home + ")", Contact: d.contact,
	})
	if err != nil {
		return nil, usage("%v", err)
	}
	return c, nil
}

// reader opens the listener of the reader page; nil when it is off.
func (d *daemon) reader() (net.Listener, string, error) {
	addr, err := d.address()
	if err != nil || addr == nil {
		return nil, "", err
	}
	l, err := net.ListenTCP("tcp", addr)
	if err != nil {
		return nil, "", fmt.Errorf("serve the reader page on %s: %w; --listen chooses another address", d.listen, err)
	}
	return l, "http://" + l.Addr().String() + "/", nil
}

// address is where the reader page is served; nil when it is off.
func (d *daemon) address() (*net.TCPAddr, error) {
	if d.listen == "off" || d.listen == "" {
		return nil, nil
	}
	addr, err := net.ResolveTCPAddr("tcp", d.listen)
	if err != nil {
		return nil, usage("--listen %q is no address: say HOST:PORT, such as 127.0.0.1:7878, or off", d.listen)
	}
	return addr, nil
}

// gate decides who may use the reader page. Beyond loopback there has to be a
// password or a proxy that knows people; without, the page is not served.
func (d *daemon) gate(ctx context.Context) (*access.Gate, []netip.Prefix, error) {
	addr, err := d.address()
	if err != nil {
		return nil, nil, err
	}
	var proxies []netip.Prefix
	for _, p := range d.proxies {
		prefix, err := netip.ParsePrefix(p)
		if err != nil {
			addr, err := netip.ParseAddr(p)
			if err != nil {
				return nil, nil, usage("--trusted-proxy %q is no network: say 10.0.0.0/8 or 192.0.2.7", p)
			}
			prefix = netip.PrefixFrom(addr, addr.BitLen())
		}
		proxies = append(proxies, prefix)
	}
	beyond := addr != nil && !addr.IP.IsLoopback()
	gate, err := access.Open(ctx, access.Options{DB: d.db, Strict: beyond || len(proxies) > 0})
	if err == nil {
		err = gate.Prepare(ctx)
	}
	if err != nil || !beyond || len(proxies) > 0 {
		return gate, proxies, err
	}
	ok, err := gate.HasPassword(ctx)
	if err == nil && !ok {
		err = usage("--listen %s: others can reach that address, and no password is set: say `newsfold passwd` first, listen on loopback (127.0.0.1:PORT), or name a proxy that lets people in (--trusted-proxy)", d.listen)
	}
	return gate, proxies, err
}
