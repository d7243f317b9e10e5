package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"newsfold/internal/control"
	"newsfold/internal/delivery"
	"newsfold/internal/digest"
)

// digests are the flags of the command.
type digests struct {
	post
	since, between, file string
	to                   []string
}

// post says what a digest is.
type post struct {
	name, format, title, zone, by string
	limit                         int
	ifAny                         bool
}

// check completes the flags.
func (p *post) check() error {
	if err := choice("--format", p.format, digest.Formats()...); err != nil {
		return err
	}
	if p.limit < 0 {
		return usage("--limit %d: say a number from 1 up, or 0 for all", p.limit)
	}
	if err := choice("--by", cmp.Or(p.by, "folder"), "folder", "tag"); err != nil {
		return err
	}
	p.zone = cmp.Or(p.zone, os.Getenv("TZ"), "Local")
	if _, err := time.LoadLocation(p.zone); err != nil {
		return usage("%q is no time zone: say one such as Europe/Vienna", p.zone)
	}
	return nil
}

// want is what the digest is to be.
func (p *post) want() delivery.Want {
	return delivery.Want{Name: p.name, Title: p.title, Format: p.format, Limit: p.limit, By: p.by, Empty: !p.ifAny}
}

func (a *app) newDigest() *cobra.Command {
	var d digests
	cmd := &cobra.Command{
		Use:   "digest",
		Short: "Write or send the stories of a time",
		Long: `Write the stories of a time, each once with its copies: for programs as
JSON Feed 1.1 (json), OPML 2.0 (opml), Atom or RSS; for people as markdown, text,
html (a page that is at home in mail) or EPUB 3 (epub). Those for people open with the
stories that most outlets chose to carry or to report by themselves, have a section
for each folder or, with "--by tag", for each tag that rules gave, and end with what
has changed in stories told before.

"--since last" tells what is new since the last digest of this --name, and is moved
on only when all of the new one was written. With --to the digest is sent: to mail
addresses, to web hooks (https://…, signed with $NEWSFOLD_WEBHOOK_SECRET as
https://www.standardwebhooks.com says), into a file, or into a folder/, which gets
an index. Each recipient has a "last" of its own, and gets each mail at most once,
whatever is killed when. The same store and window give the same bytes.

An existing file is replaced only when all of the new one is written.`,
		Example: `  newsfold digest --since 24h --format json -o today.json
  newsfold digest --since last --name morning --format markdown --if-any
  newsfold digest --between 2026-03-01 2026-03-08 --format epub -o week.epub
  newsfold digest --since last --format html --to me@example.org --smtp smtp://me@mail.example.org:587`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if cmd.Flags().Changed("since") && d.between != "" {
				return usage("--since and --between: say one of them")
			}
			req, err := d.request(args, time.Now())
			if err != nil {
				return err
			}
			return a.with(cmd.Context(), func(ctx context.Context, c *control.Client) error {
				if len(d.to) > 0 {
					return a.send(ctx, c, d, req)
				}
				return a.digest(ctx, c, d, req)
			})
		},
	}
	f := cmd.Flags()
	f.StringVar(&d.since, "since", "24h", "stories from this `time` on: an age (24h, 7d), a date, a time (RFC 3339), or \"last\"")
	f.StringVar(&d.between, "between", "", "stories from this `time` on and before another one, given after it")
	f.StringVar(&d.name, "name", "default", "`name` of the digest: each has a \"last\" of its own")
	f.StringVar(&d.format, "format", "json", "`format`: "+strings.Join(digest.Formats(), ", "))
	f.StringVar(&d.title, "title", "newsfold digest", "`title` of the digest")
	f.BoolVar(&d.ifAny, "if-any", false, "write nothing when there are no stories, and say so")
	f.StringVarP(&d.file, "output", "o", "", "write to this `file` instead of standard output")
	f.StringArrayVar(&d.to, "to", nil, "send it to this mail `address`, URL, file or folder/; may be given again")
	f.StringVar(&d.zone, "zone", "", "time `zone`, such as Europe/Vienna (default: of the system)")
	f.StringVar(&d.by, "by", "folder", "what `sections` are made of: folder, tag")
	f.IntVar(&d.limit, "limit", 0, "at most this `number` of stories: those of most outlets, and the freshest; 0 for all")
	return cmd
}

