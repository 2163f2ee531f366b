//go:build unix

package main

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"testing"
)

// BenchmarkCell is one cell of the default stream experiment by itself, UDP and TCP, as a sweep counts it: 1/ns × 1e9 cells a
// CPU-second.
func BenchmarkCell(b *testing.B) {
	w, err := newSweepSettings(sweepBench(b.TempDir(), b.N))
	if err != nil {
		b.Fatal(err)
	}
	x := &sweeping{sweepSettings: w}
	defer debug.SetGCPercent(debug.SetGCPercent(400)) // as a sweep does
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))   // as a run does
	b.ResetTimer()
	began := cpuTime(b)
	for i := range b.N {
		if _, _, err := x.runCell(context.Background(), []string{[]string{"1%", "2%"}[i%2]}, uint64(1+i/2)); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/(cpuTime(b)-began).Seconds(), "cells/cpu-s")
}

// BenchmarkSweep is the same cells as a sweep, from flags to results. Take -benchtime 1000x.
func BenchmarkSweep(b *testing.B) {
	args := sweepBench(b.TempDir(), b.N)
	var out, err bytes.Buffer
	began := cpuTime(b)
	if code := run(context.Background(), append([]string{"sweep"}, args...), streams{out: &out, err: &err}); code != 0 {
		b.Fatalf("exit status %d: %s", code, err.String())
	}
	b.ReportMetric(float64(b.N)/(cpuTime(b)-began).Seconds(), "cells/cpu-s")
}

// sweepBench are the arguments of a sweep of n runs, or n+1.
func sweepBench(dir string, n int) []string {
	return []string{"--vary", "link.up.loss=1%,2%", "--link", defaultLink, "--repeat", fmt.Sprint((n + 1) / 2), "--figures", "none", "--tables", "none",
		"--quiet", "--yes", "--out", filepath.Join(dir, "sweep")}
}
