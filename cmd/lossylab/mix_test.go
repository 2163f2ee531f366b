package main

import (
	"fmt"
	"math/rand/v2"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"lossylab/netem"
	"lossylab/report"
)

// mixText writes a scenario of several kinds of traffic, over links with everything that links do to packets.
func mixText(rng *rand.Rand) string {
	var b strings.Builder
	v6 := rng.IntN(2) == 0
	fmt.Fprintf(&b, "seed: %d\nipv6: %v\ntime-limit: 8s\nlink:\n", rng.IntN(1000), v6)
	mtu := 700
	if v6 {
		mtu = 1300
	}
	for _, way := range []string{"up", "down"} {
		fmt.Fprintf(&b, "  %s: mtu %d rate %dmbit limit 40 delay 5ms 1ms loss %d%% reorder 1%% by 3 duplicate 1%% corrupt 1%%\n", way, mtu, 3+rng.IntN(8), rng.IntN(3))
	}
	hosts := 1 + rng.IntN(3)
	b.WriteString("clients:\n")
	access := []string{"", "delay 3ms loss 1%", "rate 4mbit delay 9ms", "( mtu 1280 ) then ( delay 2ms corrupt 1% )"}
	for i := range hosts {
		fmt.Fprintf(&b, "  - {name: host-%d, link: \"%s\"}\n", i, access[rng.IntN(len(access))])
	}
	b.WriteString("traffic:\n")
	for i := range 2 + rng.IntN(4) {
		what := []string{"proto: tcp, app: bulk, duration: 2s", "proto: udp, app: stream, messages: 80, size: 3000, interval: 20ms",
			"proto: udp, app: stream, messages: 100, interval: 10ms, flows: 2", "proto: udp, app: echo, messages: 20, retries: 1",
			"proto: tcp, app: stream, messages: 80, flows: 2"}[rng.IntN(5)]
		fmt.Fprintf(&b, "  - {name: t%d, client: host-%d, start: %dms, %s}\n", i, rng.IntN(hosts), 100*rng.IntN(8), what)
	}
	return b.String()
}

// mixOf makes the world of a scenario of several kinds of traffic.
func mixOf(t *testing.T, text string, observers ...netem.Observer) *experiment {
	t.Helper()
	flags, set, file, err := runSettings([]string{writeScenario(t, text)}, "run")
	if err != nil {
		t.Fatal(err)
	}
	s, err := newScenario(flags, set, file)
	if err == nil {
		err = s.readInputs(t.Context(), "", strings.NewReader(""))
	}
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	x, err := newExperiment(s, mixWorld, observers)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(x.world.Close)
	return x
}

// attribution checks for each packet as it is sent that it is told to the pair whose ports it bears.
type attribution struct {
	t *testing.T
	n int
}

func (a *attribution) Observe(e netem.Event) {
	h, ok := e.Packet.Header()
	if e.Kind != netem.Sent || !ok || h.Proto != netem.ProtoUDP && h.Proto != netem.ProtoTCP {
		return
	}
	a.n++
	port := h.Dst.Port()
	if e.Link == "down" {
		port = h.Src.Port()
	}
	if int(port)-serverPort != e.Packet.Tag {
		a.t.Errorf("packet %d of port %d is told to pair %d", e.Packet.ID, port, e.Packet.Tag)
	}
}

// TestMixAttribution runs 20 random mixes: each packet is told to one pair, and the pairs' counters sum to those of one
// that is told of all.
func TestMixAttribution(t *testing.T) {
	for seed := range uint64(20) {
		text := mixText(rand.New(rand.NewPCG(seed, 0)))
		whole, a := report.NewCollector("udp", "", "", false), &attribution{t: t}
		x := mixOf(t, text, whole, a)
		if err := x.run(t.Context()); err != nil {
			t.Fatal(err)
		}
		_, all := whole.Finish(x.world.Now(), true)
		sums := map[string]*report.LinkResult{"up": {}, "down": {}}
		for _, p := range x.peers {
			_, r := p.finish(false)
			for way, l := range r.Link {
				addCounts(reflect.ValueOf(sums[way]).Elem(), reflect.ValueOf(l).Elem())
				if l.Offered+l.Duplicated+l.Fragments-l.Fragmented != l.Delivered+l.Dropped+l.InFlight {
					t.Errorf("%s %s: packets are not conserved: %+v", p.name, way, l)
				}
			}
			if p.proto == "tcp" && r.App.Reordered+r.App.Duplicated+r.App.Corrupted > 0 {
				t.Errorf("%s: TCP delivered %+v", p.name, r.App)
			}
		}
		for way, sum := range sums {
			want := all.Link[way]
			want.Spec, want.Sojourn, want.Reordered, want.QueueMax, want.DroppedBy = "", nil, 0, 0, nil
			sum.Reordered, sum.QueueMax = 0, 0 // of one flow's packets, and of those that waited with it
			if !reflect.DeepEqual(sum, want) {
				t.Errorf("%s\n%s: the sum is %+v, of all %+v", text, way, sum, want)
			}
		}
		if a.n == 0 || t.Failed() {
			t.Fatal(text)
		}
	}
}

