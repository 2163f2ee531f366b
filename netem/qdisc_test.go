package netem_test

import (
	"encoding/binary"
	"math/bits"
	"slices"
	"strings"
	"testing"
	"time"

	"lossylab/netem"
	"lossylab/netem/netemtest"
)

// newQdisc returns a qdisc called up; a line that does not parse ends the test.
func newQdisc(t testing.TB, line string, seed uint64, o netem.Observer) *netem.Qdisc {
	t.Helper()
	l, err := netem.ParseTC(line)
	if err != nil {
		t.Fatal(err)
	}
	return netem.NewQdisc("up", l, seed, o)
}

// kernelSeed is a seed with enough bits for its first numbers to be like any others.
const kernelSeed = 0x6c45d188009454f

// playTC sends n packets of size bytes through a new qdisc and returns all that was told.
func playTC(t testing.TB, line string, n int, spacing netem.Time, size int) tape {
	t.Helper()
	var events tape
	stream(newQdisc(t, line, kernelSeed, &events), n, spacing, size)
	return events
}

func TestQdiscIsAStage(t *testing.T) {
	for _, line := range []string{
		"",
		"delay 20ms",
		"delay 20ms 15ms limit 20",
		"loss 5% 25% duplicate 5% 25% corrupt 5%",
		"loss gemodel 5% 20% ecn delay 5ms 2ms distribution pareto",
		"loss state 5% 20% 30% 50% 1% rate 10mbit -14 48 5 limit 50",
		"delay 10ms reorder 25% 50% gap 3 rate 20mbit duplicate 20%",
		"slot 10ms 20ms packets 5 bytes 5000 delay 5ms 5ms",
		"slot distribution normal 10ms 5ms rate 20mbit",
	} {
		t.Run(line, func(t *testing.T) {
			netemtest.TestStage(t, func(o netem.Observer) netem.Stage { return newQdisc(t, line, kernelSeed, o) })
		})
	}
}

// Of the first 200 packets the kernel loses these, at 10 % and with this seed.
func TestQdiscLosesTheKernelsPackets(t *testing.T) {
	want := []uint64{14, 28, 38, 39, 40, 44, 50, 54, 66, 77, 80, 88, 105, 119, 131, 139, 165, 166, 169, 190}
	for i := range want {
		want[i]-- // from packet 0
	}
	events := playTC(t, "loss 10% seed 42", 200, ms, 100)
	if got := ids(events.of(netem.Dropped)); !slices.Equal(got, want) {
		t.Errorf("lost %v\nwant %v", got, want)
	}
}

// Every event that has a cause names it in the words of the line.
func TestQdiscNamesCauses(t *testing.T) {
	const line = "limit 20 delay 20ms loss 5% corrupt 5% duplicate 5% reorder 10% gap 3"
	want := map[netem.Kind][]string{
		netem.Dropped: {"limit 20", "loss 5%"}, netem.Corrupted: {"corrupt 5%", "corrupt 5%, in the Ethernet header"},
		netem.Duplicated: {"duplicate 5%"}, netem.Expedited: {"reorder 10% gap 3"}, netem.Dequeued: {""}, netem.Delivered: {""},
	}
	events := playTC(t, line, 5000, ms, 30)
	for kind, causes := range want {
		var got []string
		for _, e := range events.of(kind) {
			got = append(got, e.By)
		}
		slices.Sort(got)
		if got = slices.Compact(got); !slices.Equal(got, causes) {
			t.Errorf("%v by %q, want %q", kind, got, causes)
		}
	}
}

// A rate counts the Ethernet header, in cells if there are any: 186 bytes of IP are 200 or 3 cells of 105.
func TestQdiscCountsFrames(t *testing.T) {
	for line, want := range map[string]netem.Time{
		"rate 1mbit":            1_600_000,
		"rate 1mbit -14":        1_488_000,
		"rate 1mbit 20 100 5":   2_520_000,
		"rate 1mbit 0 100":      1_600_000,
		"delay 1us":             960,
		"delay 10ms rate 1mbit": 11_600_000,
	} {
		if e := playTC(t, line, 1, ms, 186).of(netem.Delivered)[0]; e.At != want {
			t.Errorf("%s: at %v, want %v", line, e.At, want)
		}
	}
}

// What is due when a packet comes is still in its way, whether the owner has fetched it at that instant or not.
func TestQdiscTies(t *testing.T) {
	for _, fetched := range []bool{false, true} {
		var events tape
		q := newQdisc(t, "delay 10ms limit 1", 1, &events)
		q.Send(0, &netem.Packet{ID: 0})
		if fetched {
			fetch(q, 10*ms)
		}
		q.Send(10*ms, &netem.Packet{ID: 1}) // comes too early
		q.Send(10*ms, &netem.Packet{ID: 2})
		fetch(q, 1<<61)
		if got := ids(events.of(netem.Delivered)); !slices.Equal(got, []uint64{0, 2}) {
			t.Errorf("fetched %v: %v arrived", fetched, got)
		}
	}
}

