package netem_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"lossylab/netem"
)

// order returns who arrived, in order: "1 3 2".
func order(events tape) string {
	var s []string
	for _, id := range arrivals(events) {
		s = append(s, fmt.Sprint(id))
	}
	return strings.Join(s, " ")
}

func TestFaultsDelayDuplicateAndCorrupt(t *testing.T) {
	const packets = "S 0:9 9:18 18:27 27:36 36:45 45:54"
	for _, c := range []struct{ words, want string }{
		{"delay data 2 by 1", "1 2 4 3 5 6 7"},
		{"delay data 2 by 3", "1 2 4 5 6 3 7"},
		{"delay 1ms delay data 2 by 3 within 2ms", "1 2 4 5 3 6 7"}, // at 4 ms packet 5 still overtakes
		{"delay data 2 by 3500us", "1 2 4 5 6 3 7"},
		{"delay 20ms delay data 2-3 by 1", "1 2 5 3 4 6 7"}, // 4 waits too, so 5 is the first to overtake 3
		{"order keep delay data 2 by 3", "1 2 4 5 6 3 7"},
		{"duplicate data 2", "1 2 3 3 4 5 6 7"},
		{"duplicate syn duplicate packet 1", "1 1 1 2 3 4 5 6 7"},
		{"corrupt data 2", "1 2 3 4 5 6 7"},
	} {
		events, unmet := through(t, c.words, segments(t, packets))
		if got := order(events); got != c.want || unmet != nil {
			t.Errorf("%s: arrived %s, want %s; unmet %v", c.words, got, c.want, unmet)
		}
	}
}

// A fault waits a second for those who are to overtake.
func TestFaultsWaitLonger(t *testing.T) {
	for _, c := range []struct {
		spacing netem.Time
		want    string
	}{{300 * ms, "1 2 4 5 6 3 7"}, {400 * ms, "1 2 4 5 3 6 7"}} {
		var events tape
		l := newLink(t, "delay 1ms delay data 2 by 3", 1, &events)
		for i, p := range segments(t, "S 0:9 9:18 18:27 27:36 36:45 45:54") {
			fetch(l, netem.Time(i)*c.spacing)
			l.Send(netem.Time(i)*c.spacing, p)
		}
		fetch(l, 1<<62)
		if got := order(events); got != c.want {
			t.Errorf("one packet every %v: arrived %s, want %s", c.spacing, got, c.want)
		}
	}
}

// Each fault is the cause of what it does, in its own words, also where other models would do the same.
func TestFaultsAreTheCause(t *testing.T) {
	events, _ := through(t, "loss 100% drop data 2 reorder 100% by 1 delay data 1 by 2 duplicate data 1 corrupt data 1 corrupt 100% for up",
		segments(t, "S 0:9 9:18"))
	var got []string
	for _, e := range events {
		if e.By != "" {
			got = append(got, fmt.Sprintf("%d %v by %s", e.Packet.ID, e.Kind, e.By))
		}
	}
	if want := "1 dropped by loss 100%; 2 dropped by loss 100%; 3 dropped by drop data 2"; strings.Join(got, "; ") != want {
		t.Errorf("%s\nwant %s", strings.Join(got, "; "), want)
	}
	events, _ = through(t, "drop data 2 for up duplicate 100% duplicate data 1 corrupt data 1 corrupt 100% delay data 1 by 1ms",
		segments(t, "S 0:9 9:18"))
	got = nil
	for _, e := range events {
		if e.By != "" && e.Packet.ID > 1 {
			got = append(got, fmt.Sprintf("%d %v by %s", e.Packet.ID, e.Kind, e.By))
		}
	}
	if want := "2 corrupted by corrupt data 1; 2 duplicated by duplicate data 1; 2 duplicated by duplicate 100%; " +
		"2 delayed by delay data 1 by 1ms; 3 dropped by drop data 2 for up"; strings.Join(got, "; ") != want {
		t.Errorf("%s\nwant %s", strings.Join(got, "; "), want)
	}
}

// What a fault corrupts differs in its last bit, which lies behind TCP's checksum.
func TestFaultsCorruptTheLastBit(t *testing.T) {
	packets := segments(t, "S 0:9 9:18")
	events, _ := through(t, "corrupt data 2", packets)
	want := bytes.Clone(packets[2].Data)
	want[len(want)-1] ^= 1
	if e := events.of(netem.Corrupted); len(e) != 1 || !bytes.Equal(e[0].Packet.Data, want) {
		t.Errorf("corrupted: %v", e)
	}
}

