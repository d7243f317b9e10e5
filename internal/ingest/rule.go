package ingest

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"newsfold"
	"newsfold/internal/rule"
	"newsfold/store"
)

// ruleShelf holds the rules of the reader: 'r' and the number of one; 'n' is the
// last number given; 'd', an article and the number of a rule is what that rule
// has done because of that article. A rule acts once on an article, so what a
// person says of the story afterwards stands.
const ruleShelf = "rules"

var lastRule = []byte{'n'}

func ruleKey(id int64) []byte { return binary.BigEndian.AppendUint64([]byte{'r'}, uint64(id)) }

func doneKey(article newsfold.ArticleID, id int64) []byte {
	k := binary.BigEndian.AppendUint64([]byte{'d'}, uint64(article))
	return binary.BigEndian.AppendUint64(k, uint64(id))
}

// soloKey is the key, on the shelf of hand-made decisions, under which an article
// is kept apart from all others by a rule.
func soloKey(id newsfold.ArticleID) []byte {
	return binary.BigEndian.AppendUint64([]byte{'s'}, uint64(id))
}

// MaxRules is how many rules there can be: every article is held against each.
const MaxRules = 500

// Effect is what a rule does, or would do, to a story.
type Effect struct {
	Story   newsfold.StoryID   `json:"story"`
	Article newsfold.ArticleID `json:"article"` // that meets the condition
	Title   string             `json:"title"`
	Outlet  string             `json:"outlet,omitempty"`
	Time    time.Time          `json:"time"`
	Do      []rule.Action      `json:"do"`
}

// ReadRules returns the rules of the reader, by number.
func ReadRules(tx store.Tx) (rules []rule.Rule, err error) {
	for p, err := range tx.Shelf(ruleShelf).All([]byte{'r'}) {
		if err != nil {
			return nil, err
		}
		var r rule.Rule
		if err := json.Unmarshal(p.Value, &r); err != nil {
			return nil, fmt.Errorf("read the rules: %w", err)
		}
		rules = append(rules, r)
	}
	return rules, nil
}

// ruled is a rule that is ready to be used.
type ruled struct {
	rule.Rule
	when *rule.Condition
}

// readRuled reads the rules to use them. One that cannot be read, having been
// made by another version, is left out and told of.
func (e *Engine) readRuled(tx store.Tx) (rules []ruled, err error) {
	all, err := ReadRules(tx)
	if err != nil {
		return nil, err
	}
	for _, r := range all {
		when, err := rule.Compile(r.Match)
		if err != nil {
			e.log.Warn("a rule is not obeyed: its condition cannot be read", "rule", r.ID, "err", err)
			continue
		}
		rules = append(rules, ruled{r, when})
	}
	return rules, nil
}

// matches returns the rules that an article meets. Its text is looked up when it
// is asked for and not given.
func (e *Engine) matches(tx store.Tx, rules []ruled, a *newsfold.Article, text *string) (met []ruled, err error) {
	if len(rules) == 0 {
		return nil, nil
	}
	l := facter{tx: tx, a: a, text: text}
	for _, r := range rules {
		if r.Feed != 0 && !slices.ContainsFunc(a.Entries, func(en newsfold.EntryRef) bool { return en.Feed == r.Feed }) {
			continue
		}
		f, err := l.facts(r.when)
		if err != nil {
			return nil, err
		}
		ok, err := r.when.Match(f)
		if err != nil {
			e.log.Warn("a rule is not obeyed", "rule", r.ID, "article", a.ID, "err", err)
			continue
		}
		if ok {
			met = append(met, r)
		}
	}
	return met, nil
}

// facter looks up the facts of an article, each when a condition asks for it.
type facter struct {
	tx     store.Tx
	a      *newsfold.Article
	text   *string
	known  rule.Facts
	begun  bool
	stated bool // Tags are known
	named  bool // Feeds and Folders are known
}

func (l *facter) facts(when *rule.Condition) (*rule.Facts, error) {
	if !l.begun {
		a := l.a
		l.begun = true
		l.known = rule.Facts{
			Title: a.Title, Byline: a.Byline, Outlet: a.Outlet, Host: a.Host, URL: a.URL, Lang: a.Lang,
			Lede: a.Lede, Words: a.Page.Words, Published: a.Time(),
		}
	}
	if when.Uses("text") {
		if l.text == nil {
			b, err := l.tx.Body(l.a.ID)
			if err != nil {
				return nil, err
			}
			l.text = &b.Text
		}
		l.known.Text = *l.text
	}
	if when.Uses("tags") && !l.stated {
		l.stated = true
		for _, ref := range l.a.Entries {
			en, err := l.tx.Entry(ref)
			if isNew(err) {
				continue
			}
			if err != nil {
				return nil, err
			}
			l.known.Tags = append(l.known.Tags, en.Tags...)
		}
	}
	if (when.Uses("feeds") || when.Uses("folders")) && !l.named {
		l.named = true
		for _, ref := range l.a.Entries {
			f, err := l.tx.Feed(ref.Feed)
			if isNew(err) {
				continue
			}
			if err != nil {
				return nil, err
			}
			l.known.Feeds = append(l.known.Feeds, f.Label())
			l.known.Folders = append(l.known.Folders, f.Folders...)
		}
	}
	return &l.known, nil
}

