package digest

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"newsfold"
	"newsfold/internal/river"
)

// Update is a story that an earlier digest told, and what has changed since
// that is worth another look.
type Update struct {
	Story river.Story
	What  []string // in words, such as "2 new paragraphs"
}

// section is a part of a digest for people: those formats tell every story
// once, in the first section that it belongs to.
type section struct {
	Title   string
	Stories []river.Story
}

// How many stories open a digest, and by how many outlets a story has to be
// carried to be one of them.
const (
	mostTop   = 5
	topSpread = 2
)

// arrange puts the stories of a digest into sections: the top stories, then one
// section a folder or tag, by name, then what has none.
func arrange(d Digest) []section {
	top, rest := topStories(d)
	byName := map[string][]river.Story{}
	var names []string
	for _, s := range rest {
		name := place(d, s)
		if _, ok := byName[name]; !ok && name != "" {
			names = append(names, name)
		}
		byName[name] = append(byName[name], s)
	}
	slices.Sort(names)
	var list []section
	if len(top) > 0 {
		list = append(list, section{"Top stories", top})
	}
	for _, name := range names {
		title := name
		if d.By != "tag" {
			title = strings.ReplaceAll(name, "/", " / ")
		}
		list = append(list, section{title, byName[name]})
	}
	if others := byName[""]; len(others) > 0 {
		title := "Other stories"
		if len(list) == 0 {
			title = "Stories"
		}
		list = append(list, section{title, others})
	}
	return list
}

// place is where a story stands: its first tag, or the first folder of the feed
// that carries its lead, else of any feed that carries it. Empty: nowhere.
func place(d Digest, s river.Story) string {
	if d.By == "tag" {
		return slices.Concat(s.Tags, []string{""})[0]
	}
	feeds := slices.Clone(s.Feeds)
	for _, a := range s.Articles {
		if a.Lead {
			feeds = slices.Concat(a.Feeds, feeds)
		}
	}
	for _, f := range feeds {
		if folders := d.Folders[f.ID]; len(folders) > 0 {
			return folders[0]
		}
	}
	return ""
}

// topStories takes the stories out that the most outlets chose to carry or to
// report by themselves, of equal ones the freshest first, and of each event the one
// that most outlets carry. What is left keeps its order.
func topStories(d Digest) (top, rest []river.Story) {
	list := slices.DeleteFunc(slices.Clone(d.Stories), func(s river.Story) bool { return spread(s) < topSpread })
	last, half := lastOf(d), half(d)
	slices.SortStableFunc(list, func(a, b river.Story) int { return heavier(a, b, last, half) })
	speaks := map[newsfold.StoryID]river.Story{} // by event
	for _, s := range list {
		if s.Event != nil {
			if best, ok := speaks[s.Event.ID]; !ok || s.Outlets > best.Outlets {
				speaks[s.Event.ID] = s
			}
		}
	}
	for _, s := range list {
		if len(top) < mostTop && (s.Event == nil || speaks[s.Event.ID].ID == s.ID) {
			top = append(top, s)
		}
	}
	rest = slices.DeleteFunc(slices.Clone(d.Stories), func(s river.Story) bool {
		return slices.ContainsFunc(top, func(t river.Story) bool { return t.ID == s.ID })
	})
	return top, rest
}

// credits are the kinds of origin by which an outlet says that a text is
// another's.
var credits = []string{"credit", "dateline", "byline", "copyright", "source"}

// spread is how many outlets chose a story for themselves, or report what it does
// in words of their own. Outlets that state the same agency count once together,
// and once with the agency itself; one that printed a text as it was counts with
// whom it printed, and a translation with what it is one of.
func spread(s river.Story) int {
	if len(s.Articles) == 0 {
		return max(s.Outlets, 1)
	}
	voices := chosen(s)
	if s.Event != nil {
		of := river.Originals(s.Event.Reports)
		for _, r := range s.Event.Reports {
			if r.ID != s.ID && of[r.ID] == 0 && of[s.ID] != r.ID {
				voices[cmp.Or(strings.ToLower(r.Outlet), fmt.Sprint(r.ID))] = true
			}
		}
	}
	return len(voices)
}

// chosen are the outlets that chose the text of a story.
func chosen(s river.Story) map[string]bool {
	by := map[newsfold.ArticleID]river.Article{}
	for _, a := range s.Articles {
		by[a.ID] = a
	}
	voices := map[string]bool{}
	for _, a := range s.Articles {
		if other, ok := by[a.With]; ok && a.Relation == newsfold.Identical && credited(a) == "" {
			a = other
		}
		voices[cmp.Or(credited(a), outletOf(a))] = true
	}
	return voices
}

// credited is whom an article states as the source of its text.
func credited(a river.Article) string {
	for _, o := range a.Origins {
		if slices.Contains(credits, o.Kind) && o.Name != "" && !strings.EqualFold(o.Name, a.Outlet) {
			return strings.ToLower(o.Name)
		}
	}
	return ""
}

func outletOf(a river.Article) string {
	if a.Outlet != "" {
		return strings.ToLower(a.Outlet)
	}
	if u, err := url.Parse(a.URL); err == nil && u.Host != "" {
		return strings.ToLower(u.Host)
	}
	return fmt.Sprint(a.ID)
}

