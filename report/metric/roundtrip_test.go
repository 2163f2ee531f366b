package metric

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"lossylab/netem"
)

// RFC 6298 section 2 by hand: samples of 100 and 200 ms.
func TestRTO(t *testing.T) {
	linux := RTO{}.Linux()
	rfc := RTO{Granularity: 500 * time.Millisecond}
	if linux.Timeout() != time.Second || rfc.Timeout() != time.Second {
		t.Error("the first timeout is not 1 s")
	}
	for _, want := range []struct{ sample, srtt, rttvar, linux, rfc time.Duration }{
		{100_000, 100_000, 50_000, 300_000, 1_000_000},
		{200_000, 112_500, 62_500, 362_500, 1_000_000},
		{1_100_000, 0, 0, 0, 0}, // below, to the nanosecond
	} {
		linux.Add(want.sample * time.Microsecond)
		rfc.Add(want.sample * time.Microsecond)
		if want.linux == 0 {
			break
		}
		got := []time.Duration{linux.SRTT(), linux.RTTVAR(), linux.Timeout(), rfc.Timeout()}
		compare(t, "estimates", fmt.Sprint(got), fmt.Sprint([]time.Duration{want.srtt * 1000, want.rttvar * 1000, want.linux * 1000, want.rfc * 1000}))
	}
	if linux.SRTT() != 235_937_500 || linux.RTTVAR() != 293_750_000 || rfc.Timeout() != 1_410_937_500 {
		t.Errorf("%v, %v, %v", linux.SRTT(), linux.RTTVAR(), rfc.Timeout())
	}
	for range 1000 {
		linux.Add(10 * time.Millisecond)
		rfc.Add(900 * time.Millisecond)
	}
	if linux.Timeout() != 10*time.Millisecond+LinuxMinRTO || rfc.Timeout() != 1400*time.Millisecond {
		t.Errorf("after a calm: %v and, by the clock's granularity, %v", linux.Timeout(), rfc.Timeout())
	}
}

func TestRoundTrip(t *testing.T) {
	var r RoundTrip
	send := func(segment, at int, again bool) {
		r.Sent(int64(1000*segment), int64(1000*segment+1000), ms(at), again)
	}
	want := func(ack int64, at int, sample int) {
		t.Helper()
		got, ok := r.Acked(ack, ms(at))
		if ok != (sample >= 0) || ok && got != time.Duration(sample)*time.Millisecond {
			t.Errorf("ack %d at %d ms gives %v, %v, want %d ms", ack, at, got, ok, sample)
		}
	}
	for i := range 8 {
		send(i, i, false)
	}
	r.Sent(5, 5, ms(8), false) // no bytes: no segment
	want(0, 20, -1)
	want(1000, 20, 20)
	want(1000, 21, -1) // again
	want(3000, 25, 23) // delayed: of segment 2, not 1
	compare(t, "unacknowledged", r.Unacked(), int64(5000))
	want(3500, 30, -1) // within segment 3
	compare(t, "unacknowledged", r.Unacked(), int64(4500))
	send(4, 40, true)
	want(4000, 45, 42)
	want(6000, 60, -1) // segment 5 was sent once, but 4 twice
	send(6, 61, false) // nobody says so, but it is sent again
	want(7000, 80, -1)
	want(8000, 81, 74)
	compare(t, "nothing in flight", r.Unacked(), int64(0))
	if r.Karn != 2 || r.Within != 1 || r.Samples.N() != 4 || r.RTO.SRTT() == 0 {
		t.Errorf("%d by Karn, %d within, %d samples", r.Karn, r.Within, r.Samples.N())
	}

	send(8, 100, true) // said to be sent again though never seen before: a capture may begin late
	want(9000, 150, -1)
	r.Sent(8500, 9500, ms(200), true) // again, and new bytes with it: that they are sent again is said
	want(9500, 250, -1)
	send(10, 300, false)
	if sample, ok := r.Echoed(11000, ms(310), ms(350)); !ok || sample != 40*time.Millisecond {
		t.Errorf("by timestamp: %v, %v", sample, ok)
	}
	if _, ok := r.Echoed(11000, ms(310), ms(360)); ok {
		t.Error("an acknowledgment of nothing new gives a sample")
	}
}

func TestRoundTripForgets(t *testing.T) {
	var r RoundTrip
	for i := range int64(maxFlying + 2) {
		r.Sent(i, i+1, netem.Time(i), false)
	}
	compare(t, "forgotten", r.Forgotten, int64(2))
	if _, ok := r.Acked(2, ms(1000)); ok {
		t.Error("a forgotten segment gives a sample")
	}
	if sample, ok := r.Acked(3, 1000); !ok || sample != 998 {
		t.Errorf("%v, %v", sample, ok)
	}
}

