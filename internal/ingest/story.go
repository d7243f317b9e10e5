package ingest

import (
	"slices"
	"strings"
	"time"

	"newsfold"
	"newsfold/dedupe"
	"newsfold/store"
)

// shelver puts articles into stories within one transaction.
type shelver struct {
	tx     store.Tx
	now    time.Time
	policy string // of choosing a lead
	// window is how far apart copies are looked for; 0: at any distance.
	window time.Duration
	// compare says what one article is to another.
	compare func(a, b newsfold.ArticleID) (dedupe.Verdict, error)
}

// place carries out a decision: the article leaves the story that it was in,
// joins the one that it belongs to, and stories that it proves to be one are
// made one.
func (s shelver) place(id newsfold.ArticleID, d dedupe.Decision) error {
	a, err := s.tx.Article(id)
	if err != nil {
		return err
	}
	into, merge := newsfold.StoryID(d.Story), []newsfold.StoryID{newsfold.StoryID(d.Story)}
	for _, m := range d.Merge {
		into = min(into, newsfold.StoryID(m))
		merge = append(merge, newsfold.StoryID(m))
	}
	was, err := s.tx.Story(a.Story)
	if err != nil && !isNew(err) {
		return err
	}
	switch others := without(was.Articles, id); {
	case err != nil: // it was in none
	case d.With == 0 && s.outlived(others) && !s.parted(id, others) && !byHand(a.Fold):
		return s.put(was, id, nil)
	case len(others) == 0 || slices.Contains(merge, newsfold.StoryID(others[0])):
		merge = append(merge, was.ID) // which may be named after the article itself
	default:
		if err := s.leave(a, was); err != nil {
			return err
		}
	}
	a.Story, a.Fold = into, decided(a, d, s.now)
	if err := s.tx.PutArticle(&a); err != nil {
		return err
	}
	story, moved, err := s.gather(into, merge)
	if err != nil {
		return err
	}
	if !slices.Contains(story.Articles, id) {
		story.Articles = append(story.Articles, id)
		story.Changed = s.now
		if story.Read && news(s.tx, story, a) {
			story.Read = false
		}
	}
	return s.put(story, id, moved)
}

// outlived reports whether articles are all too old to be found by one that is
// folded now: then that none was found says nothing.
func (s shelver) outlived(others []newsfold.ArticleID) bool {
	if len(others) == 0 || s.window == 0 {
		return false
	}
	for _, id := range others {
		a, err := s.tx.Article(id)
		if err != nil || s.now.Sub(a.Time()) <= s.window {
			return false
		}
	}
	return true
}

// byHand reports whether an article is where a person put it: when it is folded
// without that, the decision was taken back.
func byHand(f newsfold.Fold) bool {
	return slices.ContainsFunc(f.Evidence, func(e newsfold.Evidence) bool { return e.Kind == "by-hand" })
}

// parted reports whether a person or a rule keeps an article apart from any of
// others.
func (s shelver) parted(id newsfold.ArticleID, others []newsfold.ArticleID) bool {
	if barred, err := barred(s.tx, []newsfold.ArticleID{id}, others); barred || err != nil {
		return barred
	}
	return slices.ContainsFunc(others, func(m newsfold.ArticleID) bool {
		v, err := s.tx.Shelf(handShelf).Get(pairKey(ofStory, id, m))
		return err == nil && len(v) == 1 && v[0] == apart
	})
}

// without returns articles but one.
func without(ids []newsfold.ArticleID, id newsfold.ArticleID) []newsfold.ArticleID {
	return slices.DeleteFunc(slices.Clone(ids), func(m newsfold.ArticleID) bool { return m == id })
}

// decided is a decision as it is stored.
func decided(a newsfold.Article, d dedupe.Decision, now time.Time) newsfold.Fold {
	f := newsfold.Fold{Relation: newsfold.First, At: now}
	if d.With != 0 {
		f = folded(d.Verdict, newsfold.ArticleID(d.With), now)
	}
	for _, l := range d.Links {
		f.Links = append(f.Links, newsfold.Link{Relation: newsfold.Relation(l.Relation), With: newsfold.ArticleID(l.With), Score: l.Score})
	}
	if a.Fold.Relation == f.Relation && a.Fold.With == f.With {
		f.At = a.Fold.At // decided the same way before
	}
	return f
}

func folded(v dedupe.Verdict, with newsfold.ArticleID, at time.Time) newsfold.Fold {
	f := newsfold.Fold{Relation: newsfold.Relation(v.Relation), With: with, Score: v.Score, At: at}
	for _, e := range v.Evidence {
		f.Evidence = append(f.Evidence, newsfold.Evidence(e))
	}
	return f
}

// gather returns a story with others merged into it, and the articles of those.
func (s shelver) gather(into newsfold.StoryID, merge []newsfold.StoryID) (story newsfold.Story, moved []newsfold.ArticleID, err error) {
	story, err = s.tx.Story(into)
	if isNew(err) {
		story, err = newsfold.Story{ID: into, Changed: s.now}, nil
	}
	if err != nil {
		return story, nil, err
	}
	for _, other := range merge {
		if other == into {
			continue
		}
		o, err := s.tx.Story(other)
		if isNew(err) {
			continue
		}
		if err != nil {
			return story, nil, err
		}
		for _, m := range o.Articles {
			if err := s.move(m, into); err != nil {
				return story, nil, err
			}
		}
		moved = append(moved, o.Articles...)
		if story.Lead == 0 {
			story.Lead = o.Lead
		}
		// Whoever read one of them has read this text.
		story.Read = story.Read || o.Read
		story.Starred = story.Starred || o.Starred
		story.Held = story.Held || o.Held
		// A story that was shown stays shown.
		story.Hidden = o.Hidden && (story.Hidden || len(story.Articles)+len(moved) == len(o.Articles))
		for _, tag := range o.Tags {
			if !slices.Contains(story.Tags, tag) {
				story.Tags = append(slices.Clone(story.Tags), tag)
			}
		}
		slices.Sort(story.Tags)
		story.Changed = s.now
		if err := s.tx.DeleteStory(other); err != nil {
			return story, nil, err
		}
	}
	story.Articles = append(story.Articles, moved...)
	return story, moved, nil
}

