package report

import (
	"slices"
	"strings"
)

// wording is what the text of a figure calls what was sent and what was got. A run's programs send messages. Captures show
// no programs: there the datagrams of UDP stand for messages, and the segments of TCP with new data, and in the place of
// goodput stands the rate of the payload that arrived for the first time.
type wording struct {
	one, many string // "message", "messages"
	waits     string // of these, one that may wait for another
	goodput   string // the rate of what was got
	got       string // what that is
	receiver  string // who got it, of what was carried
	delay     string // from when until when one took
	read      string // what became of it in the end
}

// wordsOf returns the words for the flows, all of a run or all of captures.
func wordsOf(flows ...*Flow) wording {
	if len(flows) == 0 || !flows[0].Captured {
		w := wording{"message", "messages", "message", "goodput", "what the receiving program got", "the program got", "from the sender's write to the receiver's read",
			"delivered to the program"}
		if len(flows) > 0 && flows[0].Samples.Answers {
			w.delay = "from the sender's write until the answer is read"
		}
		return w
	}
	w := wording{"", "", "segment", "new data", "the payload without headers that arrived for the first time", "new data were",
		"from passing the sender's capture until it could be read at the receiver's", "could be read"}
	udp := slices.ContainsFunc(flows, func(f *Flow) bool { return f.Proto == "udp" })
	tcp := slices.ContainsFunc(flows, func(f *Flow) bool { return f.Proto == "tcp" })
	switch {
	case udp && tcp:
		w.one, w.many = "datagram or segment", "datagrams and segments"
	case udp:
		w.one, w.many = "datagram", "datagrams"
	default:
		w.one, w.many = "segment", "segments"
	}
	return w
}

// of counts things: "1 message", "20 segments".
func (w wording) of(n int) string {
	if n == 1 {
		return "1 " + w.one
	}
	return formatCount(n) + " " + w.many
}

// flowsOf returns whose outcomes these are.
func flowsOf(all []outcome) (flows []*Flow) {
	for _, t := range all {
		flows = append(flows, t.flow)
	}
	return flows
}

// wordsOfAll returns the words for a figure about the outcomes.
func wordsOfAll(all []outcome) wording { return wordsOf(flowsOf(all)...) }

// ofCaptures returns the words for captures from elsewhere, or those for a run.
func (r *Results) ofCaptures(captured, run string) string {
	if r.captured() {
		return captured
	}
	return run
}

// upperFirst makes the first letter a capital one.
func upperFirst(s string) string { return strings.ToUpper(s[:1]) + s[1:] }
