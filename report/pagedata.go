package report

import (
	"strings"

	"lossylab/netem"
)

// pageData is what the page's program shows: columns, so that names are written once.
type pageData struct {
	Flows []pageFlow `json:"flows"`
}

// pageFlow is one protocol. Times are seconds; a time that did not come is -1.
type pageFlow struct {
	Proto    string        `json:"proto"`   // and the number of its conversation, if it has one
	Title    string        `json:"title"`   // the same as a heading
	Thing    string        `json:"thing"`   // message
	Ends     [2]string     `json:"ends"`    // client and server
	Typical  float64       `json:"typical"` // what a crossing takes: the median
	More     bool          `json:"more"`    // packets are only the first of the run
	Causes   []string      `json:"causes"`
	Packets  pagePackets   `json:"packets"`
	Segments *pageSegments `json:"segments,omitempty"` // TCP's
	Acks     pageAcks      `json:"acks"`
	Again    []pageAgain   `json:"again"`
}

// The bits of flags, which page.js knows too.
const (
	pageLost = 1 << iota
	pageDuplicate
	pageCorrupt
	pageOvertaken
	pageAgainFlag
	pageUp
	pageAck
)

type pagePackets struct {
	Sent    []float64 `json:"sent"`
	Arrived []float64 `json:"arrived"`
	Flags   []int     `json:"flags"`
	Label   []string  `json:"label"`
	Cause   []int     `json:"cause"` // place in Causes
	SFrame  []int     `json:"sframe"`
	RFrame  []int     `json:"rframe"`
}

type pageSegments struct {
	At      []float64 `json:"at"`
	Offset  []int64   `json:"offset"`
	Len     []int     `json:"len"`
	Arrived []float64 `json:"arrived"`
	Flags   []int     `json:"flags"`
	Frame   []int     `json:"frame"`
}

type pageAcks struct {
	At     []float64 `json:"at"`
	Offset []int64   `json:"offset"`
}

// pageAgain is one retransmission.
type pageAgain struct {
	Frame   int     `json:"frame"`
	Of      int     `json:"of"`
	At      float64 `json:"at"`
	First   float64 `json:"first"`
	How     string  `json:"how"`
	Why     string  `json:"why"`
	Held    int     `json:"held"`
	HeldFor float64 `json:"heldFor"`
}

// pageShown is how many segments and acknowledgments the page's time-sequence diagram has.
const pageShown = 5000

func newPageFlow(f *Flow) pageFlow {
	p := pageFlow{Proto: f.key(), Title: f.Heading(), Thing: wordsOf(f).one, Causes: []string{""}, More: len(f.Packets) >= logLength, Again: []pageAgain{}}
	p.Ends[0], p.Ends[1] = ends(f.Turned)
	var transit Quantiles
	causes := map[string]int{"": 0}
	for i := range f.Packets {
		t := &f.Packets[i]
		if t.Arrived >= 0 {
			transit.Add(t.Arrived.Sub(t.Sent))
		}
		if _, ok := causes[t.Cause]; !ok {
			causes[t.Cause] = len(p.Causes)
			p.Causes = append(p.Causes, t.Cause)
		}
		p.Packets.add(t, causes[t.Cause], f.Proto == "tcp")
	}
	if s := transit.Summary(); s != nil {
		p.Typical = s.P50
	}
	if len(f.Segments) > 0 {
		p.Segments = &pageSegments{}
	}
	for _, s := range f.Segments[:min(len(f.Segments), pageShown)] {
		p.Segments.add(s)
	}
	for _, a := range f.Acks[:min(len(f.Acks), pageShown)] {
		p.Acks.At = append(p.Acks.At, a.At.Seconds())
		p.Acks.Offset = append(p.Acks.Offset, a.Offset)
	}
	for i := range f.Again[:min(len(f.Again), pageShown)] {
		r := &f.Again[i]
		p.Again = append(p.Again, pageAgain{r.Frame, r.Of, r.At.Seconds(), r.First.Seconds(), r.how(), r.fate(), r.Held, r.HeldFor.Seconds()})
	}
	return p
}

func (c *pagePackets) add(t *Transit, cause int, tcp bool) {
	flags := one(t.Lost)*pageLost | one(t.Duplicate)*pageDuplicate | one(t.Corrupt)*pageCorrupt | one(t.Overtaken)*pageOvertaken |
		one(t.Retransmit)*pageAgainFlag | one(t.Up)*pageUp | one(tcp && !t.data())*pageAck
	c.Sent = append(c.Sent, t.Sent.Seconds())
	c.Arrived = append(c.Arrived, secondsOrNone(t.Arrived))
	c.Flags = append(c.Flags, flags)
	c.Label = append(c.Label, t.Label)
	c.Cause = append(c.Cause, cause)
	c.SFrame = append(c.SFrame, t.SentFrame)
	c.RFrame = append(c.RFrame, t.RecvFrame)
}

func (c *pageSegments) add(s Segment) {
	c.At = append(c.At, s.At.Seconds())
	c.Offset = append(c.Offset, s.Offset)
	c.Len = append(c.Len, s.Len)
	c.Arrived = append(c.Arrived, secondsOrNone(s.Arrived))
	c.Flags = append(c.Flags, one(s.Lost)*pageLost|one(s.Retransmit)*pageAgainFlag)
	c.Frame = append(c.Frame, s.Frame)
}

// data reports whether the packet carries data, by its name.
func (t *Transit) data() bool {
	return strings.HasPrefix(t.Label, "data") || strings.HasPrefix(t.Label, "answer")
}

// secondsOrNone returns a time in seconds, and -1 for one that did not come.
func secondsOrNone(t netem.Time) float64 {
	if t < 0 {
		return -1
	}
	return t.Seconds()
}
