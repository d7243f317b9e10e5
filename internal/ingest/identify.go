package ingest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"

	"golang.org/x/net/publicsuffix"

	"newsfold"
	"newsfold/dedupe"
	"newsfold/extract"
	"newsfold/fetch"
	"newsfold/store"
)

// counts says what a poll brought.
type counts struct {
	added, revised int
	waits          bool // it was not asked: its server wants to be left alone
}

// item is an entry on its way to the store, with all that needs no transaction.
type item struct {
	entry newsfold.Entry
	url   string // identity of the article it carries
	text  *extract.Document
	lede  string
	words int  // of text
	full  bool // the feed carries the whole text
	bare  bare // what folding needs of text, if full
}

// pollFeed asks one feed and stores what it said together with when it is asked
// next. The feed that it returns is zero when it was removed, or is another
// daemon's.
func (e *Engine) pollFeed(ctx context.Context, id newsfold.FeedID, l store.Lease, insist bool) (newsfold.Feed, counts, error) {
	var f newsfold.Feed
	err := e.db.View(ctx, func(tx store.Tx) (err error) {
		f, err = tx.Feed(id)
		return err
	})
	if isNew(err) {
		return f, counts{}, nil // removed since
	}
	if err != nil {
		return f, counts{}, err
	}
	l, ours, err := e.hold(ctx, f, l)
	if err != nil || !ours {
		return newsfold.Feed{}, counts{}, err
	}
	out, err := e.ask(ctx, f, l, insist)
	if err != nil {
		return f, counts{}, err
	}
	if out.Feed.ID == 0 {
		return newsfold.Feed{}, counts{}, nil
	}
	f, n, err := e.keep(ctx, out.Feed, out.Entries, polledNow, l)
	n.waits = out.Waits
	if err != nil || f.URL == "" || out.Waits {
		return f, n, err
	}
	return f, n, e.follow(ctx, f, out)
}

// known reports which entries of a feed are stored, or were. An error reads as
// unknown here: the answer only tunes the schedule.
func (e *Engine) known(ctx context.Context, f newsfold.Feed, keys []string) []bool {
	known := make([]bool, len(keys))
	if f.Entries == 0 {
		return known
	}
	refs := make([]newsfold.EntryRef, len(keys))
	for i, key := range keys {
		refs[i] = newsfold.EntryRef{Feed: f.ID, Key: key}
	}
	err := e.db.View(ctx, func(tx store.Tx) error {
		if err := store.Fetch(tx, store.Wants{Entries: refs}); err != nil {
			return err
		}
		for i, ref := range refs {
			_, err := tx.Entry(ref)
			known[i] = err == nil || errors.Is(err, store.ErrRemoved)
		}
		return nil
	})
	if err != nil {
		e.log.Debug("cannot tell which entries are new", "feed", f.ID, "err", err)
	}
	return known
}

// ask asks a feed, for no longer than its lease lasts.
func (e *Engine) ask(ctx context.Context, f newsfold.Feed, l store.Lease, insist bool) (fetch.Outcome, error) {
	poll := e.client.Poll
	if insist {
		poll = e.client.Insist
	}
	known := func(keys []string) []bool { return e.known(ctx, f, keys) }
	if l == (store.Lease{}) {
		return poll(ctx, f, known)
	}
	bound, cancel := e.shared.bound(ctx, l)
	defer cancel()
	out, err := poll(bound, f, known)
	if err != nil && ctx.Err() == nil && bound.Err() != nil {
		return fetch.Outcome{}, nil // whoever has the lease next asks again
	}
	return out, err
}

// occasion is how entries came.
type occasion int

const (
	polledNow occasion = iota // by a poll, whose outcome is the feed's new state
	aside                     // beside it: pushed, or from an archive
)

// outcome is the feed to be stored after entries came, when it was f before and is
// cur now. What a person may have changed meanwhile is theirs.
func (o occasion) outcome(f, cur newsfold.Feed) newsfold.Feed {
	if o == aside {
		cur.Poll.State = f.Poll.State
		return cur
	}
	f.Name, f.Folders, f.Entries = cur.Name, cur.Folders, cur.Entries
	return f
}

