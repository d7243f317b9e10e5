package dedupe

import (
	"math/rand/v2"
	"strings"
)

// The generator of altered copies: excerpts and edits of any text, by program,
// so that recall is measured where the truth is known.

// cut returns the first n words of a text, with the mark that feeds put there.
func cut(text string, n int) string {
	f := strings.Fields(text)
	if len(f) <= n {
		return text
	}
	return strings.Join(f[:n], " ") + " …"
}

// changeWords changes a share of the words: most are replaced by words of the
// vocabulary, some are dropped, doubled or swapped with their neighbours.
func changeWords(r *rand.Rand, text string, share float64, vocabulary []string) string {
	paragraphs := strings.Split(text, "\n")
	for p, s := range paragraphs {
		words := strings.Fields(s)
		out := make([]string, 0, len(words)+4)
		for i := 0; i < len(words); i++ {
			w := words[i]
			if r.Float64() >= share {
				out = append(out, w)
				continue
			}
			switch r.IntN(10) {
			case 0: // dropped
			case 1: // something put in
				out = append(out, vocabulary[r.IntN(len(vocabulary))], w)
			case 2: // swapped
				if i+1 < len(words) {
					out = append(out, words[i+1])
					i++
				}
				out = append(out, w)
			default:
				out = append(out, vocabulary[r.IntN(len(vocabulary))])
			}
		}
		paragraphs[p] = strings.Join(out, " ")
	}
	return strings.Join(paragraphs, "\n")
}

// sentences splits a text roughly.
func sentences(text string) []string {
	var out []string
	start := 0
	for i, c := range text {
		end := i+1 == len(text) || text[i+1] == ' ' || text[i+1] == '\n'
		if (end && (c == '.' || c == '!') || c == '\n') && i-start > 20 {
			out = append(out, text[start:i+1])
			start = i + 1
		}
	}
	return append(out, text[start:])
}

// reorder moves a share of the sentences elsewhere.
func reorder(r *rand.Rand, text string, share float64) string {
	s := sentences(text)
	for i := range s {
		if r.Float64() < share {
			j := r.IntN(len(s))
			s[i], s[j] = s[j], s[i]
		}
	}
	return strings.Join(s, " ")
}

// dropSentences leaves out a share of the sentences, but not all.
func dropSentences(r *rand.Rand, text string, share float64) string {
	s := sentences(text)
	kept := s[:0:0]
	for i, x := range s {
		if r.Float64() >= share || i == len(s)-1 && len(kept) == 0 {
			kept = append(kept, x)
		}
	}
	return strings.Join(kept, " ")
}

// addParagraphs puts a share of another text's sentences in.
func addParagraphs(r *rand.Rand, text, other string, share float64) string {
	s, o := sentences(text), sentences(other)
	n := int(share*float64(len(s))) + 1
	for k := range min(n, len(o)) {
		i := r.IntN(len(s) + 1)
		s = append(s[:i:i], append([]string{"\n" + o[k] + "\n"}, s[i:]...)...)
	}
	return strings.Join(s, " ")
}
