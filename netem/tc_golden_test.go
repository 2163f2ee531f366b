package netem_test

import (
	"os"
	"strings"
	"testing"

	"lossylab/netem"
)

// answer returns what stands below a line of tc.golden, and checks that words read back to the same line.
func answer(t *testing.T, text string) string {
	t.Helper()
	line, err := netem.ParseTC(text)
	if err != nil {
		if _, ok := err.(*netem.SyntaxError); !ok || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %T %v", text, err, err)
		}
		return "\t! " + err.Error() + "\n"
	}
	if again, err := netem.ParseTC(line.String()); err != nil || again != line {
		t.Errorf("%s: says %q, which reads back as %q (%v)", text, line, again, err)
	}
	s := "\t= " + line.String() + "\n"
	for _, w := range line.Warnings() {
		s += "\t~ " + w + "\n"
	}
	return s
}

func TestTCGolden(t *testing.T) { golden(t, "testdata/tc.golden", answer) }

// FuzzParseTC: whatever the text, ParseTC returns a line that reads back the same, warns in single lines and makes a
// Qdisc that conserves packets, or an error of one line at a place within the text.
func FuzzParseTC(f *testing.F) {
	golden, err := os.ReadFile("testdata/tc.golden")
	if err != nil {
		f.Fatal(err)
	}
	for text := range strings.Lines(string(golden)) {
		if text[0] != '#' && text[0] != '\t' {
			f.Add(strings.TrimSuffix(text, "\n"))
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		line, err := netem.ParseTC(text)
		if err != nil {
			e, ok := err.(*netem.SyntaxError)
			if !ok || e.Pos < 1 || e.Pos > len(text) || strings.ContainsAny(err.Error(), "\n\r") {
				t.Fatalf("%q: %v", text, err)
			}
			return
		}
		if again, err := netem.ParseTC(line.String()); err != nil || again != line || again.String() != line.String() {
			t.Fatalf("%q: says %q, which reads back as %q (%v)", text, line, again, err)
		}
		for _, w := range line.Warnings() {
			if w == "" || strings.ContainsAny(w, "\n\r") || strings.Contains(w, "NaN") || strings.Contains(w, "%!") {
				t.Fatalf("%q: %q", text, w)
			}
		}
		var seen tape
		q := netem.NewQdisc("up", line, 1, &seen)
		for i := range uint64(50) {
			q.Send(netem.Time(i)*ms, &netem.Packet{ID: i, Data: make([]byte, 100)})
		}
		in := len(seen.of(netem.Sent)) + len(seen.of(netem.Duplicated))
		fetch(q, 1<<62+1<<50)
		if out := len(seen.of(netem.Delivered)) + len(seen.of(netem.Dropped)); in != out || q.InFlight() != 0 {
			t.Fatalf("%q: %d in, %d out, %d inside", text, in, out, q.InFlight())
		}
	})
}

// Numbers of a million digits are refused or rounded like others, and soon.
func TestParseTCLongNumbers(t *testing.T) {
	digits := strings.Repeat("9", 1<<20)
	for _, word := range []string{"rate ", "limit ", "delay ", "loss ", "slot ", "seed ", "gap ", "delay 1ms reorder 5% gap ", ""} {
		if _, err := netem.ParseTC(word + digits); err == nil || len(err.Error()) > 300 {
			t.Errorf("%s999…: no error, or a long one", word)
		}
	}
}
