package scenariofile

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"

	"lossylab/netem"
)

// MaxFile bounds scenario files, bytes: they are written by hand, or by a script of one experiment. It bounds the time that
// reading takes too: the YAML parser's grows with the square of the length of some texts.
const MaxFile = 64 << 10

// maxDepth bounds how deep a file nests.
const maxDepth = 32

// Read reads a scenario file, called file in problems, and holds it against shape. It is strict: an unknown key, a key that
// is there twice, an empty value, anchors, tags and several documents are problems. It returns all problems at once, and
// beside them what could be read.
func Read(file string, data []byte, shape *Shape) (*Node, Problems) {
	r := reader{file: file}
	switch {
	case len(data) > MaxFile:
		r.wrong(Place{}, "more than 64 KiB: a scenario file is written by hand; long data goes into files that it names")
		return nil, r.problems
	case !utf8.Valid(data):
		r.wrong(Place{}, "it is not UTF-8: save it as UTF-8 text")
		return nil, r.problems
	case strings.TrimSpace(string(data)) == "":
		r.wrong(Place{}, "it is empty: write keys with values, such as 'app: stream'")
		return nil, r.problems
	case nests(data):
		r.wrong(Place{}, "brackets or lists of a line within each other, more than %d deep: write fewer", maxDepth)
		return nil, r.problems
	}
	body := r.parse(bytes.TrimPrefix(data, []byte("\ufeff"))) // a byte order mark: some editors write one
	if body == nil {
		return nil, r.problems
	}
	n := r.node(body, shape, "the file", 0)
	r.problems.Sort()
	return n, r.problems
}

// nests reports whether brackets, or what one line begins, nest deeper than any scenario's, quoted ones included: the parser
// recurses, and names the whole way at each step.
func nests(data []byte) bool {
	depth, begun, comment := 0, 0, false
	for i, c := range data {
		switch {
		case c == '\n' || c == '\r':
			begun, comment = 0, false
		case comment:
		case c == '#' && (i == 0 || strings.IndexByte(" \t\r\n", data[i-1]) >= 0):
			comment = true
		case c == '[' || c == '{':
			depth++
		case c == ']' || c == '}':
			depth = max(0, depth-1)
		case (c == ' ' || c == '\t') && i > 0 && strings.IndexByte("-?:", data[i-1]) >= 0:
			begun++
		}
		if max(depth, begun) > maxDepth {
			return true
		}
	}
	return false
}

// reader is a file that is being read.
type reader struct {
	file     string
	problems Problems
}

func (r *reader) wrong(at Place, format string, args ...any) {
	r.problems = append(r.problems, Problem{r.file, at, fmt.Sprintf(format, args...)})
}

// parse returns the one document of the file, nil if there is none.
func (r *reader) parse(data []byte) (body ast.Node) {
	defer func() { // the parser has panicked on a few odd texts before
		if recover() != nil {
			r.wrong(Place{}, "it cannot be read as YAML: write keys with values, such as 'app: stream'")
			body = nil
		}
	}()
	file, err := parser.ParseBytes(data, 0, parser.AllowDuplicateMapKey()) // they are told with all other problems
	if err != nil {
		r.syntax(err)
		return nil
	}
	var docs []ast.Node
	for _, d := range file.Docs {
		if directive, ok := d.Body.(*ast.DirectiveNode); ok {
			r.wrong(placeOfToken(directive.GetToken()), "directives are not read here: leave the line out")
		} else if d.Body != nil {
			docs = append(docs, d.Body)
		}
	}
	switch {
	case len(docs) == 0 && len(r.problems) > 0:
	case len(docs) == 0:
		r.wrong(Place{}, "there is nothing but comments in it: write keys with values, such as 'app: stream'")
	case len(docs) > 1:
		r.wrong(placeOf(docs[1]), "a second document begins here: a file is one scenario, so write the other into a file of its own")
	default:
		return docs[0]
	}
	return nil
}

// syntax tells what the YAML parser did not like.
func (r *reader) syntax(err error) {
	var at Place
	var msg string
	var e yaml.Error
	if errors.As(err, &e) { // its Error prints the file round the place, in time that grows with the square of its length
		msg = e.GetMessage()
		if t := e.GetToken(); t != nil {
			at = Place{t.Position.Line, t.Position.Column}
		}
	} else {
		msg = err.Error()
	}
	msg, _, _ = strings.Cut(msg, "\n")
	remedy := "look for a quote, a bracket or an indentation before it"
	switch {
	case strings.Contains(msg, "'\t'"):
		msg, remedy = "there is a tab", "indent with spaces"
	case strings.Contains(msg, "mapping value is not allowed"):
		remedy = "a value with ': ' in it needs quotes, and so many keys a line each"
	}
	r.wrong(at, "not YAML: %s: %s", msg, remedy)
}

// placeOf returns where a node begins.
func placeOf(n ast.Node) Place {
	if m, ok := n.(*ast.MappingNode); ok && len(m.Values) > 0 && !m.IsFlowStyle {
		return placeOf(m.Values[0])
	}
	if m, ok := n.(*ast.MappingValueNode); ok {
		return placeOf(m.Key)
	}
	return placeOfToken(n.GetToken())
}

func placeOfToken(t *token.Token) Place {
	if t == nil || t.Position == nil {
		return Place{}
	}
	return Place{t.Position.Line, t.Position.Column}
}

