package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"text/template"

	"github.com/spf13/cobra"

	"newsfold/internal/control"
	"newsfold/internal/spell"
)

// output is how a command prints things for programs.
type output struct {
	json, count bool
	format      string
}

// flags adds the flags that say so; thing is what there is one of a line, or by
// itself, and counted what --count counts.
func (o *output) flags(cmd *cobra.Command, thing, counted string) {
	f := cmd.Flags()
	f.StringVar(&o.format, "format", "", "`template` of Go for each "+thing+", with the fields of --json in CamelCase (newsfold list --help)")
	f.BoolVar(&o.json, "json", false, "print JSON Lines, one "+thing+" a line (doc/json.md)")
	f.BoolVar(&o.count, "count", false, "print the number of "+counted+" only")
}

// people reports whether the output is for people.
func (o *output) people() bool { return !o.json && !o.count && o.format == "" }

// way returns what prints a thing as the flags ask for, by itself as people read
// it. Mistakes of the flags are found before anything is opened.
func way[T any](o output, people func(io.Writer, T) error) (func(io.Writer, T) error, error) {
	ways := 0
	for _, on := range []bool{o.json, o.count, o.format != ""} {
		if on {
			ways++
		}
	}
	switch {
	case ways > 1:
		return nil, usage("--json, --count and --format: say one of them")
	case o.json:
		return func(w io.Writer, v T) error { return jsonLines(w).Encode(v) }, nil
	case o.count:
		return func(io.Writer, T) error { return nil }, nil
	case o.format != "":
		return formatted[T](o.format)
	}
	return people, nil
}

// listed prints a sequence of things, or how many there are; none words that there
// are none.
func listed[T any](a *app, o output, print func(io.Writer, T) error, each func(func(T) error) error, none func() string) error {
	n := 0
	err := a.write("", func(w io.Writer) error {
		err := each(func(v T) error {
			n++
			return print(w, v)
		})
		if err == nil && o.count {
			_, err = fmt.Fprintln(w, n)
		}
		return err
	})
	if err == nil && n == 0 && !o.count {
		a.note("%s", none())
	}
	return err
}

// single prints one thing that is asked for, or the number that get says.
func single[T any](a *app, cmd *cobra.Command, o output, get func(context.Context, *control.Client) (T, int, error), people func(io.Writer, T) error) error {
	print, err := way(o, people)
	if err != nil {
		return err
	}
	return a.with(cmd.Context(), func(ctx context.Context, c *control.Client) error {
		v, n, err := get(ctx, c)
		if err != nil {
			return err
		}
		return a.write("", func(w io.Writer) error {
			if o.count {
				_, err := fmt.Fprintln(w, n)
				return err
			}
			return print(w, v)
		})
	})
}

// formatted returns what prints things by a template of a person's own.
func formatted[T any](text string) (func(io.Writer, T) error, error) {
	text = strings.NewReplacer(`\n`, "\n", `\t`, "\t", `\\`, `\`).Replace(text)
	t, err := template.New("format").Parse(text)
	if err != nil {
		return nil, usage("--format: %s", parseFault(text, err))
	}
	// A field that there is not is found at once, not with the first thing.
	var none T
	if err := t.Execute(io.Discard, none); err != nil && strings.Contains(err.Error(), "can't evaluate field") {
		return nil, usage("--format: %s", execFault(err, reflect.TypeFor[T]()))
	}
	return func(w io.Writer, v T) error {
		clean(reflect.ValueOf(&v), "")
		if err := t.Execute(w, v); err != nil {
			var ee template.ExecError
			if errors.As(err, &ee) && strings.HasPrefix(err.Error(), "template: ") && !isWrite(ee) {
				return usage("--format: %s", execFault(err, reflect.TypeFor[T]()))
			}
			return err
		}
		_, err := io.WriteString(w, "\n")
		return err
	}, nil
}

// isWrite reports whether a template failed because its output could not be
// written, which has an error of the system beneath.
func isWrite(err error) bool {
	var sys interface{ Timeout() bool }
	return errors.As(err, &sys) || errors.Is(err, io.ErrClosedPipe)
}

// clean makes all texts in a value safe for a terminal, in their place: texts of
// articles line by line, all others as one line.
func clean(v reflect.Value, name string) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			clean(v.Elem(), name)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() {
				clean(v.Field(i), f.Name)
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			clean(v.Index(i), name)
		}
	case reflect.String:
		if name == "Text" || name == "HTML" {
			v.SetString(tame(v.String()))
		} else {
			v.SetString(plain(v.String()))
		}
	}
}

var (
	parseError = regexp.MustCompile(`^template: format:(\d+): (.*)$`)
	execError  = regexp.MustCompile(`^template: format:(\d+):(\d+): executing "format" at (<.*>): (.*)$`)
	inQuotes   = regexp.MustCompile(`"((?:[^"\\]|\\.)*)"`)
)

// parseFault words a mistake in a template with its line and column. The library
// tells the line alone; the column is that of the word it complains about, else
// of the last action that opens in the line.
func parseFault(text string, err error) string {
	m := parseError.FindStringSubmatch(err.Error())
	if m == nil {
		return err.Error()
	}
	n, _ := strconv.Atoi(m[1])
	line := ""
	if lines := strings.Split(text, "\n"); n >= 1 && n <= len(lines) {
		line = lines[n-1]
	}
	column := max(strings.LastIndex(line, "{{"), 0)
	if q := inQuotes.FindStringSubmatch(m[2]); q != nil && q[1] != "" {
		if i := strings.Index(line[column:], q[1]); i >= 0 {
			column += i
		} else if i := strings.Index(line, q[1]); i >= 0 {
			column = i
		}
	}
	return fmt.Sprintf("line %d, column %d: %s", n, len([]rune(line[:column]))+1, m[2])
}

// execFault words a mistake that shows when a template is used on a type.
func execFault(err error, on reflect.Type) string {
	m := execError.FindStringSubmatch(err.Error())
	if m == nil {
		return err.Error()
	}
	column, _ := strconv.Atoi(m[2])
	text := m[4]
	if strings.HasPrefix(text, "can't evaluate field") {
		text = "there is no such field"
		path := strings.Split(strings.Trim(m[3], "<>."), ".")
		if near := spell.Nearest(path[len(path)-1], fields(on)); near != "" && len(path) == 1 {
			text += "; did you mean ." + near + "?"
		} else {
			text += "; there are ." + strings.Join(fields(on), " .")
		}
	}
	return fmt.Sprintf("line %s, column %d: %s: %s", m[1], column+1, strings.Trim(m[3], "<>"), text)
}

// fields names what a template can ask of a type.
func fields(t reflect.Type) (names []string) {
	for _, f := range reflect.VisibleFields(t) {
		if f.IsExported() && !f.Anonymous {
			names = append(names, f.Name)
		}
	}
	return names
}
