package report

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"lossylab/report/pcapng"
)

// A frame whose consequence does not show is held back for so many frames, and no longer; then its comment says what happened
// to it and no more, and nothing comes of what shows later.
func TestConsequenceIsAwaitedForSoLong(t *testing.T) {
	for _, more := range []int{heldBack - 2, heldBack - 1} {
		var b bytes.Buffer
		written := 0
		c := NewCapture(writerFunc(func(p pcapng.Packet) {
			written++
			if len(p.Comment) > 0 {
				b.Write(append(p.Comment, '\n'))
			}
		}), Client, time.Unix(0, 0))
		s := newStory(t, c)
		s.open(1000)
		s.drop(s.tcp(up, 1000, 5000, "A", 100), "loss 3%") // frame 4
		for range more {
			s.arrive(s.udp(down))
		}
		if want := 3; more < heldBack-1 && written != want {
			t.Errorf("%d frames later %d frames are written, want %d", more, written, want)
		}
		s.arrive(s.tcp(up, 1000, 5000, "A", 100))
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
		held := strings.Contains(b.String(), "lost: loss 3%. Consequence: ")
		if want := more < heldBack-1; held != want || written != 4+more+1 {
			t.Errorf("%d frames later: told %v, want %v; %d frames", more, held, want, written)
		}
	}
}

// Acknowledgments say what they say, also where the numbers begin anew.
func TestAckSays(t *testing.T) {
	a := ackOf{ack: 100, blocks: [4][2]uint32{{200, 300}, {400, 500}}}
	for _, c := range []struct {
		from, to uint32
		want     bool
	}{{50, 100, true}, {50, 101, false}, {200, 300, true}, {210, 290, true}, {290, 310, false}, {0xffffff00, 20, true}, {100, 200, false}} {
		if got := a.says(c.from, c.to); got != c.want {
			t.Errorf("%d to %d: %v", c.from, c.to, got)
		}
	}
	for _, c := range []struct {
		b    ackOf
		want bool
	}{
		{ackOf{ack: 101}, true},
		{ackOf{ack: 99}, false},
		{ackOf{ack: 100}, false},
		{ackOf{ack: 100, blocks: [4][2]uint32{{400, 600}, {150, 300}}}, true},
		{ackOf{ack: 100, blocks: [4][2]uint32{{400, 600}}}, false},
	} {
		if got := a.in(&c.b); got != c.want {
			t.Errorf("in %v: %v", c.b, got)
		}
	}
}

// The words of a consequence are none of those by which filters and colouring rules find what was dropped, duplicated,
// damaged, overtaken or late.
func TestConsequencesKeepToTheirWords(t *testing.T) {
	var l listing
	c := NewCapture(&l, Client, captureEpoch)
	tellAll(t, c)
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	told := 0
	for line := range strings.Lines(l.String()) {
		_, words, ok := strings.Cut(line, "onsequence: ")
		if !ok {
			continue
		}
		told++
		for _, taken := range []string{"lost", "corrupted", "retransmission of", "duplicated", "duplicate of", "overtaken", "marked", "fragment",
			"late:", "(timeout)", "which arrived", "queue was full"} {
			if strings.Contains(words, taken) {
				t.Errorf("%q has %q", line, taken)
			}
		}
	}
	if told < 20 {
		t.Errorf("%d consequences", told)
	}
}
