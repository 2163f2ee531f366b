package capturefile

import (
	"bytes"
	"io"
	"testing"
)

// benchmark reads a file of n frames again and again.
func benchmark(b *testing.B, file []byte, n int) {
	b.SetBytes(int64(len(file)))
	for b.Loop() {
		r, err := NewReader(bytes.NewReader(file))
		if err != nil {
			b.Fatal(err)
		}
		frames := 0
		for {
			if _, err = r.Next(); err != nil {
				break
			}
			frames++
		}
		if err != io.EOF || frames != n {
			b.Fatal(frames, err)
		}
	}
	b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds()/1e6, "Mframes/s")
}

func BenchmarkNg(b *testing.B) {
	f := ngFile(little)
	for i := range 10_000 {
		f.packet(0, uint64(i), 1514, ether(typeIPv4, ipv4(1500)), f.option(optFlags, f.u32(1)))
	}
	benchmark(b, f.b, 10_000)
}

func BenchmarkClassic(b *testing.B) {
	f := classicFile(little, magicNano, Ethernet)
	for i := range 10_000 {
		f.record(1, uint32(i), 1514, ether(typeIPv4, ipv4(1500)))
	}
	benchmark(b, f.b, 10_000)
}
