package config

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"

	"newsfold/internal/spell"
)

// ErrInvalid says that a file or a value is not what it should be. It is wrapped
// with the place and what to do.
var ErrInvalid = errors.New("invalid configuration")

// MaxFile bounds a configuration file, in bytes.
const MaxFile = 1 << 20

// Value is what a file says under a key.
type Value struct {
	Key  string   // with its tables: "daemon.listen"
	Line int      // counted from 1
	Text []string // one, or those of a list
	List bool     // it is a list
}

// File is a configuration file. The zero value is an empty one.
type File struct {
	Name   string
	Values []Value // by line
}

// Read reads a file. Its errors wrap [ErrInvalid], or those of the system.
func Read(name string) (File, error) {
	f, err := os.Open(name)
	if err != nil {
		return File{}, fmt.Errorf("read the configuration: %w", err)
	}
	defer func() { _ = f.Close() }() // only read
	data, err := io.ReadAll(io.LimitReader(f, MaxFile+1))
	if err != nil {
		return File{}, fmt.Errorf("read the configuration %s: %w", name, err)
	}
	return Parse(name, data)
}

// Parse reads the text of a file; its name is for errors, which wrap
// [ErrInvalid].
func Parse(name string, data []byte) (File, error) {
	if len(data) > MaxFile {
		return File{}, invalid("%s is larger than the %d KiB that a configuration may have", name, MaxFile>>10)
	}
	var tree map[string]any
	if err := toml.Unmarshal(data, &tree); err != nil {
		var de *toml.DecodeError
		if errors.As(err, &de) {
			line, column := de.Position()
			return File{}, invalid("%s:%d:%d: %s", name, line, column, strings.TrimPrefix(de.Error(), "toml: "))
		}
		return File{}, invalid("%s: %s", name, strings.TrimPrefix(err.Error(), "toml: "))
	}
	r := reader{file: File{Name: name}, lines: lines(data)}
	if err := r.table("", 1, tree); err != nil {
		return File{}, err
	}
	slices.SortStableFunc(r.file.Values, func(a, b Value) int { return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Key, b.Key)) })
	return r.file, nil
}

type reader struct {
	file  File
	lines map[string]int
}

// table adds what a table says, by the keys below its own.
func (r *reader) table(prefix string, line int, tree map[string]any) error {
	for name, v := range tree {
		key := prefix + name
		at := line
		if n := r.lines[key]; n > 0 {
			at = n
		}
		switch v := v.(type) {
		case map[string]any:
			if err := r.table(key+".", at, v); err != nil {
				return err
			}
		case []any:
			list := Value{Key: key, Line: at, List: true, Text: []string{}}
			for _, one := range v {
				text, ok := scalar(one)
				if !ok {
					return invalid("%s:%d: %s: a list is of plain values", r.file.Name, at, key)
				}
				list.Text = append(list.Text, text)
			}
			r.file.Values = append(r.file.Values, list)
		default:
			text, ok := scalar(v)
			if !ok {
				return invalid("%s:%d: %s: a value of this kind is used nowhere", r.file.Name, at, key)
			}
			r.file.Values = append(r.file.Values, Value{Key: key, Line: at, Text: []string{text}})
		}
	}
	return nil
}

// scalar writes a value as a flag would take it.
func scalar(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case bool:
		return strconv.FormatBool(v), true
	case int64:
		return strconv.FormatInt(v, 10), true
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64), true
	case fmt.Stringer: // dates and times
		return v.String(), true
	}
	return "", false
}

// lines says on which line each key stands. The text is known to be TOML.
func lines(data []byte) map[string]int {
	at := map[string]int{}
	var (
		p     unstable.Parser
		table string
	)
	p.Reset(data)
	for p.NextExpression() {
		e := p.Expression()
		var (
			parts []string
			line  int
		)
		for it := e.Key(); it.Next(); {
			n := it.Node()
			parts = append(parts, string(n.Data))
			if line == 0 {
				line = p.Shape(n.Raw).Start.Line
			}
		}
		key := strings.Join(parts, ".")
		if e.Kind == unstable.KeyValue {
			key = table + key
		} else {
			table = key + "."
		}
		if at[key] == 0 {
			at[key] = line
		}
	}
	return at
}

