package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"newsfold/internal/control"
	"newsfold/internal/ingest"
)

// retention is what the flags about it say.
type retention struct {
	age     string
	stories int
	bytes   string
}

func (r *retention) flags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&r.age, "keep", "", "remove stories older than this `age` (90d, 12w), unless starred or marked unread; default: none")
	f.IntVar(&r.stories, "keep-stories", 0, "keep only this `number` of stories, the newest; 0 for all")
	f.StringVar(&r.bytes, "keep-bytes", "", "remove the oldest stories while the store holds more than this `size` (500MB, 20GB)")
}

// parse reads the flags.
func (r *retention) parse() (k ingest.Retention, err error) {
	if r.stories < 0 {
		return k, usage("--keep-stories %d: say a number from 1 up, or 0 for all", r.stories)
	}
	k.Stories = r.stories
	if r.age != "" {
		if k.Age, err = age(r.age); err != nil {
			return k, err
		}
	}
	if r.bytes != "" {
		k.Bytes, err = bytesOf(r.bytes)
	}
	return k, err
}

// age reads how long something is kept.
func age(v string) (time.Duration, error) {
	for unit, d := range map[string]time.Duration{"d": 24 * time.Hour, "w": 7 * 24 * time.Hour} {
		if n, ok := strings.CutSuffix(v, unit); ok {
			if f, err := strconv.ParseFloat(n, 64); err == nil && f > 0 && f <= 36500 {
				return time.Duration(f * float64(d)), nil
			}
		}
	}
	if d, err := time.ParseDuration(v); err == nil && d >= time.Hour {
		return d, nil
	}
	return 0, usage("%q is no age to keep something for: say 90d, 12w or 36h", v)
}

// bytesOf reads a size such as 500MB or 1.5GB, by powers of 1024.
func bytesOf(v string) (int64, error) {
	n := strings.TrimSuffix(strings.ToUpper(v), "B")
	scale := int64(1)
	for i, unit := range []string{"K", "M", "G", "T"} {
		if s, ok := strings.CutSuffix(n, unit); ok {
			n, scale = s, 1<<(10*(i+1))
			break
		}
	}
	f, err := strconv.ParseFloat(n, 64)
	if err != nil || f <= 0 || f*float64(scale) > 1<<60 {
		return 0, usage("%q is no size: say 500MB or 20GB", v)
	}
	return int64(f * float64(scale)), nil
}

func (a *app) newPrune() *cobra.Command {
	var (
		keep   retention
		dry    bool
		asJSON bool
	)
	cmd := &cobra.Command{
		Use:   "prune",
		Short: "Remove old stories now, by age, number or size",
		Long: `Remove the stories that are not to be kept: by the flags or, without any, by those
that the daemon was started with; and by the rules of feeds and folders, see
"newsfold keep". A story that several feeds carry stays while one of them would
keep it. Starred stories, and those that were marked unread, always stay. What is
removed does not come back when a feed still states it. Unused space of the file
is used again; "newsfold compact" gives it back.`,
		Example: `  newsfold prune --keep 90d --dry-run
  newsfold prune --keep-stories 200000`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			k, err := keep.parse()
			if err != nil {
				return err
			}
			return a.with(cmd.Context(), func(ctx context.Context, c *control.Client) error {
				var done ingest.Removed
				err := a.during("removing", func() (err error) {
					done, err = c.Prune(ctx, control.PruneRequest{Keep: k.Keep, Bytes: k.Bytes, DryRun: dry})
					return err
				})
				if err != nil {
					return err
				}
				if asJSON {
					return a.write("", func(w io.Writer) error { return jsonLines(w).Encode(done) })
				}
				verb := "removed"
				if dry {
					verb = "would be removed"
				}
				a.note("%s with %s %s", count(done.Stories, "story", "stories"), count(done.Articles, "article", "articles"), verb)
				return nil
			})
		},
	}
	keep.flags(cmd)
	cmd.Flags().BoolVar(&dry, "dry-run", false, "only say what would be removed")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object (doc/json.md)")
	return cmd
}

