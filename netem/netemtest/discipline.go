package netemtest

import (
	"math/rand/v2"
	"reflect"
	"testing"

	"lossylab/netem"
)

// TestDiscipline tests a Discipline: that its words read back, and that the queues that it makes pass TestQueue, of
// whatever size they are.
func TestDiscipline(t *testing.T, d netem.Discipline) {
	t.Run("WordsReadBack", func(t *testing.T) { testDisciplineWords(t, d) })
	for _, limit := range []netem.Limit{{Packets: 1}, {Packets: 50}, {Bytes: 40_000}, {Bytes: 500}, {}} {
		t.Run(limit.String(), func(t *testing.T) {
			if err := d.Validate(limit); err != nil {
				t.Skip(err) // of no use with this limit: RED's min, say, may be above it
			}
			TestQueue(t, func(out netem.Outlet) netem.Queue {
				return d.New(limit, netem.Mbit, rand.New(rand.NewPCG(1, 2)), out)
			})
		})
	}
}

// testDisciplineWords wants Parse to make the same of the discipline's words. Those of drop-tail are none.
func testDisciplineWords(t *testing.T, d netem.Discipline) {
	words := d.String()
	spec, err := netem.Parse(words)
	if err != nil {
		t.Fatalf("Parse(%q): %v", words, err)
	}
	if spec.String() != words || words != "" && !reflect.DeepEqual(spec, netem.Spec{Queue: d}) {
		t.Fatalf("%q reads back as %q", words, spec)
	}
}
