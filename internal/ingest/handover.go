package ingest

import (
	"context"
	"strings"
	"sync"

	"newsfold"
	"newsfold/extract"
)

// handover passes texts from the stages that store them to the one that folds
// them, so that it need not read and decompress again what was in memory a
// moment ago. It is bounded, and nothing depends on what
// it holds: the change log says what is to be folded, and a text that is not here
// is read from the store.
//
// What is here is always what the store holds or held: a text is taken away
// within the transaction that replaces it, and put in after the commit. It is
// safe for concurrent use.
type handover struct {
	mu    sync.Mutex
	texts map[newsfold.ArticleID]bare
	size  int           // bytes
	room  chan struct{} // closed when there is room again; nil while there is
}

// maxHanded bounds the texts that wait for being folded in memory, in bytes.
// Beyond it, polls wait for the folding to catch up.
const maxHanded = 4 << 20

// bare is the text of an article less the lines that say where it comes from,
// what those say, and what the text links to.
type bare struct {
	text    string
	origins []newsfold.Origin
	links   []string
	plain   bool // there are no such lines
}

// stripped is the text of a page or an entry as extraction has read it.
func stripped(doc *extract.Document) bare {
	return bare{
		text:    strings.Clone(doc.Body), // not to hold all of doc
		origins: origins(doc.Origins),
		links:   links(doc.Image, doc.HTML),
		plain:   len(doc.Body) == len(doc.Text) && len(doc.Origins) == 0,
	}
}

func (b *bare) size() int {
	n := len(b.text) + 256
	for _, l := range b.links {
		n += len(l) + 16
	}
	return n
}

// put adds texts that were stored.
func (h *handover) put(texts map[newsfold.ArticleID]bare) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.texts == nil {
		h.texts = map[newsfold.ArticleID]bare{}
	}
	for id, b := range texts {
		if old, ok := h.texts[id]; ok {
			h.size -= old.size()
			delete(h.texts, id)
		}
		if h.size < 2*maxHanded {
			h.size += b.size()
			h.texts[id] = b
		}
	}
}

// take removes the text of an article and returns it, if it is here.
func (h *handover) take(id newsfold.ArticleID) (bare, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	b, ok := h.texts[id]
	if ok {
		delete(h.texts, id)
		h.size -= b.size()
		h.open()
	}
	return b, ok
}

// clear forgets all texts: nothing is left to be folded.
func (h *handover) clear() {
	h.mu.Lock()
	defer h.mu.Unlock()
	clear(h.texts)
	h.size = 0
	h.open()
}

func (h *handover) open() {
	if h.room != nil && h.size < maxHanded/2 {
		close(h.room)
		h.room = nil
	}
}

// wait returns when there is room for texts.
func (h *handover) wait(ctx context.Context) error {
	h.mu.Lock()
	if h.size < maxHanded {
		h.mu.Unlock()
		return nil
	}
	if h.room == nil {
		h.room = make(chan struct{})
	}
	room := h.room
	h.mu.Unlock()
	select {
	case <-room:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
