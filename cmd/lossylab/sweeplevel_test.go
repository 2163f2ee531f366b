package main

import "testing"

// TestSweepIdentityAndConfidence: runs are those of another confidence too, unless what is kept of them depends on it.
func TestSweepIdentityAndConfidence(t *testing.T) {
	identity := func(args ...string) string {
		w, err := newSweepSettings(append([]string{"--vary", "loss=1%,2%", "--messages", "10"}, args...))
		if err != nil {
			t.Fatal(err)
		}
		p, err := w.plan()
		if err != nil {
			t.Fatal(err)
		}
		return p.Identity
	}
	if identity("--confidence", "0.9") != identity("--confidence", "0.95") {
		t.Error("the confidence of tables makes another sweep, want the same")
	}
	for _, path := range []string{"udp.metrics.messages.loss.ratio_interval.0", "tcp.metrics.packets.up.reordering.ratio_interval.1",
		"udp.app.lost_share.interval.1", "udp.metrics.confidence"} {
		m := []string{"--metric", path, "--confidence"}
		if identity(append(m, "0.9")...) == identity(append(m, "0.95")...) {
			t.Errorf("%s at another confidence makes the same sweep, want another", path)
		}
	}
}
