package digest

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"time"

	"newsfold"
	"newsfold/internal/diff"
	"newsfold/internal/river"
	"newsfold/store"
)

// Window is what a digest is about: the stories of a time or, where there is
// News, those that are new behind a cursor.
type Window struct {
	Since, Until time.Time // zero: no bound
	News         *river.News
	Limit        int  // at most so many stories: those of most spread; 0: [MostStories]
	Texts        bool // with their texts, for formats that tell them ([TellsTexts])
}

// What a digest holds at most, since it is made in memory. Its note says what was
// left out.
const (
	MostStories = 10_000   // the newest
	MostText    = 64 << 20 // bytes of texts; later stories have their first words
)

// How far back stories are looked at for what has changed in them.
const (
	updatedDays = 14
	mostOld     = 20000 // stories
	mostUpdated = 50    // that a digest tells
)

// Load reads the stories of a window, newest first, and those of before that
// have changed in it in ways that matter. Stories that a rule hides are left out.
func Load(tx store.Tx, w Window) (Digest, error) {
	d := Digest{Since: w.Since, Until: w.Until, Folders: map[newsfold.FeedID][]string{}}
	for f, err := range tx.Feeds() {
		if err != nil {
			return d, err
		}
		if len(f.Folders) > 0 {
			d.Folders[f.ID] = f.Folders
		}
	}
	ids, all, err := w.told(tx)
	if err != nil {
		return d, err
	}
	for _, id := range ids {
		s, err := river.Outline(tx, newsfold.ArticleID(id))
		if errors.Is(err, newsfold.ErrNotFound) {
			continue
		}
		if err != nil {
			return d, err
		}
		d.Stories = append(d.Stories, s)
	}
	d.limit(w.Limit, all)
	if err := w.updates(tx, &d); err != nil || !w.Texts {
		return d, err
	}
	return d, d.fill(tx)
}

// told names the stories of a window, at most [MostStories], and says how many
// there are.
func (w Window) told(tx store.Tx) (ids []newsfold.StoryID, all int, err error) {
	take := func(id newsfold.StoryID) {
		if all++; all <= MostStories {
			ids = append(ids, id)
		}
	}
	if w.News == nil {
		for s, err := range tx.Stories(store.Query{Shown: true, Since: w.Since, Until: w.Until}) {
			if err != nil {
				return nil, 0, err
			}
			take(s.ID)
		}
		return ids, all, nil
	}
	for _, id := range w.News.New {
		s, err := tx.Story(id)
		switch {
		case errors.Is(err, newsfold.ErrNotFound):
		case err != nil:
			return nil, 0, err
		case !s.Hidden:
			take(id)
		}
	}
	return ids, all, nil
}

// limit leaves the n stories that weigh most, in the order that they have, of all
// that there are.
func (d *Digest) limit(n, all int) {
	switch {
	case n > 0 && len(d.Stories) > n:
		half, last := half(*d), lastOf(*d)
		list := slices.Clone(d.Stories)
		slices.SortStableFunc(list, func(a, b river.Story) int { return heavier(a, b, last, half) })
		stays := map[newsfold.StoryID]bool{}
		for _, s := range list[:n] {
			stays[s.ID] = true
		}
		d.Stories = slices.DeleteFunc(d.Stories, func(s river.Story) bool { return !stays[s.ID] })
		d.remark("The %d of %d stories that are told here are those that most outlets carry and the freshest.", n, all)
	case all > MostStories:
		d.remark("The %d of %d stories that are told here are the newest.", len(d.Stories), all)
	}
}

// remark adds to the note.
func (d *Digest) remark(format string, args ...any) {
	d.Note = strings.TrimLeft(d.Note+" "+fmt.Sprintf(format, args...), " ")
}

// fill adds the texts, as far as there is room.
func (d *Digest) fill(tx store.Tx) error {
	room, bare := MostText, 0
	add := func(s *river.Story) error {
		if room <= 0 {
			bare++
			return nil
		}
		err := s.Fill(tx)
		room -= len(s.Text) + len(s.HTML)
		return err
	}
	for i := range d.Stories {
		if err := add(&d.Stories[i]); err != nil {
			return err
		}
	}
	for i := range d.Updated {
		if err := add(&d.Updated[i].Story); err != nil {
			return err
		}
	}
	if bare > 0 {
		d.remark("Of %s, only the first words are here: the texts of the others fill %d MiB.", count(bare, "story", "stories"), MostText>>20)
	}
	return nil
}

// updates adds the stories of before the window that have changed in it.
func (w Window) updates(tx store.Tx, d *Digest) error {
	if w.Since.IsZero() {
		return nil
	}
	var ids []newsfold.StoryID
	if w.News != nil {
		ids = w.News.Changed
	} else {
		q := store.Query{Shown: true, Since: w.Since.AddDate(0, 0, -updatedDays), Until: w.Since, Limit: mostOld}
		for s, err := range tx.Stories(q) {
			if err != nil {
				return err
			}
			ids = append(ids, s.ID)
		}
	}
	for _, id := range ids {
		if len(d.Updated) == mostUpdated {
			break
		}
		what, err := w.material(tx, id)
		if err != nil {
			return err
		}
		if len(what) == 0 {
			continue
		}
		s, err := river.Outline(tx, newsfold.ArticleID(id))
		if errors.Is(err, newsfold.ErrNotFound) {
			continue
		}
		if err != nil {
			return err
		}
		d.Updated = append(d.Updated, Update{s, what})
	}
	return nil
}

