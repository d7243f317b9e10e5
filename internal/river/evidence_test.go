package river_test

import (
	"testing"

	"newsfold"
	"newsfold/internal/river"
)

func TestEvidenceIsSaidInWords(t *testing.T) {
	tests := []struct {
		e    newsfold.Evidence
		want string
	}{
		{newsfold.Evidence{Kind: "containment", Value: .966, Detail: "271 of 279 words of the shorter text are in the other"}, "271 of 279 words of the shorter text are in the other (97 %, rare words counting more)"},
		{newsfold.Evidence{Kind: "containment-reverse", Value: .9, Detail: "of the longer text in the shorter"}, "90 % of the longer text is in the shorter"},
		{newsfold.Evidence{Kind: "passage", Value: 116, Detail: "longest shared passage: 116 words"}, "longest shared passage: 116 words"},
		{newsfold.Evidence{Kind: "title", Value: .2, Detail: `"A" and "B"`}, `titles 20 % alike: "A" and "B"`},
		{newsfold.Evidence{Kind: "numbers", Value: 1, Detail: "18 numbers of the shorter text"}, "in both: 100 % of 18 numbers of the shorter text"},
		{newsfold.Evidence{Kind: "names", Value: .5}, "50 % of the weightiest names are in both"},
		{newsfold.Evidence{Kind: "slots", Value: .25, Detail: "12 ≠ 13"}, "other facts in the same places (25 % of those compared): 12 ≠ 13"},
		{newsfold.Evidence{Kind: "weights", Value: .99, Detail: "start -5.0"}, "all weighed together: 0.99 (start -5.0)"},
		{newsfold.Evidence{Kind: "worn", Value: .5}, "50 % of what they share stands in articles of other days too"},
		{newsfold.Evidence{Kind: "words", Value: .36, Detail: "mean likeness to 2 stories"}, "words 36 % alike: mean likeness to 2 stories"},
		{newsfold.Evidence{Kind: "anchors", Value: .38, Detail: "24 numbers, names and places in common"}, "24 numbers, names and places in common (0.38)"},
		{newsfold.Evidence{Kind: "margin", Value: .9, Detail: "ahead of the next event"}, "ahead of the next event by 90 %"},
		{newsfold.Evidence{Kind: "length", Value: .93}, "the shorter is 93 % as long as the other, as their scripts have it"},
		{newsfold.Evidence{Kind: "alternate", Value: 1, Detail: "its publisher says so"}, "its publisher says so"},
		{newsfold.Evidence{Kind: "of-tomorrow", Value: .5, Detail: "x"}, "of-tomorrow 0.50: x"},
		{newsfold.Evidence{Kind: "of-tomorrow", Detail: "x"}, "of-tomorrow: x"},
		{newsfold.Evidence{Kind: "of-tomorrow", Value: .5}, "of-tomorrow 0.50"},
	}
	for _, tt := range tests {
		if got := river.Because(tt.e); got != tt.want {
			t.Errorf("Because(%+v) = %q, want %q", tt.e, got, tt.want)
		}
	}
}