// heed holds an article that is about to be folded against the rules. What they
// say of folding is stored at once; the rest is for [folder.obey].
func (f *folder) heed(id newsfold.ArticleID, text string) ([]ruled, error) {
	if f.heeded != f.tx { // the rules of this transaction
		rules, err := f.e.readRuled(f.tx)
		if err != nil {
			return nil, err
		}
		f.rules, f.heeded = rules, f.tx
	}
	if len(f.rules) == 0 {
		return nil, nil
	}
	a, err := f.tx.Article(id)
	if err != nil {
		return nil, err
	}
	met, err := f.e.matches(f.tx, f.rules, &a, &text)
	for _, r := range met {
		if slices.Contains(r.Do, rule.NeverFold) {
			if _, err := solo(f.tx, r.ID, id); err != nil {
				return nil, err
			}
		}
	}
	return met, err
}

// obey does to the story of an article what the rules say that it has met.
func (f *folder) obey(id newsfold.ArticleID, met []ruled) error {
	for _, r := range met {
		if _, err := carryOut(f.tx, r.Rule, id); err != nil {
			return err
		}
	}
	return nil
}

// solo keeps an article apart from all others because of a rule, and reports
// whether it was not so before.
func solo(tx store.Tx, id int64, article newsfold.ArticleID) (bool, error) {
	hand := tx.Shelf(handShelf)
	if v, err := hand.Get(soloKey(article)); err != nil || v != nil {
		return false, err
	}
	if err := hand.Put(soloKey(article), nil); err != nil {
		return false, err
	}
	return true, addDone(tx, article, id, rule.NeverFold)
}

// doneBy returns what a rule has done because of an article.
func doneBy(tx store.Tx, article newsfold.ArticleID, id int64) (done []rule.Action, err error) {
	v, err := tx.Shelf(ruleShelf).Get(doneKey(article, id))
	if err != nil || v == nil {
		return nil, err
	}
	return done, json.Unmarshal(v, &done)
}

func addDone(tx store.Tx, article newsfold.ArticleID, id int64, more ...rule.Action) error {
	done, err := doneBy(tx, article, id)
	if err != nil {
		return err
	}
	v, err := json.Marshal(append(done, more...))
	if err != nil {
		return err
	}
	return tx.Shelf(ruleShelf).Put(doneKey(article, id), v)
}

// effect returns what a rule has to do because of an article that meets it, and
// the story as it is then. Hiding and marking as read are for articles that stand
// for their story: an advertiser's copy does not hide the report that it copies.
func effect(tx store.Tx, r rule.Rule, a *newsfold.Article) (do []rule.Action, st newsfold.Story, err error) {
	st, err = tx.Story(a.Story)
	if isNew(err) {
		return nil, st, nil // not folded yet
	}
	if err != nil {
		return nil, st, err
	}
	done, err := doneBy(tx, a.ID, r.ID)
	if err != nil {
		return nil, st, err
	}
	leads := st.Lead == a.ID
	for _, act := range r.Do {
		if slices.Contains(done, act) {
			continue
		}
		switch tag := act.Tag(); {
		case act == rule.Hide && leads && !st.Hidden:
			st.Hidden = true
		case act == rule.Read && leads && !st.Read && !st.Held:
			st.Read = true
		case act == rule.Star && !st.Starred:
			st.Starred = true
		case tag != "" && !slices.Contains(st.Tags, tag):
			st.Tags = append(slices.Clone(st.Tags), tag)
			slices.Sort(st.Tags)
		case act == rule.NeverFold:
			v, err := tx.Shelf(handShelf).Get(soloKey(a.ID))
			if err != nil {
				return nil, st, err
			}
			if v != nil || len(st.Articles) < 2 {
				continue
			}
		default:
			continue
		}
		do = append(do, act)
	}
	return do, st, nil
}

