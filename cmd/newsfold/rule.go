package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"newsfold/internal/control"
	"newsfold/internal/ingest"
	"newsfold/internal/river"
	"newsfold/internal/rule"
)

func (a *app) newRule() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "rule",
		Short: "Rules of yours: hide, read, star, tag or never fold what meets a condition",
		Long: `Rules are held against every article as it is folded. One that meets the condition
has its story hidden from all lists, marked as read, starred or tagged, or is kept
out of all other stories. A rule acts once on an article: what you say of its story
afterwards stands. Hiding and marking as read are for articles that stand for their
story; a copy that meets the condition does not hide the report that it copies.

A condition asks for title, byline, outlet, host, url, lang, lede, text, words,
published, and the lists tags (of the feeds), feeds and folders:

  title ~ "sponsored|advertorial"           a regular expression, case aside
  words < 100 and not (text ~ "recall")     and, or, not, == != < <= > >=
  "football" in tags or host == "scores.example"`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(a.newRuleAdd(), a.newRuleList(), a.newRuleRemove())
	return cmd
}

func (a *app) newRuleAdd() *cobra.Command {
	var (
		req    control.RuleRequest
		since  string
		asJSON bool
	)
	cmd := &cobra.Command{
		Use:   "add --match CONDITION --do ACTION",
		Short: "Make a rule, or see what it would do",
		Long: `Make a rule for what comes from now on and, with --since, for the stories of a time
that are there. With --dry-run nothing is changed: the stories that the rule would
change are printed, those of the last seven days unless --since says otherwise.
"newsfold undo" takes back a rule just made, with all that it did; "newsfold rule
--help" says what conditions are.`,
		Example: `  newsfold rule add --match 'title ~ "sponsored"' --do hide --dry-run
  newsfold rule add --feed "Harbour Courier" --match '"sport" in tags' --do read --since 7d
  newsfold rule add --match 'text ~ "Hallin"' --do star --do tag:home`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			if req.Match == "" || len(req.Do) == 0 {
				return usage("a rule needs --match and --do; see `newsfold rule --help`")
			}
			if req.DryRun && since == "" {
				since = "7d"
			}
			if req.Since, err = moment(since, time.Now()); err != nil {
				return err
			}
			return a.with(cmd.Context(), func(ctx context.Context, c *control.Client) error {
				var made control.Ruled
				err := a.during("going through stories", func() (err error) {
					made, err = c.AddRule(ctx, req)
					return err
				})
				if err != nil {
					return err
				}
				return a.ruled(made, asJSON)
			})
		},
	}
	f := cmd.Flags()
	f.StringVar(&req.Match, "match", "", "the `condition` that articles meet")
	f.StringArrayVar(&req.Do, "do", nil, "`action`: hide, read, star, tag:X or never-fold; several times for several")
	f.StringVar(&req.Feed, "feed", "", "only for articles of this `feed`: its ID, URL or title")
	f.StringVar(&since, "since", "", "go through the stories from this `time` on, too: an age (24h, 7d), a date or a time")
	f.BoolVar(&req.DryRun, "dry-run", false, "only say which stories would change")
	f.BoolVar(&asJSON, "json", false, "print one JSON object (doc/json.md)")
	return cmd
}

// ruled prints what a rule has done or would do.
func (a *app) ruled(made control.Ruled, asJSON bool) error {
	if asJSON {
		if made.Effects == nil {
			made.Effects = []ingest.Effect{}
		}
		return a.write("", func(w io.Writer) error { return jsonLines(w).Encode(made) })
	}
	s, now := a.screen(), time.Now()
	err := a.write("", func(w io.Writer) error {
		if !made.DryRun {
			if _, err := fmt.Fprintln(w, plain(ruleLine(made.Rule))); err != nil {
				return err
			}
		}
		for _, e := range made.Effects {
			line := fmt.Sprintf("%6d  %-10s  %s: %s  — %s", e.Story, river.Clock(e.Time, now), actions(e.Do), plain(e.Title), plain(e.Outlet))
			if _, err := fmt.Fprintln(w, fit(line, s.width)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	switch n := count(len(made.Effects), "story", "stories"); {
	case made.DryRun:
		a.note("%s would change.", n)
	case len(made.Effects) > 0:
		a.note("%s changed.", n)
	}
	return nil
}

func actions(do []rule.Action) string {
	words := make([]string, len(do))
	for i, act := range do {
		words[i] = string(act)
	}
	return strings.Join(words, ", ")
}

func ruleLine(r rule.Rule) string {
	line := fmt.Sprintf("rule %d\t%s\twhere %s", r.ID, actions(r.Do), r.Match)
	if r.Feed != 0 {
		line += fmt.Sprintf("\tin feed %d", r.Feed)
	}
	return line
}

func (a *app) newRuleList() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "List the rules",
		Example: "  newsfold rule list\n  newsfold rule list --json | jq -r .match",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.with(cmd.Context(), func(ctx context.Context, c *control.Client) error {
				rules, err := c.Rules(ctx)
				if err != nil {
					return err
				}
				if len(rules) == 0 {
					a.note("No rules yet: `newsfold rule add` makes one.")
				}
				return printEach(a, rules, asJSON, ruleLine)
			})
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON Lines, one rule a line (doc/json.md)")
	return cmd
}

func (a *app) newRuleRemove() *cobra.Command {
	var undo bool
	cmd := &cobra.Command{
		Use:   "remove NUMBER",
		Short: "End a rule; with --undo, take back what it did",
		Long: `End a rule. What it did stays, unless --undo is given: then stories that it hid are
shown again, and so on, where nothing else has changed that since.`,
		Example: "  newsfold rule remove 3\n  newsfold rule remove 3 --undo",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			id, err := strconv.ParseInt(args[0], 10, 64)
			if err != nil || id < 1 {
				return usage("%q is no number of a rule; `newsfold rule list` prints them", args[0])
			}
			return a.with(cmd.Context(), func(ctx context.Context, c *control.Client) error {
				gone, err := c.RemoveRule(ctx, id, undo)
				if err != nil {
					return err
				}
				w := bufio.NewWriter(a.out)
				_, _ = fmt.Fprintf(w, "removed %s\n", plain(ruleLine(gone.Rule)))
				if undo {
					a.note("what it did because of %s is taken back", count(gone.Undone, "article", "articles"))
				}
				return w.Flush()
			})
		},
	}
	cmd.Flags().BoolVar(&undo, "undo", false, "take back what the rule did")
	return cmd
}
