package fetch

import (
	"encoding/json"
	"sync"
	"time"

	"newsfold"
)

// state is what polling has learned about a feed: newsfold.Poll.State. Field
// names are short because there is one for every feed.
type state struct {
	Hints  hints     `json:"h,omitzero"`
	Items  int       `json:"i,omitempty"` // entries of the last body
	Digest uint64    `json:"d,omitempty"` // of the entries of the last body
	Full   time.Time `json:"f,omitzero"`  // when a body was last read

	NotModified int `json:"n,omitempty"` // 304s in a row since then
	Lies        int `json:"l,omitempty"` // how often a validator came with other entries
	Hollow      int `json:"o,omitempty"` // answers in a row without any entry

	Slow bool `json:"w,omitempty"` // the last exchange took longer than slowPoll

	Rate  rate      `json:"q,omitzero"`
	Retry time.Time `json:"y,omitzero"` // until when the server asked to be left alone

	Announced string    `json:"u,omitempty"` // where the feed says that it has gone
	Trial     string    `json:"r,omitempty"` // to be tried instead of its URL
	Spurned   string    `json:"x,omitempty"` // was tried in vain, or is another feed's
	Target    string    `json:"t,omitempty"` // of permanent redirects, not yet adopted
	Sightings int       `json:"s,omitempty"` // of Target, in a row
	Sighted   time.Time `json:"a,omitzero"`
	Moves     []Move    `json:"m,omitempty"` // adopted
}

// Move is a change of a feed's URL that was adopted.
type Move struct {
	From string    `json:"from"`
	To   string    `json:"to"`
	At   time.Time `json:"at"`
}

// Learned is what polling has learned about a feed, for its owner.
type Learned struct {
	// PerDay is the expected number of entries a day; 0 before the first poll.
	PerDay float64 `json:"per_day,omitempty"`
	// Latest is when the feed last published, as far as is known.
	Latest time.Time `json:"latest,omitzero"`

	Lying bool   `json:"lying,omitempty"` // says "not modified" of what was modified
	Moves []Move `json:"moves,omitempty"` // changes of URL, oldest first
	// Moving is where permanent redirects lead that are not adopted yet.
	Moving string `json:"moving,omitempty"`
}

// Recall reads what polling has learned about a feed. It is empty before the
// first poll.
func Recall(p newsfold.Poll) Learned {
	s := loadState(p.State)
	l := Learned{Latest: s.Rate.Last, Lying: s.Lies > 0, Moves: s.Moves, Moving: s.Target}
	if !s.Rate.At.IsZero() {
		l.PerDay = s.Rate.perDay()
	}
	return l
}

const (
	sightings  = 3 // of a permanent redirect before it is adopted
	maxMoves   = 8
	fullPeriod = 8 * day // an answer with a body is insisted on so often (at the default interval)
	slowPoll   = 5 * time.Second
	lyingEvery = 4 // polls: one of so many is unconditional when validators lie
)

func loadState(b []byte) *state {
	s := &state{}
	if json.Unmarshal(b, s) != nil {
		return &state{} // of another version: learned anew
	}
	return s
}

func (s *state) save() []byte {
	s.Rate.round()
	b, err := json.Marshal(s)
	if err != nil {
		return nil // cannot happen: all fields marshal
	}
	return b
}

// doubt reports whether to ask without validators: now and then when they were
// caught lying, and every eight days (192 usual intervals, when these are
// shorter than an hour) when all answers were 304.
func (s *state) doubt(now time.Time, interval time.Duration) bool {
	if s.Lies > 0 {
		return s.NotModified >= lyingEvery-1
	}
	return s.NotModified > 0 && !s.Full.IsZero() && now.Sub(s.Full) >= shrunk(fullPeriod, interval)
}

// shrunk is a time that is meant for usual intervals of an hour, for shorter ones:
// as many of these.
func shrunk(d, interval time.Duration) time.Duration {
	return min(d, time.Duration(d/time.Hour)*interval)
}

// compare learns from a body that belongs to the same URL as the stored
// validators whether these can be trusted: the same ones with other entries are
// a lie, other ones with other entries are not.
func (s *state) compare(f *newsfold.Poll, etag, modified string, digest uint64) {
	if s.Digest == 0 || digest == s.Digest {
		return
	}
	switch {
	case etag != "" && etag == f.ETag, etag == "" && f.ETag == "" && modified != "" && modified == f.LastModified:
		s.Lies = min(s.Lies+1, 3)
	case s.Lies > 0:
		s.Lies--
	}
}

// sight counts one more poll on which permanent redirects led to a feed at
// target. It reports whether that was often enough. Polls that follow each
// other in less than half the usual interval count once.
func (s *state) sight(target string, now time.Time, interval time.Duration) bool {
	if target != s.Target {
		s.Target, s.Sightings, s.Sighted = target, 1, now
		return false
	}
	if now.Sub(s.Sighted) < interval/2 {
		return false
	}
	s.Sightings, s.Sighted = s.Sightings+1, now
	return s.Sightings >= sightings
}

// fallBack reports whether the URL before the last move is to be tried: when
// the new one has failed three times, every other time.
func (s *state) fallBack(errors int) bool {
	return len(s.Moves) > 0 && errors >= 3 && errors%2 == 1
}

// adopt makes a URL the feed's own and remembers where it was before.
func (s *state) adopt(f *newsfold.Feed, url string, now time.Time) {
	s.Moves = append(s.Moves, Move{From: f.URL, To: url, At: now})
	if n := len(s.Moves); n > maxMoves {
		s.Moves = s.Moves[n-maxMoves:]
	}
	f.URL = url
	s.Target, s.Sightings, s.Trial = "", 0, ""
}

// Stay takes back the last change of a feed's URL, which cannot be kept since
// another subscription is there already. It is not made again.
func Stay(f *newsfold.Feed) {
	s := loadState(f.Poll.State)
	n := len(s.Moves)
	if n == 0 {
		return
	}
	f.URL, s.Spurned, s.Moves = s.Moves[n-1].From, f.URL, s.Moves[:n-1]
	f.Poll.State = s.save()
}

// health judges whether trouble is on this machine's side.
type health struct {
	mu      sync.Mutex
	ring    [32]verdict
	n       int
	reached time.Time // when a host last was
}

type verdict struct {
	host string
	bad  bool
	at   time.Time
}

// note records how an attempt to reach a host ended.
func (h *health) note(host string, bad bool, now time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.ring[h.n%len(h.ring)] = verdict{host, bad, now}
	h.n++
	if !bad {
		h.reached = now
	}
}

// silentAt reports whether no host was reached at some time or since.
func (h *health) silentAt(t time.Time) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return t.After(h.reached)
}

// offline reports whether most hosts are out of reach: of those tried in the
// last ten minutes, at least four, three quarters were when last tried. When
// the latest error is what a machine without a network meets, it takes no more
// than that no host was reached.
func (h *health) offline(now time.Time, cutOff bool) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	last := map[string]bool{}
	for i := max(0, h.n-len(h.ring)); i < h.n; i++ {
		v := h.ring[i%len(h.ring)]
		if now.Sub(v.at) < 10*time.Minute {
			last[v.host] = v.bad
		}
	}
	bad := 0
	for _, b := range last {
		if b {
			bad++
		}
	}
	return bad >= 4 && bad*4 >= len(last)*3 || cutOff && bad == len(last)
}
