package netem

import "math"

// filling is how full the queue of a tc line gets in the long run, and by what.
type filling uint8

const (
	changing filling = iota // now and then full, by chance
	low                     // never full
	short                   // full of packets under way: by the clock, for nothing is left to chance
	full                    // full of packets that wait for the rate, by the clock
	choked                  // always full, as far more is offered than is sent; when which packet is lost, is chance
)

// forever is a transmission, in ns, that nobody waits for: when a negative overhead makes a length wrap round.
const forever = 1e16

// filling looks for one of the cases in which something is known.
func (o *outlook) filling() filling {
	switch limit := float64(o.line.limit); {
	case o.longest()+o.tx == 0 && !o.line.slot.on():
		return low // nothing stays
	case !(o.spacing > 0) || o.tx > forever:
		return changing
	case o.steady() && !o.line.slot.on() && o.tx <= o.spacing:
		if o.period() <= limit {
			return low
		}
		return short
	case o.steady() && !o.line.slot.on() && float64(limit*o.tx)-o.spacing >= o.hold():
		return full
	case o.inside() < limit:
		return low
	case o.choked():
		return choked
	}
	return changing
}

// steady says whether nothing is left to chance that fills the queue.
func (o *outlook) steady() bool {
	return o.fates.lost == 0 && !o.fates.repeat && !o.jitters() && o.once == 0
}

// period returns how many packets are sent while one is in the queue, it included. One that leaves at the very instant at
// which another is sent still counts.
func (o *outlook) period() float64 { return math.Floor(o.hold()/o.spacing) + 1 }

// inside returns how many packets a packet finds in the queue at most, but for a chance of one in a billion or so: of
// independent packets that stay for different times, the number has at most its mean for a variance, and with copies twice
// that. It is +Inf where more comes than goes.
func (o *outlook) inside() float64 {
	stay, offered := o.mean, o.offered()
	if load := offered * o.tx; load > 0 {
		if load >= 1 {
			return math.Inf(1)
		}
		stay = o.longest() + o.tx/(1-load)
	}
	if s := &o.line.slot; s.on() {
		wait, load := s.longest(), offered*1e9/o.slotRate()
		if load >= 1 {
			return math.Inf(1)
		}
		stay = o.longest() + o.tx + o.spacing + float64(wait*(2+2*load/(1-load)))
	}
	n := offered * stay
	n += float64(8*math.Sqrt(2*n)) + 2
	if o.line.slot.on() || o.tx > 0 && o.crowded() {
		return n
	}
	each := 1.0
	if o.fates.repeat {
		each = 2
	}
	return min(n, float64(each*math.Floor((o.longest()+float64(each*o.tx))/o.spacing))+each-1)
}

// offered returns how many packets come to be scheduled each ns, those that are sent at once apart.
func (o *outlook) offered() float64 {
	return (1 - o.fates.lost + o.fates.extra) * (1 - o.once) / o.spacing
}

// overflow returns the share of packets that the limit takes and how often that begins, for each packet sent.
//
// Short: as many as the limit allows come in, and then none until the first of them leaves. Full: one comes in behind each
// that is sent, and the others until the next one is sent are lost.
func (o *outlook) overflow() (lost, begins float64) {
	if o.filled == short {
		return 1 - float64(o.line.limit)/o.period(), 1 / o.period()
	}
	each := o.tx / o.spacing // packets that come while one is sent
	lost = 1 - 1/each
	return lost, min(lost, 1/each)
}

// fullDelay is that of a queue which the rate keeps full: a packet that comes in u after the last one left waits for as many
// as the limit allows to be sent, less u. By and by u takes every multiple of a common divisor up to the spacing.
func (o *outlook) fullDelay() (mean, sd, acf float64) {
	g, rest := int64(o.tx), int64(o.spacing)
	for rest != 0 {
		g, rest = rest, g%rest
	}
	step := float64(g)
	mean = float64(float64(o.line.limit)*o.tx) - (o.spacing+step)/2
	return mean, math.Sqrt((float64(o.spacing*o.spacing) - float64(step*step)) / 12), math.NaN()
}

// choked says whether the queue never runs empty and always runs over, though chance has a part in it: there are no copies,
// more is offered than sent, and the limit is far beyond what is under way and what chance can empty.
func (o *outlook) choked() bool {
	load := o.offered() * 1e9 / o.service()
	room := float64(o.line.limit) / (o.service() / 1e9) // ns
	return !o.fates.repeat && o.once == 0 && load > 1.02 && (load-1)*float64(o.line.limit) > 20 &&
		room > 1.2*(o.longest()+o.tx)
}

// service returns how many packets a second the rate and the slots let through at most.
func (o *outlook) service() float64 {
	most := math.Inf(1)
	if o.tx > 0 {
		most = 1e9 / o.tx
	}
	if o.line.slot.on() {
		most = min(most, o.slotRate())
	}
	return most
}

// capacity returns how many bits a second get through at most: what is served, and by Little's law no more than the limit
// over the time that a packet is in the queue. What is sent at once comes on top.
func (o *outlook) capacity() float64 {
	packets := o.service()
	if stay := o.hold(); stay > 0 {
		packets = min(packets, float64(o.line.limit)/stay*1e9)
	}
	return packets * float64(o.size) * 8 / (1 - o.once)
}
