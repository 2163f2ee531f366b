package netem_test

import (
	"slices"
	"strings"
	"testing"

	"lossylab/netem"
	"lossylab/netem/netemtest"
)

// trees have branches of several kinds, before and behind the shared link.
var trees = []struct {
	shared   string
	branches []string
}{
	{"rate 10mbit limit 50 delay 5ms", []string{"", "delay 3ms", "rate 2mbit limit 10 delay 20ms loss 2%"}},
	{"", []string{"delay 5ms 2ms", "duplicate 3% corrupt 2%"}},
	{"rate 5mbit queue fq_codel delay 1ms reorder 5% by 3", []string{"mtu 600 delay 2ms", "rate 20mbit delay 2ms"}},
	{"delay 1ms loss 3%", []string{"( rate 20mbit ) then ( delay 5ms loss 1% )", "split per-packet ( delay 1ms ) ( delay 4ms )"}},
	{`tc "delay 5ms loss 2%"`, []string{"delay 1ms"}},
}

func TestTrees(t *testing.T) {
	for _, c := range trees {
		for _, spread := range []bool{false, true} {
			t.Run(c.shared+" / "+strings.Join(c.branches, " / "), func(t *testing.T) {
				tree := netem.Tree{Shared: parse(t, c.shared), Spread: spread,
					Branch: func(p *netem.Packet) int { return int(p.ID % uint64(len(c.branches))) }}
				for _, b := range c.branches {
					tree.Branches = append(tree.Branches, parse(t, b))
				}
				netemtest.TestStage(t, func(o netem.Observer) netem.Stage {
					s, err := netem.NewTree("up", tree, 1, o)
					if err != nil {
						t.Fatal(err)
					}
					return s
				})
			})
		}
	}
}

func parse(t *testing.T, words string) netem.Spec {
	t.Helper()
	s, err := netem.Parse(words)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Causes say on which part of a tree something happened, and each packet meets its own branch and the shared link.
func TestTreeNamesPlaces(t *testing.T) {
	var causes dropCauses
	tree := netem.Tree{Shared: parse(t, "loss list 3"), Branches: []netem.Spec{parse(t, "loss list 1"), parse(t, "loss list 2")},
		Names: []string{"alice"}, Branch: func(p *netem.Packet) int { return int(p.ID % 2) }}
	s, err := netem.NewTree("up", tree, 1, &causes)
	if err != nil {
		t.Fatal(err)
	}
	for id := range uint64(8) { // even: alice
		s.Send(netem.Time(id), &netem.Packet{ID: id, Data: make([]byte, 40)})
		for s.Recv(netem.Time(id)) != nil {
		}
	}
	want := []string{"loss list 1 on access of alice", "loss list 2 on access of 2", "loss list 3 on the shared link"}
	slices.Sort(causes)
	if !slices.Equal(causes, want) {
		t.Errorf("%q, want %q", causes, want)
	}
}

// dropCauses are the causes of losses in order of time.
type dropCauses []string

func (c *dropCauses) Observe(e netem.Event) {
	if e.Kind == netem.Dropped {
		*c = append(*c, e.By)
	}
}

// What a tree cannot be made of is refused.
func TestTreeRefused(t *testing.T) {
	for _, tree := range []netem.Tree{{}, {Branches: make([]netem.Spec, 64)}, {Branches: []netem.Spec{{Rate: -1}}}} {
		if _, err := netem.NewTree("up", tree, 1, nil); err == nil {
			t.Errorf("%d branches: no error", len(tree.Branches))
		}
	}
}
