package netem_test

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"testing"

	"lossylab/netem"
	"lossylab/netem/netemtest"
)

func TestSeveralAreStages(t *testing.T) {
	for _, words := range []string{
		"( ) then ( )",
		"split per-packet ( ) ( )",
		"( rate 10mbit limit 30 ) then ( delay 20ms 5ms loss 2% ) then ( rate 8mbit limit 10 )",
		"( duplicate 20% corrupt 5% delay 3ms 3ms ) then ( duplicate 20% reorder 5% by 3 ) then ( duplicate 20% corrupt 5% )",
		"split per-packet 3:1 ( rate 5mbit limit 20 delay 10ms ) ( rate 5mbit limit 20 delay 40ms 10ms duplicate 10% )",
		"split per-flow 1:2:3 ( delay 10ms ) ( loss 5% ) ( rate 5mbit; every 100ms for 20ms stall )",
		"( duplicate 10% ) then ( split per-packet ( duplicate 10% ) ( delay 5ms duplicate 10% ) ) then ( duplicate 10% )",
		"split per-packet ( ( rate 9mbit ) then ( delay 5ms loss 1% ) ) ( split per-packet ( delay 1ms ) ( delay 2ms 2ms ) ) ( )",
		"( rate 20mbit mtu 900 ) then ( mtu 700 fragment rate 10mbit ) then ( split per-packet ( mtu 600 ) ( mtu 600 blackhole delay 3ms ) )",
		"( rate 10mbit queue fq_codel ) then ( rate 8mbit burst 16KiB queue codel ecn limit 40 ) then ( drop data 5 loss 5% for udp )",
		`( tc "delay 5ms 3ms loss 1% duplicate 5% corrupt 5%" ) then ( tc "delay 5ms reorder 25%" ) then ( rate 10mbit )`,
	} {
		t.Run(words, func(t *testing.T) {
			netemtest.TestStage(t, func(o netem.Observer) netem.Stage { return newStage(t, words, nil, o) })
		})
	}
}

// Two hops that divide a link's words between them do what the link does.
func TestPathOfHopsIsTheLink(t *testing.T) {
	for _, c := range []struct{ link, path string }{
		{"rate 7mbit limit 20 delay 20ms", "( rate 7mbit limit 20 ) then ( delay 20ms )"},
		{"rate 7mbit limit 20 delay 20ms", "( rate 7mbit limit 20 delay 5ms ) then ( delay 10ms ) then ( delay 5ms )"},
		{"rate 7mbit limit 20 delay 20ms", "( ( rate 7mbit limit 20 ) then ( delay 5ms ) ) then ( ( delay 10ms ) then ( delay 5ms ) )"},
		{"rate 7mbit limit 20 delay 20ms; every 50ms for 10ms down", "( rate 7mbit limit 20; every 50ms for 10ms down ) then ( delay 20ms )"},
		{"rate 7mbit limit 20 delay 20ms", "split per-packet 1000:1 ( rate 7mbit limit 20 delay 20ms ) ( loss 100% )"},
	} {
		var sent []sending
		for i := range 500 { // 1000 bytes take 1.14 ms
			sent = append(sent, sending{netem.Time(i) * ms, 1000})
		}
		a, b := playStage(t, c.link, nil, sent), playStage(t, c.path, nil, sent)
		for _, k := range []netem.Kind{netem.Sent, netem.Dropped, netem.Delivered} {
			if !slices.EqualFunc(a.of(k), b.of(k), func(a, b netem.Event) bool {
				return a.At == b.At && a.Packet.ID == b.Packet.ID && a.Packet.Sent == b.Packet.Sent && a.Link == b.Link
			}) {
				t.Errorf("%s: other packets %s than of %s", c.path, k, c.link)
			}
		}
	}
}

