package newsroom

import (
	"embed"
	"fmt"
	"html"
	"io/fs"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

//go:embed content
var content embed.FS

// article is one article of one outlet, as its publisher has it.
type article struct {
	outlet, slug string
	story        string // which articles are one story: the truth
	title        string
	byline       string
	section      string
	feeds        []string // names of the outlet's feeds that carry it; "front#2" is a second entry there
	ago          time.Duration
	dateline     string        // before the first paragraph
	body         []string      // paragraphs
	credit       string        // after the last paragraph
	more         string        // text of a link to the whole article, for one that was cut short
	origin       string        // outlet/slug of what it was copied from
	also         string        // outlet whose feed links to it, naming the source
	later        time.Duration // ago, of that
}

func (a *article) key() string { return a.outlet + "/" + a.slug }

// paragraphs are all that is printed of the text.
func (a *article) paragraphs() []string {
	ps := slices.Clone(a.body)
	if a.dateline != "" {
		ps[0] = a.dateline + " " + ps[0]
	}
	if a.credit != "" {
		ps = append(ps, a.credit)
	}
	return ps
}

// readContent reads the articles of the sample newsroom. The files hold
// articles one after another:
//
//	== outlet/slug
//	title: …
//	ago: 9h26m
//
//	First paragraph.
//
//	Second paragraph.
//
// A copy names what it is made of instead of repeating it: "copy:" the article,
// "keep:" the paragraphs taken over, "swap: a => b" what was edited; its own
// paragraphs come after. "dateline:" is put before the first paragraph and
// "credit:" after the last. "[text](outlet/slug)" is a link.
func readContent(fsys fs.FS) ([]*article, error) {
	names, err := fs.Glob(fsys, "content/*.txt")
	if err != nil {
		return nil, err
	}
	var all []*article
	for _, name := range names {
		data, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, err
		}
		for i, part := range strings.Split("\n"+string(data), "\n== ") {
			if i == 0 && strings.TrimSpace(part) == "" {
				continue
			}
			a, err := readArticle(part, all)
			if err != nil {
				return nil, fmt.Errorf("%s: article %d: %w", name, i, err)
			}
			all = append(all, a)
		}
	}
	return all, nil
}

// readArticle reads one article; what it is copied from is among the earlier
// ones.
func readArticle(text string, earlier []*article) (*article, error) {
	head, body, _ := strings.Cut(text, "\n\n")
	lines := strings.Split(strings.TrimSpace(head), "\n")
	a := &article{feeds: []string{"main"}}
	a.outlet, a.slug, _ = strings.Cut(lines[0], "/")
	for _, line := range lines[1:] {
		name, value, ok := strings.Cut(line, ": ")
		if !ok {
			return nil, fmt.Errorf("%s: %q is no header", a.key(), line)
		}
		if err := a.header(name, value, earlier); err != nil {
			return nil, fmt.Errorf("%s: %s: %w", a.key(), name, err)
		}
	}
	for p := range strings.SplitSeq(body, "\n\n") {
		if p = strings.TrimSpace(p); p != "" {
			a.body = append(a.body, p)
		}
	}
	if len(a.body) == 0 {
		return nil, fmt.Errorf("%s: has no text", a.key())
	}
	return a, nil
}

// header takes one header. Their order counts: copy comes before keep and swap.
func (a *article) header(name, value string, earlier []*article) (err error) {
	switch name {
	case "story":
		a.story = value
	case "title":
		a.title = value
	case "byline":
		a.byline = value
	case "section":
		a.section = value
	case "feeds":
		a.feeds = strings.Fields(value)
	case "more":
		a.more = value
	case "also":
		outlet, ago, _ := strings.Cut(value, " ")
		a.also = outlet
		a.later, err = time.ParseDuration(ago)
	case "dateline":
		a.dateline = value
	case "credit":
		a.credit = value
	case "ago":
		a.ago, err = time.ParseDuration(value)
	case "copy":
		return a.take(value, earlier)
	case "keep":
		return a.keep(value)
	case "swap":
		return a.swap(value)
	default:
		return fmt.Errorf("is no header")
	}
	return err
}

// take makes an article a copy of another one.
func (a *article) take(key string, earlier []*article) error {
	i := slices.IndexFunc(earlier, func(e *article) bool { return e.key() == key })
	if i < 0 {
		return fmt.Errorf("there is no article %s above", key)
	}
	a.origin, a.body = key, slices.Clone(earlier[i].body)
	return nil
}

// keep drops all paragraphs but those named, such as "1-3 7".
func (a *article) keep(ranges string) error {
	var kept []string
	for r := range strings.FieldsSeq(ranges) {
		from, to, ok := strings.Cut(r, "-")
		if !ok {
			to = from
		}
		i, err1 := strconv.Atoi(from)
		j, err2 := strconv.Atoi(to)
		if err1 != nil || err2 != nil || i < 1 || j > len(a.body) || i > j {
			return fmt.Errorf("%q are not paragraphs of 1 to %d", r, len(a.body))
		}
		kept = append(kept, a.body[i-1:j]...)
	}
	a.body = kept
	return nil
}

func (a *article) swap(rule string) error {
	from, to, _ := strings.Cut(rule, " => ")
	for i, p := range a.body {
		if strings.Contains(p, from) {
			a.body[i] = strings.Replace(p, from, to, 1)
			return nil
		}
	}
	return fmt.Errorf("%q does not occur", from)
}

// link matches [text](outlet/slug).
var link = regexp.MustCompile(`\[([^\]]+)\]\(([a-z0-9/-]+)\)`)

// markup returns a paragraph as HTML. url gives the address of an article by
// its key.
func markup(p string, url func(key string) string) string {
	var b strings.Builder
	for {
		m := link.FindStringSubmatchIndex(p)
		if m == nil {
			break
		}
		b.WriteString(html.EscapeString(p[:m[0]]))
		fmt.Fprintf(&b, `<a href="%s">%s</a>`, html.EscapeString(url(p[m[4]:m[5]])), html.EscapeString(p[m[2]:m[3]]))
		p = p[m[1]:]
	}
	b.WriteString(html.EscapeString(p))
	return b.String()
}

// plain returns a paragraph without its links.
func plain(p string) string { return link.ReplaceAllString(p, "$1") }

// summary is what a feed that carries no full text says of an article: its
// first words.
func (a *article) summary() string {
	const most = 32
	words := strings.Fields(plain(a.body[0]))
	if len(words) <= most {
		return strings.Join(words, " ")
	}
	return strings.Join(words[:most], " ") + " …"
}
