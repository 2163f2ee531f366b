package netem

import (
	"fmt"
	"sort"
	"strconv"
	"time"
)

// Trace says at which instants packets leave a link, instead of a rate. It is a packet-delivery trace as mahimahi's mm-link
// reads it: a line for each opportunity, with its time in whole milliseconds, none before the one above it. The last line's
// time is the period, after which the trace begins anew.
//
// An opportunity carries 1504 bytes, and each packet counts 4 more than its IP packet is long, as mahimahi's do (they come
// from a TUN device, which puts 4 bytes before each). So a packet of 1500 bytes takes a whole opportunity. Small packets
// share one, as far as they were waiting before its instant; a packet that is not out at the end of one goes on in the
// next, ahead of the others; and bytes for which no packet waits are lost. A packet waits in the queue, and counts there,
// until the opportunity that takes its first byte. All this is what mm-link(1) says and mm-link does.
type Trace struct {
	Name string // of the file, as a SPEC says it

	ms []uint32 // when, milliseconds
}

const (
	opportunity = 1504 // bytes of one
	perPacket   = 4    // which a packet counts besides its own
)

// ParseTrace reads the content of the file called name. The error is one line that says which line of the file is wrong.
func ParseTrace(name string, content []byte) (*Trace, error) {
	t := &Trace{Name: name}
	last := uint64(0)
	for number, line := range fileLines(content) {
		ms, err := strconv.ParseUint(line, 10, 64)
		switch {
		case err != nil && !digitsOnly(line):
			return nil, inLine(number, line, "a line is a whole number of milliseconds: write 20")
		case err != nil || ms > uint64(MaxDuration/time.Millisecond):
			return nil, inLine(number, line, "a trace is at most 24h long: write milliseconds up to 86400000")
		case ms < last:
			return nil, inLine(number, line, fmt.Sprintf("times do not go back, and %d stands above: sort the lines", last))
		}
		t.ms, last = append(t.ms, uint32(ms)), ms
	}
	switch {
	case len(t.ms) == 0:
		return nil, fmt.Errorf("no packet ever leaves: write a line for each opportunity, with its time in milliseconds")
	case last == 0:
		return nil, fmt.Errorf("the last line's time is the period, and cannot be 0: write 1 for an opportunity each millisecond")
	}
	return t, nil
}

// String returns the words of a SPEC that name the trace: "trace cell.trace".
func (t *Trace) String() string { return "trace " + quoted(t.Name) }

// Rate returns the mean rate at which packets of 1500 bytes leave, if always one waits.
func (t *Trace) Rate() Rate {
	const bitsPerPacket = 8 * (opportunity - perPacket)
	return Rate(len(t.ms)) * bitsPerPacket * 1000 / Rate(t.ms[len(t.ms)-1])
}

func (t *Trace) period() Time { return Time(t.ms[len(t.ms)-1]) * Time(time.Millisecond) }

// at returns the instant of opportunity n, counted from 0 through all periods.
func (t *Trace) at(n int) Time {
	count := len(t.ms)
	return Time(n/count)*t.period() + Time(t.ms[n%count])*Time(time.Millisecond)
}

// after returns the number of the first opportunity after the time now. Of those at the end of a period and those at the
// beginning of the next, which are at the same instant, none is left out.
func (t *Trace) after(now Time) int {
	if now < 0 {
		return 0
	}
	periods := int(now / t.period())
	within := (now % t.period()) / Time(time.Millisecond)
	n := sort.Search(len(t.ms), func(i int) bool { return Time(t.ms[i]) > within })
	return periods*len(t.ms) + n
}

// turns is a Trace at work.
type turns struct {
	*Trace
	next int // the opportunity that comes next
	need int // bytes of the packet on its way out that are still to be carried
}

// seek passes over the opportunities up to now.
func (t *turns) seek(now Time) {
	if t.at(t.next) <= now {
		t.next = t.after(now)
	}
}
