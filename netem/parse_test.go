package netem_test

import (
	"os"
	"reflect"
	"strings"
	"testing"

	"lossylab/netem"
)

// FuzzParse: whatever the text, Parse returns a spec that says itself, can be made a link and reads back the same, or an
// error of one line at a place within the text.
func FuzzParse(f *testing.F) {
	golden, err := os.ReadFile("testdata/spec.golden")
	if err != nil {
		f.Fatal(err)
	}
	for line := range strings.Lines(string(golden)) {
		if line[0] != '#' && line[0] != '\t' {
			f.Add(strings.TrimSuffix(line, "\n"))
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		spec, err := netem.ParseWith(text, files.open)
		if err != nil {
			e, ok := err.(*netem.SyntaxError)
			if !ok || e.Pos < 1 || e.Pos > len(text) || strings.ContainsAny(err.Error(), "\n\r") {
				t.Fatalf("%q: %v", text, err)
			}
			return
		}
		again, err := netem.ParseWith(spec.String(), files.open)
		if err != nil || !reflect.DeepEqual(again, spec) || again.String() != spec.String() {
			t.Fatalf("%q: says %q, which reads back as %q (%v)", text, spec, again, err)
		}
		if _, err := netem.NewStage("up", spec, 1, nil); err != nil {
			t.Fatalf("%q: %v", text, err)
		}
	})
}

// Set returns a spec of its own and leaves the one it was called on alone.
func TestSetCopies(t *testing.T) {
	before := netem.Spec{Models: []netem.Model{&netem.Delay{Mean: 20e6}, &netem.Loss{P: .1}}}
	words := before.String()
	for _, c := range [][2]string{{"jitter", "4ms"}, {"loss", "5%"}, {"delay", "1ms"}, {"corrupt", "1%"}, {"loss", "x"}} {
		if _, err := before.Set(c[0], c[1], nil); (err != nil) != (c[1] == "x") {
			t.Fatal(err)
		}
		if before.String() != words {
			t.Fatalf("--%s %s changed %q to %q", c[0], c[1], words, before)
		}
	}
}

// Literals in any order are written in the canonical one, with foreign models last.
func TestSpecStringIsCanonical(t *testing.T) {
	spec := netem.Spec{
		Rate:  10 * netem.Mbit,
		Limit: netem.Limit{Bytes: 65536},
		Order: netem.Keep,
		Models: []netem.Model{some{}, &netem.Corrupt{P: .001}, &netem.Reorder{P: .05, By: 3}, &netem.Duplicate{P: .005},
			&netem.Burst{P: .02, Mean: 5}, &netem.Delay{Mean: 20e6, Jitter: 4e6, Distribution: netem.Normal}},
	}
	const want = "rate 10mbit limit 64KiB order keep delay 20ms 4ms distribution normal loss 2% burst 5 " +
		"reorder 5% by 3 duplicate 0.5% corrupt 0.1% some []"
	if got := spec.String(); got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
}

// Numbers of a million digits are refused or rounded like others, and soon.
func TestParseLongNumbers(t *testing.T) {
	digits := strings.Repeat("9", 1<<20)
	for _, word := range []string{"rate ", "limit ", "delay ", "loss ", "loss 2% burst ", "reorder 5% by ", ""} {
		if _, err := netem.Parse(word + digits); err == nil || len(err.Error()) > 300 {
			t.Errorf("%s999…: no error, or a long one", word)
		}
	}
}
