package dedupe

import (
	"os"
	"strings"
	"testing"
)

func TestDebug(t *testing.T) {
	want := strings.Fields(os.Getenv("WANT"))
	if len(want) == 0 {
		t.Skip()
	}
	s := loadSet(t, want[0])
	sh := newShelf()
	f := NewFolder(Options{}, sh)
	for _, id := range s.ids {
		a := s.docs[id]
		for _, w := range want[1:] {
			if w == id {
				d := newDoc(a)
				keys := f.sk.sketch(d)
				c := f.candidates(d, keys)
				var names []string
				for _, x := range c {
					names = append(names, s.ids[x-1])
				}
				t.Log(id, "words", d.n, "keys", len(keys), "candidates", names)
				ms, _ := f.matches(d, keys)
				for _, m := range ms {
					p, _ := f.place(m.doc.art.ID)
					h := f.scores[p]
					if h == nil {
						h = &hit{}
					}
					t.Logf("   %s %s %.3f %s keys %d chrome %d worn %d clean %d hours %.0f", s.ids[m.doc.art.ID-1], m.v.Relation, m.v.Score, m.v.Rule, h.keys, h.chrome, h.worn, f.clean, d.at.Sub(m.doc.at).Hours())
				}
				gs, _ := f.groups(d, ms)
				for _, g := range gs {
					t.Logf("   group %s best %s agree %d doubt %d n %d", s.ids[g.story[0]-1], s.ids[g.best.doc.art.ID-1], g.agree, g.doubt, len(g.story))
				}
			}
		}
		foldOne(t, f, sh, a)
	}
}
