package web

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"newsfold"
	"newsfold/internal/diff"
	"newsfold/internal/river"
	"newsfold/store"
)

type comparePage struct {
	frame
	Story    newsfold.StoryID
	Headline string
	Dir      string
	Lead     side
	Copy     side
	Phrase   string
	Summary  string
	Blocks   []block
}

// side is one of the two articles that are compared.
type side struct {
	Outlet, Title, URL, Lang string
	Time                     moment
	Delay                    string
}

// block is a paragraph that differs, or a run of them that one side has alone,
// or a run of paragraphs that do not differ.
type block struct {
	Left, Right [][]run
	Same        []row
	Fold        string // "3 paragraphs are the same", for Same
}

// row is a paragraph of the lead beside its counterpart in the copy.
type row struct{ Left, Right []run }

// run is a run of words that are the same in both texts, gone or new.
type run struct {
	Op   string // same, del or ins
	Text string
}

// compare shows what is new in one copy.
func (s *server) compare(w http.ResponseWriter, r *http.Request) error {
	id, err := number("a story", r.PathValue("id"))
	if err != nil {
		return err
	}
	other, err := number("an article", r.PathValue("article"))
	if err != nil {
		return err
	}
	var st river.Story
	var text, left string
	err = s.db.View(r.Context(), func(tx store.Tx) error {
		if st, err = river.Load(tx, newsfold.ArticleID(id)); err != nil {
			return err
		}
		if left, err = unread(tx, 0, nil); err != nil {
			return err
		}
		b, err := tx.Body(newsfold.ArticleID(other))
		text = b.Text
		return err
	})
	if err != nil {
		return err
	}
	var lead, copied *river.Article
	for i := range st.Articles {
		switch a := &st.Articles[i]; {
		case a.Lead:
			lead = a
		case int64(a.ID) == other:
			copied = a
		}
	}
	if lead == nil || copied == nil {
		return &fault{http.StatusNotFound, fmt.Sprintf("Article %d is not a copy in story %d: it may have moved to another story.", other, st.ID)}
	}
	began := earliest(st.Articles)
	page := comparePage{
		frame: s.frame(r, "What is new at "+clip(name(copied.Outlet, copied.URL), 80), ""),
		Story: st.ID, Headline: clip(st.Title, 300), Dir: direction(st.Dir, st.Title),
		Lead: s.side(*lead, began), Copy: s.side(*copied, began),
	}
	page.Unread = left
	if copied.Relation != "" {
		page.Phrase = relationPhrase(copied.Relation, otherName(st, *copied))
	}
	page.Blocks, page.Summary = difference(st.Text, text)
	s.render(w, r, "compare", http.StatusOK, page)
	return nil
}

// difference compares two texts, paragraph by paragraph.
func difference(lead, copied string) ([]block, string) {
	a, moreA := diff.Words(lead)
	b, moreB := diff.Words(copied)
	switch {
	case len(a) == 0 && len(b) == 0:
		return nil, "The text of neither is stored."
	case len(a) == 0:
		return nil, "The text of the lead is not stored."
	case len(b) == 0:
		return nil, "The text of this copy is not stored."
	}
	m := diff.Match(a, b)
	rows := pair(a, b, m)
	same := 0
	for _, i := range m {
		if i >= 0 {
			same++
		}
	}
	return blocks(rows), tell(len(a)-same, len(b)-same, same, fresh(rows), moreA || moreB)
}

// tell puts a comparison into a sentence.
func tell(gone, added, same, paragraphs int, more bool) string {
	var text string
	switch {
	case same*10 < added:
		text = "The two texts share hardly any words; they are shown side by side."
	case added == 0 && gone == 0:
		text = "Word for word the same."
	case added == 0:
		text = "Nothing new; " + count(gone, "word", "words") + " left out."
	default:
		text = count(added, "new word", "new words")
		if paragraphs > 0 {
			text += ", among them " + count(paragraphs, "new paragraph", "new paragraphs")
		}
		if gone > 0 {
			text += "; " + count(gone, "word", "words") + " left out"
		}
		text += "."
	}
	if more {
		text += fmt.Sprintf(" Only the first %d words are compared.", diff.MaxWords)
	}
	return text
}

// fresh counts the paragraphs of the copy that are new as a whole.
func fresh(rows []row) int {
	n := 0
	for _, r := range rows {
		if len(r.Right) == 1 && r.Right[0].Op == "ins" && strings.Count(r.Right[0].Text, " ") >= 5 {
			n++
		}
	}
	return n
}

