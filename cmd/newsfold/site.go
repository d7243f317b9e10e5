package main

import (
	"context"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"net/netip"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"

	"newsfold/fetch"
	"newsfold/internal/access"
	"newsfold/internal/control"
	"newsfold/internal/web"
	"newsfold/store"
)

// site is the reader page and the other doors at its address.
type site struct {
	listener net.Listener // nil: there is none
	url      string       // of the page; empty when there is none
	gate     *access.Gate
	proxies  []netip.Prefix
	pages    http.Handler
	control  http.Handler
	pipe     *control.Pipe // by which the pages ask for changes
	pictures *fetch.Client // nil: pictures are off
}

// site opens what decides who comes in, and the listener.
func (d *daemon) site(ctx context.Context) (*site, error) {
	s := &site{pipe: control.NewPipe()}
	var err error
	if s.gate, s.proxies, err = d.gate(ctx); err != nil {
		return nil, err
	}
	if s.listener, err = d.reader(); err != nil {
		return nil, err
	}
	if s.listener != nil {
		s.url = "http://" + s.listener.Addr().String() + "/"
	}
	return s, nil
}

// furnish makes the pages; they ask for changes as commands do, within the
// process.
func (s *site) furnish(d *daemon, calls http.Handler) (err error) {
	if s.pictures, err = d.pictures(); err != nil {
		return err
	}
	opts := web.Options{
		DB: d.db, Log: d.log, Version: version, Gate: s.gate, Control: control.Connect(s.pipe.Dial), API: calls, Size: d.size,
		Hosts: d.hosts, Proxies: s.proxies, ProxyHeader: d.proxyHeader, Copies: d.syncCopies,
	}
	if s.pictures != nil {
		opts.Image = s.pictures.Picture
	}
	s.control = calls
	s.pages, err = web.New(opts)
	return err
}

// start serves until ctx is done.
func (s *site) start(ctx context.Context, g *errgroup.Group) {
	if s.listener == nil {
		return
	}
	g.Go(func() error { return serve(ctx, s.pipe, s.control) })
	g.Go(func() error { return serve(ctx, s.listener, s.pages) })
}

// close drops what start has not taken over, or no longer needs.
func (s *site) close() {
	if s.pictures != nil {
		s.pictures.Close()
	}
	if s.listener != nil {
		_ = s.listener.Close() // closed already when it was served
	}
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

// reader opens the listener of the reader page; nil when it is off.
func (d *daemon) reader() (net.Listener, error) {
	addr, err := d.address()
	if err != nil || addr == nil {
		return nil, err
	}
	l, err := net.ListenTCP("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("serve the reader page on %s: %w; --listen chooses another address", d.listen, err)
	}
	return l, nil
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

// pictures returns the client that fetches pictures for the reader page, nil
// when they are off. It is one of its own: a person waits for them, and the
// pauses between polls would be long.
func (d *daemon) pictures() (*fetch.Client, error) {
	if d.images == "off" {
		return nil, nil
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

// size is how many bytes the store takes: all of the directory or, where --store says
// that it is elsewhere, what it says itself.
func (d *daemon) size(ctx context.Context) (n int64, err error) {
	if z, ok := d.db.(store.Sizer); ok && d.store != "" {
		s, err := z.Size(ctx)
		return s.File, err
	}
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
