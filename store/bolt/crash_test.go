package bolt_test

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"testing"
	"time"

	"newsfold/store"
	"newsfold/store/bolt"
)

// Variables that make the test binary a writer to be killed or confined.
const (
	crashEnv = "NEWSFOLD_TEST_CRASH" // directory of the store
	limitEnv = "NEWSFOLD_TEST_LIMIT" // directory of the store, file size limited
)

func TestMain(m *testing.M) {
	switch {
	case os.Getenv(crashEnv) != "":
		writeUntilKilled(os.Getenv(crashEnv))
	case os.Getenv(limitEnv) != "":
		writeUntilFull(os.Getenv(limitEnv))
	default:
		os.Exit(m.Run())
	}
}

// writeUntilKilled goes on with the load of a store, saying on standard output
// how many steps are done as soon as Update has said so. Now and then it packs the
// store, and less often compacts it.
func writeUntilKilled(dir string) {
	db, err := bolt.Open(context.Background(), file(dir), bolt.Options{Loose: 20})
	if err != nil {
		fmt.Println("error", err)
		os.Exit(1)
	}
	l := load{words: 300}
	var n int
	for batch := 1; ; batch = batch%7 + 1 {
		err := db.Update(context.Background(), func(tx store.Tx) error {
			var err error
			if n, err = l.count(tx); err != nil {
				return err
			}
			for range batch {
				if err := l.step(tx, n); err != nil {
					return err
				}
				n++
			}
			return nil
		})
		if err != nil {
			fmt.Println("error", err)
			os.Exit(1)
		}
		fmt.Println(n)
		if n%5 < batch {
			if err := db.PackAll(context.Background()); err != nil {
				fmt.Println("error", err)
				os.Exit(1)
			}
		}
		if n%40 < batch {
			if _, _, err := db.Compact(context.Background()); err != nil {
				fmt.Println("error", err)
				os.Exit(1)
			}
		}
	}
}

var kills = flag.Int("kills", 50, "how often TestKilledWriter kills a process")

// TestKilledWriter kills a process that writes, at random moments from its
// start on, and looks each time that all it was promised is there, and nothing
// by halves.
func TestKilledWriter(t *testing.T) {
	kills := *kills
	if testing.Short() {
		kills = 6
	}
	dir := t.TempDir()
	l := load{words: 300}
	rnd := rand.New(rand.NewPCG(5, 6))
	promised, stored := 0, 0
	for range kills {
		n, lines := killedAfter(t, dir, time.Duration(rnd.IntN(60_000))*time.Microsecond)
		promised = max(promised, n)

		db := open(t, dir)
		check(t, db)
		err := db.View(t.Context(), func(tx store.Tx) (err error) {
			if stored, err = l.count(tx); err != nil {
				return err
			}
			return l.verify(tx, stored)
		})
		if err != nil {
			t.Fatal(err)
		}
		if stored < promised {
			t.Fatalf("%d steps were promised, %d are stored (%d lines in this life)", promised, stored, lines)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if stored == 0 {
		t.Error("no writer ever got to write")
	}
	t.Logf("%d kills survived, %d steps stored", kills, stored)
}

// killedAfter runs a writer for a while and returns the last number it said.
func killedAfter(t *testing.T, dir string, life time.Duration) (n, lines int) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), crashEnv+"="+dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	// Half of the lives begin when the writer is at work, however long that takes,
	// the others include its start, when the file may not be there yet.
	late := life > 30*time.Millisecond
	kill := func() { time.AfterFunc(life, func() { _ = cmd.Process.Kill() }) }
	if !late {
		kill()
	}
	for sc := bufio.NewScanner(out); sc.Scan(); lines++ {
		if n, err = strconv.Atoi(sc.Text()); err != nil {
			t.Errorf("the writer said %q", sc.Text())
		}
		if lines == 0 && late {
			kill()
		}
	}
	_ = cmd.Wait() // it was killed
	return n, lines
}
