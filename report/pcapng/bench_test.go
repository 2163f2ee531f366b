package pcapng

import (
	"io"
	"testing"
)

func benchmark(b *testing.B, w Writer, comment string) {
	p := Packet{At: epoch, Version: 4, IP: make([]byte, 1440), Comment: []byte(comment)}
	b.ReportAllocs()
	b.SetBytes(int64(len(p.IP)))
	for b.Loop() {
		p.At = p.At.Add(1)
		if err := w.WritePacket(p); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkNg(b *testing.B)        { benchmark(b, NewNg(io.Discard, options), "") }
func BenchmarkNgComment(b *testing.B) { benchmark(b, NewNg(io.Discard, options), "lost: loss 3%") }
func BenchmarkClassic(b *testing.B)   { benchmark(b, NewClassic(io.Discard, options), "") }

func TestNoAllocations(t *testing.T) {
	for _, w := range []Writer{NewNg(io.Discard, options), NewClassic(io.Discard, options)} {
		p := sample(t)[0]
		if n := testing.AllocsPerRun(1000, func() { _ = w.WritePacket(p) }); n != 0 {
			t.Errorf("%T: %v allocations per packet", w, n)
		}
	}
}
