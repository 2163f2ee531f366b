package report

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/gopacket/layers"

	"lossylab/netem"
)

// logged returns events.csv of what tell tells.
func logged(t *testing.T, tell func(l *EventLog, s *story)) string {
	t.Helper()
	var b bytes.Buffer
	l := NewEventLog(&b)
	tell(l, newStory(t, l))
	if err := l.Flush(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// raw has a packet of these bytes sent up.
func (s *story) raw(b ...byte) *netem.Packet {
	s.id++
	s.link[s.id] = up
	return s.tell(netem.Sent, &netem.Packet{ID: s.id, Sent: s.now, Data: b}, "")
}

func TestEventLogGolden(t *testing.T) {
	golden(t, "events.csv", logged(t, func(l *EventLog, s *story) {
		l.Begin("udp")
		p := s.udp(up)
		s.tell(netem.Dequeued, p, "")
		bad := s.corrupt(p, "corrupt 0.1%", 170) // in its source port
		c := s.duplicate(p, 1, "duplicate 0.5%")
		s.late(bad, "reorder 5% late 8ms")
		s.arrive(bad, c)
		s.waiting = 100
		s.drop(s.udp(down), "queue limit 100")
		s.waiting = 0
		s.drop(s.udp(up), `words of "mine", with commas`)
		icmp := s.raw(append([]byte{0x45, 0, 0, 28, 0, 0, 0, 0, 64, netem.ProtoICMP, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2}, make([]byte, 8)...)...)
		s.arrive(icmp)
		s.arrive(s.raw(append([]byte{0x45, 0, 0, 30, 0, 0, 0, 0, 64, 132, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2}, make([]byte, 10)...)...))
		s.arrive(s.raw(1, 2, 3), s.raw())
		s.now = 3_600_000_000_001
		l.Begin("tcp") // frames count from 1 again
		s.open(4294967295)
		s.six = true
		s.arrive(s.send(up, &layers.TCP{SrcPort: 40000, DstPort: 80, Seq: 4294967295, Ack: 5000, PSH: true, ACK: true}, 10))
		s.arrive(s.tcp(up, 9, 5000, "FA", 0), s.tcp(down, 5000, 10, "R", 0), s.tcp(up, 10, 5000, "", 0), s.udp(down))
	}))
}

// Every row has the columns of the first, whatever became of the packets and their headers.
func TestEventLogIsCSV(t *testing.T) {
	text := logged(t, func(l *EventLog, s *story) {
		l.Begin("tcp")
		chaos(s, 500, rand.New(rand.NewPCG(1, 2)))
		s.drop(s.raw(0x45), "a, b")
	})
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll() // and all of one length
	if err != nil {
		t.Fatal(err)
	}
	column := map[string]int{}
	for i, name := range rows[0] {
		column[name] = i
	}
	if len(column) != 20 || len(rows) < 1000 {
		t.Fatalf("%d columns, %d rows", len(column), len(rows))
	}
	var frames [2]int
	unreadable := 0
	for n, row := range rows[1:] {
		at := one(row[column["capture"]] == "server")
		if row[column["frame"]] != "" {
			frames[at]++
			if row[column["frame"]] != fmt.Sprint(frames[at]) {
				t.Fatalf("row %d: frame %s, want %d", n+1, row[column["frame"]], frames[at])
			}
		} else if row[column["capture"]] != "" || row[column["event"]] == "sent" || row[column["event"]] == "delivered" {
			t.Fatalf("row %d: %v", n+1, row)
		}
		unreadable += one(row[column["protocol"]] == "")
	}
	if last := rows[len(rows)-1]; last[column["cause"]] != "a, b" || last[column["payload"]] != "" {
		t.Errorf("the last row is %v", last)
	}
	if unreadable < 3 {
		t.Error("no header was damaged")
	}
}

// failing is a Writer that fails, each time with another error.
type failing int

func (f *failing) Write([]byte) (int, error) {
	*f++
	return 0, fmt.Errorf("error %d", *f)
}

func TestEventLogTellsItsFirstError(t *testing.T) {
	l := NewEventLog(new(failing))
	l.Begin("udp")
	s := newStory(t, l)
	for range 10_000 { // more than is kept back
		s.udp(up)
	}
	for range 2 {
		if err := l.Flush(); err == nil || err.Error() != "error 1" {
			t.Fatalf("got %v, want error 1", err)
		}
	}
}

func TestEventLogAllocatesNothing(t *testing.T) {
	l := NewEventLog(io.Discard)
	l.Begin("tcp")
	next := bulk(t, l, func(MessageEvent) {}, true)
	for range 1000 {
		next()
	}
	if n := testing.AllocsPerRun(10_000, next); n != 0 {
		t.Errorf("%v allocations for five events", n)
	}
}

// One operation is five events, a row each.
func BenchmarkEventLog(b *testing.B) {
	l := NewEventLog(io.Discard)
	l.Begin("tcp")
	next := bulk(b, l, func(MessageEvent) {}, true)
	b.ReportAllocs()
	for b.Loop() {
		next()
	}
}
