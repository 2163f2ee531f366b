package netstack

import (
	"context"
	"testing"
	"time"

	"lossylab/netem"
	"lossylab/sim"
	"lossylab/sim/app"
)

type bulkResult struct {
	goodput float64
	drops   int
	stats   sim.TCPStats
	segs    int
}

type counter struct{ bytes, drops, segs int }

func (c *counter) Observe(e netem.Event) {
	if e.Link == "up" && e.Kind == netem.Dropped {
		c.drops++
	}
	if e.Link == "up" && e.Kind == netem.Sent {
		c.segs++
	}
}

type received struct{ bytes int }

func (r *received) Observe(e app.Event) {
	if e.Kind == app.Received {
		r.bytes += e.Bytes
	}
}

func bulk(t testing.TB, cc, up, down string, seed uint64, d time.Duration, mod func(*World)) bulkResult {
	t.Helper()
	var c counter
	link := func(name, spec string) *netem.Link {
		s, err := netem.Parse(spec)
		if err != nil {
			t.Fatal(err)
		}
		l, err := netem.NewLink(name, s, seed, &c)
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	w, err := NewWorld(WorldConfig{Seed: seed, CC: cc}, link("up", up), link("down", down))
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	if mod != nil {
		mod(w)
	}
	var r received
	s := app.Stream{Network: "tcp", Server: "10.0.0.2:9000", Size: 1448, Duration: d, Buffer: 64 << 10, Observer: &r}
	w.Server.Go(func() {
		if err := s.Serve(w.Server, 9000); err != nil {
			t.Error(err)
		}
	})
	w.Start(func() {
		if err := s.Client(w.Client); err != nil {
			t.Error(err)
		}
	})
	if err := w.Run(context.Background(), netem.Time(d)); err != nil {
		t.Fatal(err)
	}
	return bulkResult{float64(r.bytes) * 8 / d.Seconds() / 1e6, c.drops, w.Client.Stats(), c.segs}
}

func TestFidelity(t *testing.T) {
	for _, cc := range []string{"cubic"} {
		for _, loss := range []string{"0.01%", "0.1%", "0.5%", "1%", "2%", "5%", "10%"} {
			for seed := uint64(1); seed < 4; seed++ {
				t0 := time.Now()
				r := bulk(t, cc, "rate 100mbit limit 834 delay 20ms loss "+loss, "delay 20ms", seed, 100*time.Second, nil)
				t.Logf("%s %s: %.2f Mbit/s drops %d segs %d %+v  %v", cc, loss, r.goodput, r.drops, r.segs, r.stats, time.Since(t0).Round(time.Millisecond))
			}
		}
		for _, late := range []string{"1%", "5%", "25%"} {
			r := bulk(t, cc, "rate 20mbit limit 400 delay 20ms reorder "+late+" late 5ms", "delay 20ms", 1, 100*time.Second, nil)
			t.Logf("%s late %s: %.2f Mbit/s drops %d segs %d %+v", cc, late, r.goodput, r.drops, r.segs, r.stats)
		}
	}
}
