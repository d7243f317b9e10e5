package ingest

import "testing"

func TestOutletIsNamedInTheTitleOfItsSectionFeeds(t *testing.T) {
	for _, c := range []struct{ title, domain, want string }{
		{"The Harbour Courier: Business", "courier.example", "The Harbour Courier"},
		{"World news | The Harbour Courier", "harbourcourier.example", "The Harbour Courier"},
		{"HC News - Sport", "hcnews.example", "HC News"},
		{"The Harbour Courier", "courier.example", "The Harbour Courier"},
		{"Ledger & Tide", "ledger.example", "Ledger & Tide"},
		{"Courier: the Courier's best", "courier.example", "Courier: the Courier's best"}, // both parts
		{"Business: Ships", "courier.example", "Business: Ships"},                         // neither
		{"A - B", "b.example", "A - B"},                                                   // too short a name to tell
		{"Tide-tables", "tide.example", "Tide-tables"},                                    // no separator
		{"صحيفة المرفأ", "almarfa.example", "صحيفة المرفأ"},
		{"", "courier.example", ""},
	} {
		if got := publisher(c.title, c.domain); got != c.want {
			t.Errorf("outlet of %q at %s is %q, want %q", c.title, c.domain, got, c.want)
		}
	}
}
