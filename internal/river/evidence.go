package river

import (
	"fmt"

	"newsfold"
)

// Because puts a piece of evidence into words, for a line of text. A kind that is not
// known here is named as it is. The detail may hold words of articles: whoever prints
// it takes out what a terminal would obey.
func Because(e newsfold.Evidence) string {
	detail := e.Detail
	switch e.Kind {
	case "containment":
		return fmt.Sprintf("%s (%s, rare words counting more)", detail, percent(e.Value))
	case "containment-reverse":
		return fmt.Sprintf("%s of the longer text is in the shorter", percent(e.Value))
	case "passage", "time", "url", "by-hand":
		return detail
	case "title":
		return fmt.Sprintf("titles %s alike: %s", percent(e.Value), detail)
	case "numbers", "names":
		if detail == "" {
			return fmt.Sprintf("%s of the weightiest %s are in both", percent(e.Value), e.Kind)
		}
		return fmt.Sprintf("in both: %s of %s", percent(e.Value), detail)
	case "slots":
		return fmt.Sprintf("other facts in the same places (%s of those compared): %s", percent(e.Value), detail)
	case "weights":
		return fmt.Sprintf("all weighed together: %.2f (%s)", e.Value, detail)
	}
	switch {
	case detail == "":
		return fmt.Sprintf("%s %.2f", e.Kind, e.Value)
	case e.Value == 0:
		return fmt.Sprintf("%s: %s", e.Kind, detail)
	}
	return fmt.Sprintf("%s %.2f: %s", e.Kind, e.Value, detail)
}

func percent(v float64) string { return fmt.Sprintf("%.0f %%", 100*v) }
