package netem

import (
	"math/bits"
	"math/rand/v2"
	"sort"
	"time"
)

// Follow has the rate, the delay and the loss of a link follow a file of comma-separated values. Its first line names the
// columns: time, which comes first, and any of rate, delay and loss. Each further line is a row: from its time on its
// values hold, until the next row's time. The first row's time is 0; the last row holds for ever.
//
//	time,rate,delay,loss
//	0s,10mbit,20ms,0%
//	1.5s,2mbit,60ms,1%
//
// Values are written as in a SPEC; where the column's name ends in a unit (delay_ms, rate_mbit), without it. A rate of 0
// stalls the link. Delay and loss add to what the words delay and loss say; the loss is independent, packet for packet.
type Follow struct {
	Name   string // of the file, as a SPEC says it
	Linear bool   // delay goes in a straight line from row to row; rate and loss hold in any case
	Repeat bool   // begin anew at the last row's time, at which the first row holds again

	has  struct{ rate, delay, loss bool }
	rows []row
}

// row is what holds from a time on.
type row struct {
	at    Time
	rate  Rate // 0: unlimited
	stall bool // a rate of nothing
	delay time.Duration
	loss  float64
}

// String returns the words of a SPEC that name the file: "follow link.csv interpolate linear repeat".
func (f *Follow) String() string {
	s := "follow " + quoted(f.Name)
	if f.Linear {
		s += " interpolate linear"
	}
	if f.Repeat {
		s += " repeat"
	}
	return s
}

// Validate says what is wrong with the words for this file.
func (f *Follow) Validate() error {
	switch {
	case len(f.rows) == 0:
		return wrong("follow", "there is no file to follow: make it with ParseFollow")
	case f.Linear && !f.has.delay:
		return wrong("follow", "the file has no delay to interpolate: leave out interpolate linear")
	case f.Repeat && f.end() < Time(leastEvery):
		return wrong("follow", "the last row's time is the period, which is at least 1ms: write a later row, or leave out repeat")
	}
	return nil
}

// paces says whether the file says a rate. It is asked of nil too.
func (f *Follow) paces() bool { return f != nil && f.has.rate }

// end returns the last row's time.
func (f *Follow) end() Time { return f.rows[len(f.rows)-1].at }

// find returns the row that holds at now, and how long it has held.
func (f *Follow) find(now Time) (i int, since time.Duration) {
	if f.Repeat {
		now %= f.end()
	}
	i = sort.Search(len(f.rows), func(i int) bool { return f.rows[i].at > now }) - 1
	return i, now.Sub(f.rows[i].at)
}

// rateAt returns the rate at now, whether it is one of nothing, and when the next row comes.
func (f *Follow) rateAt(now Time) (rate Rate, stall bool, next Time) {
	i, since := f.find(now)
	next = never
	if i+1 < len(f.rows) {
		next = now.Add(f.rows[i+1].at.Sub(f.rows[i].at) - since)
	}
	return f.rows[i].rate, f.rows[i].stall, next
}

// delayAt returns the delay that row i gives since so long.
func (f *Follow) delayAt(i int, since time.Duration) time.Duration {
	if !f.Linear || i+1 == len(f.rows) {
		return f.rows[i].delay
	}
	next := f.rows[i+1]
	return between(f.rows[i].delay, next.delay, since, next.at.Sub(f.rows[i].at))
}

// between returns the point of the straight line from a to b that lies part of the whole way along it, rounded to the
// nearest nanosecond, halves up: (a (whole-part) + b part) / whole in integers of 128 bits. None is negative.
func between(a, b, part, whole time.Duration) time.Duration {
	hi, lo := bits.Mul64(uint64(a), uint64(whole-part))
	high, low := bits.Mul64(uint64(b), uint64(part))
	lo, carry := bits.Add64(lo, low, 0)
	hi += high + carry
	lo, carry = bits.Add64(lo, uint64(whole)/2, 0)
	q, _ := bits.Div64(hi+carry, lo, uint64(whole))
	return time.Duration(q)
}

// mean returns the mean rate up to the last row's time, 0 if it is unlimited at any time. Of a single row it is that row's.
func (f *Follow) mean() Rate {
	if len(f.rows) == 1 {
		return f.rows[0].rate
	}
	sum := 0.0
	for i, r := range f.rows[:len(f.rows)-1] {
		if r.rate == 0 && !r.stall {
			return 0
		}
		sum += float64(float64(r.rate) * f.rows[i+1].at.Sub(r.at).Seconds())
	}
	return Rate(sum / f.end().Seconds())
}

// followed is the part of a Follow that judges.
type followed struct{ *Follow }

// Loses reports whether the file has a column of losses.
func (f *Follow) Loses() bool { return f.has.loss }

// model returns the Model of the file's delay and loss, nil if it has neither. It is asked of nil too.
func (f *Follow) model() Model {
	if f == nil || !f.has.delay && !f.has.loss {
		return nil
	}
	return followed{f}
}

// Judge implements Model.
func (f followed) Judge(now Time, rng *rand.Rand, _ *Packet) Verdict {
	i, since := f.find(now)
	return Verdict{Drop: chance(rng, f.rows[i].loss), Delay: f.delayAt(i, since)}
}
