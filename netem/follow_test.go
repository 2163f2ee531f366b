package netem_test

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"lossylab/netem"
	"lossylab/netem/netemtest"
)

// Packet i is sent and judged at i ms, unless there is a rate; its delay is what the file says then.
func TestFollowDelay(t *testing.T) {
	const file = "time,delay\n0s,10ms\n2ms,20ms\n6ms,0ms\n"
	for _, c := range []struct {
		words string
		want  []int // the delay of each packet, us
	}{
		{"follow x", []int{10e3, 10e3, 20e3, 20e3, 20e3, 20e3, 0, 0}},
		{"follow x interpolate step", []int{10e3, 10e3, 20e3, 20e3, 20e3, 20e3, 0, 0}},
		{"follow x interpolate linear", []int{10e3, 15e3, 20e3, 15e3, 10e3, 5e3, 0, 0}},
		{"follow x repeat", []int{10e3, 10e3, 20e3, 20e3, 20e3, 20e3, 10e3, 10e3, 20e3}},
		{"follow x interpolate linear repeat", []int{10e3, 15e3, 20e3, 15e3, 10e3, 5e3, 10e3, 15e3, 20e3}},
		{"follow x interpolate linear delay 3us; at 3ms delay 4us", []int{10003, 15003, 20003, 15004, 10004}},
		{"order keep follow x", []int{10e3, 10e3, 20e3, 20e3, 20e3, 20e3, 19e3, 18e3}},
	} {
		var sent []sending
		for i := range c.want {
			sent = append(sent, sending{netem.Time(i) * ms, 100})
		}
		got := delays(playStage(t, c.words, folder{"x": file}.open, sent))
		for id, want := range c.want {
			if got[uint64(id)] != time.Duration(want)*time.Microsecond {
				t.Errorf("%s: packet %d took %v, want %dus", c.words, id, got[uint64(id)], want)
			}
		}
	}
}

// The straight line is exact: random rows against rational numbers, rounded to the nearest, halves up.
func TestFollowIsLinear(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	for range 300 {
		a, b := rng.Int64N(86_400e9), rng.Int64N(86_400e9)
		whole := 1 + rng.Int64N(1+rng.Int64N(86_400e9))
		part := rng.Int64N(whole)
		file := fmt.Sprintf("time_ns,delay_ns\n0,%d\n%d,%d\n", a, whole, b)
		events := playStage(t, "follow x interpolate linear", folder{"x": file}.open, []sending{{netem.Time(part), 100}})
		line := new(big.Rat).SetFrac(new(big.Int).Mul(big.NewInt(b-a), big.NewInt(part)), big.NewInt(whole))
		line.Add(line, new(big.Rat).SetFrac64(2*a+1, 2)) // and a half, to be cut off
		want := new(big.Int).Div(line.Num(), line.Denom()).Int64()
		if got := delays(events)[0]; int64(got) != want {
			t.Fatalf("from %d to %d in %d ns, after %d: %d, want %d", a, b, whole, part, got, want)
		}
	}
}

