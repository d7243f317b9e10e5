package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"os"

	"github.com/spf13/cobra"

	"newsfold/internal/control"
	"newsfold/internal/ingest"
	"newsfold/internal/newsroom"
)

func (a *app) newDemo() *cobra.Command {
	var once bool
	var listen string
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "See it work, without network or set-up",
		Long: `Serve a sample newsroom on loopback: a wire agency and the outlets that reprint
it, cut it short, re-title, translate or decorate it, and notices that only look
alike. Subscribe to all of it in a temporary store, poll, print the folded list,
and go on as a daemon with the reader page until interrupted. Nothing of yours is
read or changed.`,
		Example: "  newsfold demo\n  newsfold demo --once",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if once {
				listen = "off"
			}
			addr, err := (&daemon{listen: listen}).address()
			if err != nil {
				return err
			}
			if addr != nil && !addr.IP.IsLoopback() {
				return usage("--listen %s: the demo is for this machine alone: say 127.0.0.1:PORT", listen)
			}
			return a.demo(cmd.Context(), listen, once)
		},
	}
	cmd.Flags().BoolVar(&once, "once", false, "exit after printing the list")
	cmd.Flags().StringVar(&listen, "listen", "127.0.0.1:0", "`address` of the reader page, on loopback; port 0 is any free one")
	return cmd
}

// errShown ends the daemon of a demo that has shown its list.
var errShown = errors.New("shown")

func (a *app) demo(ctx context.Context, listen string, once bool) (err error) {
	a.dir, err = os.MkdirTemp("", "newsfold-demo-")
	if err != nil {
		return fmt.Errorf("make a temporary directory: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(a.dir)) }()
	room, err := newsroom.Listen(ctx, newsroom.Options{})
	if err != nil {
		return fmt.Errorf("serve the sample newsroom: %w", err)
	}
	defer func() { err = errors.Join(err, room.Close()) }()
	a.transport = room.Transport()
	a.allow = hosts(room.Feeds())
	log := a.logger(slog.LevelWarn)
	db, err := a.openStore(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	client, err := a.fetcher(log)
	if err != nil {
		return err
	}
	defer client.Close()
	d := daemon{app: a, db: db, client: client, log: log, listen: listen, events: true, search: true}
	d.ready = func(ctx context.Context, page string, c *control.Client) error {
		return a.tour(ctx, c, room, page, once)
	}
	if err := d.run(ctx); !errors.Is(err, errShown) {
		return err
	}
	return nil
}

// hosts are the hosts of URLs, without ports.
func hosts(urls []string) []string {
	var names []string
	for _, raw := range urls {
		if u, err := url.Parse(raw); err == nil {
			names = append(names, u.Hostname())
		}
	}
	return names
}

// tour subscribes to the newsroom, polls it and shows what came of it.
func (a *app) tour(ctx context.Context, c *control.Client, room *newsroom.Newsroom, page string, once bool) error {
	if _, err := c.Import(ctx, bytes.NewReader(room.OPML())); err != nil {
		return err
	}
	bar := a.progress()
	_, err := c.Fetch(ctx, control.FetchRequest{All: true}, func(p ingest.Progress) { bar.show(progressLine(p)) })
	bar.clear()
	if err != nil {
		return err
	}
	if err := a.list(ctx, c, listing{req: control.ListRequest{Articles: true}}, a.screen().stories()); err != nil {
		return err
	}
	st, err := c.Status(ctx)
	if err != nil {
		return err
	}
	entries, err := entries(ctx, c)
	if err != nil {
		return err
	}
	text := fmt.Sprintf("\n%d feeds stated %d entries; they are %d stories: read %d, not %d.\n", st.Feeds, entries, st.Stories, st.Stories, entries)
	if !once {
		text += fmt.Sprintf("\nReader page: %s\nIts commands:  newsfold --dir %s list | show ID | explain A B\nInterrupt (Ctrl-C) ends the demo and removes its store.\n", page, a.dir)
	}
	if _, err := io.WriteString(a.out, text); err != nil {
		return err
	}
	if once {
		return errShown
	}
	return nil
}

// entries counts what all feeds together have stated.
func entries(ctx context.Context, c *control.Client) (n int, err error) {
	err = c.Feeds(ctx, func(f control.Feed) error {
		n += f.Entries
		return nil
	})
	return n, err
}
