package rule

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/vm"

	"newsfold/internal/spell"
)

// Limits of a condition.
const (
	MaxLength = 4096 // bytes
	MaxNodes  = 300  // operators, names and values
)

// Facts are what a condition can ask about an article. What is not known is
// empty.
type Facts struct {
	Title     string    `expr:"title"`
	Byline    string    `expr:"byline"`
	Outlet    string    `expr:"outlet"` // who publishes it
	Host      string    `expr:"host"`   // registrable domain of its URL
	URL       string    `expr:"url"`
	Lang      string    `expr:"lang"` // BCP 47
	Lede      string    `expr:"lede"` // first words, at most 300 runes
	Text      string    `expr:"text"` // all of it
	Words     int       `expr:"words"`
	Published time.Time `expr:"published"`
	Tags      []string  `expr:"tags"`    // as the feeds state them
	Feeds     []string  `expr:"feeds"`   // that carry it, by what a person calls them
	Folders   []string  `expr:"folders"` // of those feeds
}

// Error says what is wrong with a condition, and where.
type Error struct {
	Match        string // the condition
	Line, Column int    // of the place, counted from 1; the column in runes
	Message      string
}

// Error shows the place under the condition.
func (e *Error) Error() string {
	lines := strings.Split(e.Match, "\n")
	text := ""
	if e.Line >= 1 && e.Line <= len(lines) {
		text = lines[e.Line-1]
	}
	// Of a long line, what is around the place.
	r, at := []rune(text), e.Column-1
	from := max(0, min(at-40, len(r)))
	part := string(r[from:min(len(r), from+76)])
	return fmt.Sprintf("%d:%d: %s\n    %s\n    %s^", e.Line, e.Column, e.Message, part, strings.Repeat(".", max(0, at-from)))
}

// Condition is what [Compile] makes of an expression. It may be used by several
// goroutines at once.
type Condition struct {
	program *vm.Program
	names   map[string]bool
}

// Uses reports whether the condition asks for a fact, by the name that it has in
// expressions: others need not be looked up.
func (c *Condition) Uses(fact string) bool { return c.names[fact] }

// Match reports whether an article meets the condition.
func (c *Condition) Match(f *Facts) (bool, error) {
	v, err := expr.Run(c.program, f)
	if err != nil {
		return false, fmt.Errorf("evaluate a rule: %w", err)
	}
	ok, _ := v.(bool) // it was compiled to be one
	return ok, nil
}

// Compile reads a condition, which is true or false of [Facts]. Its errors are
// *[Error].
func Compile(match string) (*Condition, error) {
	switch {
	case len(match) > MaxLength:
		return nil, &Error{match, 1, 1, fmt.Sprintf("a condition has at most %d bytes", MaxLength)}
	case !utf8.ValidString(match):
		return nil, &Error{strings.ToValidUTF8(match, "\uFFFD"), 1, 1, "a condition is text in UTF-8"}
	case strings.TrimSpace(match) == "":
		return nil, &Error{match, 1, 1, `there is no condition: say one such as title ~ "sponsored"`}
	}
	text, places := spelled(match)
	v := &visitor{names: map[string]bool{}}
	program, err := expr.Compile(
		text, expr.Env(&Facts{}), expr.AsBool(), expr.MaxNodes(MaxNodes), expr.DisableAllBuiltins(),
		expr.EnableBuiltin("len"), expr.EnableBuiltin("lower"), expr.EnableBuiltin("upper"), expr.EnableBuiltin("now"), expr.EnableBuiltin("date"), expr.EnableBuiltin("duration"),
		expr.Patch(v),
	)
	if v.bad != nil {
		return nil, place(match, places, v.bad.Location().From, v.why)
	}
	if err != nil {
		return nil, misread(match, places, err)
	}
	return &Condition{program, v.names}, nil
}

// visitor notes which facts are asked for, lets "matches" disregard case, and
// finds what is not to be had.
type visitor struct {
	names map[string]bool
	bad   ast.Node
	why   string
}

// Visit implements ast.Visitor.
func (v *visitor) Visit(node *ast.Node) {
	switch n := (*node).(type) {
	case *ast.IdentifierNode:
		v.names[n.Value] = true
	case *ast.BinaryNode:
		if n.Operator == ".." {
			v.refuse(n, "ranges of numbers are not to be had here; compare with < and >=")
		}
		s, ok := n.Right.(*ast.StringNode)
		if n.Operator == "matches" && !ok {
			v.refuse(n.Right, "a regular expression stands in quotes")
		} else if n.Operator == "matches" && !strings.HasPrefix(s.Value, "(?i)") {
			s.Value = "(?i)" + s.Value
		}
	case *ast.PredicateNode:
		v.refuse(n, `loops over lists are not to be had here; "word" in tags asks for one`)
	}
}

func (v *visitor) refuse(n ast.Node, why string) {
	if v.bad == nil {
		v.bad, v.why = n, why
	}
}

// spelled writes ~ and !~ as the language does, outside of strings, and returns
// for each rune of the result where it was.
func spelled(match string) (string, []int) {
	var (
		out    []rune
		places []int
		quote  rune // within a string: what ends it
	)
	in := []rune(match)
	put := func(s string, at int) {
		for _, r := range s {
			out = append(out, r)
			places = append(places, at)
		}
	}
	for i := 0; i < len(in); i++ {
		r := in[i]
		switch {
		case quote != 0 && r == '\\' && quote != '`' && i+1 < len(in):
			put(string(r), i)
			i++
			put(string(in[i]), i)
			continue
		case quote != 0:
			if r == quote {
				quote = 0
			}
		case r == '"' || r == '\'' || r == '`':
			quote = r
		case r == '~':
			put(" matches ", i)
			continue
		case r == '!' && i+1 < len(in) && in[i+1] == '~':
			put(" not matches ", i)
			i++
			continue
		}
		put(string(r), i)
	}
	return string(out), append(places, len(in))
}

// place makes an error of a rune's number in the spelled text.
func place(match string, places []int, at int, message string) *Error {
	at = places[max(0, min(at, len(places)-1))]
	e := &Error{Match: match, Line: 1, Column: 1, Message: message}
	for _, r := range []rune(match)[:at] {
		e.Column++
		if r == '\n' {
			e.Line++
			e.Column = 1
		}
	}
	return e
}

// misread words an error of the language.
func misread(match string, places []int, err error) error {
	var fe *file.Error
	if !errors.As(err, &fe) {
		text, _, _ := strings.Cut(err.Error(), "\n")
		if strings.HasPrefix(text, "expected bool, but got") {
			text = `this is not true or false by itself; compare it, as in title ~ "sponsored"`
		}
		return &Error{match, 1, 1, text}
	}
	message := strings.TrimPrefix(fe.Message, "error parsing regexp: ")
	if message != fe.Message {
		message = "in the regular expression: " + message
	}
	if name, ok := strings.CutPrefix(message, "unknown name "); ok {
		message = fmt.Sprintf("there is nothing called %s; there are %s", name, strings.Join(names(), ", "))
		if near := spell.Nearest(name, names()); near != "" {
			message = fmt.Sprintf("there is nothing called %s; did you mean %s?", name, near)
		}
	}
	return place(match, places, fe.From, message)
}

// names are the facts, as expressions call them.
func names() (all []string) {
	for f := range reflect.TypeFor[Facts]().Fields() {
		all = append(all, f.Tag.Get("expr"))
	}
	return all
}