// A rate holds from row to row, within packets too; 0 stalls the link.
func TestFollowRate(t *testing.T) {
	for _, c := range []struct {
		file, words string
		want        []netem.Time // us
	}{
		{"time,rate\n0s,12mbit\n2500us,1.2mbit\n", "", []netem.Time{1000, 2000, 7500, 17500}},
		{"time_us,rate_kbit\n0,12000\n1500,0\n7000,12000\n", "", []netem.Time{1000, 7500, 8500, 9500}},
		{"time,rate\n0,0\n7ms,unlimited", "", []netem.Time{7000, 7000, 7000, 7000}},
		{"time,rate\n0,12mbit\n1ms,0mbit\n2ms,12mbit\n", "repeat", []netem.Time{1000, 3000, 5000, 7000}},
		{"time,rate,delay,loss\n0,12mbit,1ms,0%\n2ms,12mbit,5ms,100%\n4ms,12mbit,5ms,0%\n", "", []netem.Time{2000, -1, -1, 9000}},
		{"time,rate\n0,12mbit\n", "; at 1500us stall; at 7ms up", []netem.Time{1000, 7500, 8500, 9500}},
		{"time,rate\n0,12mbit\n2ms,1.2mbit\n7ms,12mbit\n", "; at 1500us stall; at 6500us up; at 8ms down", []netem.Time{1000, 7450, -1, -1}},
		{"time,delay\n0,1ms\n", "rate 12mbit", []netem.Time{2000, 3000, 4000, 5000}},
	} {
		for i := range c.want {
			if c.want[i] >= 0 {
				c.want[i] *= 1000
			}
		}
		events := playStage(t, "follow x "+c.words, folder{"x": c.file}.open, make1500(4))
		checkArrivals(t, c.file+c.words, events, c.want...)
		for _, e := range events.of(netem.Dropped) {
			if e.By != "follow x" && e.By != "down" {
				t.Errorf("lost by %s", e.By)
			}
		}
	}
}

// make1500 returns n packets of 1500 bytes at once.
func make1500(n int) (sent []sending) {
	for range n {
		sent = append(sent, sending{0, 1500})
	}
	return sent
}

// The loss is independent and drawn once a packet: what is lost at 2 % is lost at 20 % too. 10,000 packets each; the share
// is within four standard deviations, 0.0056 and 0.016.
func TestFollowLoss(t *testing.T) {
	lost := func(share string) []uint64 {
		var events tape
		s := newStage(t, "follow x", folder{"x": "time,loss\n0," + share + "\n"}.open, &events)
		stream(s, 10_000, ms, 100)
		return ids(events.of(netem.Dropped))
	}
	few, many := lost("2%"), lost("0.2")
	if len(few) < 144 || len(few) > 256 || len(many) < 1840 || len(many) > 2160 {
		t.Errorf("lost %d and %d", len(few), len(many))
	}
	in := map[uint64]bool{}
	for _, id := range many {
		in[id] = true
	}
	for _, id := range few {
		if !in[id] {
			t.Errorf("packet %d is lost at 2%% and not at 20%%", id)
		}
	}
}

// A followed link waits for a row only while that matters.
func TestFollowDoesNotPoll(t *testing.T) {
	for _, c := range []struct{ file, words, want string }{
		{"time,rate\n0,12mbit\n500us,1mbit\n", "", "0.000500000 true"},
		{"time,rate\n0,0\n5s,1mbit\n", "", "5.000000000 true"},
		{"time,rate\n0,0\n", "", "0.000000000 false"},
		{"time,rate\n0,0\n", "; every 1s for 500ms stall", "0.000000000 false"},
		{"time,rate\n0,1mbit\n1ms,2mbit\n2ms,3mbit\n", "repeat; at 0s stall; at 9s up", "9.000000000 true"},
		{"time,delay\n0,1ms\n1us,2ms\n", "rate 12mbit", "0.001000000 true"},
	} {
		s := newStage(t, "follow x "+c.words, folder{"x": c.file}.open, nil)
		if at, ok := s.Next(); ok {
			t.Errorf("%q: an empty link asks for %v", c.file, at)
		}
		s.Send(0, &netem.Packet{Data: make([]byte, 1500)})
		at, ok := s.Next()
		if got := fmt.Sprint(at, ok); got != c.want {
			t.Errorf("%q %s: asks for %s, want %s", c.file, c.words, got, c.want)
		}
	}
}