// carryOut does what a rule says because of an article, and returns what that was.
func carryOut(tx store.Tx, r rule.Rule, id newsfold.ArticleID) ([]rule.Action, error) {
	a, err := tx.Article(id)
	if err != nil {
		return nil, err
	}
	do, st, err := effect(tx, r, &a)
	if err != nil || len(do) == 0 {
		return nil, err
	}
	rest := slices.DeleteFunc(slices.Clone(do), func(a rule.Action) bool { return a == rule.NeverFold })
	if len(rest) > 0 {
		if err := tx.PutStory(&st); err != nil {
			return nil, err
		}
		if err := addDone(tx, id, r.ID, rest...); err != nil {
			return nil, err
		}
	}
	if len(rest) == len(do) {
		return do, nil
	}
	if _, err := solo(tx, r.ID, id); err != nil {
		return nil, err
	}
	return do, tx.Append(store.Texts, id)
}

// TryRule says what a rule would do to the stories of a time on, the newest
// first, and changes nothing. Its errors are those of [rule.Compile] and of the
// store.
func (e *Engine) TryRule(ctx context.Context, r rule.Rule, since time.Time) (effects []Effect, err error) {
	when, err := rule.Compile(r.Match)
	if err != nil {
		return nil, err
	}
	err = e.db.View(ctx, func(tx store.Tx) error {
		effects = effects[:0]
		for st, err := range tx.Stories(store.Query{Since: since, Feed: r.Feed}) {
			if err == nil {
				err = ctx.Err()
			}
			if err != nil {
				return err
			}
			for _, id := range st.Articles {
				found, err := e.try(tx, ruled{r, when}, id)
				if err != nil {
					return err
				}
				effects = append(effects, found...)
			}
		}
		return nil
	})
	return effects, err
}

