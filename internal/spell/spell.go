// Package spell finds the word that was probably meant by one that is not known:
// a flag, a command, a key of the configuration, the title of a feed.
package spell

import (
	"maps"
	"slices"
	"strings"
)

// Nearest returns the word that was probably meant by one that is not known;
// empty when none is near. Of several it is the first in alphabetical order.
func Nearest(word string, known []string) string {
	best, least := "", max(1, min(3, len(word)/3))+1
	sorted := slices.Sorted(maps.Keys(set(known)))
	for _, k := range sorted {
		d := distance(strings.ToLower(word), strings.ToLower(k), least)
		if d < least {
			best, least = k, d
		}
	}
	if best != "" || len(word) < 3 {
		return best
	}
	// Too much or too little of it: "list" for "listen", "listen" for
	// "daemon.listen".
	for _, k := range sorted {
		if strings.HasPrefix(k, word) || strings.HasSuffix(k, "."+word) {
			return k
		}
	}
	return ""
}

func set(words []string) map[string]bool {
	m := make(map[string]bool, len(words))
	for _, w := range words {
		m[w] = true
	}
	return m
}

// distance counts the letters that have to be put in, left out, replaced or
// swapped with their neighbour to make one word of another (optimal string
// alignment), up to most. Words of more than 64 bytes are as far as that.
func distance(a, b string, most int) int {
	if len(a) > 64 || len(b) > 64 || len(a)-len(b) >= most || len(b)-len(a) >= most {
		return most
	}
	before, last := make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row := make([]int, len(b)+1)
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last = last, row
	}
	return min(last[len(b)], most)
}
