package postgres

import (
	"fmt"
	"iter"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"

	"newsfold"
	"newsfold/store"
	"newsfold/store/internal/record"
)

// storyRow looks up a story; nil when there is none.
func (t *tx) storyRow(id newsfold.StoryID) (*storyRow, error) {
	return lookup(t, t.stories, id, func() (*storyRow, error) {
		var r storyRow
		if err := t.row(`select time, unread, starred, rec from story where id = $1`, int64(id)).Scan(&r.time, &r.unread, &r.starred, &r.rec); err != nil {
			return nil, err
		}
		s, err := open(t, "story", id, r.rec, record.Story)
		r.feeds = distinct(s.Feeds)
		return &r, err
	})
}

// distinct returns feeds in order and each once.
func distinct(feeds []newsfold.FeedID) []newsfold.FeedID {
	feeds = slices.Clone(feeds)
	slices.Sort(feeds)
	return slices.Compact(feeds)
}

// Story implements [store.Tx].
func (t *tx) Story(id newsfold.StoryID) (s newsfold.Story, err error) {
	if err := t.ready(false); err != nil {
		return s, err
	}
	r, err := t.storyRow(id)
	if err == nil && r == nil {
		err = notFound("story", id)
	}
	if err != nil {
		return s, err
	}
	return open(t, "story", id, r.rec, record.Story)
}

// PutStory implements [store.Tx].
func (t *tx) PutStory(s *newsfold.Story) error {
	if err := t.ready(true); err != nil {
		return err
	}
	if s.ID <= 0 {
		return fmt.Errorf("story without a number (%d)", s.ID)
	}
	if _, err := t.storyRow(s.ID); err != nil {
		return err
	}
	rec, err := plain(t, s, record.Story)
	if err != nil {
		return fmt.Errorf("story %d: %w", s.ID, err)
	}
	t.stories.put(s.ID, rowOf(s, rec))
	return nil
}

// rowOf makes a row of a story and its record.
func rowOf(s *newsfold.Story, rec []byte) *storyRow {
	return &storyRow{record.Micro(s.Time), !s.Read, s.Starred, distinct(s.Feeds), rec}
}

// DeleteStory implements [store.Tx].
func (t *tx) DeleteStory(id newsfold.StoryID) error {
	if err := t.ready(true); err != nil {
		return err
	}
	if _, err := t.storyRow(id); err != nil {
		return err
	}
	t.stories.put(id, nil)
	return nil
}

// Stories implements [store.Tx].
func (t *tx) Stories(q store.Query) iter.Seq2[newsfold.Story, error] {
	q.Feeds = slices.Clone(q.Feeds)
	return func(yield func(newsfold.Story, error) bool) {
		left := q.Limit
		if left <= 0 {
			left = math.MaxInt
		}
		for s, err := range t.listed(&q) {
			if err == nil && !wants(&q, &s) {
				continue
			}
			if !yield(s, err) || err != nil {
				return
			}
			if left--; left == 0 {
				return
			}
		}
	}
}

// wants reports whether a query selects a story, its position aside.
func wants(q *store.Query, s *newsfold.Story) bool {
	switch {
	case q.Unread && s.Read, q.Starred && !s.Starred,
		q.Shown && s.Hidden, q.Tag != "" && !slices.Contains(s.Tags, q.Tag),
		q.Feed != 0 && !slices.Contains(s.Feeds, q.Feed),
		!q.Since.IsZero() && s.Time.Before(q.Since),
		!q.Until.IsZero() && !s.Time.Before(q.Until):
		return false
	}
	return len(q.Feeds) == 0 || slices.ContainsFunc(s.Feeds, func(f newsfold.FeedID) bool { return slices.Contains(q.Feeds, f) })
}

// listed yields stories among which are all that a query selects, in its order.
func (t *tx) listed(q *store.Query) iter.Seq2[newsfold.Story, error] {
	return sequence(t, func(last *newsfold.Story, n int) ([]newsfold.Story, error) {
		if err := t.flush(); err != nil {
			return nil, err
		}
		sql, args := list(q, last, n)
		found, err := rows(t, func(r pgx.CollectableRow) (rec []byte, err error) {
			return rec, r.Scan(&rec)
		}, sql, args...)
		if err != nil {
			return nil, err
		}
		all := make([]newsfold.Story, 0, len(found))
		for _, rec := range found {
			s, err := open(t, "story", "in a list", rec, record.Story)
			if err != nil {
				return nil, err
			}
			all = append(all, s)
		}
		return all, nil
	})
}

// A selection is a statement being put together.
type selection struct {
	where []string
	args  []any
}

// arg returns the name of a parameter.
func (s *selection) arg(v any) string {
	s.args = append(s.args, v)
	return "$" + strconv.Itoa(len(s.args))
}

func (s *selection) add(format string, args ...any) {
	names := make([]any, len(args))
	for i, a := range args {
		names[i] = s.arg(a)
	}
	s.where = append(s.where, fmt.Sprintf(format, names...))
}

// list returns the statement for the next n stories of a list.
func list(q *store.Query, last *newsfold.Story, n int) (string, []any) {
	feeds := q.Feeds
	if q.Feed != 0 {
		feeds = []newsfold.FeedID{q.Feed}
	}
	var s selection
	if !q.Since.IsZero() {
		s.add("time >= %s", record.MicroUp(q.Since))
	}
	if !q.Until.IsZero() {
		s.add("time < %s", record.MicroUp(q.Until))
	}
	if len(feeds) == 0 || q.Starred { // few are starred: they are looked through
		if q.Unread {
			s.add("unread")
		}
		if q.Starred {
			s.add("starred")
		}
		s.behind(q, last, "id")
		return "select rec from story" + s.text(" where ") + order(q, "time", "id") + " limit " + s.arg(n), s.args
	}
	// Each feed gives its first n, and the first n of those are of all.
	s.behind(q, last, "story")
	limit := " limit " + s.arg(n)
	return `with page (t, s) as (
		select distinct time, story from unnest(` + s.arg(numbers(feeds)) + `::bigint[]) f (id) cross join lateral (
			select time, story from story_feed where feed = f.id` + s.text(" and ") + order(q, "time", "story") + limit + `) l` +
		order(q, "time", "story") + limit + `)
		select rec from page join story on story.id = page.s` + order(q, "t", "s"), s.args
}

// text returns the conditions, behind a word.
func (s *selection) text(word string) string {
	if len(s.where) == 0 {
		return ""
	}
	return word + strings.Join(s.where, " and ")
}

// behind adds the condition that stories come after the position of a query, or
// after the last one seen.
func (s *selection) behind(q *store.Query, last *newsfold.Story, id string) {
	at := q.After
	if last != nil {
		at = store.After(*last)
	}
	var op string
	switch q.Order {
	case store.Newest, store.ByIDDown:
		op = "<"
	default:
		op = ">"
	}
	switch {
	case q.Order == store.ByID || q.Order == store.ByIDDown:
		if at.ID != 0 {
			s.add(id+" "+op+" %s", int64(at.ID))
		}
	case last != nil || at.ID != 0 || !at.Time.IsZero():
		s.add("(time, "+id+") "+op+" (%s, %s)", record.Micro(at.Time), int64(at.ID))
	}
}

// order returns the order of a query, by what its columns are called.
func order(q *store.Query, time, id string) string {
	switch q.Order {
	case store.ByID:
		return " order by " + id
	case store.ByIDDown:
		return " order by " + id + " desc"
	case store.Oldest:
		return " order by " + time + ", " + id
	}
	return " order by " + time + " desc, " + id + " desc"
}
