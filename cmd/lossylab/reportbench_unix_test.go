//go:build unix

package main

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// BenchmarkReportPair reads and measures the captures of a bulk transfer of 395,478 frames in both files, whole and cut to 128
// bytes, as the command does it, without figures: a pair, and the client's alone. A frame counts once in each file. The seconds
// are those of all processors, which other work on the machine disturbs less than it does time.
func BenchmarkReportPair(b *testing.B) {
	lazyCollection()
	for _, size := range []struct{ name, snaplen string }{{"whole", "262144"}, {"cut", "128"}} {
		dir := filepath.Join(b.TempDir(), "run")
		reportBenchRun(b, "run", "-q", "--figures", "none", "--events=false", "--app", "bulk", "--proto", "tcp", "--duration", "30s",
			"--up", "rate 100mbit delay 10ms loss 0.05%", "--down", "delay 10ms", "--snaplen", size.snaplen, "--out", dir)
		client, server := filepath.Join(dir, "tcp/client.pcapng"), filepath.Join(dir, "tcp/server.pcapng")
		for _, c := range []struct {
			name  string
			names []string
		}{{"pair", []string{client, server}}, {"one", []string{client}}} {
			b.Run(c.name+","+size.name, func(b *testing.B) {
				out := filepath.Join(b.TempDir(), "out")
				args := append([]string{"report", "-q", "--figures", "none", "--out", out}, c.names...)
				used := cpuTime(b)
				for b.Loop() {
					reportBenchRun(b, args...)
				}
				used = cpuTime(b) - used
				frames := 0
				for _, l := range resultsOf(b, out).Flows[0].Link {
					frames += int(l.Offered)
					if len(c.names) == 2 {
						frames += int(l.Delivered)
					}
				}
				b.ReportMetric(float64(frames)*float64(b.N)/used.Seconds(), "frames/cpu-s")
				b.ReportMetric(float64(frames), "frames/op")
			})
		}
	}
}

func reportBenchRun(b *testing.B, args ...string) {
	b.Helper()
	if code := run(context.Background(), args, streams{os.Stdin, io.Discard, os.Stderr}); code != exitDone {
		b.Fatalf("%v: exit status %d", args, code)
	}
}

// cpuTime returns what the process has used of all processors.
func cpuTime(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
