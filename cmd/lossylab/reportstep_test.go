package main

import (
	"context"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

// A clock that was set in the middle, at either end, forward or back, changes nothing but a note that says where and by how
// much: whose it was is told by the times of its own capture. Twice is as good as once.
func TestReportStep(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	output(t, context.Background(), exitDone, "run", "-q", "--figures", "none", "--proto", "tcp", "--capture", "pcap", "--app", "bulk", "--duration", "2s",
		"--link", "rate 10mbit limit 50 delay 10ms loss 1%", "--out", dir)
	names := [2]string{filepath.Join(dir, "tcp/client.pcap"), filepath.Join(dir, "tcp/server.pcap")}
	out := filepath.Join(t.TempDir(), "out")
	output(t, context.Background(), exitDone, "report", names[0], names[1], "-q", "--figures", "none", "--out", out)
	want := resultsOf(t, out).Flows[0]
	for _, c := range []struct {
		end  int
		step time.Duration
		more time.Duration // a second later
		note string
	}{
		{1, 5 * time.Second, 0, "forward by 5s"},
		{1, -time.Second, 0, "back by 1s"},
		{1, time.Hour, 0, "forward by 1h0m0s"},
		{0, 300 * time.Millisecond, 0, "forward by 300ms"},
		{0, -90 * time.Second, 0, "back by 1m30s"},
		{1, 2 * time.Second, -2 * time.Second, "back by 2s"},
	} {
		bent := names
		bent[c.end] = filepath.Join(t.TempDir(), "bent.pcap")
		first := int64(-1)
		bend(t, names[c.end], bent[c.end], func(ns int64) int64 {
			if first < 0 {
				first = ns
			}
			if ns-first > 7e8 {
				ns += int64(c.step)
			}
			if ns-int64(c.step)-first > 14e8 {
				ns += int64(c.more)
			}
			return ns
		})
		output(t, context.Background(), exitDone, "report", bent[0], bent[1], "-q", "--figures", "none", "--out", out)
		got := resultsOf(t, out).Flows[0]
		if notes := strings.Join(got.Notes, "\n"); !strings.Contains(notes, "the clock of "+bent[c.end]+" was set") || !strings.Contains(notes, c.note) || strings.Contains(notes, "runs backwards") {
			t.Errorf("%v: notes %q", c.step, notes)
		}
		if a, b := want.App, got.App; a.Received != b.Received || a.Lost != b.Lost {
			t.Errorf("%v: %+v, want %+v", c.step, b, a)
		}
		if !reflect.DeepEqual(want.Link, got.Link) || want.TCP.Retransmits != got.TCP.Retransmits || !reflect.DeepEqual(want.TCP.Causes, got.TCP.Causes) {
			t.Errorf("%v: %+v, want %+v", c.step, got.TCP, want.TCP)
		}
		if a, b := want.App.Latency, got.App.Latency; b.P50-a.P50 > .0005 || a.P50-b.P50 > .0005 {
			t.Errorf("%v: latency %v, want %v", c.step, b.P50, a.P50)
		}
	}
}
