package netemtest

import (
	"bytes"
	"math/rand/v2"
	"reflect"
	"testing"

	"lossylab/netem"
)

// TestModel tests a Model: new returns one that has judged nothing yet, equal each time.
func TestModel(t *testing.T, new func() netem.Model) { TestModelWith(t, nil, new) }

// TestModelWith is TestModel for a model whose words name files, which open opens.
func TestModelWith(t *testing.T, open netem.Open, new func() netem.Model) {
	t.Run("SameSeedSameVerdicts", func(t *testing.T) { testModelSeed(t, new) })
	t.Run("PacketNotKept", func(t *testing.T) { testModelKeeps(t, new) })
	t.Run("SameNumberOfDraws", func(t *testing.T) { testModelDraws(t, new) })
	t.Run("VerdictInRange", func(t *testing.T) { testModelRange(t, new) })
	t.Run("WordsReadBack", func(t *testing.T) { testModelWords(t, open, new) })
	t.Run("CloneIsFresh", func(t *testing.T) { testModelClone(t, new) })
}

// verdicts lets m judge the traffic of a seed; after is called with each packet when it has been judged.
func verdicts(m netem.Model, seed uint64, after func(i int, p *netem.Packet)) []netem.Verdict {
	rng := rand.New(rand.NewPCG(seed, 0))
	all := make([]netem.Verdict, 0, packets)
	for i, s := range traffic(seed) {
		all = append(all, m.Judge(s.at, rng, s.p))
		if after != nil {
			after(i, s.p)
		}
	}
	return all
}

// alike reports the first packet about which two models disagree.
func alike(t *testing.T, got, want []netem.Verdict) {
	t.Helper()
	for i := range want {
		if !reflect.DeepEqual(got[i], want[i]) {
			t.Fatalf("packet %d: verdict %+v, want %+v", i, got[i], want[i])
		}
	}
}

// testModelSeed wants new models to say the same of the same packets, on several seeds.
func testModelSeed(t *testing.T, new func() netem.Model) {
	for seed := range uint64(3) {
		alike(t, verdicts(new(), seed, nil), verdicts(new(), seed, nil))
	}
}

// testModelKeeps writes over each packet once it has been judged: who kept it now judges the next ones by rubbish.
func testModelKeeps(t *testing.T, new func() netem.Model) {
	want := verdicts(new(), 1, nil)
	sent := traffic(1)
	got := verdicts(new(), 1, func(i int, p *netem.Packet) {
		if q := sent[i].p; !bytes.Equal(p.Data, q.Data) || p.ID != q.ID || p.Copy != q.Copy || p.Corrupt != q.Corrupt {
			t.Fatalf("packet %d was changed", i)
		}
		clear(p.Data)
		*p = netem.Packet{}
	})
	alike(t, got, want)
}

// testModelDraws wants the same number of draws for each packet but the first, which may set up a state, and none for one
// that the model is not shown.
func testModelDraws(t *testing.T, new func() netem.Model) {
	src := &counter{Source: rand.NewPCG(1, 0)}
	rng, m := rand.New(src), new()
	want, before, shown := 0, 0, 0
	for i, s := range traffic(1) {
		m.Judge(s.at, rng, s.p)
		n := src.n - before
		before = src.n
		if o, ok := m.(*netem.Only); ok && !o.Match.Has(s.p) {
			if n != 0 {
				t.Fatalf("packet %d took %d draws, and is none of %q", i, n, m)
			}
			continue
		}
		if shown++; shown == 2 {
			want = n
		}
		if shown > 2 && n != want {
			t.Fatalf("packet %d took %d draws, packets before it %d", i, n, want)
		}
	}
}

// testModelRange wants no verdict that a stage could not carry out. A negative Delay is none, and so is allowed.
func testModelRange(t *testing.T, new func() netem.Model) {
	all := traffic(2)
	for i, v := range verdicts(new(), 2, nil) {
		if v.Late < 0 || v.Behind < 0 || v.Hold < 0 || v.Copies < 0 {
			t.Fatalf("packet %d: a negative count or time: %+v", i, v)
		}
		for _, bit := range v.Flips {
			if bit < 0 || bit >= 8*all[i].p.Size() {
				t.Fatalf("packet %d: bit %d of %d", i, bit, 8*all[i].p.Size())
			}
		}
	}
}

// testModelWords wants Parse to make of the model's words a model that says and does the same.
func testModelWords(t *testing.T, open netem.Open, new func() netem.Model) {
	words := new().String()
	spec, err := netem.ParseWith(words, open)
	if err != nil {
		t.Fatalf("Parse(%q): %v", words, err)
	}
	if len(spec.Models) != 1 || spec.Models[0].String() != words || spec.String() != words {
		t.Fatalf("%q reads back as %q with %d models", words, spec, len(spec.Models))
	}
	alike(t, verdicts(spec.Models[0], 3, nil), verdicts(new(), 3, nil))
}

// testModelClone wants the clone of a model with a past to have none.
func testModelClone(t *testing.T, new func() netem.Model) {
	m := new()
	c, ok := m.(netem.Cloner)
	if !ok {
		t.Skip("no Cloner: its links share it")
	}
	want := verdicts(m, 4, nil) // m now has a past
	alike(t, verdicts(c.Clone(), 4, nil), want)
	if got := c.Clone().String(); got != m.String() {
		t.Fatalf("the clone of %q says %q", m, got)
	}
}
