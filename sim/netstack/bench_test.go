package netstack

import (
	"runtime"
	"testing"
)

// BenchmarkBulk is a TCP connection over 100 Mbit/s, 40 ms and 1 % loss that nobody watches. A packet is one of either
// direction; the making of the world counts too.
func BenchmarkBulk(b *testing.B) {
	path := lossy("cubic", "1%", 1)
	packets := uint64(0)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for b.Loop() {
		w, err := NewWorld(path.world, newLink(b, "up", path.up, 1, nil), newLink(b, "down", path.down, 1, nil))
		if err != nil {
			b.Fatal(err)
		}
		path.play(b, w)
		packets += w.lastID
	}
	runtime.ReadMemStats(&after)
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(packets), "ns/packet")
	b.ReportMetric(float64(after.Mallocs-before.Mallocs)/float64(packets), "allocs/packet")
}