// addCounts adds the integers of a struct to those of another.
func addCounts(sum, to reflect.Value) {
	for i := range sum.NumField() {
		if sum.Field(i).CanInt() {
			sum.Field(i).SetInt(sum.Field(i).Int() + to.Field(i).Int())
		}
	}
}

// TestMixTCPCounters has TCP traffic share a client: what each sent again sums to what the client's host has counted.
func TestMixTCPCounters(t *testing.T) {
	x := mixOf(t, `
link: {up: rate 8mbit limit 30 delay 10ms loss 1%, down: delay 10ms}
clients: [{name: one}]
traffic:
  - {name: a, proto: tcp, app: bulk, duration: 5s}
  - {name: b, proto: tcp, app: bulk, duration: 4s, start: 700ms, flows: 2}
  - {name: c, proto: tcp, app: stream, messages: 100}
  - {name: d, proto: udp, messages: 100}
`)
	if err := x.run(t.Context()); err != nil {
		t.Fatal(err)
	}
	var again, recoveries, timeouts uint64
	for _, p := range x.peers {
		if _, r := p.finish(false); r.TCP != nil {
			again, recoveries, timeouts = again+r.TCP.Retransmits, recoveries+r.TCP.FastRecoveries, timeouts+r.TCP.Timeouts
		}
	}
	s := x.world.(virtualWorld).Client.Stats()
	if again != s.Retransmits || recoveries != s.FastRecoveries || timeouts != s.Timeouts || again == 0 {
		t.Errorf("sent again %d, recoveries %d, timeouts %d; the host says %d, %d, %d", again, recoveries, timeouts,
			s.Retransmits, s.FastRecoveries, s.Timeouts)
	}
}

// TestMixFrames has tshark look up the frames that pairs speak of: each has the pair's port.
func TestMixFrames(t *testing.T) {
	if _, err := exec.LookPath("tshark"); err != nil {
		t.Skip("no tshark here: install it to have Wireshark's opinion")
	}
	text := mixText(rand.New(rand.NewPCG(3, 0)))
	dir := filepath.Join(t.TempDir(), "out")
	output(t, t.Context(), exitDone, "run", writeScenario(t, text), "--quiet", "--figures", "none", "--out", dir)
	x := mixOf(t, text)
	if err := x.run(t.Context()); err != nil {
		t.Fatal(err)
	}
	ports := [2]map[int]string{framePorts(t, filepath.Join(dir, "mix", "client.pcapng")), framePorts(t, filepath.Join(dir, "mix", "server.pcapng"))}
	looked := 0
	for _, p := range x.peers {
		flow, _ := p.finish(false)
		port := fmt.Sprint(p.port())
		for _, tr := range flow.Packets {
			for i, frame := range []int{tr.SentFrame, tr.RecvFrame} {
				at := i // 0: the client's capture
				if !tr.Up {
					at = 1 - i
				}
				if got := ports[at][frame]; frame > 0 && !tr.Corrupt && got != "" {
					if looked++; !strings.Contains(got, port) {
						t.Errorf("%s: frame %d (%s) at %d has the ports %q, want %s", p.name, frame, tr.Label, at, got, port)
					}
				}
			}
		}
	}
	if looked < 100 {
		t.Errorf("only %d frames were looked up", looked)
	}
}

// framePorts returns the ports of each frame of a capture, none of later fragments.
func framePorts(t *testing.T, file string) map[int]string {
	t.Helper()
	b, err := exec.Command("tshark", "-r", file, "-o", "ip.defragment:FALSE", "-o", "ipv6.defragment:FALSE", "-T", "fields",
		"-e", "frame.number", "-e", "udp.port", "-e", "tcp.port").Output()
	if err != nil {
		t.Fatal(err)
	}
	all := map[int]string{}
	for line := range strings.Lines(string(b)) {
		var n int
		fmt.Sscan(line, &n)
		if _, ports, ok := strings.Cut(strings.TrimRight(line, "\n"), "\t"); ok {
			all[n] = strings.TrimSpace(ports)
		}
	}
	return all
}