// From outside there is one link; what its parts tell says where it was.
func TestSeveralLookLikeOneLink(t *testing.T) {
	const words = "( rate 1mbit limit 1 ) then ( split per-packet ( loss 100% ) ( ( duplicate 100% ) then ( corrupt 100% ) ) )"
	var got []string
	s := newStage(t, words, nil, watch(func(e netem.Event) {
		got = append(got, strings.TrimSpace(fmt.Sprintf("%d %s %d.%d %s %s", e.At/ms, e.Link, e.Packet.ID, e.Packet.Copy, e.Kind, e.By)))
		if want := []netem.Time{0, ms, ms + 1}[e.Packet.ID]; e.Kind != netem.Dequeued && e.Packet.Sent != want {
			t.Errorf("%s: sent at %v", got[len(got)-1], e.Packet.Sent)
		}
	}))
	for i, at := range []netem.Time{0, ms, ms + 1} {
		fetch(s, at)
		s.Send(at, &netem.Packet{ID: uint64(i), Data: make([]byte, 1250)})
	}
	fetch(s, 1<<62)
	want := []string{
		"0 up 0.0 sent",
		"0 up 0.0 dequeued hop 1",
		"1 up 1.0 sent",
		"1 up 2.0 sent",
		"1 up 2.0 dropped queue limit 1 on hop 1",
		"10 up 1.0 dequeued hop 1",
		"10 up 0.0 dequeued path 1 of hop 2",
		"10 up 0.0 dropped loss 100% on path 1 of hop 2",
		"20 up 1.0 dequeued hop 1 of path 2 of hop 2",
		"20 up 1.1 duplicated duplicate 100% on hop 1 of path 2 of hop 2",
		"20 up 1.0 dequeued hop 2 of path 2 of hop 2",
		"20 up 1.0 corrupted corrupt 100% on hop 2 of path 2 of hop 2",
		"20 up 1.1 dequeued hop 2 of path 2 of hop 2",
		"20 up 1.1 corrupted corrupt 100% on hop 2 of path 2 of hop 2",
		"20 up 1.0 delivered",
		"20 up 1.1 delivered",
	}
	if !slices.Equal(got, want) {
		t.Errorf("told\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// A part answers as a link does, and so each answer is the whole's; and parts tell of faults that met nothing.
func TestSeveralAnswerAndSeek(t *testing.T) {
	events := tape{}
	s := newStage(t, "( delay 5ms ) then ( mtu 500 drop data 5 )", nil, &events)
	a, ok := s.(netem.Answerer)
	if !ok {
		t.Fatal("no Answerer")
	}
	p := ofFlow(4, 1, 0)
	p.Data = append(p.Data, make([]byte, 500)...)
	binary.BigEndian.PutUint16(p.Data[2:], 600)
	p.Data[6] = 0x40 // Don't Fragment
	copy(p.Data[12:], []byte{10, 0, 0, 1, 10, 0, 0, 2})
	sum := uint32(0)
	for i := 0; i < 20; i += 2 {
		sum += uint32(binary.BigEndian.Uint16(p.Data[i:]))
	}
	binary.BigEndian.PutUint16(p.Data[10:], ^uint16(sum+sum>>16))
	s.Send(0, p)
	if a.Answer() != nil {
		t.Error("an answer from a hop where the packet has not been")
	}
	if s.Recv(5*ms) != nil {
		t.Error("a packet that is too big arrived")
	}
	answer := a.Answer()
	if told := events.of(netem.Answered); answer == nil || len(told) != 1 || told[0].Packet != answer || told[0].By != "mtu 500 on hop 2" {
		t.Errorf("answered %v, told %v", answer, told)
	}
	if a.Answer() != nil {
		t.Error("two answers")
	}
	if unmet := s.(netem.Seeker).Unmet(); len(unmet) != 1 || unmet[0].String() != "drop data 5: there was no flow of TCP, on hop 2" {
		t.Errorf("unmet: %v", unmet)
	}
}

// What waits is counted in the part where something happens, and in all of them when a packet is sent and delivered.
func TestWaitingInSeveral(t *testing.T) {
	var got []string
	s := newStage(t, "( rate 1mbit ) then ( rate 500kbit )", nil, watch(func(e netem.Event) {
		got = append(got, fmt.Sprintf("%d %s %d %d %d", e.At/ms, e.Kind, e.Packet.ID, e.Waiting, e.WaitingBytes))
	}))
	stream(s, 3, 0, 1250)
	want := []string{
		"0 sent 0 0 0", "0 dequeued 0 0 0", "0 sent 1 0 0", "0 sent 2 1 1250",
		"10 dequeued 1 1 1250", "10 dequeued 0 0 0", "20 dequeued 2 0 0",
		"30 dequeued 1 0 0", "30 delivered 0 1 1250", // a third has come in between
		"50 dequeued 2 0 0", "50 delivered 1 0 0", "70 delivered 2 0 0",
	}
	if !slices.Equal(got, want) {
		t.Errorf("told\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// Of a packet that leaves a queue, Sent is when it came there: so the difference is what it waited in that queue.
func TestSojournIsTheQueuesOwn(t *testing.T) {
	var waited, took []netem.Time
	s := newStage(t, "( delay 30ms ) then ( rate 1mbit ) then ( delay 30ms )", nil, watch(func(e netem.Event) {
		switch {
		case e.Kind == netem.Dequeued && e.By == "hop 2":
			waited = append(waited, e.At-e.Packet.Sent)
		case e.Kind == netem.Delivered:
			took = append(took, e.At-e.Packet.Sent)
		}
	}))
	stream(s, 2, 0, 1250)
	if want := []netem.Time{0, 10 * ms}; !slices.Equal(waited, want) {
		t.Errorf("waited %v, want %v", waited, want)
	}
	if want := []netem.Time{70 * ms, 80 * ms}; !slices.Equal(took, want) {
		t.Errorf("took %v, want %v", took, want)
	}
}

// watch is an Observer that looks at each event when it is told: what a packet says of itself changes on its way.
type watch func(netem.Event)

func (f watch) Observe(e netem.Event) { f(e) }

// The parts draw from streams of their own, named by their place: what one does, moves nothing in another.
func TestPartsHaveStreamsOfTheirOwn(t *testing.T) {
	lost := func(words, where string) (all []uint64) {
		events := playStage(t, words, nil, slices.Repeat([]sending{{0, 100}}, 2000))
		for _, e := range events.of(netem.Dropped) {
			if e.By == "loss 10% on "+where {
				all = append(all, e.Packet.ID)
			}
		}
		return all
	}
	one, two := lost("( loss 10% ) then ( )", "hop 1"), lost("( ) then ( loss 10% )", "hop 2")
	if slices.Equal(one, two) {
		t.Error("both hops lose the same packets")
	}
	both := "( loss 10% duplicate 5% ) then ( loss 10% corrupt 5% )"
	if !slices.Equal(lost(both, "hop 1"), one) {
		t.Error("the second hop moves the losses of the first")
	}
}

// taken returns which path each packet of a split took, from 1, told by delays that differ by path.
func taken(t *testing.T, words string, packets []*netem.Packet) (paths []int) {
	t.Helper()
	var events tape
	s := newStage(t, words, nil, &events)
	for i, p := range packets {
		p.ID = uint64(i)
		s.Send(netem.Time(i)*1000*ms, p)
		fetch(s, netem.Time(i+1)*1000*ms-1)
	}
	fetch(s, 1<<62)
	for _, e := range events.of(netem.Delivered) {
		paths = append(paths, int((e.At-e.Packet.Sent)/ms))
	}
	return paths
}

func TestSplitTakesTurns(t *testing.T) {
	for _, c := range []struct {
		words string
		want  []int
	}{
		{"split per-packet ( delay 1ms ) ( delay 2ms )", []int{1, 2, 1, 2, 1, 2}},
		{"split per-packet 3:1 ( delay 1ms ) ( delay 2ms )", []int{1, 1, 2, 1, 1, 1, 2, 1}},
		{"split per-packet 1:2:3 ( delay 1ms ) ( delay 2ms ) ( delay 3ms )", []int{3, 2, 1, 3, 2, 3, 3, 2, 1, 3, 2, 3}},
		{"split per-packet 5:1 ( delay 1ms ) ( delay 2ms )", []int{1, 1, 1, 2, 1, 1}},
	} {
		var packets []*netem.Packet
		for range c.want {
			packets = append(packets, &netem.Packet{Data: make([]byte, 100)})
		}
		if got := taken(t, c.words, packets); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.words, got, c.want)
		}
	}
}

// ofFlow is a UDP packet of flow n; more is how it differs from the flow's others.
func ofFlow(version byte, n uint16, more byte) *netem.Packet {
	b := make([]byte, 100)
	transport := 20
	if b[0] = 0x45; version == 6 {
		b[0], transport = 0x60, 40
		b[6], b[20] = netem.ProtoUDP, 1
		binary.BigEndian.PutUint16(b[4:], 60)
	} else {
		b[9], b[15] = netem.ProtoUDP, 1
		binary.BigEndian.PutUint16(b[2:], 100)
		b[5] = more // identification
	}
	binary.BigEndian.PutUint16(b[transport:], n)
	binary.BigEndian.PutUint16(b[transport+2:], 9000)
	b[90] = more
	return &netem.Packet{Data: b}
}

// All packets of a flow take one path, and of 10,000 flows each path gets its share: at 3:1 within four standard deviations
// of a binomial distribution, 173.
func TestSplitPerFlow(t *testing.T) {
	const words = "split per-flow 3:1 ( delay 1ms ) ( delay 2ms )"
	for _, version := range []byte{4, 6} {
		var packets []*netem.Packet
		for i := range 20_000 {
			packets = append(packets, ofFlow(version, uint16(i%10_000), byte(i/10_000)))
		}
		got := taken(t, words, packets)
		if !slices.Equal(got[:10_000], got[10_000:]) {
			t.Errorf("IPv%d: a flow changes its path", version)
		}
		first := 0
		for _, path := range got[:10_000] {
			first += path & 1
		}
		if first < 7500-173 || first > 7500+173 {
			t.Errorf("IPv%d: %d of 10,000 flows on path 1", version, first)
		}
	}
	// Another seed sends flows another way.
	spec, err := netem.Parse(words)
	if err != nil {
		t.Fatal(err)
	}
	differ := 0
	for n := range uint16(100) {
		var at [2]netem.Time
		for seed := range at {
			s, err := netem.NewStage("up", spec, uint64(seed), nil)
			if err != nil {
				t.Fatal(err)
			}
			s.Send(0, ofFlow(4, n, 0))
			at[seed], _ = s.Next()
		}
		if at[0] != at[1] {
			differ++
		}
	}
	if differ < 10 {
		t.Errorf("%d of 100 flows go another way", differ)
	}
}

// Fragments of a packet go one way, the first of them too; what is no IP packet goes one way.
func TestSplitKeepsFragmentsTogether(t *testing.T) {
	const words = "split per-flow ( delay 1ms ) ( delay 2ms )"
	var packets []*netem.Packet
	for n := range uint16(50) {
		first := ofFlow(4, n, 0)
		first.Data[6] = 0x20 // more fragments
		later := ofFlow(4, n, 1)
		later.Data[7] = 10 // offset
		packets = append(packets, first, later, &netem.Packet{Data: make([]byte, n)})
	}
	got := taken(t, words, packets)
	for i := 3; i < len(got); i++ {
		if got[i] != got[i%3] {
			t.Fatalf("packet %d takes path %d", i, got[i])
		}
	}
	if got[0] != got[1] {
		t.Error("the first fragment goes another way than the later ones")
	}
}

// What arrives at one instant over several paths arrives in the order of sending: paths that are alike reorder nothing.
func TestEqualPathsKeepTheOrder(t *testing.T) {
	for _, words := range []string{
		"split per-packet ( delay 10ms ) ( delay 10ms ) ( delay 10ms )",
		"split per-packet 5:2 ( delay 10ms ) ( ( delay 4ms ) then ( delay 6ms ) )",
		"split per-packet ( split per-packet ( delay 10ms ) ( delay 10ms ) ) ( delay 10ms )",
	} {
		events := playStage(t, words, nil, slices.Repeat([]sending{{0, 100}}, 100))
		if got := ids(events.of(netem.Delivered)); !slices.IsSorted(got) {
			t.Errorf("%s: arrived %v", words, got)
		}
	}
	// A copy that took another path than its original is behind it.
	copies := playStage(t, "( duplicate 100% ) then ( split per-packet ( delay 1ms ) ( delay 1ms ) ( delay 1ms ) )", nil,
		slices.Repeat([]sending{{0, 100}}, 30))
	for i, e := range copies.of(netem.Delivered) {
		if e.Packet.ID != uint64(i/2) || (e.Packet.Copy > 0) != (i%2 == 1) {
			t.Fatalf("packet %d copy %d arrived as number %d", e.Packet.ID, e.Packet.Copy, i)
		}
	}
	// What a path has put out of order stays so: 0 and 2 take the first, where 2 overtakes 0.
	first := some{[]uint64{0}, netem.Verdict{Behind: 1}}
	var events tape
	s, err := netem.NewStage("up", netem.Spec{Paths: []netem.Spec{{Models: []netem.Model{first}}, {}}}, 1, &events)
	if err != nil {
		t.Fatal(err)
	}
	stream(s, 3, 0, 100)
	if got := ids(events.of(netem.Delivered)); !slices.Equal(got, []uint64{1, 2, 0}) {
		t.Errorf("arrived %v", got)
	}
}

// Paths of different delays reorder: every packet of the slow path is overtaken by those that take the fast one within the
// 27 ms by which it is slower.
func TestSplitReorders(t *testing.T) {
	var sent []sending
	for i := range 1000 {
		sent = append(sent, sending{netem.Time(i) * 5 * ms, 100})
	}
	late := 0
	for _, e := range extents(playStage(t, "split per-packet ( delay 10ms ) ( delay 37ms )", nil, sent).of(netem.Delivered)) {
		if e > 0 {
			late++
		}
	}
	if late != 499 { // of the 500, the last has nobody behind it
		t.Errorf("%d packets reordered", late)
	}
}

// An owner who comes late finds that everything happened at its time.
func TestSeveralLateOwner(t *testing.T) {
	const words = "( rate 5mbit limit 30 delay 5ms 5ms duplicate 5% ) then ( split per-packet 3:1 ( rate 3mbit loss 2% ) ( delay 20ms; every 90ms for 20ms stall ) )"
	var sent []sending
	for i := range 2000 {
		sent = append(sent, sending{netem.Time(i) * ms, 700})
	}
	punctual := playStage(t, words, nil, sent)
	var late tape
	s := newStage(t, words, nil, &late)
	for i, p := range sent {
		s.Send(p.at, &netem.Packet{ID: uint64(i), Data: make([]byte, p.size)})
	}
	for s.Recv(100_000*ms) != nil {
	}
	for i := 1; i < len(late); i++ {
		if late[i].At < late[i-1].At {
			t.Fatalf("told %v after %v", late[i].At, late[i-1].At)
		}
	}
	for _, k := range []netem.Kind{netem.Dequeued, netem.Dropped, netem.Duplicated} {
		if !slices.EqualFunc(punctual.of(k), late.of(k), func(a, b netem.Event) bool {
			return a.At == b.At && a.By == b.By && a.Packet.ID == b.Packet.ID && a.Packet.Copy == b.Packet.Copy
		}) {
			t.Errorf("%v: other packets or at other times", k)
		}
	}
	if a, b := punctual.of(netem.Delivered), late.of(netem.Delivered); !slices.Equal(ids(a), ids(b)) {
		t.Error("other packets arrive, or in another order")
	}
}

// An ordinary packet costs no allocation, observed or not.
func TestSeveralNoAllocation(t *testing.T) {
	var seen counts
	for _, o := range []netem.Observer{nil, &seen} {
		s := newStage(t, "( rate 100mbit loss 3% ) then ( split per-flow ( delay 10ms loss 1% ) ( delay 20ms ) ) then ( rate 200mbit )", nil, o)
		p := ofFlow(4, 1, 0)
		var now netem.Time
		step := func() {
			now += ms / 8
			fetch(s, now)
			s.Send(now, p)
		}
		for range 2000 {
			step()
		}
		if n := testing.AllocsPerRun(2000, step); n != 0 {
			t.Errorf("%v allocations a packet", n)
		}
	}
}

// Links of several made as literals can hold what no words say.
func TestNewStageRefusesSeveral(t *testing.T) {
	two := make([]netem.Spec, 2)
	deep := netem.Spec{}
	for range 9 {
		deep = netem.Spec{Hops: []netem.Spec{deep, {}}}
	}
	for _, c := range []struct {
		spec netem.Spec
		want string
	}{
		{netem.Spec{Hops: two[:1]}, `"(": 1 parts: write 2 to 64`},
		{netem.Spec{Paths: make([]netem.Spec, 65)}, `"split": 65 parts: write 2 to 64`},
		{netem.Spec{Hops: two, Paths: two}, `"(": a link made of several has no words of its own`},
		{netem.Spec{Paths: two, Rate: 1}, `"split": a link made of several has no words of its own`},
		{netem.Spec{Paths: two, Split: netem.Splitting{Weights: []int{1}}}, `"split": 1 weights for 2 paths`},
		{netem.Spec{Paths: two, Split: netem.Splitting{Weights: []int{1, 0}}}, `"split": a weight is a whole number from 1`},
		{netem.Spec{Hops: two, Split: netem.Splitting{Weights: []int{1, 1}}}, `"(": 2 weights for 0 paths`},
		{netem.Spec{Paths: []netem.Spec{{}, {Rate: -1}}}, `"rate": a rate is not negative`},
		{deep, `"(": parts within parts, more than 8 deep`},
	} {
		if s, err := netem.NewStage("up", c.spec, 1, nil); err == nil || s != nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v, want %s", err, c.want)
		}
	}
	if _, err := netem.NewLink("up", netem.Spec{Paths: two}, 1, nil); err == nil {
		t.Error("a link made of several makes a Link")
	}
}

func TestSeveralBackInTimePanics(t *testing.T) {
	s := newStage(t, "( ) then ( )", nil, nil)
	s.Send(2, &netem.Packet{})
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	s.Send(1, &netem.Packet{})
}

// FuzzStage: whatever the words, packets pass, and no instant is asked for twice.
func FuzzStage(f *testing.F) {
	for _, words := range []string{
		"rate 10mbit delay 20ms; at 2s down; at 2.5s up; at 5s rate 1mbit loss 5%; at 8s delay 50ms 5ms",
		"rate 1mbit; every 10ms for 5ms stall; randomly every 10ms for about 5ms rate 2mbit",
		"split per-packet 3:1 ( rate 5mbit delay 10ms duplicate 50% ) ( rate 5mbit; at 1ms for 3ms stall )",
		"( rate 10mbit ) then ( split per-flow ( delay 10ms ) ( delay 20ms ) ) then ( tc \"delay 1ms duplicate 50%\" )",
	} {
		f.Add(words)
	}
	f.Fuzz(func(t *testing.T, words string) {
		spec, err := netem.Parse(words)
		if err != nil {
			return
		}
		var events tape
		s, err := netem.NewStage("up", spec, 1, &events)
		if err != nil {
			t.Fatal(err)
		}
		var now netem.Time
		for i := range 200 {
			if i < 20 {
				s.Send(now, &netem.Packet{ID: uint64(i), Data: make([]byte, 500)})
			}
			for s.Recv(now) != nil {
			}
			at, ok := s.Next()
			if ok && at <= now {
				t.Fatalf("%q: asks at %v for %v", words, now, at)
			}
			if now += ms; ok {
				now = at
			}
		}
		for i := 1; i < len(events); i++ {
			if events[i].At < events[i-1].At {
				t.Fatalf("%q: told %v after %v", words, events[i].At, events[i-1].At)
			}
		}
	})
}