// keep stores a feed and the entries that it brought. The feed that it returns is
// zero when the lease was lost: then nothing was stored.
func (e *Engine) keep(ctx context.Context, f newsfold.Feed, entries []newsfold.Entry, how occasion, l store.Lease) (newsfold.Feed, counts, error) {
	if len(entries) > 0 {
		done, err := e.admit(ctx)
		if err != nil {
			return f, counts{}, err
		}
		defer done()
	}
	now := e.now().UTC()
	items, err := e.fresh(ctx, f, entries)
	if err != nil {
		return f, counts{}, err
	}
	var (
		n       counts
		wanted  bool
		changed bool
	)
	stored := f
	texts := map[newsfold.ArticleID]bare{}
	err = e.store(ctx, func(tx store.Tx) error {
		n, wanted, changed = counts{}, false, false
		clear(texts)
		stored = f
		if lost, err := enter(tx, l, items); lost || err != nil {
			stored = newsfold.Feed{}
			return err // nil when lost: the rest of the batch is no worse for it
		}
		cur, err := tx.Feed(f.ID)
		if isNew(err) {
			return nil // removed while it was polled
		}
		if err != nil {
			return err
		}
		stored = how.outcome(f, cur)
		k := keeper{tx: tx, feed: &stored, domains: []string{Domain(stored.URL), Domain(stored.Site)}, now: now, e: e, texts: texts}
		for i := range items {
			if err := k.keep(items[i]); err != nil {
				return fmt.Errorf("entry %q: %w", items[i].entry.Key(), err)
			}
		}
		n, wanted, changed = counts{added: k.added, revised: k.revised}, k.wanted, k.changed
		stored.Entries += n.added
		if how == polledNow && e.opts.PushURL != "" {
			if err := e.rest(tx, &stored, n.added, now); err != nil {
				return err
			}
		}
		return putFeed(tx, &stored, cur.URL)
	})
	if err == nil {
		e.hand(texts)
	}
	if wanted {
		nudge(e.wanted)
	}
	if changed {
		nudge(e.texts)
	}
	return stored, n, err
}

// enter makes a transaction part of a lease, which may be lost, and tells the store
// what keeping items will ask for.
func enter(tx store.Tx, l store.Lease, items []item) (lost bool, err error) {
	if err := store.Hold(tx, l); err != nil {
		if errors.Is(err, store.ErrFenced) {
			return true, nil
		}
		return false, err
	}
	if len(items) == 0 {
		return false, nil
	}
	var w store.Wants
	for i := range items {
		en := &items[i].entry
		w.Entries = append(w.Entries, newsfold.EntryRef{Feed: en.Feed, Key: en.Key()})
		w.URLs = append(w.URLs, items[i].url)
	}
	return false, store.Fetch(tx, w)
}

// maxReads bounds how many feeds are at once between having been read and being
// stored: that is what takes memory, and no more of them find a core anyway.
const maxReads = 16

// admit waits until there is room for what a feed says: in memory, and for its
// texts before the folding. The function that it returns makes room again.
func (e *Engine) admit(ctx context.Context) (done func(), err error) {
	e.held.Add(1)
	err = e.handed.wait(ctx)
	if err == nil {
		err = send(ctx, e.reads, struct{}{})
	}
	if err != nil {
		e.held.Add(-1)
		return nil, err
	}
	return func() { <-e.reads; e.held.Add(-1) }, nil
}

// hand passes texts that were stored to the folding.
func (e *Engine) hand(texts map[newsfold.ArticleID]bare) {
	if !e.opts.NoFold && e.shared == nil && len(texts) > 0 { // else another may fold them
		e.handed.put(texts)
	}
}

// putFeed stores a feed; when it moved to where another subscription is already,
// it stays where it was.
func putFeed(tx store.Tx, f *newsfold.Feed, was string) error {
	err := tx.PutFeed(f)
	if errors.Is(err, newsfold.ErrExists) {
		fetch.Stay(f)
		f.URL = was
		err = tx.PutFeed(f)
	}
	return err
}

