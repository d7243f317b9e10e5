package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net"
	"os"
	"os/signal"
	"reflect"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"newsfold/internal/config"
	"newsfold/internal/control"
	"newsfold/internal/wordlist"
)

// A daemon that is told of new settings (SIGHUP, newsfold reload) reads them as it
// did when it was started, from the same command line. What is wrong is refused
// and the daemon goes on. Otherwise everything but the store and the control
// socket is made anew with them, within the process: every setting counts at once
// but those that say where the store is. Commands that come meanwhile wait on the
// socket.

// keepOn runs a daemon until ctx is done, with new settings as they come.
func (d *daemon) keepOn(ctx context.Context) error {
	socket, leave, err := d.door(ctx)
	if err != nil {
		return err
	}
	defer leave()
	kept, ok := socket.(*net.UnixListener)
	if !ok {
		return fmt.Errorf("the control socket is a %T", socket) // cannot be: Listen opens a socket of Unix
	}
	hangup := make(chan os.Signal, 1)
	signal.Notify(hangup, syscall.SIGHUP)
	defer signal.Stop(hangup)
	var before *daemon
	for {
		if err := kept.SetDeadline(time.Time{}); err != nil {
			return err
		}
		d.socket = doorstep{kept}
		next, err := d.generation(ctx, hangup)
		switch {
		case next != nil && ctx.Err() == nil:
			before, d = d, next
		case err != nil && !d.started && before != nil && ctx.Err() == nil:
			d.log.Error("new settings do not work; going on with those before", "err", err)
			before, d = nil, before
		default:
			return err
		}
	}
}

// generation runs a daemon with the settings that it has, and returns the one that
// is to follow it, if any.
func (d *daemon) generation(ctx context.Context, hangup <-chan os.Signal) (*daemon, error) {
	ctx, stop := context.WithCancel(ctx)
	client, err := d.fetcher(d.log)
	if err != nil {
		stop()
		return nil, err
	}
	defer client.Close()
	d.client, d.started = client, false
	follow := make(chan *daemon, 1)
	d.reload = func() (control.Reloaded, error) {
		next, done, err := d.renewed(ctx)
		if err != nil || len(done.Live) == 0 {
			return done, err
		}
		select {
		case follow <- next:
			stop()
		default: // another one is on its way already
			return done, errors.New("it is just reading its configuration; try again in a moment")
		}
		return done, nil
	}
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		for {
			select {
			case <-ctx.Done():
				return
			case <-hangup:
				done, err := d.reload()
				if err != nil {
					d.log.Error("go on with the settings as they were", "err", err)
					continue
				}
				d.log.Info("read the configuration again", "live", len(done.Live), "restart", len(done.Restart))
			}
		}
	}()
	err = d.run(ctx)
	stop()
	<-watched
	select {
	case next := <-follow:
		return next, err
	default:
		return nil, err
	}
}

// renewed reads the settings again, and says which are others now.
func (d *daemon) renewed(ctx context.Context) (*daemon, control.Reloaded, error) {
	done := control.Reloaded{Live: []control.Reset{}, Restart: []control.Reset{}}
	a := &app{streams: d.streams, transport: d.transport, args: d.args}
	cmd, rest, err := a.root().Find(d.args)
	if err == nil {
		err = cmd.ParseFlags(rest)
	}
	if err == nil {
		err = a.prepare(cmd)
	}
	if err != nil {
		return nil, done, err
	}
	next, err := a.settle()
	if err != nil {
		return nil, done, err
	}
	was := map[string]any{}
	for _, s := range d.configured.settings {
		was[s.Key] = s.value()
	}
	for _, s := range a.configured.settings {
		v := s.value()
		if s.command != "" && s.command != "daemon" || reflect.DeepEqual(was[s.Key], v) {
			continue
		}
		r := control.Reset{Key: s.Key, From: was[s.Key], To: v}
		if s.Key == "dir" || s.Key == "store" {
			done.Restart = append(done.Restart, r)
		} else {
			done.Live = append(done.Live, r)
		}
	}
	done.Live = append(done.Live, otherSections(sections(d.configured.file), sections(a.configured.file))...)
	a.dir, a.store = d.dir, d.store
	if next.lists, err = wordlist.Stamp(a.dictionaryDir()); err != nil {
		return nil, done, err
	}
	if next.lists != d.lists {
		done.Live = append(done.Live, control.Reset{Key: "dict", From: d.lists, To: next.lists})
	}
	next.app, next.db, next.log = a, d.db, a.logger(slog.LevelInfo)
	// What would keep it from starting is found while the old one still runs.
	if _, err := a.embedder(); err != nil {
		return nil, done, err
	}
	if _, _, err := next.gate(ctx); err != nil {
		return nil, done, err
	}
	client, err := next.fetcher(next.log)
	if err != nil {
		return nil, done, err
	}
	client.Close()
	return next, done, nil
}

