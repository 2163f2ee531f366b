package scenariofile_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"lossylab/sim/scenariofile"
)

var update = flag.Bool("update", false, "write golden files anew")

// shape has a place of every kind.
func shape() *scenariofile.Shape {
	word := scenariofile.Shape{Example: "x"}
	many := scenariofile.Shape{Kind: scenariofile.List, Items: &word}
	link := scenariofile.Shape{Doc: "A word, hops or words by name.", Example: "delay 5ms",
		Or: []scenariofile.Shape{many, {Kind: scenariofile.Map, Keys: []scenariofile.Key{{Name: "up", Shape: word}, {Name: "loss", Shape: word}}}}}
	part := scenariofile.Shape{Kind: scenariofile.Map, Keys: []scenariofile.Key{
		{Name: "name", Shape: word, Required: true}, {Name: "size", Shape: word}}}
	return &scenariofile.Shape{Kind: scenariofile.Map, Doc: "An experiment.", Keys: []scenariofile.Key{
		{Name: "name", Shape: word},
		{Name: "app", Shape: scenariofile.Shape{Enum: []string{"echo", "stream"}}},
		{Name: "count", Shape: scenariofile.Shape{Type: scenariofile.Integer, Example: "3"}},
		{Name: "share", Shape: scenariofile.Shape{Type: scenariofile.Number}},
		{Name: "sack", Shape: scenariofile.Shape{Type: scenariofile.Boolean}},
		{Name: "link", Shape: link},
		{Name: "traffic", Shape: scenariofile.Shape{Kind: scenariofile.List, Items: &part}},
		{Name: "vary", Shape: scenariofile.Shape{Kind: scenariofile.Map, Others: &many}},
	}}
}

// texts are files, good and bad. What is read of each, where it stands and what is wrong with it, is in the golden file.
var texts = []struct{ name, text string }{
	{"every kind of scalar", "name: plain words\ncount: 0042\nshare: 1e-3\nsack: true\n"},
	{"text stays as it is written", "name: 0.10\nlink: 1_000\n"},
	{"yes is text", "name: yes\nsack: yes\n"},
	{"quotes", "name: \"a \\\"b\\\" \\u00e9\"\nlink: 'it''s'\n"},
	{"literal", "name: |\n  one\n  two\nlink: >-\n  rate 10mbit\n  delay 5ms\n"},
	{"plain over lines", "link: rate 10mbit\n  delay 5ms\n  loss 1%\nname: x\n"},
	{"hash within words", "name: a#b\nlink: \"# no comment\" # a comment\n"},
	{"flow style", "{name: x, link: {up: delay 5ms, loss: 1%}, traffic: [{name: a}, {name: b, size: 3}]}"},
	{"flow over lines", "link: [\n  delay 1ms,\n  delay 2ms,\n]\n"},
	{"block lists", "link:\n- delay 1ms\n-   delay 2ms\ntraffic:\n  - name: a\n    size: 3\n  -\n    name: b\n"},
	{"other keys", "vary:\n  link.delay: [1ms, 2ms]\n  loss: [1%]\n"},
	{"CRLF", "name: x\r\nlink:\r\n  up: delay 5ms\r\n  loss: 1%\r\ncoutn: 3\r\n"},
	{"BOM", "\ufeffname: x\ncoutn: 3\n"},
	{"UTF-8 before the place", "{name: äöü, coutn: 3}"},
	{"document marks", "---\nname: x\n...\n"},
	{"comments alone", "# nothing\n"},
	{"empty", " \n\n"},
	{"not UTF-8", "name: \xff\xfe\n"},
	{"a word", "stream\n"},
	{"a list", "- name\n"},
	{"all problems at once", "nam: x\napp: streem\ncount: many\nshare: half\nsack: maybe\nlink: {upp: x}\ntraffic: [{size: 3}]\n"},
	{"duplicates", "name: x\ncount: 3\nname: y\n"},
	{"nulls", "name:\nlink: ~\ncount: null\n"},
	{"empty list", "link: []\n"},
	{"empty map", "link: {}\ntraffic: [{}]\n"},
	{"empty text", "name: \"\"\n"},
	{"anchors", "name: &a x\nlink: *a\n"},
	{"merge", "traffic:\n  - &a\n    name: x\n  - <<: *a\n"},
	{"tags", "name: !!str x\ncount: !foo 3\n"},
	{"two documents", "name: x\n---\nname: y\n"},
	{"kinds", "name: [x]\nlink: [[x]]\ncount: {a: b}\ntraffic: x\nvary: [x]\n"},
	{"tabs", "link:\n\tup: x\n"},
	{"bad indentation", "link:\n  up: x\n loss: y\n"},
	{"unclosed", "link: [a, b\nname: x\n"},
	{"unclosed quote", "name: \"x\n"},
	{"colon in words", "name: a: b\n"},
	{"keys that are not words", "? [a]\n: b\n1: c\n~: d\n"},
	{"directive", "%YAML 1.2\n---\nname: x\n"},
	{"brackets", "name: " + strings.Repeat("[", 40)},
	{"lists on a line", strings.Repeat("- ", 40)},
	{"numbers", "count: 18446744073709551615\nshare: -.5\n"},
	{"numbers too large", "count: 18446744073709551616\n"},
	{"infinity", "share: .inf\ncount: 0x10\n"},
	{"NUL", "name: a\x00b\n"},
	{"not numbers", "share: nan\n"},
}

