package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
)

// udpResult is what a stream of 500 messages may come to.
func udpResult() FlowResult {
	return FlowResult{
		Proto: "udp", Complete: true, Duration: 10.004817628,
		App: AppResult{Sent: 500, Received: 487, Lost: 13, Duplicated: 5, Reordered: 8, InOrder: 479, Bytes: 487_000,
			LostShare: &LostShare{.026, [2]Number{.0142, .0471}, 500, 400},
			Goodput:   389_412.3, Latency: &Summary{Min: .0148, Mean: .0214, P50: .0207, P95: .0244, P99: .0813, Max: .0816}},
		Link: map[string]*LinkResult{
			up: {Spec: "rate 10mbit limit 100 delay 20ms loss 3%", Offered: 500, Delivered: 492, Dropped: 13,
				DroppedBy: map[string]int64{"loss": 12, "queue": 1}, Duplicated: 5, Reordered: 8, Bytes: 514_000,
				Sojourn: &Sojourn{Max: .000_001}},
			down: {DroppedBy: map[string]int64{}},
		},
	}
}

// tcpResult is the same over TCP.
func tcpResult() FlowResult {
	return FlowResult{
		Proto: "tcp", Complete: true, Duration: 10.061223,
		App: AppResult{Sent: 500, Received: 500, InOrder: 500, Bytes: 500_000, Goodput: 397_566.2,
			Latency:    &Summary{Min: .0148, Mean: .0249, P50: .0212, P95: .065, P99: .0825, Max: .0911},
			HeadOfLine: &Summary{Mean: .0028, P95: .0312, P99: .0481, Max: .0596}, HeldBack: 49},
		Link: map[string]*LinkResult{
			up: {Spec: "rate 10mbit limit 100 delay 20ms loss 3%", Offered: 530, Delivered: 523, Dropped: 13,
				DroppedBy: map[string]int64{"loss": 13}, Duplicated: 6, Reordered: 15, Bytes: 549_600, Sojourn: &Sojourn{}},
			down: {Offered: 522, Delivered: 516, Dropped: 10, DroppedBy: map[string]int64{"loss": 10}, Duplicated: 4, Reordered: 15,
				Bytes: 23_500, Sojourn: &Sojourn{}},
		},
		TCP: &TCPResult{Segments: 524, Retransmits: 25, FastRecoveries: 22, Spurious: 11, Server: &TCPServer{},
			SRTT: &Summary{Min: .0382, Mean: .0407, P50: .0402, P95: .0439, P99: .0467, Max: .0474}, CwndMax: 28,
			Causes: map[string]int64{"data_lost": 14, "ack_lost": 1, "reordering": 9, "tail_loss_probe": 1}, Triggers: map[string]int64{"fast_retransmit": 24, "tail_loss_probe": 1}},
	}
}

// clean takes out of a result all that happened.
func clean(f FlowResult) FlowResult {
	a := &f.App
	a.Received, a.InOrder, a.Bytes = a.Sent, a.Sent, 1000*a.Sent
	a.Lost, a.Duplicated, a.Reordered, a.HeldBack = 0, 0, 0, 0
	if a.LostShare != nil {
		a.LostShare = &LostShare{0, [2]Number{0, .0077}, 500, 500}
	}
	for _, l := range f.Link {
		l.Spec, l.DroppedBy = "", map[string]int64{}
		l.Delivered, l.Dropped, l.Duplicated, l.Reordered = l.Offered, 0, 0, 0
	}
	if f.TCP != nil {
		*f.TCP = TCPResult{Segments: a.Sent, SRTT: f.TCP.SRTT, CwndMax: 10}
		a.HeadOfLine = &Summary{}
	}
	return f
}

// with returns f changed by do.
func with(f FlowResult, do func(f *FlowResult)) FlowResult {
	do(&f)
	return f
}

// never is a result of a connection that did not come about.
func never(f FlowResult) FlowResult {
	f = clean(f)
	f.App = AppResult{}
	f.Complete, f.Note, f.Duration = false, "the tcp client was still trying to connect after 10s", 0
	f.Link[up].Offered, f.Link[up].DroppedBy = 4, map[string]int64{"loss": 4}
	f.Link[down].Offered = 0
	f.TCP = &TCPResult{Retransmits: 3}
	return f
}

