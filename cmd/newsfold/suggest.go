package main

import (
	"errors"
	"fmt"
	"net/url"
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

// webAddress complains of a flag's value that is given and is no URL of http or
// https.
func webAddress(flag, value string) error {
	u, err := url.Parse(value)
	if value != "" && (err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "") {
		return usage("%s %q is no URL of http or https", flag, value)
	}
	return nil
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
		hint := ""
		if strings.Contains(cmd.Use, "QUERY") {
			hint = fmt.Sprintf("; a query with -WORD goes behind --: `%s -- ferry -festival`", cmd.CommandPath())
		}
		return usage("`%s` has no flag -%s%s%s", cmd.CommandPath(), unknown.GetSpecifiedName(), hint, see)
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
	unknown := strings.HasPrefix(err.Error(), "unknown command")
	switch {
	case errors.Is(err, errUsage):
		return err
	case unknown && cmd.HasSubCommands():
		return noCommand(cmd, args[0])
	case unknown:
		return usage("`%s` takes no argument such as %q; see `%s --help`", cmd.CommandPath(), args[0], cmd.CommandPath())
	case len(args) == 0:
		return usage("something is missing: say `%s %s`; see `%s --help`", cmd.Parent().CommandPath(), cmd.Use, cmd.CommandPath())
	}
	return usage("%s given: say `%s %s`; see `%s --help`", count(len(args), "argument", "arguments"), cmd.Parent().CommandPath(), cmd.Use, cmd.CommandPath())
}

// noCommand complains of a command that there is not.
func noCommand(of *cobra.Command, name string) error {
	var names []string
	for _, c := range of.Commands() {
		if !c.Hidden {
			names = append(names, c.Name())
		}
	}
	return usage("there is no command %q of %s%s; see `%s --help`", name, of.CommandPath(), meant("", name, names), of.CommandPath())
}

// contradictory complains of flags given together that exclude one another.
// Cobra knows which those are (MarkFlagsMutuallyExclusive); its words for it are
// not for people. And of a feed that a script has left empty: all feeds are not
// meant by it.
func contradictory(cmd *cobra.Command) error {
	if f := cmd.Flags().Lookup("feed"); f != nil && f.Changed && f.Value.String() == "" {
		return usage("--feed: say an ID, a URL or a title behind it")
	}
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
