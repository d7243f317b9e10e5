package web

import (
	"math"
	"strconv"
	"strings"

	"newsfold"
	"newsfold/internal/river"
)

// wording says how a kind of evidence is shown.
type wording struct {
	text   string // %s stands for the value; empty: the detail says it all
	detail bool   // the detail adds something
}

// wordings are those of the kinds that package dedupe documents.
var wordings = map[string]wording{
	"containment":         {"%s of the shorter text is in the other one", false},
	"containment-reverse": {"%s of the longer text is in the shorter one", false},
	"passage":             {"", false},
	"title":               {"titles alike: %s", true},
	"numbers":             {"numbers found in both: %s", true},
	"names":               {"names and rare words found in both: %s", true},
	"slots":               {"where both name facts, %s of them differ", true},
	"time":                {"", false},
	"url":                 {"", false},
	"furniture":           {"of what they share, %s stands on many pages of the site", false},
	"worn":                {"of what they share, %s stands in articles of other days too", false},
	"weights":             {"all of this weighed together: %s", true},
	"by-hand":             {"", false},
}

// evidence puts one reason for a fold into words. A kind that is not known here
// is shown as it is.
func evidence(e newsfold.Evidence) reason {
	detail := clip(e.Detail, 500)
	w, ok := wordings[e.Kind]
	switch {
	case !ok:
		text := clip(e.Kind, 100)
		if e.Value != 0 && !math.IsNaN(e.Value) && !math.IsInf(e.Value, 0) {
			text += " " + strconv.FormatFloat(e.Value, 'f', 2, 64)
		}
		return reason{text, detail}
	case w.text == "" && detail != "":
		return reason{Text: detail}
	case w.text == "":
		return reason{Text: e.Kind}
	case !w.detail:
		detail = ""
	}
	return reason{strings.ReplaceAll(w.text, "%s", river.Percent(e.Value)), detail}
}
