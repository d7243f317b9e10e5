package web

import (
	"math"
	"strconv"

	"newsfold"
)

// evidenceTexts put the kinds that package dedupe documents into words; %s
// stands for the value.
var evidenceTexts = map[string]string{}

// evidence puts one reason for a fold into words. A kind that is not known here
// is shown as it is.
func evidence(e newsfold.Evidence) reason {
	text, ok := evidenceTexts[e.Kind]
	if !ok {
		text = e.Kind
		if e.Value != 0 && !math.IsNaN(e.Value) && !math.IsInf(e.Value, 0) {
			text += " " + strconv.FormatFloat(e.Value, 'f', 2, 64)
		}
	}
	return reason{Text: text, Detail: clip(e.Detail, 500)}
}
