package main

import (
	"strings"
	"testing"
)

func TestTableAlignsByWhatIsSeenAndFitsTheTerminal(t *testing.T) {
	tab := table{give: []int{1, 4}}
	tab.row("ID", "TITLE", "FOLDER", "ENTRIES", "ERROR")
	tab.row("1", "灯台日報", "", "12", "")
	tab.row("20", "المرفأ", "", "3", "the server says\n404")
	tab.row("3", "A title that goes on and on and on and on", "", "4", "")
	for name, tc := range map[string]struct {
		screen screen
		want   string
	}{
		"to a program": {screen{}, `
ID  TITLE                                      FOLDER  ENTRIES  ERROR
1   灯台日報                                           12
20  المرفأ                                             3        the server says 404
3   A title that goes on and on and on and on          4`},
		"to a terminal": {screen{width: 44}, `
ID  TITLE           ENTRIES  ERROR
1   灯台日報        12
20  ` + "\u2068المرفأ\u2069" + `          3        the server say…
3   A title that…   4`},
		"to one without room": {screen{width: 20}, `
ID  TITLE       ENTRIES  ERROR
1   灯台日報    12
20  ` + "\u2068المرفأ\u2069" + `      3        the serve…
3   A title t…  4`},
	} {
		t.Run(name, func(t *testing.T) {
			var b strings.Builder
			if err := tab.print(&b, tc.screen); err != nil {
				t.Fatal(err)
			}
			if got, want := b.String(), strings.TrimPrefix(tc.want, "\n")+"\n"; got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}
