package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"newsfold/fetch"
	"newsfold/internal/control"
	"newsfold/store"
)

// finding is what one check of doctor came to.
type finding struct {
	Check  string `json:"check"`
	State  health `json:"state"`
	Detail string `json:"detail"`
	Remedy string `json:"remedy,omitempty"` // what to do, unless all is well
}

// health is how something is.
type health string

const (
	healthy health = "ok"
	doubted health = "warning" // works, but look at it
	failing health = "failed"
)

func well(check, format string, args ...any) finding {
	return finding{Check: check, State: healthy, Detail: fmt.Sprintf(format, args...)}
}

// errUnwell ends a doctor who found something that has failed; all is said.
var errUnwell = errors.New("something has to be mended: see above")

func (a *app) newDoctor() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Check configuration, store, daemon, disk, clock and network",
		Long: `Check what newsfold needs, one thing after the other, and say of each how it is and
what mends it: the configuration, the directory and its permissions, the space on its
disk, word lists for events, the store and its lock, the daemon and its socket, the
network, by the servers of the first feeds, and the clock. Nothing is changed. The exit
code is 1 when something has failed. "newsfold check" looks through the whole store.`,
		Example: "  newsfold doctor\n  newsfold doctor --json | jq 'select(.state != \"ok\")'",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			found := a.examine(cmd.Context())
			if err := cmd.Context().Err(); err != nil {
				return err
			}
			bad := false
			err := a.write("", func(w io.Writer) error {
				enc, s := jsonLines(w), a.screen()
				for _, f := range found {
					bad = bad || f.State == failing
					if asJSON {
						if err := enc.Encode(f); err != nil {
							return err
						}
						continue
					}
					if _, err := io.WriteString(w, s.finding(f)); err != nil {
						return err
					}
				}
				return nil
			})
			if err == nil && bad {
				err = errUnwell
			}
			return err
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON Lines, one check a line (doc/json.md)")
	return cmd
}

func (s screen) finding(f finding) string {
	state := map[health]string{healthy: "32", doubted: "33", failing: "31"}[f.State]
	line := s.style(state, fmt.Sprintf("%-8s", f.State)) + fmt.Sprintf(" %-14s %s\n", f.Check, plain(f.Detail))
	if f.Remedy != "" {
		line += strings.Repeat(" ", 24) + s.bold(plain(f.Remedy)) + "\n"
	}
	return line
}

// examine makes all checks.
func (a *app) examine(ctx context.Context) []finding {
	found := append([]finding{a.examineConfig(), a.examineDir(), a.examineDisk()}, a.examineDictionary()...)
	daemon, feeds := a.examineStore(ctx)
	found = append(found, daemon...)
	return append(found, a.examineNetwork(ctx, feeds)...)
}

func (a *app) examineConfig() finding {
	const check = "configuration"
	switch name := a.configured.file.Name; {
	case a.configErr != nil:
		return finding{check, failing, a.configErr.Error(), "mend that line; `newsfold --config off` goes without the file meanwhile"}
	case name != "":
		return well(check, "%s: %s", name, count(len(a.configured.file.Values), "setting", "settings"))
	}
	return well(check, "no file; `newsfold config` prints the settings")
}

