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
		return fmt.Sprintf("%s (%s, rare words counting more)", detail, Percent(e.Value))
	case "containment-reverse":
		return fmt.Sprintf("%s of the longer text is in the shorter", Percent(e.Value))
	case "passage", "time", "url", "by-hand":
		return detail
	case "title":
		return fmt.Sprintf("titles %s alike: %s", Percent(e.Value), detail)
	case "numbers", "names":
		if detail == "" {
			return fmt.Sprintf("%s of the weightiest %s are in both", Percent(e.Value), e.Kind)
		}
		return fmt.Sprintf("in both: %s of %s", Percent(e.Value), detail)
	case "slots":
		return fmt.Sprintf("other facts in the same places (%s of those compared): %s", Percent(e.Value), detail)
	case "weights":
		return fmt.Sprintf("all weighed together: %.2f (%s)", e.Value, detail)
	case "furniture":
		return fmt.Sprintf("%s of what they share stands on many pages of the site", Percent(e.Value))
	case "worn":
		return fmt.Sprintf("%s of what they share stands in articles of other days too", Percent(e.Value))
	}
	if said := ofEvent(e); said != "" {
		return said
	}
	switch {
	case detail == "":
		return fmt.Sprintf("%s %.2f", e.Kind, e.Value)
	case e.Value == 0:
		return fmt.Sprintf("%s: %s", e.Kind, detail)
	}
	return fmt.Sprintf("%s %.2f: %s", e.Kind, e.Value, detail)
}

// ofEvent puts the kinds into words that tie stories to events; empty for others.
func ofEvent(e newsfold.Evidence) string {
	switch e.Kind {
	case "words":
		return fmt.Sprintf("words %s alike: %s", Percent(e.Value), e.Detail)
	case "cohesion":
		return fmt.Sprintf("%s of the likeness within the event", Percent(e.Value))
	case "anchors", "meaning", "dictionary":
		return fmt.Sprintf("%s (%.2f)", e.Detail, e.Value)
	case "margin":
		return fmt.Sprintf("%s by %s", e.Detail, Percent(e.Value))
	case "order":
		return fmt.Sprintf("%s, %s of them in the same order", e.Detail, Percent(e.Value))
	case "cover":
		return fmt.Sprintf("%s of the numbers, names and places of the one are in the other", Percent(e.Value))
	case "length":
		return fmt.Sprintf("the shorter is %s as long as the other, as their scripts have it", Percent(e.Value))
	case "alternate", "earlier":
		return e.Detail
	}
	return ""
}
