package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"newsfold/fetch"
	"newsfold/internal/config"
)

// setting is a flag together with the key and the variable that give it too.
// All of them follow from the flags: there is no list to keep.
type setting struct {
	config.Setting
	flag    *pflag.Flag
	command string // "" for global flags, else the command's path: "export opml"
}

// openTables are those in which people name things themselves.
var openTables = []string{"digest."}

// settings are those of all commands, the global ones first.
func settings(root *cobra.Command) (all []setting) {
	add := func(cmd *cobra.Command, path string, flags *pflag.FlagSet) {
		flags.VisitAll(func(f *pflag.Flag) {
			if f.Name == "help" || f.Name == "version" || f.Name == "config" || f.Hidden {
				return
			}
			key := strings.ReplaceAll(path+" "+f.Name, " ", ".")
			key = strings.TrimPrefix(key, ".")
			s := setting{flag: f, command: path, Setting: config.Setting{
				Key: key, Env: "NEWSFOLD_" + strings.ToUpper(strings.NewReplacer(".", "_", "-", "_").Replace(key)),
				Given: f.Changed,
				Set:   func(v string) error { return misfit(f, v, f.Value.Set(v)) },
			}}
			if list, ok := f.Value.(pflag.SliceValue); ok {
				s.SetList = list.Replace
			}
			all = append(all, s)
		})
	}
	var walk func(*cobra.Command, string)
	walk = func(cmd *cobra.Command, path string) {
		for _, sub := range cmd.Commands() {
			name := strings.TrimSpace(path + " " + sub.Name())
			// What config itself is to print is no setting: its output is a
			// configuration.
			if !unset(sub) && name != "config" {
				add(sub, name, sub.LocalNonPersistentFlags())
				walk(sub, name)
			}
		}
	}
	add(root, "", root.PersistentFlags())
	walk(root, "")
	return all
}

// unset reports whether a command goes without configuration: those that show
// newsfold itself, which a broken file must not keep from doing so.
func unset(cmd *cobra.Command) bool {
	for c := cmd; c != nil; c = c.Parent() {
		switch c.Name() {
		case "demo", "help", "version", "man", "completion", cobra.ShellCompRequestCmd, cobra.ShellCompNoDescRequestCmd:
			return true
		}
	}
	return false
}

// misfit words why a flag does not take a value.
func misfit(f *pflag.Flag, v string, err error) error {
	if err == nil {
		return nil
	}
	switch f.Value.Type() {
	case "duration":
		return fmt.Errorf("%q is no length of time: say 90s, 30m or 12h", v)
	case "int", "int64", "uint":
		return fmt.Errorf("%q is no whole number", v)
	case "float64":
		return fmt.Errorf("%q is no number", v)
	case "bool":
		return fmt.Errorf("%q is neither true nor false", v)
	}
	return err
}

// configured is what the flags of a command line came to.
type configured struct {
	file     config.File
	settings []setting
	from     map[string]config.Origin
}

// configure gives the flags that were not given what the environment and the
// configuration file say.
func (a *app) configure(root *cobra.Command) (err error) {
	var c configured
	if c.file, err = a.readConfig(); err != nil {
		return err
	}
	c.settings = settings(root)
	plain := make([]config.Setting, len(c.settings))
	keys := make([]string, len(c.settings))
	for i, s := range c.settings {
		plain[i], keys[i] = s.Setting, s.Key
	}
	if err := c.file.Check(keys, openTables...); err != nil {
		return usage("%v", err)
	}
	if c.from, err = config.Apply(plain, c.file, os.Getenv); err != nil {
		return usage("%v", err)
	}
	a.configured = c
	return nil
}

// readConfig reads the file of --config, of $NEWSFOLD_CONFIG or, if it is there,
// the one in its usual place.
func (a *app) readConfig() (config.File, error) {
	name := a.configFile
	if name == "" {
		name = os.Getenv("NEWSFOLD_CONFIG")
	}
	if name == "off" {
		return config.File{}, nil
	}
	named := name != ""
	if !named {
		base, err := os.UserConfigDir()
		if err != nil {
			return config.File{}, nil // there is no usual place
		}
		name = filepath.Join(base, "newsfold", "config.toml")
	}
	f, err := config.Read(name)
	switch {
	case err == nil:
		return f, nil
	case errors.Is(err, fs.ErrNotExist) && !named:
		return config.File{}, nil
	case errors.Is(err, fs.ErrNotExist):
		return f, usage("%v: --config or NEWSFOLD_CONFIG names it", err)
	}
	return f, usage("%v", err)
}