func TestFollowErrors(t *testing.T) {
	for _, c := range []struct{ words, file, want string }{
		{"follow x", "", `at 8 "x": the file is empty: begin it with time,rate,delay,loss or some of them`},
		{"follow x", "# nothing\n", `at 8 "x": the file is empty`},
		{"follow x", "time,rate\n", `at 8 "x": there is no row below the names of the columns: write one for time 0`},
		{"follow x", "time\n0s\n", `at 8 "x": line 1: "time": nothing changes with time: name a column`},
		{"follow x", "rate,time\n", `at 8 "x": line 1: "rate": the first column is time`},
		{"follow x", "time,rate,rate\n", `at 8 "x": line 1: "rate": there are two such columns`},
		{"follow x", "time,time\n", `at 8 "x": line 1: "time": there are two such columns`},
		{"follow x", "time,speed\n", `at 8 "x": line 1: "speed": no such column: the first line names them`},
		{"follow x", "0,10mbit\n", `at 8 "x": line 1: "0": no such column`},
		{"follow x", "time,rate\n0s\n", `at 8 "x": line 2: "0s": 1 values for 2 columns: write one for each`},
		{"follow x", "time,rate\n0s,1mbit,2\n", `at 8 "x": line 2: "0s,1mbit,2": 3 values for 2 columns`},
		{"follow x", "time,rate\n\n# c\n0s,\n", `at 8 "x": line 4: "": a value is missing: write that of the row above again`},
		{"follow x", "time,rate\n0s,fast\n", `at 8 "x": line 2: "fast": not a rate: write 10mbit`},
		{"follow x", "time,rate\n0s,10\n", `at 8 "x": line 2: "10": a rate needs a unit`},
		{"follow x", "time,rate_mbps\n0s,10\n", `at 8 "x": line 2: "10": tc reads mbps as bytes a second, most people as bits`},
		{"follow x", "time,rate\n0s,0parsecs\n", `at 8 "x": line 2: "0parsecs": no such unit of rate`},
		{"follow x", "time,delay\n0s,20\n", `at 8 "x": line 2: "20": a time needs a unit: write 20ms or 20s`},
		{"follow x", "time,delay\n0s,-1ms\n", `at 8 "x": line 2: "-1ms": a time is not negative`},
		{"follow x", "time,delay\n0s,25h\n", `at 8 "x": line 2: "25h": a time is at most 24h`},
		{"follow x", "time,loss\n0s,200%\n", `at 8 "x": line 2: "200%": a probability lies between 0% and 100%`},
		{"follow x", "time,loss\n1s,2%\n", `at 8 "x": line 2: "1s": the first row says what holds from the beginning: write it for time 0`},
		{"follow x", "time,loss\n0s,2%\n1s,2%\n1s,3%\n", `at 8 "x": line 4: "1s": this time is not after that of the row above`},
		{"follow x", "time,loss\n0s," + strings.Repeat("9", 1<<20), `at 8 "x": line 2: "9999999999999999999999999999999999999999…": not a probability`},
		{"follow x", "time,delay\n0s," + strings.Repeat("9", 1<<20), `at 8 "x": line 2: "9999999999999999999999999999999999999999…": not a time`},
		{"follow x", strings.Repeat("time,", 1<<18), `at 8 "x": line 1: "time": there are two such columns`},
		{"follow x interpolate linear", "time,rate\n0s,1mbit\n", `at 1 "follow": the file has no delay to interpolate`},
		{"follow x repeat", "time,rate\n0s,1mbit\n", `at 1 "follow": the last row's time is the period, which is at least 1ms`},
		{"follow x repeat", "time,rate\n0s,1mbit\n1us,2mbit\n", `at 1 "follow": the last row's time is the period`},
		{"follow x interpolate", "time,loss\n0s,1%\n", `at 10 "interpolate": a value is missing`},
		{"follow x interpolate cubic", "time,loss\n0s,1%\n", `at 22 "cubic": no such line between rows: write interpolate linear`},
		{"rate 1mbit follow x", "time,rate\n0s,1mbit\n", `at 12 "follow": the file has a rate of its own: leave out rate, or that column`},
		{"follow x; at 2s rate 1mbit", "time,rate\n0s,1mbit\n", `at 17 "rate": the file says how fast the link is`},
		{"trace y follow x", "time,rate\n0s,1mbit\n", `at 1 "trace": a trace says when packets leave`},
		{"follow z", "", `at 8 "z": no such file`},
	} {
		_, err := netem.ParseWith(c.words, folder{"x": c.file, "y": "1"}.open)
		if err == nil || !strings.HasPrefix(err.Error(), c.want) || strings.Contains(err.Error(), "\n") || len(err.Error()) > 300 {
			t.Errorf("%s %.50q: %v\nwant %s", c.words, c.file, err, c.want)
		}
	}
	if _, err := netem.NewStage("up", netem.Spec{Follow: &netem.Follow{}}, 1, nil); err == nil {
		t.Error("no file to follow makes a stage")
	}
	rows := strings.Builder{}
	rows.WriteString("time_us,loss\n")
	for i := range 500_001 {
		fmt.Fprintf(&rows, "%d,0\n", i)
	}
	if _, err := netem.ParseFollow("x", []byte(rows.String())); err == nil || err.Error() != `line 500002: "500000": more than 500000 rows: cut the file` {
		t.Error(err)
	}
}