// move changes the story that an article says it is in.
func (s shelver) move(id newsfold.ArticleID, to newsfold.StoryID) error {
	a, err := s.tx.Article(id)
	if err != nil {
		return err
	}
	if a.Story == to {
		return nil
	}
	a.Story = to
	return s.tx.PutArticle(&a)
}

// leave takes an article out of its story, where others stay. A story is named
// after one of its articles, so when that one leaves, the rest go on under
// another name.
func (s shelver) leave(a newsfold.Article, story newsfold.Story) error {
	story.Articles = without(story.Articles, a.ID)
	story.Changed = s.now
	if story.ID == newsfold.StoryID(a.ID) {
		if err := s.tx.DeleteStory(story.ID); err != nil {
			return err
		}
		story.ID = newsfold.StoryID(slices.Min(story.Articles))
		for _, m := range story.Articles {
			if err := s.move(m, story.ID); err != nil {
				return err
			}
		}
	}
	// Those that had been folded with the one that leaves are looked at again.
	for _, m := range story.Articles {
		b, err := s.tx.Article(m)
		if err != nil {
			return err
		}
		if b.Fold.With == a.ID {
			if err := s.tx.Append(store.Texts, m); err != nil {
				return err
			}
		}
	}
	return s.put(story, 0, nil)
}

// put stores a story with all that follows from its articles; joined is the one
// that is new in it or has a new text, moved are those of stories merged into it.
func (s shelver) put(story newsfold.Story, joined newsfold.ArticleID, moved []newsfold.ArticleID) error {
	slices.Sort(story.Articles)
	story.Articles = slices.Compact(story.Articles)
	members := make([]dedupe.Article, 0, len(story.Articles))
	hosts := map[string]bool{}
	feeds := map[newsfold.FeedID]bool{}
	story.Time = time.Time{}
	for _, id := range story.Articles {
		a, err := s.tx.Article(id)
		if err != nil {
			return err
		}
		m := facts(a, a.Origins)
		m.Text = strings.Repeat(" ", min(a.Page.Words, 1<<16)) // only its length matters here
		members = append(members, m)
		hosts[firstOf(a.Host, a.Outlet)] = true
		for _, e := range a.Entries {
			feeds[e.Feed] = true
		}
		if t := a.Time(); story.Time.IsZero() || t.Before(story.Time) {
			story.Time = t
		}
	}
	story.Outlets = len(hosts)
	story.Feeds = story.Feeds[:0]
	for id := range feeds {
		story.Feeds = append(story.Feeds, id)
	}
	slices.Sort(story.Feeds)
	led := story.Lead
	story.Lead = newsfold.ArticleID(dedupe.Lead(members, s.policy))
	if by, err := ledByHand(s.tx, story.Articles); err != nil {
		return err
	} else if by != 0 {
		story.Lead = by
	}
	if !slices.Contains(story.Articles, story.Lead) {
		story.Lead = story.Articles[0]
	}
	for _, id := range story.Articles {
		if id == joined || led != story.Lead || joined == story.Lead || slices.Contains(moved, id) {
			if err := s.relate(id, story.Lead, joined); err != nil {
				return err
			}
		}
	}
	p := dedupe.Origins(members)
	story.First = newsfold.Provenance{
		Article: newsfold.ArticleID(p.First), Outlet: p.Outlet, URL: p.URL,
		Confidence: p.Confidence, Reason: p.Reason,
	}
	return s.tx.PutStory(&story)
}

// relate makes an article say what it is to the lead of its story, which is what
// a reader asks. Where the two are no copies of one another, having come together
// through a third, the article keeps what it was folded with, if anything, and
// else says what it is to that third.
func (s shelver) relate(id, lead, third newsfold.ArticleID) error {
	a, err := s.tx.Article(id)
	if err != nil {
		return err
	}
	if id == lead && a.Fold.Relation == newsfold.First {
		return nil
	}
	if id == third && a.Fold.With == lead && a.Fold.Relation.Copies() {
		return nil // just decided
	}
	if id == lead {
		a.Fold.Relation, a.Fold.With, a.Fold.Score, a.Fold.Evidence = newsfold.First, 0, 0, nil
		return s.tx.PutArticle(&a)
	}
	for _, with := range []newsfold.ArticleID{lead, third} {
		if with == 0 || with == id || with != lead && a.Fold.With != 0 {
			continue
		}
		v, err := s.compare(id, with)
		if err != nil {
			return err
		}
		if newsfold.Relation(v.Relation).Copies() {
			f := folded(v, with, a.Fold.At)
			f.Links = a.Fold.Links
			a.Fold = f
			return s.tx.PutArticle(&a)
		}
	}
	return nil
}

// news reports whether a late copy tells a person who has read the story
// something new: it is a later or longer version with a third more text.
func news(tx store.Tx, story newsfold.Story, late newsfold.Article) bool {
	if late.Fold.Relation != newsfold.Expanded && late.Fold.Relation != newsfold.Update {
		return false
	}
	lead, err := tx.Article(story.Lead)
	return err == nil && late.Page.Words > lead.Page.Words*4/3
}