// A recalled packet is told as lost when the FIN passes, and everything that was to happen to it does not.
func TestRecall(t *testing.T) {
	events, unmet := through(t, "delay 20ms drop last-data", segments(t, "S 0:9 9:18 F18"))
	lost := events.of(netem.Dropped)
	if len(lost) != 1 || lost[0].At != 3*ms || lost[0].By != "drop last-data" || lost[0].Packet.ID != 3 || unmet != nil {
		t.Errorf("told %v, unmet %v", lost, unmet)
	}
	if got := order(events); got != "1 2 4" {
		t.Errorf("arrived %s", got)
	}
}

// Taking a packet out of the line leaves the others in their order: 300 are under way with jitter, and any of them goes.
func TestRecallKeepsTheOrderOfOthers(t *testing.T) {
	const n = 300
	for victim := uint64(1); victim <= n; victim += 13 {
		run := func(models ...netem.Model) []uint64 {
			var events tape
			spec := netem.Spec{Models: append([]netem.Model{&netem.Delay{Mean: 500e6, Jitter: 100e6}}, models...)}
			l, err := netem.NewLink("up", spec, 1, &events)
			if err != nil {
				t.Fatal(err)
			}
			for i := range n + 1 {
				l.Send(0, &netem.Packet{ID: uint64(i + 1), Data: make([]byte, 100)})
			}
			fetch(l, 1<<62)
			if l.InFlight() != 0 {
				t.Fatalf("%d left", l.InFlight())
			}
			return arrivals(events)
		}
		want := slices.DeleteFunc(run(), func(id uint64) bool { return id == victim })
		if got := run(some{[]uint64{n + 1}, netem.Verdict{Recall: victim}}); !slices.Equal(got, want) {
			t.Fatalf("without %d the others arrive in another order", victim)
		}
	}
}

func TestUnmet(t *testing.T) {
	for _, c := range []struct{ words, packets, want string }{
		{"drop data 2 drop syn drop packet 3", "S 0:9 9:18", ""},
		{"drop data 3", "S 0:9 9:18", "drop data 3: the longest flow had 2 data segments"},
		{"drop data 2,5-8", "S 0:9 9:18 2/0:9", "drop data 2,5-8: the longest flow had 2 data segments"},
		{"drop data 2-", "S 0:9", "drop data 2-: the longest flow had 1 data segment"},
		{"drop data 2- drop data all", "S 0:9 9:18", ""},
		{"drop data 1", "S", "drop data 1: no flow had one"},
		{"drop data 1", "u", "drop data 1: there was no flow of TCP"},
		{"drop datagram 1", "S", "drop datagram 1: there was no flow of UDP"},
		{"drop packet 1", "?", "drop packet 1: there was no flow"},
		{"drop data 1 flow 2", "S 0:9 u", "drop data 1 flow 2: there was 1 flow of TCP"},
		{"drop packet 1 flow 3", "S 0:9 u", "drop packet 1 flow 3: there were 2 flows"},
		{"drop data 2 flow 2", "S 0:9 9:18 2/S 2/0:9", "drop data 2 flow 2: flow 2 had 1 data segment"},
		{"drop data 1 flow 2", "S 0:9 9:18 2/S", "drop data 1 flow 2: flow 2 had none"},
		{"drop retransmission 1 of data 2", "S 0:9 9:18 0:9", "drop retransmission 1 of data 2: data 2 was not sent again"},
		{"drop retransmission 2 of data 2", "S 0:9 9:18 9:18", "drop retransmission 2 of data 2: data 2 was sent again 1 time at most"},
		{"drop retransmission 3 of data 1-2", "S 0:9 9:18 9:18 9:18", "drop retransmission 3 of data 1-2: data 1-2 was sent again 2 times at most"},
		{"drop retransmission 2", "S 0:9 0:9", "drop retransmission 2: the longest flow had 1 retransmission"},
		{"drop last-data", "S 0:9 F9", "drop last-data: when its FIN came, data 1 had arrived or was lost"},
		{"drop last-data", "S 0:9", "drop last-data: no flow sent data and then a FIN"},
		{"drop last-data", "u", "drop last-data: there was no flow of TCP"},
		{"drop last-data delay 5ms", "S 0:9 F9", ""},
		{"drop last-data", "S 0:9F", ""},
		{"drop last-data delay 5ms loss 100% for size 49", "S 0:9 F9", "drop last-data: when its FIN came, data 1 had arrived or was lost"},
		{"drop data 2 for port 2", "S 0:9 9:18 2/0:9", "drop data 2 for port 2: the longest flow had 1 data segment"},
		{"drop data 1 for down", "S 0:9", ""}, // it is not for this link
		{"loss 5% for udp", "S 0:9", ""},
		{"drop data 3 drop data 4", "S", "drop data 3: no flow had one; drop data 4: no flow had one"},
	} {
		_, unmet := through(t, c.words, segments(t, c.packets))
		var got []string
		for _, u := range unmet {
			got = append(got, u.String())
		}
		if strings.Join(got, "; ") != c.want {
			t.Errorf("%s: of %s: unmet %q, want %q", c.words, c.packets, got, c.want)
		}
	}
}