func TestFollowedLinksAreStages(t *testing.T) {
	for _, words := range []string{"follow train.csv", "follow train.csv interpolate linear repeat duplicate 5%",
		"follow x repeat limit 30; every 1s for 200ms stall; randomly every 1s for 50ms down"} {
		t.Run(words, func(t *testing.T) {
			open := func(name string) ([]byte, error) {
				if name == "x" {
					return []byte("time_ms,rate_mbit,delay_ms,loss_%\n0,10,20,1\n100,0,20,1\n150,5,40,2\n700,10,20,0\n"), nil
				}
				return testdata(name)
			}
			netemtest.TestStage(t, func(o netem.Observer) netem.Stage { return newStage(t, words, open, o) })
		})
	}
}

func TestFollowNoAllocation(t *testing.T) {
	l := newStage(t, "follow train.csv interpolate linear repeat", testdata, nil)
	p := &netem.Packet{Data: make([]byte, 1000)}
	var now netem.Time
	step := func() {
		now += 10 * ms
		fetch(l, now)
		l.Send(now, p)
	}
	for range 8000 { // two rides
		step()
	}
	if n := testing.AllocsPerRun(8000, step); n != 0 {
		t.Errorf("%v allocations a packet", n)
	}
}

// FuzzParseFollow: whatever the file, an error of one line, or a link that packets pass.
func FuzzParseFollow(f *testing.F) {
	for _, seed := range []string{"time,rate,delay,loss\n0s,10mbit,20ms,0%\n1.5s,2mbit,60ms,1%\n", "time_ms,delay_ms\n0,5\n10,1e3\n",
		"time,rate\n0,0\n1ms,unlimited\n", "# c\n\n\ufefftime,loss\r\n0,0.5\r\n", "time,loss_%\n0,1", "rate", "time,rate\n0,0mbit", train} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		follow, err := netem.ParseFollow("x", content)
		if err != nil {
			if strings.ContainsAny(err.Error(), "\n\r") || len(err.Error()) > 300 {
				t.Fatalf("%q: %v", content, err)
			}
			return
		}
		for _, spec := range []netem.Spec{{Follow: follow}, {Follow: repeated(*follow)}} {
			var events tape
			s, err := netem.NewStage("up", spec, 1, &events)
			if err != nil {
				continue // no delay, or no period
			}
			for i := range 5 {
				s.Send(netem.Time(i)*ms, &netem.Packet{ID: uint64(i), Data: make([]byte, 1000)})
			}
			for range 1000 {
				at, ok := s.Next()
				if !ok {
					break
				}
				for s.Recv(at) != nil {
				}
			}
			if n := len(events.of(netem.Sent)); n != 5 {
				t.Fatalf("%d of 5 packets sent", n)
			}
		}
	})
}

func repeated(f netem.Follow) *netem.Follow {
	f.Linear, f.Repeat = true, true
	return &f
}
