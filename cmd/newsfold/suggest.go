package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"newsfold/internal/spell"
)

// meant is the end of a complaint about a word that is not known: the one that
// was probably meant, if any.
func meant(prefix, word string, known []string) string {
	if near := spell.Nearest(word, known); near != "" {
		return fmt.Sprintf("; did you mean %s%s?", prefix, near)
	}
	return ""
}

// choice complains of a flag's value that is none of those there are.
func choice(flag, value string, among ...string) error {
	if slices.Contains(among, value) {
		return nil
	}
	return usage("%s %q is none of %s%s", flag, value, strings.Join(among, ", "), meant("", value, among))
}

// misflagged words what is wrong with the flags of a command line.
func misflagged(cmd *cobra.Command, err error) error {
	see := fmt.Sprintf("; see `%s --help`", cmd.CommandPath())
	var (
		unknown *pflag.NotExistError
		bad     *pflag.InvalidValueError
		empty   *pflag.ValueRequiredError
	)
	switch {
	case errors.As(err, &unknown) && unknown.GetSpecifiedShortnames() == "":
		var names []string
		cmd.Flags().VisitAll(func(f *pflag.Flag) {
			if !f.Hidden {
				names = append(names, f.Name)
			}
		})
		name := unknown.GetSpecifiedName()
		hint := meant("--", name, names)
		if hint == "" {
			hint = flagElsewhere(cmd, name)
		}
		return usage("`%s` has no flag --%s%s%s", cmd.CommandPath(), name, hint, see)
	case errors.As(err, &unknown):
		return usage("`%s` has no flag -%s%s", cmd.CommandPath(), unknown.GetSpecifiedName(), see)
	case errors.As(err, &bad):
		return usage("--%s: %v%s", bad.GetFlag().Name, misfit(bad.GetFlag(), bad.GetValue(), bad.Unwrap()), see)
	case errors.As(err, &empty):
		return usage("--%s: say its value behind it%s", empty.GetFlag().Name, see)
	}
	return usage("%v%s", err, see)
}

// flagElsewhere says which commands have a flag that this one has not.
func flagElsewhere(cmd *cobra.Command, name string) string {
	var have []string
	for _, c := range cmd.Root().Commands() {
		if c != cmd && !c.Hidden && c.LocalNonPersistentFlags().Lookup(name) != nil {
			have = append(have, c.Name())
		}
	}
	if len(have) == 0 || len(have) > 3 {
		return ""
	}
	return "; it is one of " + strings.Join(have, ", ")
}

// misnamed words a complaint about a command's arguments, of which the first may
// be a command that there is not.
func misnamed(cmd *cobra.Command, args []string, err error) error {
	if len(args) > 0 && cmd.HasSubCommands() && strings.HasPrefix(err.Error(), "unknown command") {
		var names []string
		for _, c := range cmd.Commands() {
			if !c.Hidden {
				names = append(names, c.Name())
			}
		}
		return usage("there is no command %q of %s%s; see `%s --help`", args[0], cmd.CommandPath(), meant("", args[0], names), cmd.CommandPath())
	}
	if strings.HasPrefix(err.Error(), "unknown command") {
		return usage("`%s` takes no argument such as %q; see `%s --help`", cmd.CommandPath(), args[0], cmd.CommandPath())
	}
	return usage("%v; see `%s --help`", err, cmd.CommandPath())
}

// contradictory complains of flags given together that exclude one another.
// Cobra knows which those are (MarkFlagsMutuallyExclusive); its words for it are
// not for people.
func contradictory(cmd *cobra.Command) error {
	err := cmd.ValidateFlagGroups()
	if err == nil {
		return nil
	}
	if text := err.Error(); strings.HasPrefix(text, "if any flags in the group") {
		i := strings.LastIndex(text, "; [")
		j := strings.LastIndex(text, "]")
		if i > 0 && j > i {
			names := strings.Fields(text[i+3 : j])
			return usage("--%s exclude each other", strings.Join(names, " and --"))
		}
	}
	return usage("%v", err)
}
