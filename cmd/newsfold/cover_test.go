package main

import (
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// TestScriptsUseEveryCommandFlagAndExitCode walks the commands and fails for each
// that no script runs, for each of its flags that none gives, and for each exit
// code that none meets.
func TestScriptsUseEveryCommandFlagAndExitCode(t *testing.T) {
	root := (&app{streams: streams{strings.NewReader(""), io.Discard, io.Discard}}).root()
	root.InitDefaultCompletionCmd()
	used := map[string]bool{} // "list", "list --json", "code 2"
	names, err := filepath.Glob("testdata/script/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		script, _, _ := strings.Cut(string(data), "\n-- ")
		for line := range strings.Lines(script) {
			note(root, used, line)
		}
	}
	var walk func(cmd *cobra.Command)
	walk = func(cmd *cobra.Command) {
		path := strings.TrimPrefix(cmd.CommandPath(), "newsfold ")
		if cmd.Runnable() && !used[path] {
			t.Errorf("no script runs `%s`", cmd.CommandPath())
		}
		cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
			if f.Name != "help" && !f.Hidden && !used[path+" --"+f.Name] {
				t.Errorf("no script gives --%s to `%s`", f.Name, cmd.CommandPath())
			}
		})
		for _, sub := range cmd.Commands() {
			if sub.Name() != "help" && !sub.Hidden {
				walk(sub)
			}
		}
	}
	walk(root)
	for _, m := range regexp.MustCompile(`(?m)^  (\d+) `).FindAllStringSubmatch(exitHelp, -1) {
		if !used["code "+m[1]] && m[1] != "0" {
			t.Errorf("no script ends with code %s", m[1])
		}
	}
}

// note takes down what a line of a script runs. Global flags count for the root,
// whichever command they are given to; those of the daemon also by themselves,
// after the script's own command.
func note(root *cobra.Command, used map[string]bool, line string) {
	if m := regexp.MustCompile(`test \$\? = (\d+)`).FindStringSubmatch(line); m != nil { // in a shell
		used["code "+m[1]] = true
	}
	words := strings.Fields(strings.NewReplacer("'", " ", `"`, " ").Replace(line))
	if i := slices.Index(words, "code"); i >= 0 && i+1 < len(words) {
		used["code "+words[i+1]] = true
		words = append([]string{"newsfold"}, words[i+2:]...)
	}
	if i := slices.Index(words, "newsfold"); i >= 0 {
		words = words[i+1:]
	} else if len(words) == 0 || words[0] != "daemon" {
		return
	}
	var args []string
	for _, w := range words {
		if !strings.HasPrefix(w, "$") {
			args = append(args, w)
		}
	}
	cmd, _, err := root.Find(args)
	if err != nil {
		return
	}
	path := strings.TrimPrefix(cmd.CommandPath(), "newsfold ")
	used[path] = true
	for _, w := range words {
		name, _, _ := strings.Cut(w, "=")
		var f *pflag.Flag
		switch {
		case strings.HasPrefix(name, "--"):
			f = cmd.Flag(name[2:])
		case len(name) == 2 && name[0] == '-':
			f = cmd.Flags().ShorthandLookup(name[1:])
		}
		if f == nil {
			continue
		}
		if root.PersistentFlags().Lookup(f.Name) == f {
			path = "newsfold"
		} else {
			path = strings.TrimPrefix(cmd.CommandPath(), "newsfold ")
		}
		used[path+" --"+f.Name] = true
	}
}
