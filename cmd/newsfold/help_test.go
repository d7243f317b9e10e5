package main

import (
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// TestReadmeNamesCommandsAndFlagsAsHelpDoes keeps the README's table of commands
// true and complete.
func TestReadmeNamesCommandsAndFlagsAsHelpDoes(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	root := (&app{streams: streams{strings.NewReader(""), io.Discard, io.Discard}}).root()
	_, table, ok := strings.Cut(string(data), "| command | |\n|---|---|\n")
	if !ok {
		t.Fatal("README.md has no table of commands")
	}
	table, _, _ = strings.Cut(table, "\n\n")
	spans := regexp.MustCompile("`[^`]+`")
	flags := regexp.MustCompile(`--[a-z][a-z-]*`)
	named := map[*cobra.Command]bool{}
	for row := range strings.SplitSeq(table, "\n") {
		cells := strings.SplitN(strings.ReplaceAll(row, `\|`, " or "), "|", 3)
		if len(cells) < 3 {
			t.Errorf("%q is no row", row)
			continue
		}
		var own []*cobra.Command
		for _, span := range spans.FindAllString(cells[1], -1) {
			cmd, _, err := root.Find(strings.Fields(strings.Trim(span, "`")))
			if err != nil || cmd == root {
				t.Errorf("%s is no command", span)
				continue
			}
			own = append(own, cmd)
			for c := cmd; c != root; c = c.Parent() {
				named[c] = true
			}
		}
		for _, span := range spans.FindAllString(row, -1) {
			among := own
			if cmd, _, err := root.Find(strings.Fields(strings.Trim(span, "`"))); err == nil && cmd != root {
				among = append(among[:len(among):len(among)], cmd)
			}
			for _, name := range flags.FindAllString(span, -1) {
				found := false
				for _, cmd := range among {
					for _, c := range append(cmd.Commands(), cmd) {
						found = found || c.Flag(strings.TrimPrefix(name, "--")) != nil
					}
				}
				if !found {
					t.Errorf("%s in the row of %s is no flag of it", name, own[0].Name())
				}
			}
		}
	}
	for _, cmd := range root.Commands() {
		switch name := cmd.Name(); {
		case !cmd.IsAvailableCommand(), name == "help", name == "completion", name == "version":
		case !named[cmd]:
			t.Errorf("the README's table lacks %s", name)
		}
	}
}

// TestEveryCommandShowsAnExample keeps --help enough to need no manual.
func TestEveryCommandShowsAnExample(t *testing.T) {
	root := (&app{streams: streams{strings.NewReader(""), io.Discard, io.Discard}}).root()
	var walk func(*cobra.Command)
	walk = func(cmd *cobra.Command) {
		for _, sub := range cmd.Commands() {
			switch {
			case sub.HasSubCommands() && !sub.HasAvailableLocalFlags(), sub.Name() == "version":
			case sub.Example == "":
				t.Errorf("`%s --help` has no example", sub.CommandPath())
			}
			if sub.Short == "" {
				t.Errorf("%s does not say what it is for", sub.CommandPath())
			}
			walk(sub)
		}
	}
	walk(root)
}

// TestManualPagesAreSafeForTheTypesetter renders every page: no line of text may
// be taken for a command of the typesetter.
func TestManualPagesAreSafeForTheTypesetter(t *testing.T) {
	known := regexp.MustCompile(`^\.(TH|SH|TP|B|BR|nf|fi)( |$)`)
	root := (&app{streams: streams{strings.NewReader(""), io.Discard, io.Discard}}).root()
	var walk func(*cobra.Command)
	walk = func(cmd *cobra.Command) {
		for line := range strings.SplitSeq(manual(cmd), "\n") {
			if (strings.HasPrefix(line, ".") || strings.HasPrefix(line, "'")) && !known.MatchString(line) {
				t.Errorf("%s: %q", cmd.CommandPath(), line)
			}
		}
		for _, sub := range cmd.Commands() {
			walk(sub)
		}
	}
	walk(root)
	if got := roff(".x\n'y \\-"); got != "\\&.x\n\\&'y \\e\\-" {
		t.Errorf("%q", got)
	}
}
