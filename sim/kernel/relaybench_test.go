//go:build linux

package kernel

import (
	"os"
	"testing"

	"lossylab/netem"
)

// BenchmarkRelay takes 64 KiB, which a host has sent at once, through an empty link to nowhere: what the relay itself
// does, without the kernel's part.
func BenchmarkRelay(b *testing.B) {
	for _, c := range []struct {
		name   string
		merges bool
	}{{"each", false}, {"together", true}} {
		b.Run(c.name, func(b *testing.B) {
			null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
			if err != nil {
				b.Fatal(err)
			}
			defer null.Close()
			var ports [2]*port
			var stages [2]netem.Stage
			for i := range ports {
				ports[i] = newPort(int(null.Fd()), true)
				ports[i].merges = c.merges
				if stages[i], err = netem.NewStage([]string{up, down}[i], netem.Spec{}, 1, nil); err != nil {
					b.Fatal(err)
				}
			}
			r, err := newRelay(startClock(), ports, stages, nil)
			if err != nil {
				b.Fatal(err)
			}
			h, ip := super(false, 45*1448, 1448, 0x10)
			b.SetBytes(int64(len(ip)))
			in := make([]byte, len(ip))
			for b.Loop() {
				copy(in, ip) // as reading does
				r.now = r.clock.now()
				r.reads++
				segments(h, in, ports[0].alloc, r.take[0])
				r.arm(0)
				r.deliver(r.clock.now())
			}
		})
	}
}
