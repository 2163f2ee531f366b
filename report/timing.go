package report

import (
	"fmt"
	"slices"
	"strings"
)

// Timing is how well a run in real time kept its time, and what was lost anywhere but on the link. Times are in seconds.
type Timing struct {
	Device  string        `json:"device"`  // between hosts and link: "TUN" or "veth"
	Packets uint64        `json:"packets"` // given to the hosts by the link
	P50     float64       `json:"lateness_p50_s"`
	P90     float64       `json:"lateness_p90_s"`
	P99     float64       `json:"lateness_p99_s"`
	Max     float64       `json:"lateness_max_s"` // how much later than due
	Late    uint64        `json:"late"`           // packets more than a millisecond later
	Waited  float64       `json:"waited_s"`       // that the link stood still since observers lagged behind
	Slipped bool          `json:"slipped"`        // half of the packets were more than 100 µs late, or one in a hundred more than 1 ms
	Hidden  []HiddenDrops `json:"hidden_drops"`
	Unset   []string      `json:"unset,omitempty"` // settings of the hosts that could not be made
}

// HiddenDrops counts packets that were lost, and not by the link.
type HiddenDrops struct {
	Where   string `json:"where"` // "server: UDP receive buffers"
	Packets uint64 `json:"packets"`
}

// Lost returns how many packets were lost outside the link.
func (t *Timing) Lost() (n uint64) {
	for _, h := range t.Hidden {
		n += h.Packets
	}
	return n
}

// Of returns what is known of one of several protocols of a run: without what was lost where only another's packets come.
func (t *Timing) Of(proto string) *Timing {
	all := *t
	all.Hidden = []HiddenDrops{}
	for _, h := range t.Hidden {
		if p := h.proto(); p == "" || p == proto {
			all.Hidden = append(all.Hidden, h)
		}
	}
	return &all
}

// proto returns the protocol whose packets alone come to the place, "udp" or "tcp", or nothing.
func (h *HiddenDrops) proto() string {
	for _, proto := range []string{"udp", "tcp"} {
		if strings.Contains(h.Where, " "+strings.ToUpper(proto)+" ") {
			return proto
		}
	}
	return ""
}

// lostBy returns how many packets were lost outside the link where only those of a protocol come, or, of "", where all do.
func (t *Timing) lostBy(proto string) (n int64) {
	if t == nil {
		return 0
	}
	for _, h := range t.Hidden {
		if h.proto() == proto {
			n += int64(h.Packets)
		}
	}
	return n
}

// The lateness with which a run counts as on time, seconds: of half of the packets, and of 99 in a hundred.
const (
	lateHalf = 100e-6
	lateMost = 1e-3
)

// late says which packets were later than those of a run that is on time.
func (t *Timing) late() string {
	var parts []string
	if t.P50 > lateHalf {
		parts = append(parts, fmt.Sprintf("half of the packets more than %s after they were due, where %s is borne", formatSeconds(t.P50), formatSeconds(lateHalf)))
	}
	if t.P99 > lateMost {
		parts = append(parts, fmt.Sprintf("one in a hundred more than %s, where %s is borne", formatSeconds(t.P99), formatSeconds(lateMost)))
	}
	return strings.Join(parts, ", and ")
}

// Doubts says what of a run in real time is not as the link would have it: nothing, if all is well.
func (t *Timing) Doubts() (notes []string) {
	if t == nil {
		return nil
	}
	if late := t.late(); t.Slipped && late != "" {
		notes = append(notes, fmt.Sprintf("the run slipped, since packets were given to their hosts late: %s; nothing else should run on this machine, or the link be slower", late))
	}
	if t.Waited > 0 {
		notes = append(notes, fmt.Sprintf("the link stood still for %s, since the files could not be written as fast as packets came: leave out captures and events (--capture none --events=false)", formatSeconds(t.Waited)))
	}
	if t.Unset != nil {
		notes = append(notes, "settings of the hosts could not be made: "+strings.Join(t.Unset, ", "))
	}
	var lost []string
	for _, h := range t.Hidden {
		lost = append(lost, fmt.Sprintf("%s %s", formatCount(int64(h.Packets)), h.Where))
	}
	if lost != nil {
		notes = append(notes, "packets were lost that the link did not drop: "+strings.Join(lost, ", "))
	}
	return notes
}

// timingRows are what the summary says of runs in real time.
func (r *Results) timingRows() []row {
	if !slices.ContainsFunc(r.Flows, func(f FlowResult) bool { return f.Timing != nil }) {
		return nil
	}
	of := func(label string, f func(*Timing) string) row {
		return r.each(label, func(fl *FlowResult) string {
			if fl.Timing == nil {
				return "–"
			}
			return f(fl.Timing)
		})
	}
	return []row{
		{label: "How well real time was kept"},
		of("later than due p50", func(t *Timing) string { return formatSeconds(t.P50) }),
		of("later than due p99", func(t *Timing) string { return formatSeconds(t.P99) }),
		of("later than due, most", func(t *Timing) string { return formatSeconds(t.Max) }),
		of("lost outside the link", func(t *Timing) string { return formatCount(int64(t.Lost())) }),
	}
}

// Sentence says what a link did: "120 offered, 114 delivered, 6 dropped (loss 6)".
func (l *LinkResult) Sentence() string {
	s := fmt.Sprintf("%s offered, %s delivered, %s dropped", formatCount(l.Offered), formatCount(l.Delivered), formatCount(l.Dropped))
	var causes []string
	for cause, n := range l.DroppedBy {
		causes = append(causes, fmt.Sprintf("%s %s", cause, formatCount(n)))
	}
	if causes != nil {
		slices.Sort(causes)
		s += " (" + strings.Join(causes, ", ") + ")"
	}
	for _, extra := range []struct {
		words string
		n     int64
	}{{"duplicated", l.Duplicated}, {"corrupted", l.Corrupted}, {"reordered", l.Reordered}} {
		if extra.n > 0 {
			s += fmt.Sprintf(", %s %s", formatCount(extra.n), extra.words)
		}
	}
	return s
}
