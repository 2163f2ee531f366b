package netstack

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// measured are goodputs of Linux 6.12 in virtual time: 100 Mbit/s, a queue of 834 packets, 40 ms, MSS 1448, 100 s; Mbit/s.
// From shared/tcp-oracle, which was measured for this project on 2026-11-22.
type measured struct {
	cc, loss string
	mbps     []float64 // one for each of seeds, or where there is no file, the mean of them
	within   float64   // how far the ratio of the means may be from 1
}

// seeds are those of Linux's netem in these measurements. Here the same lines of tc lose the same packets, so that no chance
// is between the two.
var seeds = []uint64{2845938130263203758, 80678735021247825, 2014151676136038886}

var linux = []measured{
	{"cubic", "0.01", []float64{44.9675, 44.436, 51.2346}, .06},
	{"cubic", "0.1", []float64{11.8195, 11.3205, 12.4789}, .06},
	{"cubic", "0.5", []float64{4.822}, .06},
	{"cubic", "1", []float64{3.1044, 3.048, 3.2147}, .06},
	{"cubic", "2", []float64{1.9075, 2.2061, 2.0738}, .06},
	{"cubic", "5", []float64{1.114}, .1},
	{"cubic", "10", []float64{.7248, .689, .6879}, .06},
	{"cubic", "20", []float64{.3322, .3425, .3327}, .1},
	{"reno", "0.01", []float64{38.6875, 41.3691, 47.4342}, .06},
	{"reno", "0.1", []float64{12.267, 11.5318, 12.7383}, .06},
	{"reno", "0.5", []float64{5.09}, .06},
	{"reno", "1", []float64{3.4269, 3.3204, 3.5466}, .06},
	{"reno", "2", []float64{2.2157, 2.4101, 2.3312}, .06},
	{"reno", "5", []float64{1.322}, .15},
	{"reno", "10", []float64{.8192, .8435, .8138}, .12},
	{"reno", "20", []float64{.4171, .3743, .3762}, .3},
}

// mean returns the mean of xs.
func mean(xs []float64) (m float64) {
	for _, x := range xs {
		m += x / float64(len(xs))
	}
	return m
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
		"| congestion control | loss | lossylab | least to most | Linux | ratio | retransmissions per loss |\n"+
		"|---|---|---|---|---|---|---|\n%s", strings.Join(rows, ""))
}

// compare runs our side and returns its line of the table.
func (m measured) compare(t *testing.T) string {
	var ours []float64
	lost, again := 0, 0
	for _, seed := range seeds {
		f := bulk{
			world: WorldConfig{CC: m.cc},
			up:    fmt.Sprintf(`tc "limit 1000 delay 20ms rate 100mbit loss %s%% seed %d"`, m.loss, seed),
			down:  "delay 20ms",
			lasts: 100 * time.Second,
		}.run(t)
		ours = append(ours, f.mbps)
		lost, again = lost+f.data, again+int(f.stats.Retransmits)
	}
	perLoss := float64(again) / float64(lost)
	if perLoss > 1.05 && m.loss != "20" && m.cc+m.loss != "reno0.01" { // see TestAHundredHolesAreTooMany
		t.Errorf("%d retransmissions for %d segments lost", again, lost)
	}
	ratio := mean(ours) / mean(m.mbps)
	if math.Abs(ratio-1) > m.within {
		t.Errorf("%.3f Mbit/s in the mean, Linux has %.3f: off by more than %.0f %%", mean(ours), mean(m.mbps), 100*m.within)
	}
	return fmt.Sprintf("| %s | %s %% | %.2f | %.2f to %.2f | %.2f | %.2f | %.3f |\n", m.cc, m.loss, mean(ours), slices.Min(ours),
		slices.Max(ours), mean(m.mbps), ratio, perLoss)
}

// late are goodputs of the same Linux where a share of packets is 5 ms late: 20 Mbit/s, a queue of 400, 40 ms, 100 s; Mbit/s,
// with the first of seeds and 2845938130263255257 for the lateness.
var late = []measured{
	{"cubic", "1", []float64{19.1017}, .02},
	{"cubic", "5", []float64{19.0956}, .02},
	{"cubic", "25", []float64{18.9126}, .02},
	{"reno", "1", []float64{19.1035}, .02},
	{"reno", "5", []float64{19.1034}, .02},
	{"reno", "25", []float64{18.9963}, .02},
}

// run is our side of it.
func (m measured) run(t *testing.T, lasts time.Duration, change func(client *Host)) flow {
	share, err := strconv.Atoi(m.loss)
	if err != nil {
		t.Fatal(err)
	}
	return bulk{
		world: WorldConfig{CC: m.cc},
		up: fmt.Sprintf(`( tc "limit 433 delay 20ms rate 20mbit seed %d" ) then ( tc "limit 1000 delay 5ms reorder %d%% gap 1 seed 2845938130263255257" )`,
			seeds[0], 100-share),
		down:   "delay 20ms",
		lasts:  lasts,
		change: change,
	}.run(t)
}

// TestGoodputOfLatePacketsIsLinuxs prints the table of docs/fidelity.md with -v.
func TestGoodputOfLatePacketsIsLinuxs(t *testing.T) {
	slow(t)
	for _, m := range late {
		t.Run(m.cc+" "+m.loss, func(t *testing.T) {
			t.Parallel()
			f := m.run(t, 100*time.Second, nil)
			t.Logf("| %s %% | %s | %.2f | %.2f | %d lost, %d sent again |", m.loss, m.cc, f.mbps, m.mbps[0], f.data, f.stats.Retransmits)
			if math.Abs(f.mbps/m.mbps[0]-1) > m.within {
				t.Errorf("%.2f Mbit/s, Linux has %.2f", f.mbps, m.mbps[0])
			}
		})
	}
}

// The tables above are what was measured, as far as the measurements are at hand.
func TestTheLinuxTablesAreTheMeasurements(t *testing.T) {
	const folder = "../../../shared/tcp-oracle"
	if _, err := os.Stat(folder); errors.Is(err, fs.ErrNotExist) {
		t.Skip("the measurements are not here")
	}
	for _, m := range linux {
		m.check(t, folder+"/A_%s_l%s_s%d.json")
	}
	for _, m := range late {
		m.check(t, folder+"/B_%s_r%s_s%d.json")
	}
}

func (m measured) check(t *testing.T, files string) {
	for i, mbps := range m.mbps {
		b, err := os.ReadFile(fmt.Sprintf(files, m.cc, m.loss, i+1))
		if errors.Is(err, fs.ErrNotExist) && len(m.mbps) == 1 {
			continue // a mean
		}
		if err != nil {
			t.Fatal(err)
		}
		var run struct {
			Setup   []string
			Summary struct {
				Mbps float64 `json:"goodput_mbps"`
			}
		}
		if err := json.Unmarshal(b, &run); err != nil {
			t.Fatalf("%s %s: %v", m.cc, m.loss, err)
		}
		if run.Summary.Mbps != mbps {
			t.Errorf("%s %s: %v Mbit/s, not %v", m.cc, m.loss, run.Summary.Mbps, mbps)
		}
		if want := fmt.Sprintf("(prng seed %d)", seeds[i]); !strings.HasSuffix(run.Setup[0], want) {
			t.Errorf("%s %s: %s, not %s", m.cc, m.loss, run.Setup[0], want)
		}
	}
}
