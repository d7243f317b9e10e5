package main

import (
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"text/template"

	"newsfold/internal/river"
)

// storyTemplate returns what prints stories by a template of a person's own.
func storyTemplate(text string) (func(io.Writer, river.Story) error, error) {
	text = strings.NewReplacer(`\n`, "\n", `\t`, "\t", `\\`, `\`).Replace(text)
	t, err := template.New("format").Parse(text)
	if err != nil {
		return nil, usage("--format: %s", parseFault(text, err))
	}
	// A field that there is not is found at once, not with the first story.
	if err := t.Execute(io.Discard, river.Story{}); err != nil && strings.Contains(err.Error(), "can't evaluate field") {
		return nil, usage("--format: %s", execFault(err))
	}
	return func(w io.Writer, st river.Story) error {
		if err := t.Execute(w, clean(st)); err != nil {
			var ee template.ExecError
			if errors.As(err, &ee) && strings.HasPrefix(err.Error(), "template: ") && !isWrite(ee) {
				return usage("--format, story %d: %s", st.ID, execFault(err))
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

// clean returns a story whose texts are safe for a terminal.
func clean(st river.Story) river.Story {
	for _, s := range []*string{&st.Title, &st.URL, &st.Outlet, &st.Byline, &st.Lang, &st.Dir, &st.Lede, &st.Image, &st.First.Outlet, &st.First.URL, &st.First.Reason} {
		*s = plain(*s)
	}
	for i := range st.Feeds {
		st.Feeds[i].Title = plain(st.Feeds[i].Title)
	}
	for i := range st.Articles {
		a := &st.Articles[i]
		for _, s := range []*string{&a.Title, &a.URL, &a.Outlet, &a.Byline, &a.Lang, &a.Error} {
			*s = plain(*s)
		}
	}
	return st
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

// execFault words a mistake that shows when a template is used.
func execFault(err error) string {
	m := execError.FindStringSubmatch(err.Error())
	if m == nil {
		return err.Error()
	}
	column, _ := strconv.Atoi(m[2])
	text := m[4]
	if strings.HasPrefix(text, "can't evaluate field") {
		text = "there is no such field; `newsfold list --help` names them"
	}
	return fmt.Sprintf("line %s, column %d: %s: %s", m[1], column+1, strings.Trim(m[3], "<>"), text)
}
