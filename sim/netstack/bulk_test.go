package netstack

import (
	"context"
	"testing"
	"time"

	"lossylab/netem"
	"lossylab/sim"
	"lossylab/sim/app"
)

// bulk is one connection that sends as much as it can for a time.
type bulk struct {
	world    WorldConfig
	up, down string
	lasts    time.Duration
	change   func(client *Host) // before it begins; nil changes nothing
}

// flow is what became of a bulk.
type flow struct {
	mbps     float64 // goodput
	data     int     // data segments lost on the way up
	overflow bool    // some of them by a full queue
	packets  int     // sent both ways
	stats    sim.TCPStats
}

// perDrop is how many retransmissions there were for each data segment that was lost.
func (f flow) perDrop() float64 { return float64(f.stats.Retransmits) / float64(f.data) }

// read counts bytes that arrived.
type read int

func (r *read) Observe(e app.Event) {
	if e.Kind == app.Received {
		*r += read(e.Bytes)
	}
}

func (b bulk) run(t testing.TB) flow {
	t.Helper()
	var c counter
	w := newWorld(t, b.world, b.up, b.down, &c)
	if b.change != nil {
		b.change(w.Client)
	}
	got := b.play(t, w)
	mbps := float64(got) * 8 / b.lasts.Seconds() / 1e6
	return flow{mbps, c.data, c.full > 0, c.kinds[netem.Sent], w.Client.Stats()}
}

// play runs the connection in w and returns how many bytes arrived. It ends the world.
func (b bulk) play(t testing.TB, w *World) (got read) {
	t.Helper()
	defer w.Close()
	s := app.Stream{Network: "tcp", Server: w.at(), Size: 1448, Duration: b.lasts, Buffer: 64 << 10, Observer: &got}
	w.Server.Go(func() {
		if err := s.Serve(w.Server, 7); err != nil {
			t.Fatal(err)
		}
	})
	w.Start(func() {
		if err := s.Client(w.Client); err != nil {
			t.Error(err)
		}
	})
	if err := w.Run(context.Background(), netem.Time(b.lasts)); err != nil {
		t.Fatal(err)
	}
	return got
}

// lossy is the path on which Linux was measured: 100 Mbit/s, 40 ms, a queue of 834 packets, independent loss.
func lossy(cc string, loss string, seed uint64) bulk {
	return bulk{
		world: WorldConfig{Seed: seed, CC: cc},
		up:    "rate 100mbit limit 834 delay 20ms loss " + loss,
		down:  "delay 20ms",
		lasts: 100 * time.Second,
	}
}
