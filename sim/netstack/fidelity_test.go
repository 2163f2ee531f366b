package netstack

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// measured is a goodput of Linux 6.12 in virtual time: 100 Mbit/s, a queue of 834 packets, 40 ms, MSS 1448, 100 s; Mbit/s,
// mean of three seeds. From the README of shared/tcp-oracle, which was measured for this project on 2026-11-22; its files
// hold most of the single runs.
type measured struct {
	cc, loss string
	mbps     float64
	seeds    uint64  // how many of ours the mean is of
	within   float64 // how far the ratio of the means may be from 1
}

// The number of seeds is such that the standard error of our mean is about 2 % (3 % at 0.1 %, where a run takes longest):
// single runs differ by 6 % at 0.1 %, by 2 % from 2 % on. Linux's means have errors of the same size.
var linux = []measured{
	{"cubic", "0.1%", 11.87, 4, .12},
	{"cubic", "0.5%", 4.822, 6, .12},
	{"cubic", "1%", 3.122, 6, .12},
	{"cubic", "2%", 2.063, 6, .12},
	{"cubic", "5%", 1.114, 6, .12},
	{"cubic", "10%", .701, 6, .12},
	{"reno", "0.1%", 12.18, 4, .15},
	{"reno", "0.5%", 5.090, 6, .15},
	{"reno", "1%", 3.431, 6, .15},
	{"reno", "2%", 2.319, 6, .15},
	{"reno", "5%", 1.322, 6, .2},
	{"reno", "10%", .826, 6, .2},
}

// slow skips a test that takes many seconds where it would tell nothing new.
func slow(t *testing.T) {
	t.Helper()
	if race || testing.Short() {
		t.Skip("takes long")
	}
}

// TestGoodputUnderLossIsLinuxs prints the table of docs/fidelity.md with -v. No two runs of it differ: the seeds are
// given, and the bounds are for those who change the code.
func TestGoodputUnderLossIsLinuxs(t *testing.T) {
	slow(t)
	rows := make([]string, len(linux))
	t.Run("at", func(t *testing.T) {
		for i, m := range linux {
			t.Run(m.cc+" "+m.loss, func(t *testing.T) {
				t.Parallel()
				rows[i] = m.compare(t)
			})
		}
	})
	t.Logf("goodput in Mbit/s:\n\n"+
		"| congestion control | loss | seeds | lossylab | least to most | Linux | ratio | retransmissions per loss |\n"+
		"|---|---|---|---|---|---|---|---|\n%s", strings.Join(rows, ""))
}

// compare runs our side and returns its line of the table.
func (m measured) compare(t *testing.T) string {
	var all []float64
	mean, lost, again := 0.0, 0, 0
	for seed := range m.seeds {
		f := lossy(m.cc, m.loss, seed+1).run(t)
		all, mean = append(all, f.mbps), mean+f.mbps/float64(m.seeds)
		if f.overflow {
			continue // see TestAHundredHolesAreTooMany
		}
		if f.perDrop() > 1.05 {
			t.Errorf("seed %d: %d retransmissions for %d segments lost", seed+1, f.stats.Retransmits, f.data)
		}
		lost, again = lost+f.data, again+int(f.stats.Retransmits)
	}
	ratio := mean / m.mbps
	if math.Abs(ratio-1) > m.within {
		t.Errorf("%.3f Mbit/s in the mean of %d seeds, Linux has %.3f: off by more than %.0f %%", mean, m.seeds, m.mbps,
			100*m.within)
	}
	return fmt.Sprintf("| %s | %s | %d | %.2f | %.2f to %.2f | %.2f | %.2f | %.3f |\n", m.cc, m.loss, m.seeds, mean,
		slices.Min(all), slices.Max(all), m.mbps, ratio, float64(again)/float64(lost))
}

// The table above is what was measured, as far as the measurements are at hand.
func TestTheLinuxTableIsTheMeasurements(t *testing.T) {
	const folder = "../../../shared/tcp-oracle"
	if _, err := os.Stat(folder); errors.Is(err, fs.ErrNotExist) {
		t.Skip("the measurements are not here")
	}
	for _, m := range linux {
		files, err := filepath.Glob(fmt.Sprintf("%s/A_%s_l%s_s[0-9].json", folder, m.cc, strings.TrimSuffix(m.loss, "%")))
		if err != nil {
			t.Fatal(err)
		}
		if len(files) == 0 {
			continue
		}
		mean := 0.0
		for _, file := range files {
			b, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var run struct {
				Summary struct {
					Mbps float64 `json:"goodput_mbps"`
				}
			}
			if err := json.Unmarshal(b, &run); err != nil {
				t.Fatalf("%s: %v", file, err)
			}
			mean += run.Summary.Mbps / float64(len(files))
		}
		if len(files) != 3 || math.Abs(mean/m.mbps-1) > .001 {
			t.Errorf("%s %s: the mean of %d runs is %.4f, not %.4f", m.cc, m.loss, len(files), mean, m.mbps)
		}
	}
}

// Linux: 19.1 Mbit/s, and one packet in twenty being late costs it nothing.
func TestLatePacketsHardlyCostAnything(t *testing.T) {
	slow(t)
	for _, cc := range []string{"cubic", "reno"} {
		t.Run(cc, func(t *testing.T) {
			t.Parallel()
			f := late(cc, 1).run(t)
			t.Logf("%.2f Mbit/s, %d lost, %+v", f.mbps, f.data, f.stats)
			if f.mbps < 17.5 {
				t.Errorf("%.2f Mbit/s, want 17.5 at least", f.mbps)
			}
		})
	}
}