// fresh returns what is new or changed among the entries of a body, with the
// text that the feed carries. Nothing is decided here: the transaction that
// stores it looks again.
func (e *Engine) fresh(ctx context.Context, f newsfold.Feed, entries []newsfold.Entry) ([]item, error) {
	if len(entries) == 0 {
		return nil, nil
	}
	entries = distinct(entries)
	shared := sharedLinks(f, entries)
	var items []item
	err := e.db.View(ctx, func(tx store.Tx) error {
		items = make([]item, 0, len(entries))
		var w store.Wants
		for _, en := range entries {
			w.Entries = append(w.Entries, newsfold.EntryRef{Feed: f.ID, Key: en.Key()})
		}
		if err := store.Fetch(tx, w); err != nil {
			return err
		}
		taken := map[string]bool{}
		for _, en := range entries {
			en.Feed = f.ID
			u := identity(en, shared)
			if taken[u] {
				continue // or the two would revise one another at each poll
			}
			taken[u] = true
			old, err := tx.Entry(newsfold.EntryRef{Feed: f.ID, Key: en.Key()})
			if errors.Is(err, store.ErrRemoved) {
				continue
			}
			if err != nil && !isNew(err) {
				return err
			}
			if err == nil && old.Digest() == en.Digest() {
				continue
			}
			items = append(items, item{entry: en, url: u})
		}
		return nil
	})
	for i := range items {
		items[i].read()
	}
	return items, err
}

// read takes the text out of the entry's HTML.
func (it *item) read() {
	en := &it.entry
	html := en.Content
	if html == "" {
		html = en.Summary
	}
	base := en.Link
	it.text = extract.Fragment(html, base)
	it.words, it.lede = words(it.text.Text), lede(it.text.Text)
	it.full = whole(it.text.Text, it.words, en.Content != "")
	if it.full {
		it.bare = stripped(it.text)
	}
}

// distinct tells entries apart that share a GUID in one body, as some
// publishers give all of theirs the same one.
func distinct(entries []newsfold.Entry) []newsfold.Entry {
	links := map[string]string{}
	twice := map[string]bool{}
	for _, en := range entries {
		key := en.Key()
		if link, ok := links[key]; ok && link != en.Link {
			twice[key] = true
		}
		links[key] = en.Link
	}
	if len(twice) == 0 {
		return entries
	}
	entries = slices.Clone(entries)
	for i := range entries {
		if twice[entries[i].Key()] {
			entries[i].GUID += " " + entries[i].Link
		}
	}
	return entries
}

// sharedLinks are the canonical URLs that do not identify an article: the
// feed's home page, and those that several entries of the body give.
func sharedLinks(f newsfold.Feed, entries []newsfold.Entry) map[string]bool {
	shared := map[string]bool{}
	if f.Site != "" {
		shared[dedupe.CanonicalURL(f.Site)] = true
	}
	titles := map[string]string{}
	for _, en := range entries {
		if en.Link == "" {
			continue
		}
		u := dedupe.CanonicalURL(en.Link)
		if title, ok := titles[u]; ok && title != en.Title {
			shared[u] = true
		}
		titles[u] = en.Title
	}
	return shared
}

// identity returns the URL that an entry's article is known by. An entry
// without a link of its own is known by its key in its feed.
func identity(en newsfold.Entry, shared map[string]bool) string {
	u := dedupe.CanonicalURL(en.Link)
	if fetchable(u) && !shared[u] {
		return u
	}
	sum := sha256.Sum256([]byte(en.Key()))
	return fmt.Sprintf("urn:newsfold:entry:%d:%s", en.Feed, hex.EncodeToString(sum[:12]))
}

// keeper stores the items of a feed within a transaction.
type keeper struct {
	tx      store.Tx
	feed    *newsfold.Feed
	domains []string // of the feed and its site
	now     time.Time

	e     *Engine
	texts map[newsfold.ArticleID]bare // stored and up for folding

	added, revised  int
	wanted, changed bool
}

func (k *keeper) keep(it item) error {
	en := it.entry
	ref := newsfold.EntryRef{Feed: en.Feed, Key: en.Key()}
	old, err := k.tx.Entry(ref)
	switch {
	case errors.Is(err, store.ErrRemoved):
		return nil // it was here, and made room
	case isNew(err):
		return k.add(it, ref)
	case err != nil:
		return err
	case old.Digest() == en.Digest():
		return nil
	}
	en.Seen, en.Article = old.Seen, old.Article
	if err := k.tx.PutEntry(&en); err != nil {
		return err
	}
	k.revised++
	return k.revise(it, en.Article)
}