// A copy that is sent at once leaves behind its original, if that is too: each goes to the head of the queue.
func TestQdiscSendsCopiesAtOnce(t *testing.T) {
	events := playTC(t, "delay 10ms reorder 100% duplicate 100%", 1, ms, 100)
	var got []int
	for _, e := range events.of(netem.Delivered) {
		got = append(got, e.Packet.Copy)
	}
	if !slices.Equal(got, []int{0, 1}) {
		t.Errorf("copies %v arrived", got)
	}
	// With one of two sent at once, it overtakes the other although both came together.
	events = playTC(t, "delay 10ms reorder 100% gap 2 duplicate 100%", 1, ms, 100)
	if e := events.of(netem.Delivered); e[0].Packet.Copy != 0 || e[0].At != 0 || e[1].At != 10*ms {
		t.Errorf("told %v", e)
	}
}

// ecnPacket returns an IP packet with this ECN field, and a right checksum if it is IPv4.
func ecnPacket(version, ecn byte) []byte {
	if version == 6 {
		b := make([]byte, 60)
		b[0], b[1] = 0x6a, 0xb<<4&0xc0|ecn<<4
		return b
	}
	b := make([]byte, 60)
	b[0], b[1], b[3], b[8], b[9], b[12], b[16] = 0x45, 0xb8|ecn, 60, 64, 17, 10, 10
	binary.BigEndian.PutUint16(b[10:], ^checksum(b[:20]))
	return b
}

// checksum is the sum of RFC 1071.
func checksum(b []byte) uint16 {
	var sum uint32
	for i := 0; i < len(b); i += 2 {
		sum += uint32(binary.BigEndian.Uint16(b[i:]))
	}
	for sum > 0xffff {
		sum = sum&0xffff + sum>>16
	}
	return uint16(sum)
}

// With ecn, packets of senders that heed marks are marked and not lost.
func TestQdiscMarks(t *testing.T) {
	for _, version := range []byte{4, 6} {
		for ecn := range byte(4) {
			var events tape
			q := newQdisc(t, "loss 100% ecn", 1, &events)
			data := ecnPacket(version, ecn)
			q.Send(0, &netem.Packet{Data: data})
			p := q.Recv(0)
			if ecn == 0 {
				if p != nil || events.of(netem.Dropped)[0].By != "loss 100%" {
					t.Errorf("IPv%d without ECT is not lost", version)
				}
				continue
			}
			marks := events.of(netem.Marked)
			if p == nil || len(marks) != 1 || marks[0].By != "loss 100% ecn" || marks[0].Packet != p || p.Corrupt {
				t.Fatalf("IPv%d, ECN %02b: told %v", version, ecn, events)
			}
			if want := ecnPacket(version, 3); !slices.Equal(p.Data, want) {
				t.Errorf("IPv%d, ECN %02b: % x\nwant % x", version, ecn, p.Data, want)
			}
			if !slices.Equal(data, ecnPacket(version, ecn)) {
				t.Error("the packet that was sent has changed")
			}
		}
	}
	for _, data := range [][]byte{nil, ecnPacket(4, 1)[:19], ecnPacket(6, 1)[:39]} {
		if events := playData(t, "loss 100% ecn", data); len(events.of(netem.Dropped)) != 1 {
			t.Errorf("%d bytes are marked", len(data))
		}
	}
}

// playData sends one packet.
func playData(t *testing.T, line string, data []byte) tape {
	t.Helper()
	var events tape
	q := newQdisc(t, line, 1, &events)
	q.Send(0, &netem.Packet{Data: data})
	fetch(q, 1<<61)
	return events
}

// One bit of a frame turns over; where it is one of the Ethernet header's, the packet arrives as it was.
func TestQdiscCorruptsFrames(t *testing.T) {
	const n, size = 20_000, 186
	ether := 0
	for _, e := range playTC(t, "corrupt 100%", n, ms, size).of(netem.Corrupted) {
		flipped := 0
		for _, b := range e.Packet.Data {
			flipped += bits.OnesCount8(b)
		}
		if in := strings.HasSuffix(e.By, "Ethernet header"); in {
			ether++
			if flipped != 0 || e.Packet.Corrupt {
				t.Fatalf("%s, but %d bits are turned over", e.By, flipped)
			}
		} else if flipped != 1 || !e.Packet.Corrupt {
			t.Fatalf("%s: %d bits are turned over", e.By, flipped)
		}
	}
	if ether < 1400-150 || ether > 1400+150 { // 14 of 200 bytes; four standard deviations
		t.Errorf("%d of %d in the Ethernet header", ether, n)
	}
}

