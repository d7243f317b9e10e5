package store

import "slices"

// ExcessRevisions says which of the revisions of an article have to go so that
// the rest keeps within [MaxRevisions] and [MaxRevisionBytes]: it returns their
// indexes, ascending. sizes are those of title and text together, in bytes,
// oldest first. Engines share it so that they keep the same.
func ExcessRevisions(sizes []int) []int {
	var gone, rest []int
	total := 0
	for i, n := range sizes {
		if n > MaxRevisionBytes {
			gone = append(gone, i)
			continue
		}
		rest = append(rest, i)
		total += n
	}
	for len(rest) > MaxRevisions || total > MaxRevisionBytes {
		out := min(1, len(rest)-1) // the oldest but the first
		gone = append(gone, rest[out])
		total -= sizes[rest[out]]
		rest = slices.Delete(rest, out, out+1)
	}
	slices.Sort(gone)
	return gone
}
