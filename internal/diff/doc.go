// Package diff compares two texts word by word, as a reader would: typographic
// variants of a quotation mark are the same word, signs of scripts without
// spaces are words of their own, and a match of a few words in the midst of a
// large change counts as part of it. Its work is bounded, whatever the texts are.
//
//	runs, _ := diff.Runs(before, after)
//	for _, r := range runs {
//		switch r.Op {
//		case diff.Gone:
//			fmt.Printf("[-%s-]", r.Text)
//		case diff.New:
//			fmt.Printf("{+%s+}", r.Text)
//		default:
//			fmt.Print(r.Text)
//		}
//	}
package diff
