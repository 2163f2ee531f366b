package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"lossylab/netem"
)

// kernels are the folders with measurements of an unmodified sch_netem: all of them, which are no part of the repository, and
// a few copies.
var kernels = []string{"../../../shared/oracle", "../../netem/testdata/oracle"}

// kernelFile is one of them.
type kernelFile struct {
	Name, Config string
	Seed         uint64 `json:"prng_seed"`
	Send         struct {
		Packets, Burst int
		Spacing        int64 `json:"spacing_ns"`
		Length         int   `json:"qdisc_pkt_len"`
	}
	Loss struct {
		Lost  int
		Ratio float64
		Mean  *float64 `json:"mean_burst"`
		ACF   []*float64
	}
	Delay    map[string]float64 `json:"delay_ns"`
	DelayACF []float64          `json:"delay_acf"`
	Reorder  struct {
		Reordered int
		Ratio     float64
		Extent    *float64 `json:"extent_mean"`
		AtOnce    *int     `json:"sent_immediately"`
	}
	Duplicate struct {
		Copies int `json:"extra_copies"`
	}
	Corrupt struct{ Frames int }
	Rate    struct {
		Received *float64 `json:"received_bps_l2"`
	}
	Raw struct {
		Loss    []int   `json:"loss_rle"`
		Arrival []int   `json:"arrival_rle"`
		Delay   []int64 `json:"delay_first_ns"`
		Dups    []int   `json:"dup_seqs"`
		Corrupt []int   `json:"corrupt_seqs"`
	}
}

// tried is what try prints: the names that it promises.
type tried struct {
	Sent, Lost   int
	LossRatio    float64  `json:"loss_ratio"`
	MeanBurst    *float64 `json:"mean_burst"`
	LossACF1     *float64 `json:"loss_acf1"`
	Duplicates   int
	Corrupted    int
	AtOnce       int `json:"sent_at_once"`
	Reordered    int
	Ratio        float64            `json:"reordered_ratio"`
	Extent       *float64           `json:"extent_mean"`
	Delay        map[string]float64 `json:"delay_ns"`
	DelayACF1    *float64           `json:"delay_acf1"`
	Rate         *float64           `json:"rate_bps"`
	Warnings     []string
	LostSeq      []int   `json:"lost_seq"`
	CorruptSeq   []int   `json:"corrupt_seq"`
	DupSeq       []int   `json:"dup_seq"`
	ArrivalSeq   []int   `json:"arrival_seq"`
	DelayFirstNS []int64 `json:"delay_first_ns"`
}

func (k *kernelFile) try(t *testing.T) *tried {
	t.Helper()
	out, _ := output(t, context.Background(), exitDone, "try", "--tc", "--json", "--seed", strconv.FormatUint(k.Seed, 10), "--packets",
		strconv.Itoa(k.Send.Packets), "--spacing", fmt.Sprintf("%dns", k.Send.Spacing), "--size", strconv.Itoa(k.Send.Length), k.Config)
	got := new(tried)
	if err := json.Unmarshal([]byte(out), got); err != nil {
		t.Fatal(err)
	}
	return got
}

// TestTryKernel has try tell of each line, seed and size what was measured of it on a kernel, to the last digit that a clock of
// 256 ns leaves.
func TestTryKernel(t *testing.T) {
	for _, dir := range kernels {
		files, _ := filepath.Glob(filepath.Join(dir, "*.json"))
		if len(files) == 0 {
			t.Logf("no measurements in %s, which is no part of the repository: only the copies are compared", dir)
		}
		for _, file := range files {
			k := new(kernelFile)
			if err := json.Unmarshal(read(t, file), k); err != nil {
				t.Fatal(err)
			}
			if !strings.HasPrefix(k.Config, "netem") || k.Send.Burst > 1 { // try sends no bursts
				continue
			}
			t.Run(k.Name, func(t *testing.T) {
				t.Parallel()
				k.compare(t, k.try(t))
			})
		}
	}
}

// slack is by how much numbers may differ from the kernel's.
type slack struct {
	lost, pattern    float64 // shares of packets; mean burst (relative) and correlation of losses
	reordered        float64
	extent, rate     float64 // relative
	ns, relative     float64 // of delays
	correlation      float64 // of delays
	packets          bool    // whether packet by packet may be compared
	extremes, moment bool    // whether the ends of the distribution, and its mean and standard deviation, may be compared
}

// slack knows four kinds of files. The clock ticks each 256 ns, so that a delay reads 0.3 µs less to 1.3 µs more than it was,
// and two packets that arrive within a tick arrive in either order.
func (k *kernelFile) slack() slack {
	exact := slack{lost: 1e-5, pattern: 1e-4, reordered: 4e-5, extent: 2e-5, rate: 2e-6, ns: 1400, correlation: 1e-4, packets: true,
		extremes: true, moment: true}
	onGrid := []string{"delay_100_limit50", "delay_50_rate_1mbit_over", "rate_1mbit_over"} // each packet comes as another leaves
	switch {
	case strings.HasPrefix(k.Name, "slot"): // no seed reaches them, or a packet just misses its slot
		return slack{lost: .005, pattern: .02, rate: .003, relative: .035, correlation: .02, moment: true}
	case slices.Contains(onGrid, k.Name):
		return slack{lost: .005, pattern: 60, rate: .01, ns: 2.1e5, correlation: 1e-4, extremes: true, moment: true}
	case strings.HasPrefix(k.Name, "delay_10_reorder") && k.Send.Spacing == 1e6: // what is sent at once overtakes ten or nine
		return slack{lost: 1e-5, pattern: 1e-4, reordered: .02, extent: .08, rate: 2e-6, ns: 1400, correlation: 1e-3, extremes: true,
			moment: !strings.Contains(k.Config, "50%")}
	case k.correlated(): // their first number is the system's
		return slack{lost: 1e-4, pattern: 1e-3, reordered: 1e-4, extent: 1e-4, rate: 1e-4, ns: 6e4, correlation: 2e-4, extremes: true,
			moment: true}
	}
	return exact
}