// blocks folds the rows in which nothing differs, and puts together those that
// one side has alone.
func blocks(rows []row) []block {
	var out []block
	for i := 0; i < len(rows); {
		n := i
		for n < len(rows) && unchanged(rows[n]) {
			n++
		}
		if n > i {
			out = append(out, block{Same: rows[i:n], Fold: count(n-i, "paragraph is the same", "paragraphs are the same")})
			i = n
			continue
		}
		var b block
		alone := len(rows[i].Left) == 0 || len(rows[i].Right) == 0
		for ok := true; ok; ok = alone && i < len(rows) && (len(rows[i].Left) == 0) == (b.Left == nil) && (len(rows[i].Right) == 0) == (b.Right == nil) {
			if len(rows[i].Left) > 0 {
				b.Left = append(b.Left, rows[i].Left)
			}
			if len(rows[i].Right) > 0 {
				b.Right = append(b.Right, rows[i].Right)
			}
			i++
		}
		out = append(out, b)
	}
	return out
}

func unchanged(r row) bool {
	for _, side := range [][]run{r.Left, r.Right} {
		if len(side) != 1 || side[0].Op != "same" {
			return false
		}
	}
	return true
}

// pairing lays matched texts side by side. A paragraph that begins in either
// text begins a row.
type pairing struct {
	rows []row
	cur  row
}

// pair makes the rows; m is what match returned.
func pair(a, b []diff.Word, m []int) []row {
	var p pairing
	i := 0
	for j := 0; j <= len(b); {
		next, end := len(a), j // the next words that match
		for end < len(b) && m[end] < 0 {
			end++
		}
		if end < len(b) {
			next = m[end]
		}
		if i < next || j < end {
			flows := end < len(b) && !a[next].Begin && !b[end].Begin
			p.change(a[i:next], b[j:end], flows)
		}
		if end == len(b) {
			break
		}
		// A side that is still empty has not begun its paragraph: what was
		// added before its first word stays in front of it.
		if a[next].Begin && len(p.cur.Left) > 0 || b[end].Begin && len(p.cur.Right) > 0 {
			p.flush()
		}
		add(&p.cur.Left, "same", a[next])
		add(&p.cur.Right, "same", b[end])
		i, j = next+1, end+1
	}
	p.flush()
	return p.rows
}

// change adds words that are gone and words that are new. flows says that the
// paragraph goes on after them.
func (p *pairing) change(gone, added []diff.Word, flows bool) {
	d, n := paragraphsOf(gone), paragraphsOf(added)
	for _, t := range d[0] {
		add(&p.cur.Left, "del", t)
	}
	for _, t := range n[0] {
		add(&p.cur.Right, "ins", t)
	}
	d, n = d[1:], n[1:]
	total := max(len(d), len(n))
	skipD, skipN := 0, 0
	if flows { // what the next words belong to stays beside its counterpart
		skipD, skipN = total-len(d), total-len(n)
	}
	for k := range total {
		p.flush()
		if k >= skipD && k-skipD < len(d) {
			for _, t := range d[k-skipD] {
				add(&p.cur.Left, "del", t)
			}
		}
		if k >= skipN && k-skipN < len(n) {
			for _, t := range n[k-skipN] {
				add(&p.cur.Right, "ins", t)
			}
		}
	}
}

// paragraphsOf divides tokens where paragraphs begin. The first part is what
// goes on from before, and may be empty.
func paragraphsOf(ts []diff.Word) [][]diff.Word {
	out := [][]diff.Word{nil}
	for _, t := range ts {
		if t.Begin {
			out = append(out, nil)
		}
		out[len(out)-1] = append(out[len(out)-1], t)
	}
	return out
}

// flush ends a row.
func (p *pairing) flush() {
	if len(p.cur.Left) > 0 || len(p.cur.Right) > 0 {
		p.rows = append(p.rows, p.cur)
	}
	p.cur = row{}
}

// add appends a word to a side of a row.
func add(side *[]run, op string, t diff.Word) {
	text, n := t.Text, len(*side)
	if t.Space && n > 0 {
		text = " " + text
	}
	if n > 0 && (*side)[n-1].Op == op {
		(*side)[n-1].Text += text
		return
	}
	if n > 0 && t.Space && op != "same" { // the space is not part of the change
		(*side)[n-1].Text += " "
		text = t.Text
	}
	*side = append(*side, run{op, text})
}

func (s *server) side(a river.Article, began time.Time) side {
	return side{
		Outlet: name(a.Outlet, a.URL), Title: clip(a.Title, 300), URL: outside(a.URL), Lang: language(a.Lang),
		Time: s.moment(a.Time()), Delay: delay(a.Time(), began),
	}
}
