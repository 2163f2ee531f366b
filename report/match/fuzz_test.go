package match

import (
	"path/filepath"
	"testing"
	"time"
)

// FuzzCompare: whatever two files hold, there is an error or a result that adds up.
func FuzzCompare(f *testing.F) {
	for _, name := range []string{"d4a_acks_first_flight_lost", "d17_blackout"} {
		f.Add(fileOf(f, filepath.Join(linuxDir, name+".client.pcap"))[:1500], fileOf(f, filepath.Join(linuxDir, name+".server.pcap"))[:500])
	}
	for name, k := range kinds {
		l := newLink(f, "delay 5ms 4ms loss 20% duplicate 20% corrupt 20% reorder 20%", func(n int) []byte { return k(n % 3) }, 12, time.Millisecond, 0)
		f.Add(l.sent.Bytes(), l.received.Bytes())
		if name == "acks" {
			f.Add(l.received.Bytes(), l.received.Bytes())
		}
	}
	f.Fuzz(func(t *testing.T, a, b []byte) {
		told, lost := 0, 0
		c, err := Compare(captureIn("sent", a), captureIn("received", b), Filter{}, Config{Limit: 16, Observe: func(f Fate) {
			if told++; f.Number != told || f.Lost != (f.Arrival.Frame == 0) || f.Sent.Frame == 0 {
				t.Errorf("%+v after %d", f, told-1)
			}
			if f.Lost {
				lost++
			}
		}})
		if err != nil {
			return
		}
		n, last := uint64(0), uint64(0)
		for _, r := range c.Lost {
			if r.First <= last+1 && last > 0 || r.Last < r.First || r.Last > uint64(c.Result.Sent) {
				t.Errorf("lost %v of %d", c.Lost, c.Result.Sent)
			}
			n, last = n+r.Last-r.First+1, r.Last
		}
		if int(n) != c.LostCount || int(n) != lost || told != c.Result.Sent || c.LostCount > c.Result.Sent || c.Reordered+c.Ambiguous > c.Result.Sent-c.LostCount {
			t.Errorf("%+v: %d told, %d lost", c.Result, told, lost)
		}
		if _, err := FindSender(captureIn("sent", a), Filter{}); err != nil && err.Error() != "EOF" {
			t.Errorf("FindSender: %v", err)
		}
	})
}