// try says what a rule would do because of one article: at most one effect.
func (e *Engine) try(tx store.Tx, r ruled, id newsfold.ArticleID) ([]Effect, error) {
	a, err := tx.Article(id)
	if isNew(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	met, err := e.matches(tx, []ruled{r}, &a, nil)
	if err != nil || len(met) == 0 {
		return nil, err
	}
	do, st, err := effect(tx, r.Rule, &a)
	if err != nil || len(do) == 0 {
		return nil, err
	}
	return []Effect{{Story: st.ID, Article: id, Title: a.Title, Outlet: a.Outlet, Time: st.Time, Do: do}}, nil
}

// ErrRules says that there are as many rules as there can be.
var ErrRules = errors.New("too many rules")

// AddRule stores a rule, which from now on is obeyed when an article is folded,
// and obeys it for the stories of a time on at once, unless that is zero. The
// engine must be running. It fails as [rule.Compile] does, with ErrRules, and
// with newsfold.ErrNotFound for a feed that is not there. [Engine.Undo] takes
// back both.
func (e *Engine) AddRule(ctx context.Context, r rule.Rule, since time.Time) (rule.Rule, []Effect, error) {
	if _, err := rule.Compile(r.Match); err != nil {
		return r, nil, err
	}
	_, err := e.rule(ctx, Act{Kind: "rule"}, func(tx store.Tx, act *Act) error {
		if r.Feed != 0 {
			if _, err := tx.Feed(r.Feed); err != nil {
				return err
			}
		}
		rules, err := ReadRules(tx)
		if err != nil {
			return err
		}
		if len(rules) >= MaxRules {
			return fmt.Errorf("%w: %d, and every article is held against each; `newsfold rule remove` takes one away", ErrRules, len(rules))
		}
		shelf := tx.Shelf(ruleShelf)
		v, err := shelf.Get(lastRule)
		if err != nil {
			return err
		}
		r.ID = 1
		if len(v) == 8 {
			r.ID = int64(binary.BigEndian.Uint64(v)) + 1
		}
		r.Added, act.Rule = act.At, r.ID
		if v, err = json.Marshal(r); err != nil {
			return err
		}
		if err := shelf.Put(lastRule, binary.BigEndian.AppendUint64(nil, uint64(r.ID))); err != nil {
			return err
		}
		return shelf.Put(ruleKey(r.ID), v)
	})
	if err != nil || since.IsZero() {
		return r, nil, err
	}
	effects, err := e.TryRule(ctx, r, since)
	if err != nil {
		return r, nil, err
	}
	return r, effects, e.apply(ctx, r, effects)
}

// apply carries out effects, in transactions that others can bear to wait for.
func (e *Engine) apply(ctx context.Context, r rule.Rule, effects []Effect) error {
	e.active.Add(1)
	defer e.active.Add(-1)
	for some := range slices.Chunk(effects, retainBatch) {
		err := e.store(ctx, func(tx store.Tx) error {
			for _, ef := range some {
				if _, err := carryOut(tx, r, ef.Article); err != nil && !isNew(err) {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	if !slices.Contains(r.Do, rule.NeverFold) {
		return nil
	}
	nudge(e.texts)
	return e.settle(ctx, true, nil)
}

// RemoveRule ends a rule; with undo, what it has done is taken back, where that
// is still so. The engine must be running. It fails with newsfold.ErrNotFound when
// there is no such rule.
func (e *Engine) RemoveRule(ctx context.Context, id int64, undo bool) (r rule.Rule, undone int, err error) {
	e.active.Add(1)
	defer e.active.Add(-1)
	err = e.store(ctx, func(tx store.Tx) error {
		v, err := tx.Shelf(ruleShelf).Get(ruleKey(id))
		if err != nil {
			return err
		}
		if v == nil {
			return fmt.Errorf("rule %d: %w", id, newsfold.ErrNotFound)
		}
		if err := json.Unmarshal(v, &r); err != nil {
			return fmt.Errorf("read rule %d: %w", id, err)
		}
		if undone, err = unmake(tx, id, undo); err != nil {
			return err
		}
		return forgetAct(tx, id)
	})
	if err != nil {
		return r, undone, err
	}
	nudge(e.texts)
	return r, undone, e.settle(ctx, true, nil)
}

// unmake deletes a rule and, with undo, takes back what it has done.
func unmake(tx store.Tx, id int64, undo bool) (undone int, err error) {
	shelf := tx.Shelf(ruleShelf)
	for p, err := range shelf.All([]byte{'d'}) {
		if err != nil {
			return undone, err
		}
		if len(p.Key) != 17 || int64(binary.BigEndian.Uint64(p.Key[9:])) != id {
			continue
		}
		article := newsfold.ArticleID(binary.BigEndian.Uint64(p.Key[1:]))
		if undo {
			var done []rule.Action
			if err := json.Unmarshal(p.Value, &done); err != nil {
				return undone, fmt.Errorf("read what rule %d has done: %w", id, err)
			}
			if err := takeBack(tx, article, done); err != nil && !isNew(err) {
				return undone, err
			}
			undone++
		}
		if err := shelf.Delete(p.Key); err != nil {
			return undone, err
		}
	}
	return undone, shelf.Delete(ruleKey(id))
}

// takeBack undoes what a rule has done because of an article.
func takeBack(tx store.Tx, article newsfold.ArticleID, done []rule.Action) error {
	st, err := storyOf(tx, article)
	if err != nil {
		return err
	}
	for _, act := range done {
		switch tag := act.Tag(); {
		case act == rule.Hide:
			st.Hidden = false
		case act == rule.Read:
			st.Read = false
		case act == rule.Star:
			st.Starred = false
		case tag != "":
			st.Tags = slices.DeleteFunc(slices.Clone(st.Tags), func(t string) bool { return t == tag })
		case act == rule.NeverFold:
			if err := tx.Shelf(handShelf).Delete(soloKey(article)); err != nil {
				return err
			}
			if err := tx.Append(store.Texts, article); err != nil {
				return err
			}
		}
	}
	return tx.PutStory(&st)
}

// forgetAct takes the making of a rule out of the journal: what is gone cannot be
// undone.
func forgetAct(tx store.Tx, id int64) error {
	shelf := tx.Shelf(handShelf)
	for p, err := range shelf.All([]byte{'j'}) {
		if err != nil {
			return err
		}
		var act Act
		if json.Unmarshal(p.Value, &act) == nil && act.Rule == id {
			if err := shelf.Delete(p.Key); err != nil {
				return err
			}
		}
	}
	return nil
}

// forgetRuled removes what rules have noted of an article that is no more.
func forgetRuled(tx store.Tx, id newsfold.ArticleID) error {
	for p, err := range tx.Shelf(ruleShelf).All(binary.BigEndian.AppendUint64([]byte{'d'}, uint64(id))) {
		if err != nil {
			return err
		}
		if err := tx.Shelf(ruleShelf).Delete(p.Key); err != nil {
			return err
		}
	}
	return tx.Shelf(handShelf).Delete(soloKey(id))
}

// alone reports whether a rule keeps any of some articles apart from all others.
func alone(tx store.Tx, ids ...newsfold.ArticleID) (bool, error) {
	any := false
	for _, err := range tx.Shelf(handShelf).All([]byte{'s'}) {
		if err != nil {
			return false, err
		}
		any = true
		break
	}
	if !any { // as in most stores: one look instead of one for each
		return false, nil
	}
	for _, id := range ids {
		if v, err := tx.Shelf(handShelf).Get(soloKey(id)); err != nil || v != nil {
			return v != nil, err
		}
	}
	return false, nil
}