// examineDir looks at the directory of the store: it has to be writable, and
// nobody else has to read what someone reads.
func (a *app) examineDir() finding {
	const check = "directory"
	info, err := os.Stat(a.dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return well(check, "%s is not there yet; it is made when it is needed", a.dir)
	case err != nil:
		return finding{check, failing, err.Error(), "make it readable for this user, or choose another with --dir"}
	case !info.IsDir():
		return finding{check, failing, a.dir + " is no directory", "choose another with --dir"}
	}
	f, err := os.CreateTemp(a.dir, ".doctor-*")
	if err != nil {
		return finding{check, failing, fmt.Sprintf("nothing can be written to %s: %v", a.dir, err), fmt.Sprintf("make it this user's: chown %d %s", os.Getuid(), a.dir)}
	}
	_ = f.Close()
	if err := os.Remove(f.Name()); err != nil {
		return finding{check, doubted, err.Error(), "remove that file by hand"}
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 && os.PathSeparator == '/' {
		return finding{check, doubted, fmt.Sprintf("others can look into %s (mode %04o)", a.dir, mode), "chmod 700 " + a.dir}
	}
	return well(check, "%s can be written to", a.dir)
}

// Free space of which less is a failure, or a warning, in bytes.
const (
	leastFree = 100 << 20
	fewFree   = 1 << 30
)

func (a *app) examineDisk() finding {
	const check = "disk"
	dir := a.dir
	for ; dir != filepath.Dir(dir); dir = filepath.Dir(dir) { // what is there of it
		if _, err := os.Stat(dir); err == nil {
			break
		}
	}
	free, err := freeSpace(dir)
	switch {
	case err != nil:
		return finding{check, doubted, fmt.Sprintf("how much space is left is not known: %v", err), "look by hand"}
	case free < leastFree:
		return finding{check, failing, control.Bytes(free) + " free", "make room; `newsfold prune --keep 90d` and `newsfold compact` do so in the store"}
	case free < fewFree:
		return finding{check, doubted, control.Bytes(free) + " free", "make room soon; `newsfold prune` and `newsfold compact` help"}
	}
	return well(check, "%s free", control.Bytes(free))
}

// examineStore looks at the daemon, the socket, the lock and the store, and
// returns addresses of a few feeds.
func (a *app) examineStore(ctx context.Context) (found []finding, feeds []string) {
	c, running, err := control.Dial(ctx, a.dir)
	socket := control.SocketPath(a.dir)
	_, there := os.Lstat(socket)
	switch {
	case err != nil:
		found = append(found, finding{"daemon", failing, err.Error(), "look at who owns the socket and the directory; a daemon of another user is not reached"})
		return found, nil
	case running:
		st, err := c.Status(ctx)
		switch {
		case err != nil:
			found = append(found, finding{"daemon", failing, err.Error(), "restart the daemon; its log says what keeps it"})
			return found, nil
		case st.Version != version:
			found = append(found, finding{"daemon", doubted, fmt.Sprintf("running, of version %s, while this is %s", st.Version, version), "restart the daemon"})
		default:
			found = append(found, well("daemon", "running, %s", socket))
		}
	case there == nil:
		found = append(found, well("daemon", "not running; the socket of an earlier one is left behind, which does no harm"))
	default:
		found = append(found, well("daemon", "not running; commands open the store themselves"))
	}
	if !running && a.store == "" {
		if _, err := os.Stat(filepath.Join(a.dir, storeFile)); errors.Is(err, fs.ErrNotExist) {
			return append(found, well("store", "none yet; `newsfold add` and `newsfold import` make one")), nil
		}
	}
	var n control.Status
	err = a.with(ctx, func(ctx context.Context, c *control.Client) (err error) {
		if n, err = c.Status(ctx); err != nil {
			return err
		}
		return c.Feeds(ctx, func(f control.Feed) error {
			if len(feeds) < 3 {
				feeds = append(feeds, f.URL)
			}
			return nil
		})
	})
	switch {
	case errors.Is(err, store.ErrLocked):
		return append(found, finding{"store", failing, err.Error(), "stop the process that holds it; a daemon that is stuck lets go when it is killed"}), feeds
	case errors.Is(err, store.ErrTooNew):
		return append(found, finding{"store", failing, err.Error(), "install the newer newsfold again, or restore a backup with this one"}), feeds
	case errors.Is(err, store.ErrForeign):
		return append(found, finding{"store", failing, err.Error(), "`newsfold check --repair` mends what can be; else restore a backup"}), feeds
	case err != nil:
		return append(found, finding{"store", failing, err.Error(), "look at the permissions of " + filepath.Join(a.dir, storeFile) + ", or the address of --store"}), feeds
	}
	return append(found, well("store", "%s, %s", count(n.Feeds, "feed", "feeds"), count(n.Stories, "story", "stories"))), feeds
}

// farOff is how far a clock may be from those of others.
const farOff = 5 * time.Minute

// examineNetwork asks the servers of feeds for no more than headers, and
// compares clocks with them.
func (a *app) examineNetwork(ctx context.Context, feeds []string) []finding {
	if len(feeds) == 0 {
		return []finding{well("network", "no feed to try it with")}
	}
	client, err := a.fetcher(slog.New(slog.DiscardHandler))
	if err != nil {
		return []finding{{"network", failing, err.Error(), "mend that setting"}}
	}
	defer client.Close()
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	var (
		reached int
		last    error
		off     time.Duration
		clocks  int
	)
	for _, feed := range feeds {
		at, err := client.Clock(ctx, feed)
		if err != nil {
			last = err
			continue
		}
		reached++
		if !at.IsZero() {
			d := time.Since(at)
			if clocks++; clocks == 1 || d.Abs() < off.Abs() { // one server of several may be wrong itself
				off = d
			}
		}
	}
	network := well("network", "%d of %s answered", reached, count(len(feeds), "server", "servers"))
	switch {
	case reached == 0:
		network = finding{"network", failing, fetch.Redact(last.Error()), "look at the connection, the name server, a proxy (HTTPS_PROXY) or a firewall"}
	case reached < len(feeds):
		network.State, network.Remedy = doubted, "`newsfold feeds --failing` says which feeds cannot be read, and why"
	}
	clock := well("clock", "as others have it")
	switch {
	case clocks == 0:
		clock = well("clock", "%s; nothing to compare it with", time.Now().Format(time.RFC3339))
	case off.Abs() > farOff:
		clock = finding{"clock", failing, fmt.Sprintf("%s off, as the servers of feeds have it", off.Round(time.Second)), "set the clock, or let NTP do so: stories would be put in the wrong order, and feeds polled at the wrong time"}
	}
	return []finding{network, clock}
}
