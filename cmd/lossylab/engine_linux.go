package main

import (
	"lossylab/netem"
	"lossylab/report"
	"lossylab/sim"
	"lossylab/sim/kernel"
)

// helped does what a helper process of the kernel engine is to do, and reports whether this process is one.
func helped() bool {
	if !kernel.IsHelper() {
		return false
	}
	kernel.RunHelper(openLinkFile)
	return true
}

func kernelVersion() string { return kernel.Version() }

// realWorld is a world of Linux's own hosts.
type realWorld struct{ *kernel.World }

func newKernelWorld(s *scenario, observers netem.Observers, observe func(sim.TCPInfo)) (world, error) {
	w, err := kernel.NewWorld(kernel.Config{Up: s.Link.Up, Down: s.Link.Down, Seed: s.seed, IPv6: s.IPv6, MTU: s.MTU, CC: s.CC,
		NoSACK: !s.SACK, Offload: s.Offload, Instead: "use --engine netstack"}, observers)
	if err != nil {
		return nil, err
	}
	if err := w.Observe(observe); err != nil {
		w.Close()
		return nil, err
	}
	return realWorld{w}, nil
}

// Hosts implements world.
func (w realWorld) Hosts(int) (client, server sim.Host) { return w.Client, w.Server }

// Stats implements world.
func (w realWorld) Stats(int) (sim.TCPStats, bool) { return w.Counters().Client, true }

// ServerStats implements world.
func (w realWorld) ServerStats() sim.TCPStats { return w.Counters().Server }

// Unmet implements world.
func (w realWorld) Unmet() [2][]netem.Unmet { return w.Counters().Unmet }

// Timing implements world.
func (w realWorld) Timing() *report.Timing { return timingOf(w.Counters()) }

// timingOf translates for reports.
func timingOf(c kernel.Counters) *report.Timing {
	t := &report.Timing{Device: c.Device, Packets: c.Timing.Packets, P50: c.Timing.P50.Seconds(), P90: c.Timing.P90.Seconds(),
		P99: c.Timing.P99.Seconds(), Max: c.Timing.Max.Seconds(), Late: c.Timing.Over, Slipped: c.Timing.Slipped(),
		Waited: c.Timing.Waited.Seconds(), Hidden: []report.HiddenDrops{}, Unset: c.Settings}
	for _, h := range c.Hidden {
		t.Hidden = append(t.Hidden, report.HiddenDrops{Where: h.Where, Packets: h.Count})
	}
	return t
}

// checkKernel says whether this kernel has a congestion control.
func checkKernel(cc string) error {
	if err := kernel.CheckCC(cc); err != nil {
		return usagef("--cc %s: %v", cc, err)
	}
	return nil
}