// request reads the flags.
func (d *digests) request(args []string, now time.Time) (req control.DigestRequest, err error) {
	if err := d.check(); err != nil {
		return req, err
	}
	if len(d.to) > 0 && d.file != "" {
		return req, usage("--output and --to: say one of them; --to takes files as well")
	}
	zone, err := time.LoadLocation(d.zone)
	if err != nil {
		return req, usage("%q is no time zone", d.zone)
	}
	now = now.In(zone)
	req.Want, req.Zone = d.want(), d.zone
	switch {
	case d.between != "":
		req.Since, req.Until, err = bounds(d.between, args, now)
		return req, err
	case len(args) > 0:
		return req, usage("%q: only --between takes a second time", args[0])
	case d.since == "last":
		req.Last, req.Since = true, now.AddDate(0, 0, -1)
		return req, nil
	}
	req.Since, err = moment(d.since, now)
	return req, err
}

// bounds reads the two times of --between: the second is an argument, or stands
// behind a comma.
func bounds(from string, args []string, now time.Time) (a, b time.Time, err error) {
	from, to, ok := strings.Cut(from, ",")
	switch {
	case !ok && len(args) == 1:
		to = args[0]
	case !ok || len(args) > 0:
		return a, b, usage("--between takes two times: --between 2026-03-01 2026-03-08")
	}
	if a, err = moment(strings.TrimSpace(from), now); err != nil {
		return a, b, err
	}
	if b, err = moment(strings.TrimSpace(to), now); err != nil {
		return a, b, err
	}
	if !a.Before(b) {
		return a, b, usage("--between %s %s: the first time is not before the second", from, to)
	}
	return a, b, nil
}

// digest writes a digest and, when all of it is written, moves the cursor of its
// name.
func (a *app) digest(ctx context.Context, c *control.Client, d digests, req control.DigestRequest) error {
	var buf bytes.Buffer
	end, err := c.Digest(ctx, req, &buf)
	if err != nil {
		return err
	}
	if d.ifAny && end.Stories+end.Updated == 0 {
		a.note("There are no such stories: no digest.")
	} else if err := a.write(d.file, func(w io.Writer) error {
		_, err := w.Write(buf.Bytes())
		return err
	}); err != nil {
		return err
	}
	if end.Next == nil {
		return nil
	}
	return c.Advance(ctx, "digest/"+d.name, *end.Next)
}

// send has a digest delivered.
func (a *app) send(ctx context.Context, c *control.Client, d digests, req control.DigestRequest) error {
	to, err := a.recipients(d.to)
	if err != nil {
		return usage("%v", err)
	}
	outcomes, err := c.Deliver(ctx, control.DeliveryRequest{
		DigestRequest: req, To: to, Mail: a.mail(), Secret: os.Getenv("NEWSFOLD_WEBHOOK_SECRET"),
	})
	if err != nil {
		return err
	}
	var failed []error
	for _, o := range outcomes {
		switch {
		case o.Error != "":
			failed = append(failed, marked{errors.New(o.Error), errUnsent})
		case o.Sent:
			a.note("Sent to %s: %s.", o.Recipient, count(o.Stories, "story", "stories"))
		default:
			a.note("Nothing new for %s: no digest.", o.Recipient)
		}
	}
	if len(failed) > 0 && len(failed) < len(outcomes) {
		failed = append(failed, fmt.Errorf("%d of %d were delivered", len(outcomes)-len(failed), len(outcomes)))
	}
	return errors.Join(failed...)
}

// errUnsent marks a digest that did not reach its recipient.
var errUnsent = errors.New("unsent")