// node holds what stands at a place, called what, against its shape.
func (r *reader) node(y ast.Node, s *Shape, what string, depth int) *Node {
	at := placeOf(y)
	if depth > maxDepth {
		r.wrong(at, "%s: nested more than %d deep: write less", what, maxDepth)
		return nil
	}
	switch y := y.(type) {
	case *ast.MappingNode:
		return r.mapping(at, y.Values, s, what, depth)
	case *ast.MappingValueNode:
		return r.mapping(at, []*ast.MappingValueNode{y}, s, what, depth)
	case *ast.SequenceNode:
		return r.list(at, y, s, what, depth)
	case *ast.NullNode:
		r.wrong(at, "%s: nothing is said: write a value, or leave the key out", what)
		return nil
	case *ast.AnchorNode, *ast.AliasNode, *ast.MergeKeyNode:
		r.wrong(at, "%s: anchors and aliases are not read here: write the value itself", what)
		return nil
	case *ast.TagNode:
		r.wrong(at, "%s: tags are not read here: write the value without one", what)
		return nil
	}
	return r.word(at, y, s, what)
}

// mapping reads keys with values.
func (r *reader) mapping(at Place, values []*ast.MappingValueNode, s *Shape, what string, depth int) *Node {
	if s = s.of(Map); s == nil {
		r.wrong(at, "%s: there are keys with values, and it takes none: write one value, as in the schema ('lossylab schema')", what)
		return nil
	}
	n := &Node{Place: at, Kind: Map}
	for _, v := range values {
		r.entry(n, v, s, depth)
	}
	for _, k := range s.Keys {
		if k.Required && n.Get(k.Name) == nil && !r.told(at) {
			r.wrong(at, "%s: %s is missing: write %s: %s", what, k.Name, k.Name, k.Example)
		}
	}
	return n
}

// told reports whether something is wrong at or behind a place already, so that what is missing may be there in disguise.
func (r *reader) told(at Place) bool {
	for _, p := range r.problems {
		if p.Line >= at.Line {
			return true
		}
	}
	return false
}

// entry reads one key and its value.
func (r *reader) entry(n *Node, v *ast.MappingValueNode, s *Shape, depth int) {
	at := placeOf(v.Key)
	if _, ok := v.Key.(*ast.MergeKeyNode); ok {
		r.wrong(at, "<<: keys are not merged here: write them out")
		return
	}
	name := wordOf(v.Key)
	shape := s.key(name)
	switch {
	case shape == nil:
		hint := "here may be " + strings.Join(s.names(), ", ")
		if nearest := netem.Nearest(name, s.names()); nearest != "" {
			hint = "did you mean " + nearest + "?"
		}
		r.wrong(at, "unknown key %s: %s", name, hint)
		return
	case n.Get(name) != nil:
		r.wrong(at, "%s is there twice: leave one out", name)
		return
	}
	if value := r.node(v.Value, shape, name, depth+1); value != nil {
		n.Keys = append(n.Keys, Entry{at, name, value})
	}
}

// list reads a list.
func (r *reader) list(at Place, y *ast.SequenceNode, s *Shape, what string, depth int) *Node {
	shape := s.of(List)
	if shape == nil {
		r.wrong(at, "%s: there is a list, and it takes %s: write one", what, s.kinds())
		return nil
	}
	n := &Node{Place: at, Kind: List}
	for i, v := range y.Values {
		if item := r.node(v, shape.Items, fmt.Sprintf("%s, element %d", what, i+1), depth+1); item != nil {
			n.Items = append(n.Items, item)
		}
	}
	if len(y.Values) == 0 {
		r.wrong(at, "%s: an empty list: write at least one element, or leave the key out", what)
		return nil
	}
	return n
}

// word reads a scalar.
func (r *reader) word(at Place, y ast.Node, s *Shape, what string) *Node {
	shape := s.of(Word)
	text := wordOf(y)
	if shape == nil {
		r.wrong(at, "%s: %s is a value, and it takes %s", what, strconv.Quote(text), s.kinds())
		return nil
	}
	if strings.ContainsFunc(text, func(c rune) bool { return unicode.IsControl(c) && c != '\n' && c != '\t' }) {
		r.wrong(at, "%s: %q has a control character: write it without", what, text)
		return nil
	}
	if msg := shape.check(text); msg != "" {
		r.wrong(at, "%s: %s: %s", what, text, msg)
		return nil
	}
	return &Node{Place: at, Kind: Word, Text: text}
}

// wordOf returns a scalar as it was written.
func wordOf(y ast.Node) string {
	switch y := y.(type) {
	case *ast.StringNode:
		return y.Value
	case *ast.LiteralNode:
		return strings.TrimSpace(y.Value.Value)
	}
	if t := y.GetToken(); t != nil {
		return t.Value
	}
	return ""
}

// check says what is wrong with a word, or nothing.
func (s *Shape) check(text string) string {
	var err error
	switch s.Type {
	case Integer:
		if _, err = strconv.ParseInt(text, 10, 64); err != nil {
			if _, e := strconv.ParseUint(text, 10, 64); e == nil {
				err = nil
			}
		}
		if err != nil {
			return "want a whole number"
		}
	case Number:
		if x, err := strconv.ParseFloat(text, 64); err != nil || math.IsNaN(x) || math.IsInf(x, 0) {
			return "want a number"
		}
	case Boolean:
		if text != "true" && text != "false" {
			return "want true or false"
		}
	}
	if len(s.Enum) == 0 {
		return ""
	}
	for _, w := range s.Enum {
		if w == text {
			return ""
		}
	}
	return "there are " + strings.Join(s.Enum, ", ")
}