// runs are the results of the tests of texts.
func runs() []struct {
	name    string
	results Results
} {
	return []struct {
		name    string
		results Results
	}{
		{"both", Results{App: "stream", Flows: []FlowResult{udpResult(), tcpResult()}}},
		{"only UDP", Results{App: "stream", Flows: []FlowResult{udpResult()}}},
		{"only TCP", Results{App: "stream", Flows: []FlowResult{tcpResult()}}},
		{"a perfect link", Results{App: "stream", Flows: []FlowResult{clean(udpResult()), clean(tcpResult())}}},
		{"TCP never connected", Results{App: "stream", Flows: []FlowResult{udpResult(), never(tcpResult())}}},
		{"everything is lost", Results{App: "stream", Flows: []FlowResult{with(clean(udpResult()), func(f *FlowResult) {
			f.App = AppResult{Sent: 500, Lost: 500}
			f.Link[up].Dropped, f.Link[up].DroppedBy = 500, map[string]int64{"loss": 500}
		})}}},
		{"nothing is sent", Results{App: "stream", Flows: []FlowResult{with(clean(udpResult()), func(f *FlowResult) {
			f.App, f.Link[up].Offered = AppResult{}, 0
		}), with(never(tcpResult()), func(f *FlowResult) { f.Note = "" })}}},
		{"interrupted", Results{App: "stream", Flows: []FlowResult{with(udpResult(), func(f *FlowResult) {
			f.App.Received, f.App.Lost, f.App.Unfinished = 484, 12, 4
		}), with(tcpResult(), func(f *FlowResult) { f.App.Received, f.App.InOrder, f.App.Unfinished = 444, 444, 56 })}}},
		{"a bulk transfer, cut at its duration", Results{App: "bulk", Flows: []FlowResult{
			with(udpResult(), func(f *FlowResult) {
				f.App = AppResult{Sent: 8460, Received: 8200, Lost: 260, Duplicated: 80, Reordered: 3600, InOrder: 4600, Goodput: 9_501_222,
					Latency: &Summary{P50: .0311, P95: .1021, P99: .1199}}
			}),
			with(tcpResult(), func(f *FlowResult) {
				f.App.Sent, f.App.Received, f.App.InOrder, f.App.Unfinished = 1403, 1332, 1332, 71
				f.App.Goodput, f.Duration = 1_536_000, 10
			}),
		}}},
		{"an echo with retries", Results{App: "echo", Flows: []FlowResult{with(udpResult(), func(f *FlowResult) {
			f.App = AppResult{Sent: 20, Received: 19, Lost: 1, InOrder: 19, Duplicated: 1, Retries: 11, Goodput: 2401,
				Latency: &Summary{P50: .0401, P95: .4402, P99: .4402}}
		}), with(tcpResult(), func(f *FlowResult) {
			f.App = AppResult{Sent: 20, Received: 20, InOrder: 20, Goodput: 6553, Latency: &Summary{P50: .0401, P95: .2442, P99: .4402}}
			f.TCP = &TCPResult{Segments: 46, Retransmits: 1, Timeouts: 1}
		})}}},
		{"huge numbers", Results{App: "stream", Flows: []FlowResult{with(udpResult(), func(f *FlowResult) {
			f.App = AppResult{Sent: math.MaxInt64, Received: math.MaxInt64 - 1_000_000, Lost: 1_000_000, Reordered: 1, InOrder: math.MaxInt64 - 1_000_001,
				Goodput: 123_456_789_012, Latency: &Summary{P50: 1e-9, P95: .999_951, P99: 86_400}}
			f.Link[up].Offered, f.Link[up].DroppedBy = math.MaxInt64, map[string]int64{"loss": 999_999, "queue": 1}
		})}}},
	}
}

// The tables and sentences of all runs stand in one file, to be read as a person would at the end of a run.
func TestSummaryGolden(t *testing.T) {
	var b strings.Builder
	for _, run := range runs() {
		fmt.Fprintf(&b, "=== %s\n", run.name)
		if err := run.results.WriteSummary(&b); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "\n%s\n\n", run.results.MakeVerdict())
	}
	golden(t, "summary.txt", b.String())
}