// Against a search through everything: 200 connections that send, send again and acknowledge at random.
func TestRoundTripAgainstSearch(t *testing.T) {
	type segment struct {
		from, to int64
		at       netem.Time
	}
	rng := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		var r RoundTrip
		var sent []segment
		next, acked := int64(0), int64(0)
		for now := netem.Time(0); now < 300; now++ {
			switch rng.IntN(5) {
			case 0, 1:
				s := segment{next, next + 1 + rng.Int64N(5), now}
				next = s.to
				sent = append(sent, s)
				r.Sent(s.from, s.to, now, false)
			case 2:
				if rng.IntN(4) == 0 && next > acked {
					from := acked + rng.Int64N(next-acked)
					s := segment{from, from + 1 + rng.Int64N(next-from), now}
					sent = append(sent, s)
					r.Sent(s.from, s.to, now, rng.IntN(2) == 0)
				}
			default:
				ack := acked + rng.Int64N(next-acked+1)
				want := time.Duration(-1)
				times := make([]int, next)
				for _, s := range sent {
					for b := s.from; b < s.to; b++ {
						times[b]++
					}
					if s.to == ack && ack > acked {
						want = now.Sub(s.at)
					}
				}
				// The unit of what was sent again is the segment.
				for _, s := range sent {
					again := false
					for b := s.from; b < s.to; b++ {
						again = again || times[b] > 1 && b >= 0
					}
					if again && s.from < ack && s.to > acked {
						want = -1
					}
				}
				got, ok := r.Acked(ack, now)
				if ok != (want >= 0) || ok && got != want {
					t.Fatalf("ack %d after %d at %d: %d, %v, want %d; %v", ack, acked, now, got, ok, want, sent)
				}
				acked = max(acked, ack)
			}
		}
	}
}

// The exercise on this of the book: samples of 106, 120, 140, 90 and 115 ms after an estimate of 100 ms and a deviation of
// 5 ms.
func TestRTTTableExercise(t *testing.T) {
	table := RTTTable{any: true, estimated: 100e6, dev: 5e6}
	for i, sample := range []int{106, 120, 140, 90, 115} {
		table.Sent(int64(i), int64(i+1), ms(1000*i))
		table.Acked(int64(i+1), ms(1000*i+sample))
	}
	for i, want := range []struct{ estimated, dev, timeout float64 }{
		{100.75, 5.0625, 121}, {103.15625, 8.0078125, 135.1875},
	} {
		r := table.Rows[i]
		near(t, "EstimatedRTT", float64(r.Estimated)/1e6, want.estimated, 1e-6)
		near(t, "DevRTT", float64(r.Dev)/1e6, want.dev, 1e-6)
		near(t, "TimeoutInterval", float64(r.Timeout())/1e6, want.timeout, 1e-5)
	}
	estimated, dev := 100., 5.
	for i, sample := range []float64{106, 120, 140, 90, 115} {
		estimated = .875*estimated + .125*sample
		dev = .75*dev + .25*math.Abs(sample-estimated)
		near(t, "EstimatedRTT", float64(table.Rows[i].Estimated)/1e6, estimated, 1e-6)
		near(t, "DevRTT", float64(table.Rows[i].Dev)/1e6, dev, 1e-6)
	}
}

func TestRTTTable(t *testing.T) {
	table := RTTTable{N: 4}
	for i := range 6 {
		table.Sent(int64(i*1000), int64(i*1000+1000), ms(i))
	}
	table.Sent(7, 7, ms(7))
	table.Acked(2000, ms(100)) // two at once
	table.Sent(2000, 3000, ms(200))
	table.Sent(0, 1000, ms(200)) // needless: it is acknowledged
	table.Acked(3000, ms(300))
	const ms1 = time.Millisecond
	compare(t, "rows", table.Rows, []RTTRow{
		{From: 0, To: 1000, Sent: 0, Acked: ms(100), Sample: 100 * ms1, Estimated: 100 * ms1, Dev: 50 * ms1},
		{From: 1000, To: 2000, Sent: ms(1), Acked: ms(100), Sample: 99 * ms1, Estimated: 99_875_000, Dev: 37_718_750},
		{From: 2000, To: 3000, Sent: ms(2), Acked: ms(300), Again: true, Sample: -1, Estimated: -1, Dev: -1},
		{From: 3000, To: 4000, Sent: ms(3), Acked: -1, Sample: -1, Estimated: -1, Dev: -1},
	})
	if table.Rows[0].Timeout() != 300*ms1 || table.Rows[2].Timeout() != -1 {
		t.Errorf("timeouts %v, %v", table.Rows[0].Timeout(), table.Rows[2].Timeout())
	}
	var first RTTTable
	for i := range 10 {
		first.Sent(int64(i), int64(i+1), 0)
	}
	compare(t, "rows of the laboratory", len(first.Rows), DefaultRTTRows)
}

func BenchmarkRoundTrip(b *testing.B) {
	var r RoundTrip
	b.ReportAllocs()
	i := int64(0)
	for b.Loop() {
		r.Sent(i*1448, (i+1)*1448, netem.Time(i*1000), false)
		if i%2 == 1 && i > 100 {
			r.Acked((i-100)*1448, netem.Time(i*1000))
		}
		i++
	}
}

func BenchmarkLoss(b *testing.B) {
	var distance LossDistance
	var burst BurstGap
	b.ReportAllocs()
	i := int64(0)
	for b.Loop() {
		lost := i%10 == 0
		distance.Add(lost)
		burst.Add(ms(int(i)), lost)
		i++
	}
}