// correlated says whether the line has a correlation, by the warning that its seed does not reach it.
func (k *kernelFile) correlated() bool {
	line, err := netem.ParseTC(k.Config + " seed 12345678912345")
	return err == nil && slices.ContainsFunc(line.Warnings(), func(w string) bool {
		return strings.HasPrefix(w, "the seed does not reach the first number")
	})
}

// near wants two numbers, or the lack of both, to agree.
func near(t *testing.T, what string, mine, kernel *float64, bound float64) {
	t.Helper()
	switch {
	case (mine == nil) != (kernel == nil):
		t.Errorf("%s is known in one case only: %v, in the kernel %v", what, mine, kernel)
	case mine != nil && !(math.Abs(*mine-*kernel) <= bound):
		t.Errorf("%s is %v, in the kernel %v: more than %v apart", what, *mine, *kernel, bound)
	}
}

func relative(x *float64, bound float64) float64 {
	if x == nil {
		return 0
	}
	return bound * *x
}

func (k *kernelFile) compare(t *testing.T, g *tried) {
	s := k.slack()
	first := func(all []*float64) *float64 {
		if len(all) == 0 {
			return nil
		}
		return all[0]
	}
	near(t, "loss ratio", &g.LossRatio, &k.Loss.Ratio, s.lost)
	near(t, "mean burst", g.MeanBurst, k.Loss.Mean, relative(k.Loss.Mean, s.pattern)+6e-5)
	near(t, "correlation of losses", g.LossACF1, first(k.Loss.ACF), s.pattern+1e-5)
	near(t, "reordered", &g.Ratio, &k.Reorder.Ratio, s.reordered)
	near(t, "extent", g.Extent, k.Reorder.Extent, relative(k.Reorder.Extent, s.extent)+6e-5)
	near(t, "rate", g.Rate, k.Rate.Received, relative(k.Rate.Received, s.rate)+1)
	if g.Sent != k.Send.Packets || g.Duplicates != k.Duplicate.Copies || g.Corrupted != k.Corrupt.Frames ||
		k.Reorder.AtOnce != nil && math.Abs(float64(g.AtOnce-*k.Reorder.AtOnce)) > 1 {
		t.Errorf("%d sent, %d copies, %d corrupted, %d at once; in the kernel %d, %d, %d, %v", g.Sent, g.Duplicates, g.Corrupted, g.AtOnce,
			k.Send.Packets, k.Duplicate.Copies, k.Corrupt.Frames, k.Reorder.AtOnce)
	}
	k.compareDelays(t, g, s)
	if s.packets {
		k.comparePackets(t, g)
	}
}

// compareDelays takes nothing for correlated that differs by less than the clock's tick, as the kernel's numbers do.
func (k *kernelFile) compareDelays(t *testing.T, g *tried, s slack) {
	if (g.Delay == nil) != (k.Delay == nil) {
		t.Errorf("delays %v, in the kernel %v", g.Delay, k.Delay)
	}
	if k.DelayACF != nil {
		near(t, "correlation of delays", g.DelayACF1, &k.DelayACF[0], s.correlation)
	}
	for _, name := range []string{"min", "mean", "sd", "p1", "p10", "p50", "p90", "p99", "max"} {
		if mine, ok := g.Delay[name]; ok && (s.extremes || name[0] != 'm' && name != "p1") && (s.moment || name[0] == 'p') {
			kernel := k.Delay[name]
			near(t, "delay "+name, &mine, &kernel, s.ns+s.relative*kernel)
		}
	}
}

// comparePackets wants the lists to be the kernel's, as far as they were kept.
func (k *kernelFile) comparePackets(t *testing.T, g *tried) {
	lost, seq, upTo := []int{}, 0, g.Sent
	for i, run := range k.Raw.Loss {
		for range run {
			if i%2 == 1 {
				lost = append(lost, seq)
			}
			seq++
		}
	}
	if k.Raw.Loss != nil && seq < upTo {
		upTo = seq
	}
	mine := slices.DeleteFunc(slices.Clone(g.LostSeq), func(i int) bool { return i >= upTo })
	ties := 0 // of packets that come and leave within a tick
	for _, i := range mine {
		if _, found := slices.BinarySearch(lost, i); !found && k.Raw.Loss != nil {
			ties++
		}
	}
	if ties > 26 || strings.HasPrefix(k.Config, "netem loss") && ties > 0 {
		t.Errorf("%d packets are lost that the kernel did not lose", ties)
	}
	if k.Raw.Dups != nil && !slices.Equal(g.DupSeq, k.Raw.Dups) || k.Raw.Corrupt != nil && !slices.Equal(g.CorruptSeq, k.Raw.Corrupt) {
		t.Error("the packets with copies or turned bits are others than in the kernel")
	}
	differ := 0
	for i, d := range k.Raw.Delay {
		if e := d - g.DelayFirstNS[i]; (e < -300 || e > 1400) && d >= 0 && g.DelayFirstNS[i] >= 0 {
			differ++
		}
	}
	place := 0
	for i := 0; i < len(k.Raw.Arrival); i += 2 {
		for j := range k.Raw.Arrival[i+1] {
			if g.ArrivalSeq[place] != k.Raw.Arrival[i]+j {
				differ++
			}
			place++
		}
	}
	if all := len(k.Raw.Delay) + place; differ > all/200 {
		t.Errorf("%d of %d delays and places in the order of arrival differ", differ, all)
	}
}