// add stores an entry that its feed has not said before, under the article that
// it carries.
func (k *keeper) add(it item, ref newsfold.EntryRef) error {
	en := it.entry
	en.Seen = k.now
	id, err := k.tx.FindArticle(it.url)
	switch {
	case errors.Is(err, store.ErrRemoved):
		return nil
	case isNew(err):
		return k.found(it, en, ref)
	case err != nil:
		return err
	}
	a, err := k.tx.Article(id)
	if err != nil {
		return err
	}
	if done, err := k.reissued(it, &a); done || err != nil {
		return err
	}
	en.Article = id
	if err := k.tx.PutEntry(&en); err != nil {
		return err
	}
	k.added++
	a.Entries = append(a.Entries, ref)
	a.Origins = addOrigins(a.Origins, k.sourced(en)...)
	if it.full && a.Page.State != newsfold.PageFetched && a.Page.State != newsfold.PageFeed {
		return k.text(it, &a, newsfold.PageFeed)
	}
	if err := k.tx.PutArticle(&a); err != nil {
		return err
	}
	if a.Story == 0 {
		return nil // it waits for its page or is about to be folded
	}
	// Its story is now in one more feed.
	k.changed = true
	return k.tx.Append(store.Texts, id)
}

// reissued stores an entry whose article its feed carries already, under another
// GUID, as some feeds issue the same anew by the hour: there is nothing to add, or
// every issue would stay for ever. It reports whether that was so.
func (k *keeper) reissued(it item, a *newsfold.Article) (bool, error) {
	en := it.entry
	i := slices.IndexFunc(a.Entries, func(r newsfold.EntryRef) bool { return r.Feed == en.Feed })
	if i < 0 {
		return false, nil
	}
	ref := a.Entries[i]
	old, err := k.tx.Entry(ref)
	if isNew(err) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	same := en
	same.Link = old.Link
	if old.Digest() == same.Digest() {
		return true, nil
	}
	en.GUID, en.Article, en.Seen = old.GUID, a.ID, old.Seen
	if en.Key() != ref.Key {
		return false, nil
	}
	if err := k.tx.PutEntry(&en); err != nil {
		return true, err
	}
	k.revised++
	return true, k.revise(it, a.ID)
}

// found stores an entry with an article that nobody carried before.
func (k *keeper) found(it item, en newsfold.Entry, ref newsfold.EntryRef) error {
	a := newsfold.Article{
		URL: it.url, Link: dedupe.Untracked(en.Link), Title: en.Title, Byline: strings.Join(en.Authors, ", "),
		Lang: firstOf(it.text.Lang, en.Lang, k.feed.Lang), Dir: it.text.Dir, Image: firstOf(en.Image, it.text.Image),
		Published: k.believable(firstTime(en.Issued, en.Revised)), Modified: k.believable(en.Revised), Seen: k.now,
		Entries: []newsfold.EntryRef{ref},
		Origins: addOrigins(k.sourced(en), origins(it.text.Origins)...),
	}
	a.Host, a.Outlet = k.outlet(en)
	state := newsfold.PageFeed
	if !it.full && fetchable(en.Link) {
		state = newsfold.PageWanted
		a.Page.Next = k.now
	}
	if err := k.text(it, &a, state); err != nil {
		return err
	}
	k.added++
	en.Article = a.ID
	return k.tx.PutEntry(&en)
}

// revise takes over what a feed changed about an article.
func (k *keeper) revise(it item, id newsfold.ArticleID) error {
	a, err := k.tx.Article(id)
	if err != nil {
		return err
	}
	was := a
	if it.entry.Title != "" {
		a.Title = it.entry.Title
	}
	if m := k.believable(it.entry.Revised); !m.IsZero() {
		a.Modified = m
	}
	state := a.Page.State
	if it.full {
		state = newsfold.PageFeed
	}
	fromFeed := was.Page.State == newsfold.PageFeed || was.Page.State == newsfold.PageRefused || was.Page.State == newsfold.PageFailed
	if fromFeed && state == was.Page.State {
		err = supersede(k.tx, was, a.Title, it.text.Text, k.now)
	} else if was.Story != 0 { // the same text from a better source is no change
		err = retitle(k.tx, was, a.Title, k.now)
	}
	if err != nil {
		return err
	}
	if a.Page.State == newsfold.PageFetched && !it.full {
		// The page may say more than the summary does, and is asked again,
		// though not at every comment count that changes.
		const pause = 10 * time.Minute
		a.Page = newsfold.Page{State: newsfold.PageWanted, Kind: a.Page.Kind, Words: a.Page.Words, Next: k.now.Add(pause)}
		k.wanted = true
		return k.tx.PutArticle(&a)
	}
	again := a.Page.State == newsfold.PageWanted && a.Page.Kind != "" // read before
	if a.Page.State == newsfold.PageFetched || again && !it.full {
		return k.tx.PutArticle(&a)
	}
	return k.text(it, &a, state)
}

