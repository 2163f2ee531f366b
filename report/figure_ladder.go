package report

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"gonum.org/v1/plot/vg"

	"lossylab/netem"
)

// ladderLength is the number of packets in a ladder: what a page holds with a line for each event.
const ladderLength = 44

// ladder is a diagram of client and server as two vertical lines and of packets as arrows between them. Each event,
// the sending or the arrival of one packet, has a row of its own in order of time: drawn to scale in time, bursts
// would be black and pauses empty.
type ladder struct {
	look     ladderLook
	proto    string
	turned   bool // most data came from the server
	transits []Transit
	rows     []ladderRow
	sent     []int     // by transit: its row
	arrived  []float64 // by transit: its row of arrival; for a lost packet that where it would have been
}

// ladderRow is one event.
type ladderRow struct {
	at      netem.Time
	transit int
	arrival bool
}

// ladderFigure draws the packets round the first that something happened to.
func ladderFigure(f *Flow) Figure {
	l := newLadder(f, wideLadder)
	keys := l.keys()
	near, far := ends(f.Turned)
	return Figure{
		Name: "ladder-" + f.Proto, Title: strings.ToUpper(f.Proto) + " packets between " + near + " and " + far,
		Caption: l.caption(), height: l.height(keys), draw: l.draw,
		single: func() variant { return newLadder(f, singleLadder).single() },
		table:  func(row func(...string)) { ladderTable(f, row) },
	}
}

func newLadder(f *Flow, look ladderLook) ladder {
	l := ladder{look: look, proto: f.Heading(), turned: f.Turned, transits: ended(around(f.Transits, look.length))}
	for i, t := range l.transits {
		l.rows = append(l.rows, ladderRow{t.Sent, i, false})
		if t.Arrived >= 0 && !t.Lost {
			l.rows = append(l.rows, ladderRow{t.Arrived, i, true})
		}
	}
	slices.SortStableFunc(l.rows, func(a, b ladderRow) int {
		return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(l.rank(a), l.rank(b)))
	})
	l.sent, l.arrived = make([]int, len(l.transits)), make([]float64, len(l.transits))
	for i, r := range l.rows {
		if r.arrival {
			l.arrived[r.transit] = float64(i)
		} else {
			l.sent[r.transit] = i
		}
	}
	l.guess()
	l.settle()
	return l
}

// rank orders events of one instant: what arrives may be the reason for what is sent, but a packet arrives after it
// was sent.
func (l ladder) rank(r ladderRow) int {
	switch {
	case !r.arrival:
		return 1
	case l.transits[r.transit].Sent == r.at:
		return 2
	}
	return 0
}

// around returns the n transits among which most kinds of things happened, and of these the ones to which most
// happened; of equal ones the middle.
func around(all []Transit, n int) []Transit {
	if len(all) <= n {
		return all
	}
	first, last, best := 0, 0, -1
	for lo := 0; lo+n <= len(all); lo++ {
		h := happened(all[lo : lo+n])
		score := 0
		for _, k := range h {
			score += len(all)*min(k.n, 1) + k.n
		}
		switch {
		case score > best:
			first, last, best = lo, lo, score
		case score == best && last == lo-1:
			last = lo
		}
	}
	middle := first + (last-first)/2
	return all[middle : middle+n]
}

// happening is how many packets one kind of thing happened to.
type happening struct {
	what string
	n    int
}

func happened(transits []Transit) []happening {
	var lost, again, late, twice, corrupt int
	for _, t := range transits {
		lost += one(t.Lost)
		again += one(t.Retransmit && !t.Duplicate)
		late += one(t.Overtaken)
		twice += one(t.Duplicate)
		corrupt += one(t.Corrupt)
	}
	return []happening{
		{"lost", lost}, {"sent again", again}, {"overtaken", late}, {"duplicated", twice}, {"corrupted", corrupt},
	}
}

// usual returns the median time of those that arrived.
func usual(transits []Transit) netem.Time {
	var times []netem.Time
	for _, t := range transits {
		if t.Arrived >= 0 && !t.Lost {
			times = append(times, t.Arrived-t.Sent)
		}
	}
	if len(times) == 0 {
		return 0
	}
	slices.Sort(times)
	return times[len(times)/2]
}

// ended returns the transits without those that can have been under way still when the last of the others ended.
func ended(transits []Transit) []Transit {
	var last, longest netem.Time
	for _, t := range transits {
		last = max(last, t.Sent, t.Arrived)
		longest = max(longest, t.Arrived-t.Sent)
	}
	return slices.DeleteFunc(slices.Clone(transits), func(t Transit) bool {
		return !t.Lost && t.Arrived < 0 && t.Sent+longest >= last
	})
}

// guess sets the rows in which lost packets would have arrived, had they taken the usual time.
func (l ladder) guess() {
	median := usual(l.transits)
	for i, t := range l.transits {
		if !t.Lost && t.Arrived >= 0 {
			continue
		}
		row := l.sent[i] + 1
		for row < len(l.rows) && l.rows[row].at < t.Sent+median {
			row++
		}
		l.arrived[i] = float64(row)
	}
}

// note says what happened: "1 lost, 1 sent again".
func (l ladder) note() string {
	var parts []string
	for _, h := range happened(l.transits) {
		if h.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", h.n, h.what))
		}
	}
	if parts == nil {
		return "none lost or overtaken"
	}
	return strings.Join(parts, ", ")
}

func (l ladder) caption() string {
	if len(l.transits) == 0 {
		return l.proto + " exchanged no packets."
	}
	near, far := ends(l.turned)
	return fmt.Sprintf("%s between %s and %s, a row for each event and the time in ms at the left: %s.",
		count(len(l.transits), l.proto+" packet"), near, far, l.note())
}

// The measures of a ladder.
const (
	ladderRowHeight = vg.Length(6.6)
	ladderHead      = vg.Length(28) // over the first row
	ladderFoot      = vg.Length(8)  // under the last
)

func (l ladder) height(keys legend) vg.Length {
	return l.over() + ladderHead + vg.Length(max(len(l.rows), 6))*l.look.row + ladderFoot + keys.height(l.look.width)
}

func ladderTable(f *Flow, row func(...string)) {
	row("from", "label", "sent_s", "arrived_s", "lost", "retransmit", "overtaken", "duplicate", "corrupt", "cause",
		"sent_frame", "received_frame")
	for _, t := range f.Transits {
		near, from := ends(f.Turned)
		if t.Up {
			from = near
		}
		row(from, t.Label, stamp(t.Sent), stamp(t.Arrived), bit(t.Lost), bit(t.Retransmit), bit(t.Overtaken),
			bit(t.Duplicate), bit(t.Corrupt), t.Cause, strconv.Itoa(t.SentFrame), strconv.Itoa(t.RecvFrame))
	}
}
