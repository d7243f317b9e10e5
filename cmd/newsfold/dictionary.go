package main

import (
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"

	"newsfold/dedupe/event"
	"newsfold/internal/wordlist"
)

// dictionaryDir is where word lists are, in the directory of the store.
func (a *app) dictionaryDir() string { return filepath.Join(a.dir, "dict") }

// dictionary returns what reads the word lists when somebody first wants to compare
// by them: that takes a while, and most commands do not.
func (a *app) dictionary(log *slog.Logger) func() *event.Dictionary {
	return sync.OnceValue(func() *event.Dictionary {
		words, lists, err := wordlist.Load(a.dictionaryDir())
		if err != nil {
			log.Warn("go on without word lists", "err", err)
		}
		for _, l := range lists {
			if l.Problem != "" {
				log.Warn("read a word list", "file", l.Path, "pairs", l.Pairs, "left out", l.Passed, "err", l.Problem)
				continue
			}
			log.Info("read a word list", "file", l.Path, "pairs", l.Pairs)
		}
		return words
	})
}

// lists reads the word lists of a directory that was named; "" is none.
func (a *app) lists(dir string) (*event.Dictionary, error) {
	if dir == "" {
		return nil, nil
	}
	words, lists, err := wordlist.Load(dir)
	if err != nil {
		return nil, usage("--dict: %v", err)
	}
	for _, l := range lists {
		if l.Problem != "" {
			a.note("%s: %s", l.Path, l.Problem)
		}
	}
	if words == nil {
		return nil, usage("--dict %s: there is no word list such as eng-ara.tsv", dir)
	}
	return words, nil
}

// examineDictionary looks at the word lists.
func (a *app) examineDictionary() []finding {
	const check = "dictionary"
	_, lists, err := wordlist.Load(a.dictionaryDir())
	if err != nil {
		return []finding{{check, failing, err.Error(), "make that a directory with lists in it, or remove it"}}
	}
	if len(lists) == 0 {
		return []finding{well(check, "no word lists in %s; events are found across languages by names and numbers", a.dictionaryDir())}
	}
	var found []finding
	for _, l := range lists {
		f := well(check, "%s: %s of %s and %s", l.Path, count(l.Pairs, "pair", "pairs"), l.Languages[0], l.Languages[1])
		switch {
		case l.Problem != "" && l.Pairs == 0:
			f = finding{check, doubted, fmt.Sprintf("%s is of no use: %s", l.Path, l.Problem), "mend it, or remove it"}
		case l.Problem != "":
			f.State, f.Remedy = doubted, "mend these lines, or remove them"
			f.Detail += fmt.Sprintf("; %s left out, the first: %s", count(l.Passed, "line", "lines"), l.Problem)
		}
		found = append(found, f)
	}
	return found
}
