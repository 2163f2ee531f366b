package metric

// MaxPeriod is the longest loss period that LossDistance counts on its own.
const MaxPeriod = 64

// LossDistance is the loss distance and the loss period of RFC 3357. The loss distance of a lost packet is how many numbers
// it is after the lost one before it, 0 for the first; packets received have none. A loss period begins with a lost packet
// after a received one, or at the start, and they are numbered from 1; packets received are in period 0. A loss is noticeable
// if its distance is at most Delta, in which case the first loss, which is at no distance, does not count.
//
// It is told of every packet in the order of sending. Counters are remembered. The zero value is ready to use; with Delta 0
// no loss is noticeable.
type LossDistance struct {
	Delta int64 // the loss constraint, in packets

	last   int64 // ordinal of the packet that was lost last
	length int64 // of the present period
	result LossDistanceResult
}

// LossDistanceResult counts losses.
type LossDistanceResult struct {
	Packets    int64
	Lost       int64
	Noticeable int64
	Periods    int64
	Longest    int64                // packets in the longest period
	Lengths    [MaxPeriod + 1]int64 // periods by their length in packets; MaxPeriod stands for that and more
}

// Add takes the next packet and returns its loss distance and the number of its loss period.
func (l *LossDistance) Add(lost bool) (distance, period int64) {
	r := &l.result
	r.Packets++
	if !lost {
		r.close(l.length)
		l.length = 0
		return 0, 0
	}
	if r.Lost > 0 {
		distance = r.Packets - 1 - l.last
		if distance <= l.Delta {
			r.Noticeable++
		}
	}
	r.Lost++
	l.last = r.Packets - 1
	if l.length == 0 {
		r.Periods++
	}
	l.length++
	r.Longest = max(r.Longest, l.length)
	return distance, r.Periods
}

// Result returns the counts until now. A period that is under way counts with the length that it has.
func (l *LossDistance) Result() LossDistanceResult {
	r := l.result
	r.close(l.length)
	return r
}

func (r *LossDistanceResult) close(length int64) {
	if length > 0 {
		r.Lengths[min(length, MaxPeriod)]++
	}
}

// NoticeableRate returns the share of the losses that are noticeable; 0 without losses.
func (r LossDistanceResult) NoticeableRate() float64 { return ratio(r.Noticeable, r.Lost) }

// MeanPeriod returns the mean length of a loss period in packets; 0 without losses.
func (r LossDistanceResult) MeanPeriod() float64 { return ratio(r.Lost, r.Periods) }