// The faults of a spec have no past: a link that was used leaves none for the next.
func TestFaultsOfTwoLinks(t *testing.T) {
	spec, err := netem.Parse("drop data 2 drop retransmission 1 of data 1")
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		var events tape
		l, err := netem.NewLink("up", spec, 1, &events)
		if err != nil {
			t.Fatal(err)
		}
		for i, p := range segments(t, "S 0:9 9:18 0:9") {
			l.Send(netem.Time(i)*ms, p)
		}
		fetch(l, 1<<62)
		if got := which(events); got != "3 4" {
			t.Errorf("dropped %s, want 3 4", got)
		}
	}
}

// Damaged packets and copies from a link in front were sent by nobody.
func TestFaultsDoNotCountCopies(t *testing.T) {
	packets := segments(t, "S 0:9 9:18 18:27 27:36")
	packets[2].Copy, packets[3].Corrupt = 1, true
	events, _ := through(t, "drop data 2", packets)
	if got := which(events); got != "5" {
		t.Errorf("dropped %s, want 5", got)
	}
}

// The oldest flow is forgotten for the 65,537th, and is a new one when it goes on.
func TestFlowsAreBounded(t *testing.T) {
	const most = 1 << 16
	f := &netem.Fault{Subject: netem.Datagram, Numbers: netem.Numbers{{2, 2}}}
	judge := func(flow int) bool {
		b := ip4(netem.ProtoUDP, nil, udp(""))
		binary.BigEndian.PutUint32(b[12:], uint32(flow))
		return f.Judge(0, nil, &netem.Packet{Data: b}).Drop
	}
	for flow := range most + 1 {
		if judge(flow) {
			t.Fatalf("the first datagram of flow %d is taken for its second", flow)
		}
	}
	for flow, want := range map[int]bool{1: true, most: true} {
		if judge(flow) != want {
			t.Errorf("flow %d is forgotten", flow)
		}
	}
	if judge(0) {
		t.Error("flow 0 is remembered")
	}
	if judge(1) || !judge(0) {
		t.Error("flow 1 is remembered, or flow 0 is not")
	}
}

// FuzzFlows: whatever passes, faults judge it without a panic, the same each time, and each packet arrives or is lost.
func FuzzFlows(f *testing.F) {
	f.Add(uint64(1), []byte("some traffic"))
	f.Add(uint64(2), bytes.Repeat([]byte{0, 17, 250, 3, 128}, 40))
	f.Add(uint64(3), bytes.Repeat([]byte{255, 254, 1, 64, 32, 2}, 40))
	f.Fuzz(func(t *testing.T, seed uint64, how []byte) {
		const words = "drop syn drop syn-ack drop data 3 drop data 7- flow 2 drop last-data drop fin 2 drop rst drop ack 2-5 " +
			"drop dup-ack 3 drop retransmission 2 drop retransmission all of data 2-4,9 drop window-update drop window-probe " +
			"drop datagram 2 drop packet 11 delay packet all by 3 delay data 2 by 1ms corrupt packet 9 duplicate fin drop data 2 for port 1"
		first := ""
		for range 2 {
			packets := wild(seed, how)
			events, unmet := through(t, words, packets)
			in, out := len(packets)+len(events.of(netem.Duplicated)), len(events.of(netem.Dropped))+len(events.of(netem.Delivered))
			if in != out {
				t.Fatalf("%d packets in, %d out", in, out)
			}
			if got := fmt.Sprint(which(events), order(events), unmet); first == "" {
				first = got
			} else if got != first {
				t.Fatalf("%s\nbut before %s", got, first)
			}
		}
	})
}

// wild returns packets of three flows whose headers make little sense.
func wild(seed uint64, how []byte) (all []*netem.Packet) {
	rng := rand.New(rand.NewPCG(seed, 1))
	var seq [4]uint32
	for i, c := range how {
		b := ip4(netem.ProtoTCP, nil, tcp(byte(rng.IntN(32))&c, make([]byte, 4*int(c>>5)), string(make([]byte, int(c)%7))))
		port := rng.IntN(3)
		if c == 255 {
			b = ip4(netem.ProtoUDP, nil, udp("x"))
		}
		switch {
		case c&1 == 0:
			seq[port] += uint32(c) % 7
		case c&2 == 0:
			seq[port] = rng.Uint32()
		}
		b[21] = byte(port)
		if len(b) >= 40 {
			binary.BigEndian.PutUint32(b[24:], seq[port])
			binary.BigEndian.PutUint32(b[28:], uint32(c>>6))
		}
		if len(b) > 41 { // an option, if there are any
			b[40], b[41] = byte(rng.IntN(7)), byte(rng.IntN(16))
		}
		all = append(all, &netem.Packet{ID: uint64(i + 1), Data: b})
	}
	return all
}