// value is what a setting comes to, as JSON has it.
func (s setting) value() any {
	v := s.flag.Value
	if list, ok := v.(pflag.SliceValue); ok {
		return append([]string{}, list.GetSlice()...)
	}
	switch v.Type() {
	case "bool":
		b, _ := strconv.ParseBool(v.String()) // it is one
		return b
	case "int", "int64":
		n, _ := strconv.ParseInt(v.String(), 10, 64) // it is one
		return n
	case "float64":
		f, _ := strconv.ParseFloat(v.String(), 64) // it is one
		return f
	}
	if s.Key == "store" || s.Key == "smtp" || s.Key == "embeddings" || strings.HasPrefix(v.String(), "postgres") {
		return fetch.Redact(v.String())
	}
	return v.String()
}

// settingJSON is a setting as `config --json` prints it.
type settingJSON struct {
	Key    string        `json:"key"`
	Value  any           `json:"value"`
	Source config.Source `json:"source"`
	Place  string        `json:"place,omitempty"`
	Flag   string        `json:"flag"`
	Env    string        `json:"env"`
}

func (a *app) newConfig() *cobra.Command {
	var asJSON, all bool
	cmd := &cobra.Command{
		Use:   "config [KEY]",
		Short: "Print the settings and where each has its value from",
		Long: `Print what every setting comes to, and which of its four places that is from. Each
flag of every command is a setting. What is given on the command line counts, else
what the environment says, else the configuration file, else the default:

  newsfold daemon --listen :8080          the flag
  NEWSFOLD_DAEMON_LISTEN=:8080            the variable
  [daemon]                                the file
  listen = ":8080"

Global flags stand before all tables: interval = "30m", NEWSFOLD_INTERVAL. The file
is --config, else $NEWSFOLD_CONFIG, else $XDG_CONFIG_HOME/newsfold/config.toml
(~/.config/…); none need be there, and "off" is none. What is printed is such a file
itself. Without --all it holds the global settings, those of the daemon, and what is
not as by default. A running daemon takes over changes with "newsfold reload".`,
		Example: `  newsfold config
  newsfold config --all > ~/.config/newsfold/config.toml
  newsfold config daemon.listen
  newsfold config --json | jq 'select(.source != "default")'`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if all && len(args) > 0 {
				return usage("--all and a key exclude each other")
			}
			var found []setting
			for _, s := range a.configured.settings {
				switch {
				case len(args) > 0 && s.Key != args[0]:
				case len(args) > 0, all, s.command == "", s.command == "daemon", a.configured.from[s.Key].Source != config.Default:
					found = append(found, s)
				}
			}
			if len(args) > 0 && len(found) == 0 {
				return usage("there is no setting %q%s; `newsfold config --all` lists all keys", args[0], a.nearestSetting(args[0]))
			}
			return a.write("", func(w io.Writer) error { return a.printSettings(w, found, asJSON) })
		},
	}
	cmd.Flags().BoolVar(&all, "all", false, "print the settings of all commands")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON Lines, one setting a line (doc/json.md)")
	return cmd
}

func (a *app) nearestSetting(key string) string {
	var keys []string
	for _, s := range a.configured.settings {
		keys = append(keys, s.Key)
	}
	return meant("", key, keys)
}

// printSettings prints settings as a configuration file, or as JSON Lines.
func (a *app) printSettings(w io.Writer, found []setting, asJSON bool) error {
	enc := jsonLines(w)
	table := ""
	for _, s := range found {
		from := a.configured.from[s.Key]
		if asJSON {
			err := enc.Encode(settingJSON{s.Key, s.value(), from.Source, from.Place, "--" + s.flag.Name, s.Env})
			if err != nil {
				return err
			}
			continue
		}
		if s.command != table {
			table = s.command
			if _, err := fmt.Fprintf(w, "\n[%s]\n", strings.ReplaceAll(table, " ", ".")); err != nil {
				return err
			}
		}
		source := string(from.Source)
		if from.Place != "" {
			source = from.Place
		}
		line := s.flag.Name + " = " + tomlText(s.value())
		if _, err := fmt.Fprintf(w, "%-40s # %s\n", line, plain(source)); err != nil {
			return err
		}
	}
	return nil
}

// tomlText writes a value as a configuration file would have it.
func tomlText(v any) string {
	switch v := v.(type) {
	case string:
		return tomlString(v)
	case []string:
		parts := make([]string, len(v))
		for i := range v {
			parts[i] = tomlString(v[i])
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case float64:
		if s := strconv.FormatFloat(v, 'f', -1, 64); strings.Contains(s, ".") {
			return s
		}
		return fmt.Sprintf("%.1f", v)
	}
	return fmt.Sprint(v)
}

// tomlString quotes a basic string (TOML 1.0).
func tomlString(v string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range v {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r < ' ' || r == 0x7f:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}
