package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"newsfold/fetch"
)

// streams are where a command reads and writes: results go to out, all else to
// err.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

// app is what all commands share: the global flags and the streams.
type app struct {
	streams
	dir         string
	store       string
	serving     bool // as a daemon: what is worth a warning is said once, at the start
	allow       []string
	interval    time.Duration
	minInterval time.Duration
	gap         time.Duration
	perHost     int
	contact     string
	lead        string
	keepPages   string
	smtp        string
	mailFrom    string

	embeddings, embeddingsModel, embeddingsKeyFile string

	quiet      bool
	logFormat  string
	configFile string
	configured configured
	args       []string                // of the command line
	settle     func() (*daemon, error) // makes a daemon of the flags
	configErr  error                   // for doctor, who goes on without

	// transport, when set, is the network: the demo's sample newsroom, or that
	// of a test.
	transport http.RoundTripper
}

// run runs one command line and returns its exit code.
func run(ctx context.Context, args []string, std streams) int {
	return (&app{streams: std}).run(ctx, args)
}

func (a *app) run(ctx context.Context, args []string) int {
	std := a.streams
	root := a.root()
	a.args = args
	root.SetArgs(args)
	root.SetIn(std.in)
	root.SetOut(std.out)
	root.SetErr(std.err)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitOK
	}
	code, text := judge(ctx, err)
	if text != "" {
		_, _ = fmt.Fprintf(std.err, "newsfold: %s\n", tame(text))
	}
	return code
}

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "newsfold",
		Short: "Read every story once",
		Long: `newsfold reads news feeds and shows each story once: copies of the same text,
reprinted, cut short or re-titled by other outlets, are folded under one story
that says who had it first. Nothing is thrown away.

Try it without any set-up:   newsfold demo
Start reading:               newsfold import feeds.opml && newsfold daemon

Each flag can also be given by a variable or in a configuration file; "newsfold
config" says how, and what each comes to.

` + exitHelp,
		Args:          cobra.NoArgs,
		SilenceErrors: true,
		SilenceUsage:  true,
		Version:       version,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return cmd.Help()
		},
	}
	root.SetVersionTemplate("newsfold {{.Version}}\n")
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return misflagged(cmd, err)
	})
	f := root.PersistentFlags()
	f.StringVar(&a.dir, "dir", "", "`directory` of the database and the daemon's socket (default $XDG_DATA_HOME/newsfold, else ~/.local/share/newsfold)")
	f.StringVar(&a.store, "store", "", "`database` to keep everything in instead of a file in --dir, which several daemons may share: postgres://user@host/database")
	f.StringSliceVar(&a.allow, "allow-net", nil, "`networks` or hosts that fetching may reach although they are private or loopback, as CIDR or name, separated by commas")
	f.DurationVar(&a.interval, "interval", time.Hour, "usual time between two polls of a feed")
	f.DurationVar(&a.minInterval, "min-interval", 10*time.Minute, "shortest time between two polls of a feed, from 1s")
	f.DurationVar(&a.gap, "host-gap", 0, "least time between the starts of two requests to one host (default 1s; none for hosts of --allow-net)")
	f.IntVar(&a.perHost, "per-host", 2, "`number` of requests to one host at a time, at most")
	f.StringVar(&a.contact, "contact", "", "`URL` or mail address under which publishers reach you, stated in the User-Agent")
	f.StringVar(&a.lead, "lead", "", "`policy` by which the lead of a story is chosen: earliest, complete, or preferred:OUTLET,OUTLET with names or hosts (default earliest)")
	f.StringVar(&a.keepPages, "keep-pages", "256MB", "keep the last pages that articles were read from, in this `size` at most, for \"newsfold reextract\"; 0 for none")
	f.StringVar(&a.smtp, "smtp", "", "`server` that sends mail: smtp://USER@HOST:587 or smtps://USER@HOST; the password is $NEWSFOLD_SMTP_PASSWORD")
	f.StringVar(&a.mailFrom, "mail-from", "", "`address` that mail comes from (default the user of --smtp)")
	f.StringVar(&a.embeddings, "embeddings", "", "`URL` of a server of embeddings, as OpenAI's interface has it, that is asked what reports mean, to find events across languages; its key, if it wants one, is $NEWSFOLD_EMBEDDINGS_KEY")
	f.StringVar(&a.embeddingsModel, "embeddings-model", "", "`name` of the model that --embeddings is to use")
	f.StringVar(&a.embeddingsKeyFile, "embeddings-key-file", "", "`file` with the key for --embeddings")
	f.BoolVarP(&a.quiet, "quiet", "q", false, "print results and errors only")
	f.StringVar(&a.logFormat, "log-format", "text", "`format` of the log on standard error: text or json")
	f.StringVar(&a.configFile, "config", "", "configuration `file`; \"off\" for none (default $NEWSFOLD_CONFIG, else $XDG_CONFIG_HOME/newsfold/config.toml if it is there)")
	root.PersistentPreRunE = func(cmd *cobra.Command, _ []string) error { return a.prepare(cmd) }
	a.addCommands(root)
	helped(root)
	named(root)
	return root
}

