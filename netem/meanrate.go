package netem

// MeanRate returns how fast the link is in the long run, for packets of 1500 bytes: its rate, that of its trace, or the mean
// of the file that it follows; of paths the sum, of hops the least. Zero is infinitely fast. Changes do not count.
func (s Spec) MeanRate() Rate {
	switch {
	case s.TC != nil:
		return Rate(8 * min(s.TC.rate.bytes, uint64(maxRate/8)))
	case s.Trace != nil:
		return s.Trace.Rate()
	case s.Follow.paces():
		return s.Follow.mean()
	case len(s.Hops) > 0:
		least := Rate(0)
		for _, hop := range s.Hops {
			if r := hop.MeanRate(); least == 0 || r != 0 && r < least {
				least = r
			}
		}
		return least
	case len(s.Paths) > 0:
		sum := Rate(0)
		for _, path := range s.Paths {
			r := path.MeanRate()
			if r == 0 {
				return 0
			}
			sum = min(sum, maxRate-r) + r
		}
		return sum
	}
	return s.Rate
}

// Queues says whether packets ever wait for the link's transmitter, so that its queue matters. It is not asked of links made
// of several, nor of a tc line.
func (s Spec) Queues() bool {
	if s.Rate != 0 || s.Trace != nil || s.Follow.paces() {
		return true
	}
	for _, c := range s.Changes {
		if c.Rate != nil && *c.Rate != 0 || c.Carrier == CarrierStalled {
			return true
		}
	}
	return false
}

// maxRate is the largest Rate.
const maxRate Rate = 1<<63 - 1