// Check complains of the first value whose key is neither known nor below one of
// the open tables ("digest." for "digest.morning.at"). The error wraps
// [ErrInvalid].
func (f File) Check(known []string, open ...string) error {
	for _, v := range f.Values {
		if slices.Contains(known, v.Key) || slices.ContainsFunc(open, func(table string) bool {
			return strings.Count(strings.TrimPrefix(v.Key, table), ".") > 0 && strings.HasPrefix(v.Key, table)
		}) {
			continue
		}
		hint := "; `newsfold config --all` lists all keys"
		if near := spell.Nearest(v.Key, known); near != "" {
			hint = fmt.Sprintf("; did you mean %s?", near)
		}
		return invalid("%s:%d: there is no setting %q%s", f.Name, v.Line, v.Key, hint)
	}
	return nil
}

// Sections returns, by name, the values of the tables below another: of
// "digest.", those of [digest.morning] under "morning", with their keys cut to
// what stands behind the name.
func (f File) Sections(table string) map[string][]Value {
	sections := map[string][]Value{}
	for _, v := range f.Values {
		rest, ok := strings.CutPrefix(v.Key, table)
		if !ok {
			continue
		}
		name, key, ok := strings.Cut(rest, ".")
		if !ok {
			continue
		}
		v.Key = key
		sections[name] = append(sections[name], v)
	}
	return sections
}

// Source says where a setting has its value from.
type Source string

// The sources, the weakest first.
const (
	Default Source = "default"
	InFile  Source = "file"
	InEnv   Source = "environment"
	Flag    Source = "flag"
)

// Setting is one setting of a program.
type Setting struct {
	Key string // "daemon.listen"
	Env string // "NEWSFOLD_DAEMON_LISTEN"
	// Given says that the command line has it: nothing else counts then.
	Given bool
	// Set takes a value as the command line would give it; SetList one of
	// several parts, nil where there can be but one.
	Set     func(string) error
	SetList func([]string) error
}

// Origin is where a setting got its value.
type Origin struct {
	Source Source
	Place  string // the variable, or the file and the line; else empty
}

// Apply gives settings what the environment and a file say, and returns, by key,
// where each has its value from. A variable that is set but empty counts as not
// set. Errors wrap [ErrInvalid].
func Apply(settings []Setting, f File, getenv func(string) string) (map[string]Origin, error) {
	said := map[string]Value{}
	for _, v := range f.Values {
		said[v.Key] = v
	}
	from := make(map[string]Origin, len(settings))
	for _, s := range settings {
		from[s.Key] = Origin{Source: Default}
		v, ok := said[s.Key]
		text := getenv(s.Env)
		switch {
		case s.Given:
			from[s.Key] = Origin{Source: Flag}
		case text != "":
			if err := s.Set(text); err != nil {
				return nil, invalid("%s=%q: %v", s.Env, text, err)
			}
			from[s.Key] = Origin{InEnv, s.Env}
		case ok:
			place := fmt.Sprintf("%s:%d", f.Name, v.Line)
			if err := v.give(s); err != nil {
				return nil, invalid("%s: %s: %v", place, s.Key, err)
			}
			from[s.Key] = Origin{InFile, place}
		}
	}
	return from, nil
}

func (v Value) give(s Setting) error {
	switch {
	case v.List && s.SetList == nil:
		return errors.New("this takes one value, not a list")
	case s.SetList != nil:
		return s.SetList(v.Text)
	}
	return s.Set(v.Text[0])
}

type invalidError struct{ text string }

func (e *invalidError) Error() string { return e.text }
func (e *invalidError) Unwrap() error { return ErrInvalid }

func invalid(format string, args ...any) error {
	return &invalidError{fmt.Sprintf(format, args...)}
}
