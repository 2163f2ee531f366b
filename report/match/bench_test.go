package match

import (
	"testing"
	"time"
)

// BenchmarkCompare compares captures of packets of 540 bytes, and says how many are read from both sides together.
func BenchmarkCompare(b *testing.B) {
	l := newLink(b, "delay 20ms loss 1%", kinds["tcp"], 20_000, 100*time.Microsecond, 0)
	sent, received := captureIn("sent", l.sent.Bytes()), captureIn("received", l.received.Bytes())
	b.SetBytes(int64(l.sent.Len() + l.received.Len()))
	packets := 0
	for b.Loop() {
		c, err := Compare(sent, received, Filter{From: hostA}, Config{})
		if err != nil {
			b.Fatal(err)
		}
		packets += c.Sent.Packets + c.Received.Packets
	}
	b.ReportMetric(float64(packets)/b.Elapsed().Seconds()/1e6, "Mpackets/s")
}
