// Command fold measures how newsfold folds, beside the usual ways of finding
// near-duplicates, on the same articles in one run.
//
//	go run . all              everything below that measures, and the evaluations of package dedupe
//	go run . quality          hand-labelled pairs, silver pairs, traps, cost
//	go run . cost -n 100000   throughput and memory on a stream made by program
//	go run . stream -n 100000 that stream as JSON Lines, for newsfold fold:
//	    go run . stream -n 100000 | newsfold fold - > folded.jsonl
//	go run . refresh -n 20000 what a first refresh of generated feeds brings; -words 60
//	go run . origin           how often the agency that texts credit is named; -show
//	go run . replay FILE...   folds files and prints every decision
//
// Quality reads the development sets in ../../../shared/data/fold, or where
// -data says.
package main

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
)

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: fold all|quality|cost|stream|origin|refresh|replay [flags]")
		os.Exit(2)
	}
	fs := flag.NewFlagSet(os.Args[1], flag.ExitOnError)
	data := fs.String("data", "../../../shared/data/fold", "where the development sets are")
	n := fs.Int("n", 100_000, "articles to stream")
	words := fs.Int("words", 400, "words of an article")
	show := fs.Bool("show", false, "print the stories whose origin is not named")
	profile := fs.String("profile", "", "write a CPU profile of replay here")
	fs.Parse(os.Args[2:])
	var err error
	switch os.Args[1] {
	case "quality":
		err = quality(*data)
	case "all":
		err = all(*data, *n, *words)
	case "cost":
		err = cost(*n, *words)
	case "stream":
		err = stream(*n, *words)
	case "origin":
		err = origin(*data, *show)
	case "refresh":
		err = refresh(*n, *words)
	case "replay":
		err = replay(fs.Args(), *profile)
	default:
		err = fmt.Errorf("no such command: %s", os.Args[1])
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// all measures everything: labels, peers, origins, cost, and what package dedupe
// measures of itself (parts left out, generated copies, other orders, parts that
// it was not fitted on, the index).
func all(data string, n, words int) error {
	if err := quality(data); err != nil {
		return err
	}
	if err := origin(data, false); err != nil {
		return err
	}
	if err := cost(n, words); err != nil {
		return err
	}
	test := exec.Command("go", "test", "./dedupe", "-evaluate", "-v", "-timeout", "2h",
		"-run", "Ablation|GeneratedCopies|OrderOfRealNews|Generalisation|IndexCost|SharedBoilerplate")
	test.Dir, test.Stdout, test.Stderr = "../..", os.Stdout, os.Stderr
	return test.Run()
}
