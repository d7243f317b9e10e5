package terminal

import (
	"context"
	"fmt"
	"sync"

	tea "charm.land/bubbletea/v2"

	"newsfold"
	"newsfold/internal/control"
)

// deed is one marking of stories, all of which were of the opposite mark before;
// or a correction of the folds of one, which the store takes back.
type deed struct {
	ids  []newsfold.StoryID
	mark control.Mark
	fold newsfold.ArticleID // of a correction: by which its story is found
}

// inverse is what takes a deed back.
func (d deed) inverse() deed {
	d.mark = map[control.Mark]control.Mark{
		control.MarkRead: control.MarkUnread, control.MarkUnread: control.MarkRead,
		control.MarkStar: control.MarkUnstar, control.MarkUnstar: control.MarkStar,
	}[d.mark]
	return d
}

func (d deed) String() string {
	verb := map[control.Mark]string{
		control.MarkRead: "marked read", control.MarkUnread: "marked unread",
		control.MarkStar: "starred", control.MarkUnstar: "no longer starred",
	}[d.mark]
	return count(len(d.ids), "story", "stories") + " " + verb
}

// marks writes deeds one after the other, in the order of the keys.
type marks struct {
	client  *control.Client
	waiting []deed
	now     *job // nil: nothing is being written
}

// job is the writing of one deed, by whoever comes first: the command that was
// made for it or, when the program ended before that was started, [marks.finish].
type job struct {
	deed deed
	once sync.Once
	err  error
}

// written is the message that a deed was written, or was not.
type written struct {
	deed deed
	err  error
}

// add queues a deed and returns the command that writes it, unless another is
// being written, whose end will bring it on.
func (w *marks) add(ctx context.Context, d deed) tea.Cmd {
	w.waiting = append(w.waiting, d)
	if w.now != nil {
		return nil
	}
	return w.next(ctx)
}

// next begins with the deed that has waited longest.
func (w *marks) next(ctx context.Context) tea.Cmd {
	w.now = nil
	if len(w.waiting) == 0 {
		return nil
	}
	j := &job{deed: w.waiting[0]}
	w.waiting, w.now = w.waiting[1:], j
	ctx = context.WithoutCancel(ctx) // leaving ends what reads, and waits for this
	return safely(func() tea.Msg {
		w.write(ctx, j)
		return written{j.deed, j.err}
	})
}

func (w *marks) write(ctx context.Context, j *job) {
	j.once.Do(func() {
		ctx, cancel := context.WithTimeout(ctx, farewell)
		defer cancel()
		ids := make([]newsfold.ArticleID, len(j.deed.ids))
		for i, id := range j.deed.ids {
			ids[i] = newsfold.ArticleID(id)
		}
		_, j.err = w.client.Mark(ctx, control.MarkRequest{IDs: ids, Mark: j.deed.mark})
	})
}

// finish writes what is left. The model must not run any more.
func (w *marks) finish(ctx context.Context) error {
	left := w.waiting
	if w.now != nil {
		w.write(ctx, w.now)
		if w.now.err != nil {
			return fmt.Errorf("some marks were not written: %w", w.now.err)
		}
	}
	for _, d := range left {
		j := &job{deed: d}
		if w.write(ctx, j); j.err != nil {
			return fmt.Errorf("some marks were not written: %w", j.err)
		}
	}
	return nil
}