// A slot empties the queue at one instant, and a packet that finds an idle link waits for one too.
func TestQdiscSlots(t *testing.T) {
	at := map[netem.Time]int{}
	for _, e := range playTC(t, "slot 10ms packets 5", 60, ms/2, 100).of(netem.Delivered) {
		at[e.At]++
	}
	for when, n := range at {
		if n > 5 || when < 10*ms {
			t.Errorf("%d packets at %v", n, when)
		}
	}
	for _, e := range playTC(t, "slot 10ms 20ms", 500, 50*ms, 100).of(netem.Delivered) {
		if d := e.At.Sub(e.Packet.Sent); d < 10*time.Millisecond || d > 20*time.Millisecond {
			t.Errorf("a lone packet waited %v", d)
		}
	}
	if e := playTC(t, "slot 0ms packets 1", 2, 0, 100).of(netem.Delivered); e[1].At != 0 {
		t.Errorf("a slot of no time delays until %v", e[1].At)
	}
}

// An owner who comes late gets the same packets at the same times of leaving.
func TestQdiscLateOwner(t *testing.T) {
	const line = "limit 60 delay 20ms 10ms loss 5% corrupt 5% duplicate 5% reorder 10% gap 2 slot distribution normal 5ms 2ms packets 9"
	punctual := playTC(t, line, 3000, ms, 700)
	var late tape
	q := newQdisc(t, line, kernelSeed, &late)
	for i := range 3000 {
		q.Send(netem.Time(i)*ms, &netem.Packet{ID: uint64(i), Data: make([]byte, 700)})
	}
	for q.Recv(100_000*ms) != nil {
	}
	for _, k := range []netem.Kind{netem.Dequeued, netem.Dropped, netem.Duplicated, netem.Corrupted, netem.Expedited} {
		a, b := punctual.of(k), late.of(k)
		if !slices.EqualFunc(a, b, func(a, b netem.Event) bool {
			return a.At == b.At && a.By == b.By && a.Packet.ID == b.Packet.ID
		}) {
			t.Errorf("%v: other packets or at other times", k)
		}
	}
}

// A Spec's directions are seeded apart, and a seed in the line is the seed.
func TestNewStage(t *testing.T) {
	lost := func(name, words string, seed uint64) []uint64 {
		spec, err := netem.Parse(words)
		if err != nil {
			t.Fatal(err)
		}
		var events tape
		s, err := netem.NewStage(name, spec, seed, &events)
		if err != nil {
			t.Fatal(err)
		}
		stream(s, 500, ms, 100)
		return ids(events.of(netem.Dropped))
	}
	const plain, seeded = `tc "loss 10%"`, `tc "loss 10% seed 42"`
	if !slices.Equal(lost("up", plain, 1), lost("up", plain, 1)) || !slices.Equal(lost("up", seeded, 1), lost("down", seeded, 2)) {
		t.Error("the same stage twice differs")
	}
	for i, other := range [][]uint64{lost("down", plain, 1), lost("up", plain, 2), lost("up", seeded, 1), lost("up", "loss 10%", 1)} {
		if slices.Equal(lost("up", plain, 1), other) {
			t.Errorf("%d: the same packets are lost", i)
		}
	}
	spec, _ := netem.Parse(plain)
	if _, err := netem.NewLink("up", spec, 1, nil); err == nil {
		t.Error("a tc line makes a Link")
	}
	spec.Rate = netem.Mbit
	if _, err := netem.NewStage("up", spec, 1, nil); err == nil {
		t.Error("a tc line stands beside a rate")
	}
	if _, err := netem.NewStage("up", netem.Spec{Rate: -1}, 1, nil); err == nil {
		t.Error("a rate is negative")
	}
}

func TestQdiscBackInTimePanics(t *testing.T) {
	q := newQdisc(t, "", 1, nil)
	q.Send(2, &netem.Packet{})
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	q.Send(1, &netem.Packet{})
}

// BenchmarkQdisc is one packet's way through everything, with some 250 packets waiting.
func BenchmarkQdisc(b *testing.B) {
	for _, line := range []string{"loss 1%", "delay 20ms 4ms 25% distribution normal loss gemodel 1% 10% corrupt 0.1% duplicate 0.5% reorder 5%",
		"delay 20ms rate 100mbit loss 1%"} {
		b.Run(line, func(b *testing.B) {
			b.ReportAllocs()
			q := newQdisc(b, line, kernelSeed, nil)
			var packets [4096]netem.Packet
			for i := range packets {
				packets[i].Data = make([]byte, 1000)
			}
			var now netem.Time
			i := 0
			for b.Loop() {
				now += 82_000
				fetch(q, now)
				p := &packets[i%len(packets)]
				p.ID = uint64(i)
				q.Send(now, p)
				i++
			}
		})
	}
}
