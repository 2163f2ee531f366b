package report

import (
	"math/rand/v2"
	"strings"
	"testing"

	"lossylab/netem"
)

// measuredRun is 400 datagrams of which every 20th is lost and some are late, and a bulk of TCP over the same.
func measuredRun(t *testing.T) *Results {
	r := &Results{Version: "0.1.0", App: "bulk"}
	up := netem.Spec{Rate: 10e6, Limit: netem.Limit{Packets: 100}, Models: []netem.Model{&netem.Loss{P: .05}}}
	setting := Setting{App: "bulk", CC: "reno", Clients: 1, Up: up}
	rng := rand.New(rand.NewPCG(1, 2))
	g := newStage(t, "udp", true)
	var held *netem.Packet
	for i := range 400 {
		g.now = ms(float64(10 * i))
		g.write(0, i, 100)
		switch p := g.udp("up"); {
		case rng.IntN(20) == 0:
			g.drop(p, "loss 5%")
		case held == nil && rng.IntN(20) == 0:
			held = p
		default:
			g.arrive(p)
			g.read(0, i)
			if held != nil && rng.IntN(3) == 0 {
				g.arrive(held)
				held = nil
			}
		}
	}
	_, u := g.c.Finish(g.now, false)
	u.Theory = NewTheory(&u, setting)
	g = newStage(t, "tcp", true)
	g.open(1000)
	for i := range 200 {
		g.now = ms(float64(100 + 10*i))
		g.write(0, i, 100)
		p := g.data(100*i, 100)
		if rng.IntN(20) == 0 {
			g.drop(p, "loss 5%")
			p = g.data(100*i, 100)
		}
		g.arrive(p)
		g.read(0, i)
		g.arrive(g.tcp("down", 5000, uint32(1000+100*i+100), "A", 0))
	}
	_, c := g.c.Finish(g.now, false)
	c.Theory = NewTheory(&c, setting)
	r.Flows = []FlowResult{u, c}
	return r
}

// The file is the two sections as report.md has them.
func TestMeasuresGolden(t *testing.T) {
	page := markdown(t, Page{Results: measuredRun(t)})
	_, sections, _ := strings.Cut(page, "\n## "+measuresTitle)
	sections, _, _ = strings.Cut(sections, "\n## What the words mean")
	golden(t, "measures.md", "## "+measuresTitle+sections)
}

func TestMeasuresOnThePage(t *testing.T) {
	for _, test := range []struct {
		results *Results
		want    bool
	}{{measuredRun(t), true}, {smallResults(), false}} {
		var b strings.Builder
		if err := (&Page{Results: test.results}).WriteHTML(&b); err != nil {
			t.Fatal(err)
		}
		for _, what := range []string{`<section id="measures"`, `<section id="theory"`, `href="#measures"`, `href="#theory"`, "RFC 4737 §4.1", "Mathis"} {
			if strings.Contains(b.String(), what) != test.want {
				t.Errorf("%q on the page: %v, want %v", what, !test.want, test.want)
			}
		}
	}
}
