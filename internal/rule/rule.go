package rule

import (
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"newsfold"
	"newsfold/internal/spell"
)

// Rule says what is done with the articles of a feed that meet a condition.
type Rule struct {
	ID    int64           `json:"id"`             // positive, never used again
	Feed  newsfold.FeedID `json:"feed,omitempty"` // 0: of any
	Match string          `json:"match"`          // see [Compile]
	Do    []Action        `json:"do"`
	Added time.Time       `json:"added"`
}

// Action is what is done: one of the constants, or a tag (see [Action.Tag]).
type Action string

// The actions.
const (
	// Hide keeps the story out of all lists; its number still leads to it.
	Hide Action = "hide"
	// Read marks the story as read.
	Read Action = "read"
	// Star marks the story with a star.
	Star Action = "star"
	// NeverFold keeps the article in a story of its own.
	NeverFold Action = "never-fold"

	tagPrefix = "tag:"
)

// MaxTag bounds a tag, in runes.
const MaxTag = 64

// Tag returns the tag that the action gives a story, empty when it gives none.
func (a Action) Tag() string {
	tag, _ := strings.CutPrefix(string(a), tagPrefix)
	if tag == string(a) {
		return ""
	}
	return tag
}

// ParseAction reads an action as a person writes it: "hide", "read", "star",
// "never-fold" or "tag:X". A tag is of letters, digits and -_/.
func ParseAction(v string) (Action, error) {
	switch a := Action(v); a {
	case Hide, Read, Star, NeverFold:
		return a, nil
	}
	tag, ok := strings.CutPrefix(v, tagPrefix)
	if !ok {
		hint := ""
		if near := spell.Nearest(v, []string{"hide", "read", "star", "never-fold", "tag:X"}); near != "" {
			hint = fmt.Sprintf("; did you mean %s?", near)
		}
		return "", fmt.Errorf("%q is none of hide, read, star, never-fold, tag:X%s", v, hint)
	}
	if n := utf8.RuneCountInString(tag); n < 1 || n > MaxTag {
		return "", fmt.Errorf("%q: a tag has 1 to %d letters", v, MaxTag)
	}
	for _, r := range tag {
		if !unicode.In(r, unicode.L, unicode.M, unicode.N) && !strings.ContainsRune("-_/.", r) {
			return "", fmt.Errorf("%q: a tag is of letters, digits, dots and - _ /", v)
		}
	}
	return Action(v), nil
}