// addCommands adds all commands, in the groups in which --help lists them.
func (a *app) addCommands(root *cobra.Command) {
	for _, g := range []struct {
		title    string
		commands []*cobra.Command
	}{
		{"To begin with:", []*cobra.Command{a.newDemo(), a.newDaemon()}},
		{"Subscriptions:", []*cobra.Command{a.newAdd(), a.newImport(), a.newExport(), a.newFeeds(), a.newRemove(), a.newFetch()}},
		{"Reading:", []*cobra.Command{a.newList(), a.newEvents(), a.newShow(), a.newRead(), a.newMark(), a.newSearch(), a.newHistory(), a.newDigest()}},
		{"What is one story:", []*cobra.Command{
			a.newExplain(), a.newSplit(), a.newMerge(), a.newLead(), a.newNeverFold(), a.newUndo(), a.newRefold(), a.newRule(),
		}},
		{"What is kept:", []*cobra.Command{
			a.newKeep(), a.newPrune(), a.newBackup(), a.newRestore(), a.newCopy(), a.newCheck(), a.newCompact(), a.newReextract(),
		}},
		{"Settings and care:", []*cobra.Command{a.newConfig(), a.newReload(), a.newPasswd(), a.newToken(), a.newDoctor(), a.newMan()}},
		{"Files, without a store:", []*cobra.Command{newExtract(), a.newFold(), newParse()}},
	} {
		root.AddGroup(&cobra.Group{ID: g.title, Title: g.title})
		for _, cmd := range g.commands {
			cmd.GroupID = g.title
			root.AddCommand(cmd)
		}
	}
	root.AddCommand(a.newVersion())
}

// helped has help complain of a command that there is not.
func helped(root *cobra.Command) {
	root.InitDefaultHelpCmd()
	help, _, _ := root.Find([]string{"help"}) // it is there
	help.Example = "  newsfold help list"
	help.Args = func(_ *cobra.Command, args []string) error {
		if cmd, rest, _ := root.Find(args); len(rest) > 0 {
			return noCommand(cmd, rest[0])
		}
		return nil
	}
}

// named turns every command's complaint about its arguments into a usage error.
func named(cmd *cobra.Command) {
	if check := cmd.Args; check != nil {
		cmd.Args = func(cmd *cobra.Command, args []string) error {
			if err := check(cmd, args); err != nil {
				return misnamed(cmd, args, err)
			}
			return nil
		}
	}
	for _, sub := range cmd.Commands() {
		named(sub)
	}
}

// prepare settles the flags of a command that is about to run.
func (a *app) prepare(cmd *cobra.Command) error {
	if err := contradictory(cmd); err != nil {
		return err
	}
	if !unset(cmd) {
		if err := a.configure(cmd.Root()); err != nil {
			if cmd.Name() != "doctor" {
				return err
			}
			a.configErr = err
		}
	}
	return a.check()
}

// check completes and checks the global flags.
func (a *app) check() error {
	if a.dir == "" {
		base := os.Getenv("XDG_DATA_HOME")
		if base == "" {
			home, err := os.UserHomeDir()
			if err != nil {
				return usage("no home directory is known: say --dir DIR or set NEWSFOLD_DIR")
			}
			base = filepath.Join(home, ".local", "share")
		}
		a.dir = filepath.Join(base, "newsfold")
	}
	switch {
	case a.minInterval < time.Second:
		return usage("--min-interval %v is too short: at least 1s", a.minInterval)
	case a.interval < time.Second:
		return usage("--interval %v is too short: at least 1s", a.interval)
	case a.gap < 0:
		return usage("--host-gap %v: a time cannot be negative", a.gap)
	case a.perHost < 1:
		return usage("--per-host %d: at least one request has to go through", a.perHost)
	case !leads(a.lead):
		return usage("--lead %q is none of earliest, complete, preferred:OUTLET,OUTLET", a.lead)
	}
	if _, err := pagesLimit(a.keepPages); err != nil {
		return err
	}
	return choice("--log-format", a.logFormat, "text", "json")
}

// logger writes to standard error from a level on.
func (a *app) logger(level slog.Level) *slog.Logger {
	if a.quiet {
		level = slog.LevelError
	}
	opts := &slog.HandlerOptions{Level: level}
	if a.logFormat == "json" {
		return slog.New(slog.NewJSONHandler(a.err, opts))
	}
	return slog.New(slog.NewTextHandler(a.err, opts))
}

// fetcher returns the client for the global flags.
func (a *app) fetcher(log *slog.Logger) (*fetch.Client, error) {
	c, err := fetch.New(fetch.Options{
		Allow: a.allow, Interval: a.interval, MinInterval: min(a.minInterval, a.interval), Gap: a.gap, PerHost: a.perHost, Transport: a.transport, Log: log,
		Agent: "newsfold/" + version + " (+" + home + ")", Contact: a.contact, Subscribers: 1,
	})
	if err != nil {
		return nil, usage("%v", err)
	}
	return c, nil
}

// note prints a remark for a person on standard error, unless --quiet. It may
// hold a publisher's words.
func (a *app) note(format string, args ...any) {
	if !a.quiet {
		_, _ = fmt.Fprintln(a.err, tame(fmt.Sprintf(format, args...)))
	}
}

var errUsage = errors.New("usage")

// usage is an error in how newsfold was called.
func usage(format string, args ...any) error {
	return &usageError{fmt.Sprintf(format, args...)}
}

type usageError struct{ text string }

func (e *usageError) Error() string { return e.text }
func (e *usageError) Unwrap() error { return errUsage }
