package ingest

import "newsfold"

// plainTexts remembers of articles that their texts name no source: the lines that
// do are not looked for again when such a text is read for a comparison. It is
// bounded, forgets what was added longest ago, and nothing depends on what it holds.
type plainTexts struct {
	ids, older map[newsfold.ArticleID]struct{}
}

// maxPlain is how many articles either half holds.
const maxPlain = 1 << 14

func (p *plainTexts) set(id newsfold.ArticleID, plain bool) {
	if !plain {
		delete(p.ids, id)
		delete(p.older, id)
		return
	}
	if p.ids == nil || len(p.ids) == maxPlain {
		p.ids, p.older = map[newsfold.ArticleID]struct{}{}, p.ids
	}
	p.ids[id] = struct{}{}
}

func (p *plainTexts) has(id newsfold.ArticleID) bool {
	_, ok := p.ids[id]
	if !ok {
		_, ok = p.older[id]
	}
	return ok
}
