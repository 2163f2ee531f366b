package netem_test

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"lossylab/netem"
)

// lostOf returns the numbers, from 1, of the packets that m loses among n.
func lostOf(m netem.Model, n int) (lost []int) {
	for i, l := range losses(m, 1, n) {
		if l {
			lost = append(lost, i+1)
		}
	}
	return lost
}

func TestLossesByNumber(t *testing.T) {
	for words, want := range map[string][]int{
		"loss list 3,7,10-12":  {3, 7, 10, 11, 12},
		"loss list 1,15-99":    {1, 15, 16},
		"loss every 5":         {5, 10, 15},
		"loss every 5 from 2":  {2, 7, 12},
		"loss every 5 from 8":  {8, 13},
		"loss every 1 from 15": {15, 16},
		"loss pattern 0010110": {3, 5, 6, 10, 12, 13},
		"loss pattern 0":       nil,
		"loss mask lost.mask":  {3, 7, 10, 11, 12},
	} {
		spec, err := netem.ParseWith(words, files.open)
		if err != nil {
			t.Fatal(err)
		}
		if got := lostOf(spec.Models[0], 16); !slices.Equal(got, want) {
			t.Errorf("%s: lost %v, want %v", words, got, want)
		}
	}
}

// A set of numbers is the same whatever the order in which they come, has what was put in and nothing else, and reads back.
func TestNumbers(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for range 200 {
		var ns netem.PacketSet
		in := map[uint64]bool{}
		for range rng.IntN(60) {
			n := 1 + rng.Uint64N(80)
			ns.Add(n)
			in[n] = true
		}
		for n := range uint64(90) {
			if ns.Has(n) != in[n] {
				t.Fatalf("%v: has %d: %v", ns, n, ns.Has(n))
			}
		}
		var b bytes.Buffer
		if err := netem.WriteMask(&b, 80, ns); err != nil {
			t.Fatal(err)
		}
		m, err := netem.ParseMask(b.Bytes())
		if err != nil || m.Sent != 80 || !slices.Equal(m.Lost, ns) || m.Validate() != nil || ns.Len() != uint64(len(in)) {
			t.Fatalf("%v of %d numbers reads back as %+v (%v)", ns, len(in), m, err)
		}
	}
}

// broken is a Writer that cannot write.
type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errors.New("disk full") }

func TestWriteMaskTellsOfErrors(t *testing.T) {
	if err := netem.WriteMask(broken{}, 3, nil); err == nil || err.Error() != "disk full" {
		t.Errorf("error %v", err)
	}
}

// FuzzParseMask: whatever the text, there is a mask that is valid, takes no more room than the text and is written as it
// reads back, or an error of one line.
func FuzzParseMask(f *testing.F) {
	for _, text := range files {
		f.Add([]byte(text))
	}
	f.Add([]byte("\r\n sent\t5 \r\n1-2\r\n4 # x"))
	f.Fuzz(func(t *testing.T, text []byte) {
		m, err := netem.ParseMask(text)
		if err != nil {
			if s := err.Error(); !strings.HasPrefix(s, "line ") || strings.ContainsAny(s, "\n\r") || len(s) > 300 {
				t.Fatalf("%q: %v", text, err)
			}
			return
		}
		if m.Validate() != nil || 2*len(m.Lost) > len(text)+1 {
			t.Fatalf("%q: %d ranges, %v", text, len(m.Lost), m.Validate())
		}
		var b bytes.Buffer
		if err := netem.WriteMask(&b, m.Sent, m.Lost); err != nil {
			t.Fatal(err)
		}
		if again, err := netem.ParseMask(b.Bytes()); err != nil || !reflect.DeepEqual(again, m) {
			t.Fatalf("%q: reads back as %+v (%v)", text, again, err)
		}
	})
}