// How many copies, and other reports of the same event, the formats for people
// name.
const (
	mostCopies  = 12
	mostReports = 5
)

// told is a story as the formats for people tell it.
type told struct {
	ID     newsfold.StoryID
	Title  string
	URL    string
	Lang   string
	RTL    bool
	Where  string // outlet and time
	Lede   string
	Copies []told // with Where only where that is not known
	More   int    // copies that are not named
	Others []told // other reports of the same event
	First  string // who had it first, where that is another than the lead
	What   string // what has changed
}

// tell prepares a story.
func (d Digest) tell(s river.Story) told {
	t := told{
		ID: s.ID, Title: plain(heading(s)), URL: webURL(s.URL), RTL: s.Dir == "rtl", Lede: plain(s.Lede),
		Lang: tag(s.Lang), Where: join(" · ", plain(s.Outlet), d.clock(first(s.Published, s.Time))),
	}
	if s.First.Outlet != "" && s.First.Outlet != s.Outlet && s.First.Confidence >= .5 {
		t.First = plain(s.First.Outlet)
	}
	t.Others = others(s)
	list := copies(s)
	if len(list) > mostCopies {
		t.More = len(list) - mostCopies
		list = list[:mostCopies]
	}
	for _, a := range list {
		c := told{Title: plain(a.Title), URL: webURL(a.URL), Where: plain(a.Outlet)}
		if c.Where == "" {
			c.Where = cmp.Or(c.Title, "another outlet")
		}
		var how []string
		if a.Relation.Copies() {
			how = append(how, string(a.Relation))
		}
		if lag := a.Time().Sub(s.Time); lag >= time.Minute {
			how = append(how, river.Lag(lag)+" after")
		}
		c.What = strings.Join(how, ", ")
		t.Copies = append(t.Copies, c)
	}
	return t
}

// others names the other reports of a story's event.
func others(s river.Story) (list []told) {
	if s.Event == nil {
		return nil
	}
	for _, r := range s.Event.Reports {
		if r.ID != s.ID && len(list) < mostReports {
			list = append(list, told{ID: r.ID, Title: plain(r.Title), URL: webURL(r.URL), Lang: tag(r.Lang), RTL: r.Dir == "rtl", Where: plain(r.Outlet)})
		}
	}
	return list
}

// page is a digest as the formats for people tell it.
type page struct {
	Title, Span, Note string
	Lang              string
	Sections          []pageSection
	Empty             bool
}

type pageSection struct {
	Title   string
	Stories []told
}

func (d Digest) page() page {
	p := page{Title: plain(d.Title), Span: d.span(), Note: plain(d.Note), Lang: mainLanguage(d), Empty: len(d.Stories)+len(d.Updated) == 0}
	for _, s := range arrange(d) {
		ps := pageSection{Title: plain(s.Title)}
		for _, st := range s.Stories {
			ps.Stories = append(ps.Stories, d.tell(st))
		}
		p.Sections = append(p.Sections, ps)
	}
	if len(d.Updated) > 0 {
		ps := pageSection{Title: updatedTitle}
		for _, u := range d.Updated {
			t := d.tell(u.Story)
			t.What = plain(strings.Join(u.What, ", "))
			t.Copies, t.More, t.First, t.Others = nil, 0, "", nil
			ps.Stories = append(ps.Stories, t)
		}
		p.Sections = append(p.Sections, ps)
	}
	return p
}

const updatedTitle = "Updated since your last digest"

// span says what a digest is about.
func (d Digest) span() string {
	n := count(len(d.Stories), "story", "stories")
	switch {
	case !d.Since.IsZero() && !d.Until.IsZero():
		return n + " from " + d.clock(d.Since) + " to " + d.clock(d.Until) + " " + d.offset(d.Until)
	case !d.Since.IsZero():
		return n + " since " + d.clock(d.Since) + " " + d.offset(d.Since)
	case !d.Until.IsZero():
		return n + " up to " + d.clock(d.Until) + " " + d.offset(d.Until)
	}
	return n
}

func (d Digest) in(t time.Time) time.Time {
	if d.Zone == nil {
		return t.UTC()
	}
	return t.In(d.Zone)
}

// clock prints a time for people, in the zone of the digest.
func (d Digest) clock(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return d.in(t).Format("Mon 2 Jan 2006 15:04")
}

// offset names the zone by what differs between zones: abbreviations are
// ambiguous.
func (d Digest) offset(t time.Time) string {
	if o := d.in(t).Format("-07:00"); o != "+00:00" {
		return "(UTC" + o + ")"
	}
	return "(UTC)"
}

// join joins what is not empty.
func join(sep string, parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), sep)
}

// mainLanguage is the one that most stories are in; "und" when none says.
func mainLanguage(d Digest) string {
	votes := map[string]int{}
	best := "und"
	for _, s := range d.Stories {
		l := tag(s.Lang)
		if l == "" {
			continue
		}
		votes[l]++
		if n, m := votes[l], votes[best]; n > m || n == m && l < best {
			best = l
		}
	}
	return best
}