// text stores an article with the feed's own text as its body.
func (k *keeper) text(it item, a *newsfold.Article, state newsfold.PageState) error {
	a.Page.State = state
	if state != newsfold.PageWanted {
		a.Page.Next = time.Time{}
	}
	a.Page.Words = it.words
	a.Lede = it.lede
	a.Alternates = it.entry.Alternates
	if err := k.tx.PutArticle(a); err != nil {
		return err
	}
	k.e.handed.take(a.ID)
	if err := k.tx.PutBody(a.ID, newsfold.Body{Text: it.text.Text, HTML: it.text.HTML}); err != nil {
		return err
	}
	if state == newsfold.PageWanted && a.Story == 0 {
		k.wanted = true // folded when its page is there
		return nil
	}
	k.changed = true
	if it.bare.text != "" {
		k.texts[a.ID] = it.bare
	}
	return k.tx.Append(store.Texts, a.ID)
}

// believable drops times that cannot be when an article appeared.
func (k *keeper) believable(t time.Time) time.Time {
	if t.Year() < 1990 || t.After(k.now.Add(24*time.Hour)) {
		return time.Time{}
	}
	return t.UTC()
}

// outlet tells whose article an entry carries: the feed's own publisher, or
// somebody else whom an aggregator links to.
func (k *keeper) outlet(en newsfold.Entry) (domain, name string) {
	domain = Domain(en.Link)
	own := domain == "" || slices.Contains(k.domains, domain)
	switch {
	case domain == "":
		domain = Domain(firstOf(k.feed.Site, k.feed.URL))
	case en.Source.Title != "" && (!own || wraps(en.Link)):
		return firstOf(Domain(en.Source.URL), domain), en.Source.Title
	}
	if own {
		return domain, firstOf(publisher(k.feed.Title, domain), k.feed.Name, domain)
	}
	return domain, domain
}

// wraps reports whether a link leads through a service that wraps other
// publishers' links, so that its host says nothing about the publisher.
func wraps(link string) bool {
	u, err := url.Parse(link)
	if err != nil {
		return false
	}
	switch u.Hostname() {
	case "news.google.com", "feedproxy.google.com", "www.bing.com", "news.url.google.com", "www.msn.com", "flip.it", "smartnews.link":
		return true
	}
	return false
}

// sourced is the origin that an entry states by its source element.
func (k *keeper) sourced(en newsfold.Entry) []newsfold.Origin {
	s := en.Source
	if s == (newsfold.Source{}) || Domain(s.URL) != "" && Domain(s.URL) == Domain(k.feed.URL) {
		return nil
	}
	return []newsfold.Origin{{Kind: "source", Name: s.Title, URL: s.URL}}
}

// Domain returns the registrable domain of a URL ("news.example.co.uk" belongs
// to "example.co.uk"), or its host when that has none, as addresses have.
func Domain(raw string) string {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" {
		return ""
	}
	h := strings.ToLower(strings.TrimSuffix(u.Hostname(), "."))
	if d, err := publicsuffix.EffectiveTLDPlusOne(h); err == nil && strings.IndexFunc(h, unicode.IsLetter) >= 0 {
		return d
	}
	return h
}

func fetchable(link string) bool {
	return strings.HasPrefix(link, "http://") || strings.HasPrefix(link, "https://")
}

func origins(from []extract.Origin) []newsfold.Origin {
	to := make([]newsfold.Origin, 0, len(from))
	for _, o := range from {
		to = append(to, newsfold.Origin(o))
	}
	return to
}

// addOrigins adds what is not stated yet.
func addOrigins(to []newsfold.Origin, more ...newsfold.Origin) []newsfold.Origin {
	for _, o := range more {
		if !slices.ContainsFunc(to, func(p newsfold.Origin) bool { return p.Kind == o.Kind && p.Name == o.Name && p.URL == o.URL }) {
			to = append(to, o)
		}
	}
	return to
}

func firstOf(ss ...string) string {
	for _, s := range ss {
		if s != "" {
			return s
		}
	}
	return ""
}

func firstTime(ts ...time.Time) time.Time {
	for _, t := range ts {
		if !t.IsZero() {
			return t
		}
	}
	return time.Time{}
}