func (a *app) newKeep() *cobra.Command {
	var (
		folder string
		asJSON bool
	)
	cmd := &cobra.Command{
		Use:   "keep [FEED] [AGE|NUMBER|forever|default]",
		Short: "Say how long the stories of a feed or folder are kept",
		Long: `Say for how long the stories of a feed, or of the feeds in a folder, are kept: an
age (90d, 12w), a number of stories, "forever", or "default" for what holds for
all. Without arguments, print the rules that there are. A feed's own rule comes
before that of its folder. A daemon obeys within the hour; "newsfold prune" does
at once.`,
		Example: `  newsfold keep "Harbour Courier" 30d
  newsfold keep --folder News/World 500
  newsfold keep 12 forever
  newsfold keep`,
		Args: cobra.MaximumNArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 && folder == "" {
				return a.with(cmd.Context(), func(ctx context.Context, c *control.Client) error { return a.kept(ctx, c, asJSON) })
			}
			req := control.KeepRequest{Folder: folder}
			if folder == "" {
				req.Feed, args = args[0], args[1:]
			}
			if len(args) != 1 {
				return usage("say for how long: 90d, a number of stories, forever or default")
			}
			var err error
			if req.Keep, err = keepOf(args[0]); err != nil {
				return err
			}
			return a.with(cmd.Context(), func(ctx context.Context, c *control.Client) error {
				k, err := c.Keep(ctx, req)
				if err != nil {
					return err
				}
				a.note("%s", plain(keptLine(k)))
				if folder == "" || k.Keep == nil {
					return nil
				}
				return a.noteEmpty(ctx, c, folder)
			})
		},
	}
	cmd.Flags().StringVar(&folder, "folder", "", "the rule is for the feeds in this `folder` and those below it")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the rules as JSON Lines (doc/json.md)")
	return cmd
}

// noteEmpty says of a folder that no feed is in it, or below it: it may be misspelt.
func (a *app) noteEmpty(ctx context.Context, c *control.Client, folder string) error {
	empty := true
	err := c.Feeds(ctx, func(f control.Feed) error {
		empty = empty && !slices.ContainsFunc(f.Folders, func(in string) bool { return strings.HasPrefix(in+"/", folder+"/") })
		return nil
	})
	if err == nil && empty {
		a.note("No feed is in that folder yet; `newsfold feeds` shows those there are.")
	}
	return err
}

// keepOf reads a rule; nil is that there is none.
func keepOf(v string) (*ingest.Keep, error) {
	switch v {
	case "default":
		return nil, nil
	case "forever":
		return &ingest.Keep{}, nil
	}
	if n, err := strconv.Atoi(v); err == nil && n > 0 {
		return &ingest.Keep{Stories: n}, nil
	}
	d, err := age(v)
	if err != nil {
		return nil, usage("%q says not how long to keep: 90d, 500 (stories), forever or default", v)
	}
	return &ingest.Keep{Age: d}, nil
}

func (a *app) kept(ctx context.Context, c *control.Client, asJSON bool) error {
	rules, err := c.Kept(ctx)
	if err != nil {
		return err
	}
	if len(rules) == 0 {
		a.note("No feed or folder has a rule of its own.")
	}
	return printEach(a, rules, asJSON, keptLine)
}

func keptLine(k control.Kept) string {
	of := "folder " + k.Folder
	if k.Feed != 0 {
		of = fmt.Sprintf("feed %d, %s", k.Feed, k.Title)
	}
	switch {
	case k.Keep == nil:
		return of + ": as all others"
	case k.Keep.Age > 0:
		return fmt.Sprintf("%s: for %s", of, days(k.Keep.Age))
	case k.Keep.Stories > 0:
		return fmt.Sprintf("%s: the newest %s", of, count(k.Keep.Stories, "story", "stories"))
	}
	return of + ": for ever"
}

// days prints how long something is kept.
func days(d time.Duration) string {
	if d%(24*time.Hour) == 0 {
		return count(int(d/(24*time.Hour)), "day", "days")
	}
	return d.String()
}