// material says what has changed in a story during the window that whoever has
// read it would want to know: new paragraphs, a correction, other figures in the
// title, a longer or later version by another outlet. Empty: nothing.
func (w Window) material(tx store.Tx, id newsfold.StoryID) (what []string, err error) {
	s, err := tx.Story(id)
	if errors.Is(err, newsfold.ErrNotFound) || s.Hidden {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	known := 0 // words of the longest version of before
	var late []newsfold.Article
	for _, id := range s.Articles {
		a, err := tx.Article(id)
		if errors.Is(err, newsfold.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		switch {
		case a.Seen.Before(w.Since):
			known = max(known, a.Page.Words)
		case !w.past(a.Seen):
			late = append(late, a)
		}
	}
	if what, err = w.revised(tx, s.Lead); err != nil {
		return nil, err
	}
	for _, a := range late {
		switch {
		case a.Fold.Relation == newsfold.Update:
			what = append(what, "an update by "+cmp.Or(a.Outlet, "its outlet"))
		case a.Fold.Relation == newsfold.Expanded && known > 0 && a.Page.Words > known*4/3:
			what = append(what, "a longer version by "+cmp.Or(a.Outlet, "another outlet"))
		default:
			continue
		}
		break // one is enough to make a person look
	}
	return what, nil
}

// past reports whether a time is behind the window. What is new behind a cursor
// ends where the store does.
func (w Window) past(t time.Time) bool {
	return w.News == nil && !w.Until.IsZero() && !t.Before(w.Until)
}

// revised compares an article with what it said when the window began.
func (w Window) revised(tx store.Tx, id newsfold.ArticleID) ([]string, error) {
	a, err := tx.Article(id)
	if err != nil {
		return nil, err
	}
	for rev, err := range tx.Revisions(id) {
		if err != nil {
			return nil, err
		}
		if rev.Until.Before(w.Since) {
			continue
		}
		if w.past(rev.Until) {
			return nil, nil // the first change is after the window
		}
		body, err := tx.Body(id)
		if err != nil {
			return nil, err
		}
		return material(rev, newsfold.Revision{Title: a.Title, Text: body.Text}), nil
	}
	return nil, nil
}

// corrected finds a publisher's word for a correction, in the languages of the
// most feeds.
var corrected = regexp.MustCompile(`(?i)\b(corrections?|corrected|clarification|correctif|rectificatif|berichtigung|korrektur|corrección|rectificación|correzione|rettifica|errat(a|um)|rectificatie|oprava|sprostowanie)\b|更正|訂正|تصحيح|исправлен`)

var figures = regexp.MustCompile(`\d+`)

// What makes a paragraph new: so many words at least, of whose runs of three
// more than this share was not there before.
const (
	leastWords = 12
	newShare   = .6
)

// material compares two wordings.
func material(old, now newsfold.Revision) (what []string) {
	if n := newParagraphs(old.Text, now.Text); n > 0 {
		what = append(what, count(n, "new paragraph", "new paragraphs"))
	}
	if len(corrected.FindAllString(now.Text, -1)) > len(corrected.FindAllString(old.Text, -1)) {
		what = append(what, "a correction")
	}
	if x, y := figures.FindAllString(old.Title, -1), figures.FindAllString(now.Title, -1); !slices.Equal(x, y) {
		what = append(what, "the title was “"+plain(old.Title)+"”")
	}
	return what
}

// newParagraphs counts the paragraphs of a text that another does not have.
func newParagraphs(old, now string) (n int) {
	had := map[string]bool{}
	words, _ := diff.Words(old)
	runs(words, func(run string) { had[run] = true })
	for p := range strings.SplitSeq(now, "\n\n") {
		words, _ := diff.Words(p)
		if len(words) < leastWords {
			continue
		}
		all, unseen := 0, 0
		runs(words, func(run string) {
			all++
			if !had[run] {
				unseen++
			}
		})
		if float64(unseen) > newShare*float64(all) {
			n++
		}
	}
	return n
}

// runs hands every run of three words to fn.
func runs(words []diff.Word, fn func(string)) {
	for i := 2; i < len(words); i++ {
		fn(strings.ToLower(words[i-2].Text + " " + words[i-1].Text + " " + words[i].Text))
	}
}

// half is the time after which a story weighs half: half of what the digest is
// about.
func half(d Digest) time.Duration {
	if d.Since.IsZero() {
		return 12 * time.Hour
	}
	return max(lastOf(d).Sub(d.Since)/2, 6*time.Hour)
}

func lastOf(d Digest) time.Time {
	if d.Until.IsZero() {
		return newest(d.Stories)
	}
	return d.Until
}

// heavier orders stories by the outlets that chose them and by freshness, the
// heaviest first.
func heavier(a, b river.Story, last time.Time, half time.Duration) int {
	weight := func(s river.Story) float64 {
		age := max(last.Sub(s.Time), 0)
		return math.Log2(float64(1+spread(s))) * math.Exp2(-float64(age)/float64(half))
	}
	return cmp.Or(cmp.Compare(weight(b), weight(a)), b.Time.Compare(a.Time), cmp.Compare(b.ID, a.ID))
}