// A fault that waits costs no allocation, and neither does a filter.
func TestFaultsDoNotAllocate(t *testing.T) {
	l := newLink(t, "rate 100mbit delay 20ms drop data 100000000 drop retransmission 1 of data 5 drop dup-ack 9000000 drop last-data "+
		"drop datagram 70000000 drop data 9 for port 9 loss 3% for udp port 9 delay 1ms for tcp size 40-", 1, nil)
	packets := segments(t, "S u 0:9 a5@9 a5s@9 0:9 9:18 i ?")
	var now netem.Time
	i := 0
	step := func() {
		now += ms / 8
		fetch(l, now)
		l.Send(now, packets[i%len(packets)])
		i++
	}
	for range 2000 {
		step()
	}
	if n := testing.AllocsPerRun(2000, step); n != 0 {
		t.Errorf("%v allocations a packet", n)
	}
}

// Literals can say what no words do; they are refused.
func TestFaultsRefused(t *testing.T) {
	for _, c := range []struct {
		m    netem.Model
		want string
	}{
		{&netem.Fault{Verb: 9}, "no such fault"},
		{&netem.Fault{Subject: 99}, "no such fault"},
		{&netem.Fault{Numbers: netem.Numbers{{3, 2}}}, "a range goes up"},
		{&netem.Fault{Numbers: netem.Numbers{{0, 2}}}, "the numbers begin with 1"},
		{&netem.Fault{Numbers: netem.Numbers{{3, 5}, {5, 6}}}, "the ranges rise"},
		{&netem.Fault{Numbers: netem.Numbers{{First: 3}, {5, 6}}}, "the ranges rise"},
		{&netem.Fault{Numbers: netem.Numbers{{3, 2_000_000_000}}}, "the numbers end with"},
		{&netem.Fault{By: 3}, "by and within go with delay"},
		{&netem.Fault{Within: 3}, "by and within go with delay"},
		{&netem.Fault{Verb: netem.Delaying}, "by how much"},
		{&netem.Fault{Verb: netem.Delaying, By: 3, Late: 3}, "by how much"},
		{&netem.Fault{Verb: netem.Delaying, By: -3}, "a packet is delayed by"},
		{&netem.Fault{Verb: netem.Delaying, Late: 25 * time.Hour}, "a packet is delayed by"},
		{&netem.Fault{Verb: netem.Delaying, Late: 3, Within: 3}, "within goes with"},
		{&netem.Fault{Verb: netem.Corrupting, Subject: netem.LastData}, "it can only be lost"},
		{&netem.Fault{Subject: netem.LastData, Numbers: netem.Numbers{{1, 1}}}, "one last data segment"},
		{&netem.Fault{Of: netem.Numbers{{1, 1}}}, "of goes with retransmission"},
		{&netem.Fault{Subject: netem.Retransmission, Of: netem.Numbers{{First: 1}}}, "1 to 100000"},
		{&netem.Only{}, "nothing is confined"},
		{&netem.Only{Model: &netem.Loss{}}, "for whom"},
		{&netem.Only{Model: &netem.Loss{P: 2}, Match: netem.Match{Proto: 6}}, "a probability"},
		{&netem.Only{Model: &netem.Only{Model: &netem.Loss{}, Match: netem.Match{Proto: 6}}, Match: netem.Match{Proto: 6}}, "two matches"},
		{&netem.Only{Model: &netem.Loss{}, Match: netem.Match{Link: "left"}}, "up or down"},
		{&netem.Only{Model: &netem.Loss{}, Match: netem.Match{Version: 5}}, "ipv4 and ipv6"},
		{&netem.Only{Model: &netem.Loss{}, Match: netem.Match{Proto: 58}}, "tcp, udp and icmp"},
		{&netem.Only{Model: &netem.Loss{}, Match: netem.Match{Proto: 1, Port: netem.Range{First: 1}}}, "icmp has no ports"},
		{&netem.Only{Model: &netem.Loss{}, Match: netem.Match{Port: netem.Range{First: 2, Last: 1}}}, "a range goes up"},
		{&netem.Only{Model: &netem.Loss{}, Match: netem.Match{Size: netem.Range{First: -2, Last: 1}}}, "begin with 1"},
	} {
		_, err := netem.NewLink("up", netem.Spec{Models: []netem.Model{c.m}}, 1, nil)
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%v, want %s", err, c.want)
		}
	}
}
