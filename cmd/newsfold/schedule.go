package main

import (
	"cmp"
	"crypto/rand"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"newsfold/internal/config"
	"newsfold/internal/delivery"
)

// mail is how the global flags say that mail is sent.
func (a *app) mail() delivery.Server {
	return delivery.Server{URL: a.smtp, From: a.mailFrom, Password: os.Getenv("NEWSFOLD_SMTP_PASSWORD")}
}

// recipients reads where digests go, and complains about mail that nothing could
// send.
func (a *app) recipients(to []string) (list []delivery.Recipient, err error) {
	for _, s := range to {
		r, err := delivery.ParseRecipient(s)
		if err != nil {
			return nil, err
		}
		if r.Kind == delivery.Mail {
			if err := a.mail().Check(); err != nil {
				return nil, err
			}
		}
		list = append(list, r)
	}
	return list, nil
}

// appointments are the digests that the daemon delivers by itself.
type appointments struct {
	at, format, zone string
	to               []string
}

func (p *appointments) flags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&p.at, "digest-at", "", "deliver a digest every day at this `time`, or these: 07:00,18:30")
	f.StringArrayVar(&p.to, "digest-to", nil, "deliver it to this mail `address`, URL, file or folder/; may be given again")
	f.StringVar(&p.format, "digest-format", "html", "`format` of that digest")
	f.StringVar(&p.zone, "digest-zone", "", "time `zone` of --digest-at, such as Europe/Vienna (default: of the system)")
}

// schedules reads the appointments of the flags and those of the configuration
// file:
//
//	[digest.morning]
//	at = "07:00"
//	to = ["me@example.org", "/srv/www/morning/"]
func (a *app) schedules(p appointments) (all []*delivery.Schedule, err error) {
	if p.at != "" || len(p.to) > 0 {
		if p.at == "" || len(p.to) == 0 {
			return nil, usage("--digest-at and --digest-to go together: when, and to whom?")
		}
		d := post{name: "daily", format: p.format, zone: p.zone, ifAny: true}
		s, err := a.schedule(d, p.at, p.to)
		if err != nil {
			return nil, usage("%v", err)
		}
		all = append(all, s)
	}
	file := a.configured.file
	sections := file.Sections("digest.")
	for _, name := range slices.Sorted(maps.Keys(sections)) {
		s, err := a.section(name, sections[name])
		if err != nil {
			return nil, usage("%s:%d: [digest.%s]: %v", file.Name, sections[name][0].Line, name, err)
		}
		all = append(all, s)
	}
	return all, nil
}

// section reads one digest of the configuration file.
func (a *app) section(name string, values []config.Value) (s *delivery.Schedule, err error) {
	d := post{name: name, title: name, format: "html", ifAny: true}
	var at, to []string
	for _, v := range values {
		text := v.Text[0]
		switch v.Key {
		case "at":
			at = v.Text
		case "to":
			to = v.Text
		case "format":
			d.format = text
		case "title":
			d.title = text
		case "zone":
			d.zone = text
		case "by":
			d.by = text
		case "limit":
			d.limit, err = strconv.Atoi(text)
		case "if-any":
			d.ifAny, err = strconv.ParseBool(text)
		default:
			return nil, fmt.Errorf("line %d: there is no key %q%s", v.Line, v.Key, meant("", v.Key, []string{"at", "to", "format", "title", "zone", "by", "limit", "if-any"}))
		}
		if err != nil {
			return nil, fmt.Errorf("line %d: %s = %q makes no sense", v.Line, v.Key, text)
		}
	}
	if len(at) == 0 || len(to) == 0 {
		return nil, fmt.Errorf("it says at when and to whom: at = \"07:00\", to = \"me@example.org\"")
	}
	return a.schedule(d, strings.Join(at, ","), to)
}

func (a *app) schedule(d post, at string, to []string) (*delivery.Schedule, error) {
	if err := d.check(); err != nil {
		return nil, err
	}
	times, err := delivery.ParseTimes(at)
	if err != nil {
		return nil, err
	}
	recipients, err := a.recipients(to)
	if err != nil {
		return nil, err
	}
	zone, err := time.LoadLocation(d.zone)
	if err != nil {
		return nil, err
	}
	want := d.want()
	want.Title, want.Zone = cmp.Or(d.title, "newsfold digest"), zone
	return &delivery.Schedule{
		Want: want, To: recipients, At: times, Owner: "digest-" + rand.Text(),
	}, nil
}