// otherSections are the digests that are others in two files.
func otherSections(from, to map[string]string) (others []control.Reset) {
	both := maps.Clone(from)
	maps.Copy(both, to)
	for _, name := range slices.Sorted(maps.Keys(both)) {
		if from[name] != to[name] {
			others = append(others, control.Reset{Key: "digest." + name, From: from[name], To: to[name]})
		}
	}
	return others
}

// sections are the digests of a file, by name, each as one line.
func sections(f config.File) map[string]string {
	all := map[string]string{}
	for name, values := range f.Sections("digest.") {
		var words []string
		for _, v := range values {
			words = append(words, v.Key+"="+strings.Join(v.Text, ","))
		}
		slices.Sort(words)
		all[name] = strings.Join(words, " ")
	}
	return all
}

// doorstep is a listener that outlives the server that closes it: who comes
// meanwhile waits for the next one.
type doorstep struct{ *net.UnixListener }

// Close only ends Accept.
func (l doorstep) Close() error { return l.SetDeadline(time.Unix(1, 0)) }

func (a *app) newReload() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "reload",
		Short: "Have the daemon read its configuration again",
		Long: `Have the daemon of the directory read its configuration again, as the signal HUP does,
and print what is different. Everything counts at once, without the store being
closed, except where the store is (dir, store): that needs the daemon to be started
again. When something is wrong with the new settings the daemon goes on as it was.
What was given on the daemon's command line stays as it was given.`,
		Example: "  newsfold reload\n  kill -HUP $(pidof newsfold)",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx := cmd.Context()
			c, ok, err := control.Dial(ctx, a.dir)
			if err != nil {
				return marked{err, errStore}
			}
			if !ok {
				return fmt.Errorf("no daemon runs in %s; settings count from when it is started", a.dir)
			}
			done, err := c.Reload(ctx)
			if err != nil {
				return err
			}
			if err := a.awaitDaemon(ctx); err != nil {
				return err
			}
			return a.write("", func(w io.Writer) error { return a.reloaded(w, done, asJSON) })
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object (doc/json.md)")
	return cmd
}

// awaitDaemon waits until the daemon goes on. A connection that its old server
// took last may be closed unanswered; another one is answered by the new server.
func (a *app) awaitDaemon(ctx context.Context) error {
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for tries := 100; ; tries-- {
		c, ok, err := control.Dial(ctx, a.dir)
		if err == nil && ok {
			_, err = c.Status(ctx)
		} else if err == nil {
			err = errors.New("the daemon has ended; its log says why")
		}
		if err == nil || tries == 0 {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}

func (a *app) reloaded(w io.Writer, done control.Reloaded, asJSON bool) error {
	if asJSON {
		return jsonLines(w).Encode(done)
	}
	for _, r := range done.Live {
		if _, err := fmt.Fprintf(w, "%s: %s, was %s\n", r.Key, plain(tomlText(r.To)), plain(tomlText(r.From))); err != nil {
			return err
		}
	}
	for _, r := range done.Restart {
		if _, err := fmt.Fprintf(w, "%s: %s when the daemon is started again, still %s\n", r.Key, plain(tomlText(r.To)), plain(tomlText(r.From))); err != nil {
			return err
		}
	}
	if len(done.Live)+len(done.Restart) == 0 {
		a.note("Nothing is different.")
	}
	return nil
}
