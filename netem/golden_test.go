package netem_test

import (
	"flag"
	"fmt"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"lossylab/netem"
)

var update = flag.Bool("update", false, "write the golden file anew")

// folder is a folder of files, by name.
type folder map[string]string

func (f folder) open(name string) ([]byte, error) {
	content, ok := f[name]
	if !ok {
		return nil, fmt.Errorf("no such file: name a trace, table or mask")
	}
	return []byte(content), nil
}

// files are those that the golden file's lines name.
var files = folder{
	"lost.mask":    "# what a run lost\nsent 1000\n\n3\n7 # alone\n10-12\n",
	"bad.mask":     "3\n2\n",
	"two.mask":     "3 4\n",
	"late.mask":    "3\nsent 1000\n",
	"over.mask":    "sent 10\n9-11\n",
	"my table.txt": "# an eighth each\n-8192 -4096 0 0\n0 4096 8192 8192\n",
	"empty.txt":    "# nothing\n",
	"delays.txt":   "20.5\n21\n19.75 # ms\n40\n",
	"flat.txt":     "20 20 20\n",
	"units.txt":    "20ms\n",
	"cell.trace":   "2\n4\n4\n",
	"link.csv":     "time,rate,delay,loss\n0s,10mbit,20ms,0%\n1.5s,2mbit,60ms,1%\n",
}

var flagWord = regexp.MustCompile(`--(\w+)`)

// said returns what a line of the golden file says: words for Parse, then flags for Set.
func said(line string) (netem.Spec, error) {
	flags := flagWord.FindAllStringSubmatchIndex(line, -1)
	end := func(i int) int {
		if i < len(flags) {
			return flags[i][0]
		}
		return len(line)
	}
	spec, err := netem.ParseWith(line[:end(0)], files.open)
	for i, f := range flags {
		if err == nil {
			spec, err = spec.Set(line[f[2]:f[3]], strings.TrimSpace(line[f[1]:end(i+1)]), files.open)
		}
	}
	return spec, err
}

// verdict returns what stands below a line, and checks what no file needs to say: errors are one line and words read
// back to the same spec.
func verdict(t *testing.T, line string) string {
	t.Helper()
	spec, err := said(line)
	if err != nil {
		if _, ok := err.(*netem.SyntaxError); !ok || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %T %v", line, err, err)
		}
		return "\t! " + err.Error()
	}
	again, err := netem.ParseWith(spec.String(), files.open)
	if err != nil || !reflect.DeepEqual(again, spec) {
		t.Errorf("%s: says %q, which reads back as %q (%v)", line, spec, again, err)
	}
	return "\t= " + spec.String()
}

func TestGolden(t *testing.T) {
	golden(t, "testdata/spec.golden", func(t *testing.T, line string) string { return verdict(t, line) + "\n" })
}

// golden reads a file of lines, each with the answer below it, in lines that begin with a tab, and wants the answers that
// answer gives now. Empty lines and those of comments stay as they are.
func golden(t *testing.T, file string, answer func(t *testing.T, line string) string) {
	t.Helper()
	old, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var now strings.Builder
	for text := range strings.Lines(string(old)) {
		switch {
		case strings.HasPrefix(text, "\t"): // an answer of before
			continue
		case text == "\n" || text[0] == '#':
			now.WriteString(text)
		default:
			line := strings.TrimSuffix(text, "\n")
			now.WriteString(line + "\n" + answer(t, line))
		}
	}
	if *update {
		if err := os.WriteFile(file, []byte(now.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if now.String() != string(old) {
		t.Errorf("%s is not what is answered now: run with -update and read the difference\n%s", file, difference(string(old), now.String()))
	}
}

// difference returns the first lines that differ.
func difference(old, now string) string {
	a, b := strings.Split(old, "\n"), strings.Split(now, "\n")
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return "was: " + a[i] + "\nis:  " + b[i]
		}
	}
	return "one is longer"
}
