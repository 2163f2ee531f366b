package netem

import "math"

// WarningsFor is Warnings for a line that t goes through: what depends on the size and spacing of packets is said of these.
func (l TC) WarningsFor(t Traffic) []string {
	var w warnings
	o := newOutlook(&l, t)
	w.chances(&l)
	w.delay(&l)
	w.orderOf(o)
	w.jitter(&l)
	w.reorder(&l)
	w.overtakingOf(o)
	w.corrupt(&l, t.Size)
	w.rate(&l)
	w.fillingOf(o)
	w.slot(&l)
	w.seed(&l)
	return w
}

// orderOf says what jitter does to the order of these packets.
func (w *warnings) orderOf(o *outlook) {
	apart, differ := o.spacing, o.longest()-o.delays[0]
	switch {
	case o.jitters() && o.line.rate.bytes == 0 && apart > differ:
		w.add("jitter reorders nothing here: delays differ by at most %s, and the packets are %s apart", about(differ), about(apart))
	case o.jitters() && o.line.rate.bytes == 0 && o.once == 0 && o.reordered() > 0:
		w.add("jitter reorders: of packets %s apart %s arrive behind one that was sent later (RFC 4737)", about(apart),
			percent(o.reordered()))
	default:
		w.order(o.line)
	}
}

// overtakingOf says how many packets those sent at once overtake.
func (w *warnings) overtakingOf(o *outlook) {
	l, most := o.line, math.Floor((o.longest()+o.tx)/o.spacing)
	switch {
	case !(o.once > 0):
	case most == 0:
		w.add("%s reorders nothing here: what is sent at once overtakes the packets of the last %s, and they are %s apart",
			l.reorderWords(), about(o.longest()+o.tx), about(o.spacing))
	case o.reordered() > 0:
		w.add("%s: the %s sent at once overtake up to %s packets each, so that %s arrive behind one that was sent later (RFC 4737)",
			l.reorderWords(), percent(o.once), count(most), percent(o.reordered()))
	default:
		w.add("%s: the %s sent at once overtake up to %s packets each", l.reorderWords(), percent(o.once), count(most))
	}
}

// fillingOf says what the limit and the rate do to these packets.
func (w *warnings) fillingOf(o *outlook) {
	l := o.line
	offered, carried := 8*float64(o.size)/o.spacing*1e9, o.capacity()
	switch lost, _, _, _ := o.losses(); {
	case l.limit == 0:
		w.add("limit 0: every packet is lost")
	case o.tx > forever: // as rate says
	case o.filled == short:
		w.add("limit %d counts the packets being delayed too: %s are sent until the first of them arrives, so that %s are lost, %s in a row",
			l.limit, count(o.period()), percent(lost), count(o.period()-float64(l.limit)))
	case o.filled == full:
		until := float64(l.limit) / (1/o.spacing - 1/o.tx)
		mean, _, _ := o.fullDelay()
		w.add("%s is more than the %s that the rate lets through: after %s the queue is full, %s of the packets are lost and the others take %s",
			bitRate(offered), bitRate(carried), about(until), percent(lost), about(mean))
	case o.filled == choked:
		w.add("%s is more than the %s that get through: once the queue is full, %s of the packets are lost", bitRate(offered),
			bitRate(carried), percent(lost))
	case o.filled == changing && o.hold() > 0 && o.service() >= float64(l.limit)/o.hold()*1e9:
		w.add("limit %d counts the packets being delayed too: no more than %s a second get through (%s with %d bytes each)", l.limit,
			count(carried/8/float64(o.size)), bitRate(carried), o.size)
	}
}