func TestSummaryTellsTheWritersError(t *testing.T) {
	r := runs()[0].results
	if err := r.WriteSummary(new(failing)); err == nil || err.Error() != "error 1" {
		t.Errorf("got %v", err)
	}
	if err := r.WriteJSON(new(failing)); err == nil || err.Error() != "error 1" {
		t.Errorf("got %v", err)
	}
	p := Page{Results: &r}
	if err := p.WriteMarkdown(new(failing)); err == nil || err.Error() != "error 1" {
		t.Errorf("got %v", err)
	}
}

// smallResults are whole: each field of results.json has a value.
func smallResults() *Results {
	u, c := udpResult(), tcpResult()
	u.Input = []InputResult{{Name: "a & b.txt", Bytes: 487_000, SHA256: "01ab", Received: "received/udp-a & b.txt", Missing: 12_688,
		Arrived: "23cd"}}
	c.Input = []InputResult{{Name: "picture.ppm", Bytes: 487_000, SHA256: "01ab", Received: "received/tcp-picture.ppm", Arrived: "01ab", Same: true}}
	c.Complete, c.Note = false, "interrupted after 10.061223000 s of simulated time"
	c.Notes = []string{"link up: drop data 5000 was not met: the longest flow had 514 data segments"}
	c.Metrics, c.Theory = &Metrics{Confidence: .95}, &Theory{} // TestMetricsHaveTheKeysOfTheSchema has their keys
	r := &Results{Schema: Schema, Version: "0.1.0", Seed: math.MaxUint64, Engine: "netstack", Stack: "gvisor v0.0.0", App: "stream",
		Scenario: map[string]any{"messages": 500}, Note: c.Note, Flows: []FlowResult{u, c}}
	r.Verdict = r.MakeVerdict()
	return r
}

func TestResultsGolden(t *testing.T) {
	var b bytes.Buffer
	if err := smallResults().WriteJSON(&b); err != nil {
		t.Fatal(err)
	}
	golden(t, "results.json", b.String())
}

// The keys are those of schema 1, which is promised to users: none is ever renamed.
func TestResultsHaveTheKeysOfTheSchema(t *testing.T) {
	var b bytes.Buffer
	if err := smallResults().WriteJSON(&b); err != nil {
		t.Fatal(err)
	}
	var top map[string]any
	if err := json.Unmarshal(b.Bytes(), &top); err != nil {
		t.Fatal(err)
	}
	flow := top["flows"].([]any)[1].(map[string]any)
	app, link, tcp := flow["app"].(map[string]any), flow["link"].(map[string]any), flow["tcp"].(map[string]any)
	quantiles := "min mean p50 p95 p99 max"
	for _, test := range []struct {
		name string
		got  any
		keys string
	}{
		{"results.json", top, "schema version seed engine stack app scenario complete note verdict confidence flows"},
		{"flows", flow, "proto complete note notes duration_s app link tcp metrics theory input"},
		{"app", app, "sent received lost unfinished duplicated reordered corrupted in_order retries bytes goodput_bps latency_s hol_wait_s hol_waited"},
		{"app.latency_s", app["latency_s"], quantiles},
		{"app.hol_wait_s", app["hol_wait_s"], quantiles},
		{"link", flow["link"], "up down"},
		{"link.up", link[up], "spec offered delivered dropped dropped_by duplicated corrupted reordered ce_marked fragmented fragments answered bytes in_flight sojourn_s queue_max"},
		{"link.up.sojourn_s", link[up].(map[string]any)["sojourn_s"], "mean p50 p95 max"},
		{"tcp", tcp, "data_segments retransmits fast_recoveries timeouts spurious srtt_s cwnd_max causes triggers server"},
		{"tcp.srtt_s", tcp["srtt_s"], quantiles},
		{"input", flow["input"].([]any)[0], "name bytes sha256 received missing_bytes received_sha256 same"},
	} {
		var got []string
		for key := range test.got.(map[string]any) {
			got = append(got, key)
		}
		want := strings.Fields(test.keys)
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("%s has the keys %v, want %v", test.name, got, want)
		}
	}
	if top["schema"] != 1. || !bytes.Contains(b.Bytes(), []byte(`"seed": 18446744073709551615,`)) {
		t.Errorf("schema %v, or the seed has lost digits", top["schema"])
	}
	var again Results
	if err := json.Unmarshal(b.Bytes(), &again); err != nil {
		t.Error(errors.Join(errors.New("results.json cannot be read back"), err))
	}
}
