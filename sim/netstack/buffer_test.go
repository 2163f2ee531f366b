package netstack

import (
	"slices"
	"testing"
	"time"

	"lossylab/netem"
	"lossylab/sim/app"
)

// delays are how long messages took from being written to being read.
type delays struct {
	all   []time.Duration
	bytes int
}

func (d *delays) Observe(e app.Event) {
	if e.Kind == app.Received {
		d.all, d.bytes = append(d.all, e.At.Sub(e.Sent)), d.bytes+e.Bytes
	}
}

// A bulk transfer of 20 s under 1 % loss: a buffer that grows with the window keeps a message for less than a second in the
// median (Linux 6.18 under these losses: 1.28 s in the mean of ten seeds), one of 4 MiB for several. It costs no goodput.
func TestTheBufferForSending(t *testing.T) {
	median := func(size int64) (time.Duration, int) {
		b := lossy("cubic", "1%", 3)
		w := newWorld(t, b.world, b.up, b.down, nil)
		got := &delays{}
		s := app.Stream{Network: "tcp", Server: w.at(), Size: 1448, Duration: 20 * time.Second, Buffer: 64 << 10, Observer: got}
		w.Server.Go(func() { s.Serve(w.Server, 7) })
		w.Start(func() { s.Client(w.Client) })
		w.Start(func() {
			w.Client.Sleep(100 * time.Millisecond)
			for _, c := range w.Client.senders.ordered {
				c.buffer = max(c.buffer, size)
				c.ep.SocketOptions().SetSendBufferSize(max(size, c.ep.SocketOptions().GetSendBufferSize()), true)
			}
		})
		w.Run(t.Context(), netem.Time(20*time.Second))
		slices.Sort(got.all)
		return got.all[len(got.all)/2], got.bytes
	}
	grown, bytes := median(0)
	large, most := median(4 << 20)
	if grown > time.Second || large < 3*time.Second {
		t.Errorf("messages waited for %v, with 4 MiB for %v", grown, large)
	}
	if float64(bytes) < .99*float64(most) {
		t.Errorf("%d bytes came, with 4 MiB %d", bytes, most)
	}
}
