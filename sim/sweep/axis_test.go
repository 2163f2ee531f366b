package sweep

import (
	"slices"
	"strings"
	"testing"
)

// What axes mean, as they are typed.
func TestParseAxis(t *testing.T) {
	for text, want := range map[string]string{
		"link.up.loss=0.1%,1%,5%":            "0.1% 1% 5%",
		" cc = cubic , reno ":                "cubic reno",
		"link=loss list 3,7 | loss 5%":       "loss list 3,7;loss 5%",
		"delay=10ms..40ms step 10ms":         "10ms 20ms 30ms 40ms",
		"delay=10..40 step 10ms":             "10ms 20ms 30ms 40ms",
		"delay=10..45ms step 10":             "10ms 20ms 30ms 40ms",
		"delay=30ms..10ms step -10ms":        "30ms 20ms 10ms",
		"x=-1..1 step 0.5":                   "-1 -0.5 0 0.5 1",
		"x=.7..1.0 step .1":                  "0.7 0.8 0.9 1",
		"x=3..3 step 1":                      "3",
		"loss=0.01%..10% log 7":              "0.01% 0.0316% 0.1% 0.316% 1% 3.16% 10%",
		"loss=0%,0.1..10% log 5,50%":         "0% 0.1% 0.316% 1% 3.16% 10% 50%",
		"x=1..10000 log 5":                   "1 10 100 1000 10000",
		"x=100..1 log 3":                     "100 10 1",
		"x=1..1.0201 log 3":                  "1 1.01 1.0201",
		"x=1..4.515625 log 3":                "1 2.13 4.515625",
		"rate=1mbit..1000mbit log 2":         "1mbit 1000mbit",
		"rate=1Mbit/s..3 Mbit/s step 1":      "1Mbit/s 2Mbit/s 3Mbit/s",
		"file=../a,../b":                     "../a ../b",
		"link=delay 10ms 2ms,delay 20ms 2ms": "delay 10ms 2ms;delay 20ms 2ms",
		"v=1%,1ms,1":                         "1% 1ms 1",
		"loss=99999999999999999999..99999999999999999999.5 step 0.5": "99999999999999999999 99999999999999999999.5",
	} {
		a, err := ParseAxis(text)
		separator := " "
		if strings.Contains(want, ";") {
			separator = ";"
		}
		if err != nil || !slices.Equal(a.Values, strings.Split(want, separator)) {
			t.Errorf("%q: %q, %v; want %s", text, a.Values, err, want)
		}
	}
	for text, want := range map[string]string{
		"":                            `axis "": write KEY=V1,V2,… such as loss=0.1%,1%,5%`,
		"loss":                        `axis "loss": write KEY=`,
		"=1":                          `axis "=1": write KEY=`,
		"a b=1":                       `axis "a b=1": write KEY=`,
		"a=":                          "axis a: no values: write KEY=V1,V2,…",
		"a=1,,2":                      `an empty value in "1,,2": take the extra "," out`,
		"a=1 | ":                      `axis a: an empty value in "1 | ": take the extra "|" out`,
		"a=1%,1.0%":                   "axis a: the value 1.0% is there twice (1%): take one out",
		"a=x,y,x":                     "axis a: the value x is there twice (x): take one out",
		"a=1..5":                      `"1..5": not a range: write A..B step S, or A..B log N`,
		"a=1..5 by 2":                 "not a range: ",
		"a=1..5 step":                 "not a range: ",
		"a=1..b step 1":               "not a range of numbers: ",
		"a=1..5 step x":               `"x" is no step: `,
		"a=1ms..1s step 100ms":        "units ms and s: write all in one unit",
		"a=1..5 step 0":               "a step of nothing: write one above zero",
		"a=5..1 step 1ms":             "the step leads away from the end: write step -1ms, or exchange the ends",
		"a=0..10 log 3":               "a logarithmic scale has no zero",
		"a=-1..10 log 3":              "a logarithmic scale has no zero",
		"a=1..10 log 1":               "log 1: write how many values, 2 at least",
		"a=1..10 log many":            "log many: write how many values",
		"a=5..5 log 3":                "the ends are equal",
		"a=1..10000 step 0.5":         "more than 10,000 values: take a larger step",
		"a=1..2 log 10001":            "more than 10,000 values",
		"a=1..1.00000000000001 log 9": "the ends are too near to each other",
		"a=1\n":                       `axis "a=1\n": a control character`,
		strings.Repeat("\x80", 70):    "not UTF-8",
		"a=\xff":                      "not UTF-8",
	} {
		a, err := ParseAxis(text)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%q: %v, %v; want %s", text, a, err, want)
		}
	}
}

// A logarithmic axis of any length has distinct values in order, evenly spaced to a tenth of the distance.
func TestLogAxis(t *testing.T) {
	for _, n := range []string{"2", "3", "10", "97", "1000", "9999"} {
		a, err := ParseAxis("x=0.003..7100s log " + n)
		if err != nil {
			t.Fatal(err)
		}
		if last := a.Values[len(a.Values)-1]; a.Values[0] != "0.003s" || last != "7100s" {
			t.Errorf("ends %s, %s", a.Values[0], last)
		}
		for i := 1; i < len(a.Values); i++ {
			v, _ := parseNumber(a.Values[i-1])
			w, _ := parseNumber(a.Values[i])
			if !(v.float() < w.float()) {
				t.Fatalf("log %s: %s, then %s", n, a.Values[i-1], a.Values[i])
			}
		}
	}
}

func FuzzParseAxis(f *testing.F) {
	for _, text := range []string{"a=1,2", "a=1..5ms step 1", "a=0,1..10% log 4", "a=x, y | z", "a=a,| | b", "a=5..-5 step -1.50"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		a, err := ParseAxis(text)
		if err != nil {
			if strings.ContainsAny(err.Error(), "\n\r") {
				t.Errorf("%q", err)
			}
			return
		}
		b, err := ParseAxis(a.String())
		if err != nil || b.Key != a.Key || !slices.Equal(b.Values, a.Values) {
			t.Errorf("%q is %q, and that is %q, %v", text, a, b, err)
		}
		if err := (&Plan{Axes: []Axis{a}, Repeat: 1, Columns: []string{"n"}}).Check(); err != nil {
			t.Error(err)
		}
	})
}