// TestRead holds the reading of all texts against the golden file.
func TestRead(t *testing.T) {
	var b strings.Builder
	for _, c := range texts {
		n, problems := scenariofile.Read("x.yaml", []byte(c.text), shape())
		fmt.Fprintf(&b, "=== %s\n", c.name)
		for line := range strings.Lines(c.text) {
			fmt.Fprintf(&b, "    %q\n", line)
		}
		show(&b, "", n)
		for _, p := range problems {
			fmt.Fprintln(&b, p)
		}
	}
	golden(t, "testdata/read.golden", b.String())
}

// show writes a node with the places of all that is within it.
func show(b *strings.Builder, path string, n *scenariofile.Node) {
	if n == nil {
		return
	}
	switch n.Kind {
	case scenariofile.Word:
		fmt.Fprintf(b, "%d:%d %s = %q\n", n.Line, n.Column, path, n.Text)
	case scenariofile.List:
		fmt.Fprintf(b, "%d:%d %s has %d elements\n", n.Line, n.Column, path, len(n.Items))
	case scenariofile.Map:
		fmt.Fprintf(b, "%d:%d %s has %d keys\n", n.Line, n.Column, path, len(n.Keys))
	}
	for i, item := range n.Items {
		show(b, fmt.Sprintf("%s[%d]", path, i), item)
	}
	for _, e := range n.Keys {
		fmt.Fprintf(b, "%d:%d key %s\n", e.Line, e.Column, e.Name)
		show(b, path+"."+e.Name, e.Value)
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s is different; go test -run %s -update writes it anew, then see what git diff says. Now:\n%s", name, t.Name(), got)
	}
}

// TestSchema holds the schema of the shape against the golden file.
func TestSchema(t *testing.T) {
	golden(t, "testdata/schema.golden", string(shape().Schema("A test")))
}

// TestReadBounds reads files that are longer or deeper than allowed: each has one problem, with a remedy.
func TestReadBounds(t *testing.T) {
	deep := ""
	for i := range 60 {
		deep += strings.Repeat(" ", i) + "a:\n"
	}
	nested := &scenariofile.Shape{Kind: scenariofile.Map}
	nested.Others = nested
	for _, c := range []struct{ text, want string }{
		{"name: " + strings.Repeat("x", scenariofile.MaxFile), "x.yaml: more than 64 KiB: a scenario file is written by hand; long data goes into files that it names"},
		{deep + strings.Repeat(" ", 60) + "a: x", "x.yaml:34:34: a: nested more than 32 deep: write less"},
	} {
		_, problems := scenariofile.Read("x.yaml", []byte(c.text), nested)
		if len(problems) != 1 || problems.Error() != c.want {
			t.Errorf("%.20q: %v, want %s", c.text, problems, c.want)
		}
	}
}

// TestReadLongest reads a file of the greatest length.
func TestReadLongest(t *testing.T) {
	text := "vary:\n"
	for i := 0; len(text) < scenariofile.MaxFile-30; i++ {
		text += fmt.Sprintf("  k%d: [1, 2]\n", i)
	}
	n, problems := scenariofile.Read("x.yaml", []byte(text), shape())
	if len(problems) > 0 || len(n.Get("vary").Keys) < 3000 {
		t.Error(problems)
	}
}

// FuzzRead reads anything: it never panics, each problem stands in the file and in its order, and what has no problem
// has something in it.
func FuzzRead(f *testing.F) {
	for _, c := range texts {
		f.Add([]byte(c.text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		n, problems := scenariofile.Read("x", data, shape())
		lines := 1 + strings.Count(strings.ReplaceAll(string(data), "\r", "\n"), "\n")
		before := scenariofile.Place{}
		for _, p := range problems {
			if p.Line < before.Line || p.Line > lines || p.Column < 0 || p.Msg == "" || strings.Contains(p.Msg, "\n") {
				t.Errorf("%d lines, problem behind %v: %v", lines, before, p)
			}
			before = p.Place
		}
		if n == nil && problems == nil {
			t.Error("nothing was read, and nothing is wrong")
		}
		show(&strings.Builder{}, "", n)
	})
}
