package netem

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

// newRED returns a queue of 8 Mbit/s, at which a packet of 1000 bytes takes a millisecond.
func newRED(r RED, limit Limit) (*redQueue, *tally) {
	var n tally
	return r.New(limit, 8*Mbit, rand.New(rand.NewPCG(1, 2)), &n).(*redQueue), &n
}

// 1993 section 6.1 has an example: with min 5 packets and bursts of 50 packets, w_q is to be at most 0.0042, so 2^-8 =
// 0.0039. The example of tc-red(8), min 30 and bursts of 55, gives 2^-5: 32 (1 - (31/32)^56) = 26.6 > 26, while 2^-4
// gives 15.6.
func TestREDWeight(t *testing.T) {
	for _, c := range []struct {
		rule RED
		n    int
	}{
		{RED{Min: 5000, Max: 15_000, Burst: 50}, 8},
		{RED{Min: 30_000, Max: 90_000, Burst: 55}, 5},
		{RED{Min: 30_000, Max: 90_000, Burst: 1}, 1},
		{RED{Min: 1, Max: 2, Burst: 1_000_000}, 31},
	} {
		q, _ := newRED(c.rule, Limit{})
		near(t, c.rule.String(), q.weight, math.Pow(2, -float64(c.n)))
	}
}

// The defaults of tc-red(8).
func TestREDDefaults(t *testing.T) {
	r, _ := RED{}.settled(Limit{Bytes: 400_000})
	if want := (RED{Min: 33_333, Max: 100_000, AvPkt: 1000, Burst: 55, Probability: .02}); r != want {
		t.Errorf("%+v, want %+v", r, want)
	}
	if r, _ := (RED{AvPkt: 500}).settled(Limit{}); r.Max != 125_000 {
		t.Errorf("of 1000 packets: %+v", r)
	}
}

// Ten packets at once find 0 to 9 packets of 1000 bytes, and w is 1/32: each time the average goes a 32nd of the way.
func TestREDAverages(t *testing.T) {
	q, _ := newRED(RED{Min: 30_000, Max: 90_000, Burst: 55}, Limit{})
	want := 0.
	for i := range 10 {
		q.Enqueue(0, &Packet{Data: make([]byte, 1000)})
		if i > 0 { // the first ends an idle time
			want += (float64(1000*i) - want) / 32
		}
		near(t, "average", q.average, want)
	}
	// The transmitter asks in vain at 20 ms, and the next packet comes 5.5 ms later: five could have been sent.
	for q.Dequeue(Time(20*time.Millisecond)) != nil {
	}
	q.Dequeue(Time(21 * time.Millisecond)) // asks again, as if it were not idle already
	q.Enqueue(Time(25_500*time.Microsecond), &Packet{Data: make([]byte, 1000)})
	near(t, "after idling", q.average, want*math.Pow(31./32, 5))
}

// Halfway between min and max the probability is half of 2 %: 1/100 for the first packet, 1/99 for the next … and 1 for
// the hundredth. Below min and above max the count begins anew.
func TestREDProbability(t *testing.T) {
	q, _ := newRED(RED{Min: 30_000, Max: 90_000}, Limit{})
	at := func(average float64) float64 {
		q.average = average
		return q.probability()
	}
	near(t, "below min", at(29_999), 0)
	for k := range 100 {
		near(t, "between", at(60_000), 1/float64(100-k))
	}
	near(t, "past", at(60_000), 1)
	near(t, "below min again", at(0), 0)
	near(t, "min", at(30_000), 0)
	near(t, "at 3/4", at(75_000), .015/(1-.015))
	near(t, "max", at(90_000), 1)
}

// With a probability of 1 % each, drops are evenly spread over 1 to 100 packets, and so 50.5 apart on average with a
// standard deviation of 28.9: 1000 of them have a mean within 4 × 0.91.
func TestREDDropsEvenly(t *testing.T) {
	q, n := newRED(RED{Min: 30_000, Max: 90_000}, Limit{})
	var gaps, since, most, sum int
	for gaps < 1000 {
		q.average, q.bytes, q.idle = 60_000, 60_000, false // as if the queue always had this length
		before := n.dropped
		q.Enqueue(0, &Packet{Data: make([]byte, 0)})
		if since++; n.dropped > before {
			gaps, sum, most, since = gaps+1, sum+since, max(most, since), 0
		}
		q.wait = ring{}
	}
	if mean := float64(sum) / 1000; most > 100 || math.Abs(mean-50.5) > 3.7 {
		t.Errorf("drops are %v apart, and up to %d", mean, most)
	}
}

// cause is an Outlet that keeps the last cause.
type cause string

func (c *cause) Drop(_ *Packet, by string) { *c = cause("dropped by " + by) }
func (c *cause) Mark(_ *Packet, by string) { *c = cause("marked by " + by) }

func TestREDCauses(t *testing.T) {
	for _, c := range []struct {
		average float64
		bytes   int
		ecn     byte
		want    cause
	}{
		{10_000, 10_000, 2, ""},
		{90_000, 90_000, 0, "dropped by queue red max 90KB"},
		{90_000, 90_000, 2, "marked by queue red max 90KB ecn"},
		{60_000, 60_000, 0, "dropped by queue red min 30KB"},
		{60_000, 60_000, 1, "marked by queue red min 30KB ecn"},
		{10_000, 400_000, 2, "dropped by queue red limit 400KB"},
		{90_000, 400_000, 2, "dropped by queue red limit 400KB"},
	} {
		var got cause
		q := RED{Min: 30_000, Max: 90_000, ECN: true}.New(Limit{Bytes: 400_000}, Mbit, rand.New(rand.NewPCG(1, 2)), &got).(*redQueue)
		q.average, q.weight, q.bytes, q.count, q.idle = c.average, 0, c.bytes, 1000, false // the next one is due
		data := make([]byte, 100)
		data[0], data[1] = 0x45, c.ecn
		if q.Enqueue(0, &Packet{Data: data}); got != c.want {
			t.Errorf("average %v, %d bytes: %q, want %q", c.average, c.bytes, got, c.want)
		}
	}
}

// A link without a rate has no idle time in which nothing could have been sent.
func TestREDOfInfiniteRate(t *testing.T) {
	var n tally
	q := RED{}.New(Limit{}, 0, rand.New(rand.NewPCG(1, 2)), &n).(*redQueue)
	for now := range Time(1000) {
		q.Enqueue(now, &Packet{Data: make([]byte, 1000)})
		if q.Dequeue(now); q.Dequeue(now) != nil || q.average != 0 {
			t.Fatalf("average %v", q.average)
		}
	}
}
