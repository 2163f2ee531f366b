package netem_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"lossylab/netem"
	"lossylab/netem/netemtest"
)

// testdata opens the files of testdata/traces.
func testdata(name string) ([]byte, error) {
	return os.ReadFile(filepath.Join("../testdata/traces", name))
}

// newStage returns a stage called up, whose words may name files; words that do not parse end the test.
func newStage(t testing.TB, words string, open netem.Open, o netem.Observer) netem.Stage {
	t.Helper()
	spec, err := netem.ParseWith(words, open)
	if err != nil {
		t.Fatal(err)
	}
	again, err := netem.ParseWith(spec.String(), open)
	if err != nil || !reflect.DeepEqual(again, spec) {
		t.Fatalf("%q reads back as %q (%v)", spec, again, err)
	}
	s, err := netem.NewStage("up", spec, 1, o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// sending is when a packet is sent and how long it is.
type sending struct {
	at   netem.Time
	size int
}

// playStage sends packets 0, 1, … and returns all that is told.
func playStage(t testing.TB, words string, open netem.Open, sent []sending) tape {
	t.Helper()
	var events tape
	s := newStage(t, words, open, &events)
	for i, p := range sent {
		fetch(s, p.at)
		s.Send(p.at, &netem.Packet{ID: uint64(i), Data: make([]byte, p.size)})
	}
	fetch(s, 1<<62)
	return events
}

// Deliveries by hand. An opportunity carries 1504 bytes, and a packet counts 4 more than it is long.
func TestTraceDelivers(t *testing.T) {
	full := slices.Repeat([]sending{{0, 1500}}, 4)
	for _, c := range []struct {
		name, trace, words string
		sent               []sending
		want               []netem.Time // us
	}{
		{"one each ms", "1\n", "", full, []netem.Time{1000, 2000, 3000, 4000}},
		{"several at once", "5\n5\n7\n", "", full, []netem.Time{5000, 5000, 7000, 12000}},
		{"the end of a period is the beginning of the next", "0\n5\n", "", full, []netem.Time{5000, 5000, 10000, 10000}},
		{"small packets share", "1\n", "", slices.Repeat([]sending{{0, 372}}, 5), []netem.Time{1000, 1000, 1000, 1000, 2000}},
		{"what is not out goes on ahead", "1\n", "", []sending{{0, 1000}, {0, 1000}, {0, 1000}, {0, 1500}}, []netem.Time{1000, 2000, 3000, 4000}},
		{"4 bytes too many", "1\n", "", []sending{{0, 1504}, {0, 1496}}, []netem.Time{2000, 2000}},
		{"and one more", "1\n", "", []sending{{0, 1504}, {0, 1497}}, []netem.Time{2000, 3000}},
		{"larger than an opportunity", "1\n", "", []sending{{0, 9000}, {0, 100}}, []netem.Time{6000, 7000}},
		{"unused bytes are lost", "1\n", "", []sending{{0, 100}, {ms, 1500}, {ms, 1500}}, []netem.Time{1000, 2000, 3000}},
		{"at its instant is too late", "1\n", "", []sending{{ms, 100}, {ms + 1, 100}, {2*ms - 1, 100}}, []netem.Time{2000, 2000, 2000}},
		{"missed ones are lost", "1\n2\n3\n4\n1000\n", "", []sending{{50 * ms, 1500}, {50 * ms, 1500}}, []netem.Time{1000e3, 1001e3}},
		{"the queue holds what waits", "10\n", "limit 2", full, []netem.Time{10000, 20000, -1, -1}},
		{"delay comes behind", "1\n", "delay 5ms", full, []netem.Time{6000, 7000, 8000, 9000}},
		{"a stall misses opportunities", "1\n", "; at 1500us stall; at 5ms up", full, []netem.Time{1000, 5000, 6000, 7000}},
		{"a stall at an opportunity", "1\n", "; at 2ms stall; at 5ms up", full, []netem.Time{1000, 5000, 6000, 7000}},
		{"in the middle of a packet", "1\n", "; at 1500us stall; at 5ms up", []sending{{0, 3004}, {0, 1500}}, []netem.Time{5000, 6000}},
		{"down at an opportunity", "1\n", "; at 2ms down; at 3ms up", full, []netem.Time{1000, -1, 3000, 4000}},
	} {
		contents := folder{"x": c.trace}
		for i := range c.want {
			c.want[i] *= 1000
		}
		checkArrivals(t, c.name, playStage(t, "trace x "+c.words, contents.open, c.sent), c.want...)
	}
}

// A packet leaves the queue at the opportunity that takes its first byte.
func TestTraceDequeues(t *testing.T) {
	contents := folder{"x": "1\n"}
	events := playStage(t, "trace x", contents.open, []sending{{0, 1000}, {0, 1000}, {0, 1500}})
	var got []netem.Time
	for _, e := range events.of(netem.Dequeued) {
		got = append(got, e.At)
	}
	if want := []netem.Time{ms, ms, 2 * ms}; !slices.Equal(got, want) {
		t.Errorf("dequeued at %v, want %v", got, want)
	}
}

// deliveries is what a trace does, said plainly: at each opportunity, bytes go to what was sent before it, in order.
func deliveries(opportunities []int, sent []sending, until netem.Time) (all []netem.Time) {
	period := opportunities[len(opportunities)-1]
	left := 0 // bytes of packet len(all) still to go; 0 if it has not begun
	for start := 0; netem.Time(start)*ms <= until; start += period {
		for _, at := range opportunities {
			now := netem.Time(start+at) * ms
			for room := 1504; room > 0 && len(all) < len(sent) && sent[len(all)].at < now; {
				if left == 0 {
					left = sent[len(all)].size + 4
				}
				n := min(room, left)
				room, left = room-n, left-n
				if left == 0 {
					all = append(all, now)
				}
			}
		}
	}
	return all
}

// 200 random traces and streams against the plain version.
func TestTraceAgainstPlainVersion(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for range 200 {
		var trace strings.Builder
		var opportunities []int
		at := 0
		for range 1 + rng.IntN(20) {
			at += rng.IntN(6) * rng.IntN(4)
			opportunities = append(opportunities, at)
		}
		opportunities[len(opportunities)-1]++ // not 0
		for _, at := range opportunities {
			fmt.Fprintln(&trace, at)
		}
		var sent []sending
		var now netem.Time
		for range 200 {
			now += netem.Time(rng.IntN(3)*rng.IntN(5)) * ms / 2
			sent = append(sent, sending{now, 1 + rng.IntN(1+rng.IntN(4000))})
		}
		want := deliveries(opportunities, sent, now+1e6*ms)
		contents := folder{"x": trace.String()}
		events := playStage(t, "trace x", contents.open, sent)
		got := events.of(netem.Delivered)
		if len(got) != len(sent) {
			t.Fatalf("%d of %d arrived", len(got), len(sent))
		}
		for i, e := range got {
			if e.At != want[i] || e.Packet.ID != uint64(i) {
				t.Fatalf("trace %v: packet %d at %v, want %v", opportunities, i, e.At, want[i])
			}
		}
	}
}

// Bytes are conserved on a busy link: after n opportunities, n times 1504 bytes of packets with their 4 have gone out.
func TestTraceCarriesNoMore(t *testing.T) {
	contents := folder{"x": "0\n0\n1\n7\n7\n7\n20\n"}
	const n, size = 500, 777
	events := playStage(t, "trace x", contents.open, slices.Repeat([]sending{{0, size}}, n))
	carried := func(at netem.Time) int { // by opportunities up to at; those at 0 came too early
		count := -2
		for start := netem.Time(0); start <= at; start += 20 * ms {
			for _, o := range []netem.Time{0, 0, 1, 7, 7, 7, 20} {
				if start+o*ms <= at {
					count++
				}
			}
		}
		return 1504 * count
	}
	for i, e := range events.of(netem.Delivered) {
		if need := (i + 1) * (size + 4); carried(e.At) < need || carried(e.At-1) >= need {
			t.Fatalf("packet %d at %v: %d bytes of %d", i, e.At, carried(e.At), need)
		}
	}
}

func TestTraceRate(t *testing.T) {
	for _, c := range []struct {
		trace string
		want  netem.Rate
	}{{"1", 12 * netem.Mbit}, {"1\n2\n2\n4", 12 * netem.Mbit}, {"0\n1000", 24 * netem.Kbit}, {"86400000", 0}} {
		trace, err := netem.ParseTrace("x", []byte(c.trace))
		if err != nil || trace.Rate() != c.want {
			t.Errorf("%q: %v, want %v (%v)", c.trace, trace.Rate(), c.want, err)
		}
	}
}

func TestTraceErrors(t *testing.T) {
	for _, c := range []struct{ words, trace, want string }{
		{"trace x", "", `at 7 "x": no packet ever leaves: write a line for each opportunity, with its time in milliseconds`},
		{"trace x", "\n \n\r\n", `at 7 "x": no packet ever leaves`},
		{"trace x", "0\n0\n", `at 7 "x": the last line's time is the period, and cannot be 0: write 1`},
		{"trace x", "1\n2 ms\n", `at 7 "x": line 2: "2 ms": a line is a whole number of milliseconds: write 20`},
		{"trace x", "1\n\n1.5\n", `at 7 "x": line 3: "1.5": a line is a whole`},
		{"trace x", "-1\n", `at 7 "x": line 1: "-1": a line is a whole`},
		{"trace x", "1\n5\n4\n", `at 7 "x": line 3: "4": times do not go back, and 5 stands above: sort the lines`},
		{"trace x", "86400001\n", `at 7 "x": line 1: "86400001": a trace is at most 24h long: write milliseconds up to 86400000`},
		{"trace x", strings.Repeat("9", 1<<20), `at 7 "x": line 1: "9999999999999999999999999999999999999999…": a trace is at most`},
		{"trace x", strings.Repeat("é", 1<<20), `at 7 "x": line 1: "éééééééééééééééééééé…": a line is a whole`},
		{"trace y", "1", `at 7 "y": no such file`},
		{"trace x rate 1mbit", "1", `at 1 "trace": a trace says when packets leave, and so has no other rate beside it`},
		{"rate 1mbit trace x", "1", `at 12 "trace": a trace says`},
		{"trace x trace x", "1", `at 9 "trace": trace has been said already`},
		{"trace x; at 2s rate 1mbit", "1", `at 16 "rate": the file says how fast the link is`},
		{"trace x; at 2s trace x", "1", `at 16 "trace": trace does not change on the way`},
		{`tc "loss 1%" trace x`, "1", `at 1 "tc": a tc line is a whole link`},
	} {
		_, err := netem.ParseWith(c.words, folder{"x": c.trace}.open)
		if err == nil || !strings.HasPrefix(err.Error(), c.want) || strings.Contains(err.Error(), "\n") || len(err.Error()) > 300 {
			t.Errorf("%s: %v\nwant %s", c.words, err, c.want)
		}
	}
	if _, err := netem.NewStage("up", netem.Spec{Trace: &netem.Trace{}}, 1, nil); err == nil {
		t.Error("an empty trace makes a stage")
	}
}

// The name is what a SPEC says, in quotes where it has to be; spreadsheets' line ends and marks are read.
func TestTraceNames(t *testing.T) {
	for name, want := range map[string]string{
		"cell.trace": "trace cell.trace", "my cell; (1).trace": `trace "my cell; (1).trace"`, `a"b`: `trace 'a"b'`,
	} {
		newStage(t, want, folder{name: "\ufeff1\r\n2\r\n"}.open, nil)
	}
}

func TestTracesAreStages(t *testing.T) {
	for _, words := range []string{"trace steady-12mbit.trace", "trace cellular.trace limit 50 delay 20ms 5ms loss 1% duplicate 5%",
		"trace cellular.trace; every 1s for 300ms stall; randomly every 1s for 50ms down"} {
		t.Run(words, func(t *testing.T) {
			netemtest.TestStage(t, func(o netem.Observer) netem.Stage { return newStage(t, words, testdata, o) })
		})
	}
}

func TestTraceNoAllocation(t *testing.T) {
	l := newStage(t, "trace steady-12mbit.trace delay 20ms", testdata, nil)
	p := &netem.Packet{Data: make([]byte, 1000)}
	var now netem.Time
	step := func() {
		now += ms
		fetch(l, now)
		l.Send(now, p)
	}
	for range 2000 {
		step()
	}
	if n := testing.AllocsPerRun(2000, step); n != 0 {
		t.Errorf("%v allocations a packet", n)
	}
}

// FuzzParseTrace: whatever the file, an error of one line, or a trace that delivers, in memory that the file deserves.
func FuzzParseTrace(f *testing.F) {
	for _, seed := range []string{"1\n", "0\n0\n5\n", "1\n2\n2\n3\n", "5\n4\n", "86400000", "99999999999999999999", "", "a", "\ufeff1\r\n"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		trace, err := netem.ParseTrace("x", content)
		if err != nil {
			if strings.ContainsAny(err.Error(), "\n\r") || len(err.Error()) > 300 {
				t.Fatalf("%q: %v", content, err)
			}
			return
		}
		s, err := netem.NewStage("up", netem.Spec{Trace: trace}, 1, nil)
		if err != nil {
			t.Fatal(err)
		}
		for i := range 5 {
			s.Send(netem.Time(i)*ms, &netem.Packet{ID: uint64(i), Data: make([]byte, 1000)})
		}
		got := 0
		for range 100 {
			at, ok := s.Next()
			if !ok {
				break
			}
			for s.Recv(at) != nil {
				got++
			}
		}
		if got != 5 {
			t.Fatalf("%d of 5 packets arrived", got)
		}
	})
}
