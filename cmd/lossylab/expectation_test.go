package main

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lossylab/report"
)

// expectedOf are results that expectations are held against.
func expectedOf() []report.FlowResult {
	summary := &report.Summary{P50: .02, P95: .05, Max: 2}
	link := map[string]*report.LinkResult{"up": {Offered: 500, Dropped: 20, DroppedBy: map[string]int64{"loss": 15, "queue": 5}, Bytes: 1 << 20}, "down": {}}
	return []report.FlowResult{
		{Proto: "udp", Complete: true, App: report.AppResult{Sent: 500, Received: 480, Lost: 20, Goodput: 4.2e6, Latency: summary}, Link: link},
		{Proto: "tcp", App: report.AppResult{Sent: 500, Received: 500, Goodput: 4e6}, Link: link, TCP: &report.TCPResult{Retransmits: 21}},
	}
}

// TestExpectations reads every form of expectation and holds it against the results.
func TestExpectations(t *testing.T) {
	for text, want := range map[string]bool{
		"udp.app.lost > 0":                                 true,
		"udp.app.lost > 20":                                false,
		"udp.app.lost >= 20":                               true,
		"udp.app.lost < 20.5":                              true,
		"udp.app.lost <= 19":                               false,
		"udp.app.lost == 20":                               true,
		"udp.app.lost != 20":                               false,
		"udp.app.lost == 21 within 5%":                     true,
		"udp.app.lost == 22 within 5%":                     false,
		"udp.app.lost == 22 within 2":                      true,
		"udp.app.lost != 22 within 1":                      true,
		"udp.app.lost in 20 .. 20":                         true,
		"udp.app.lost in 0 .. 19":                          false,
		"udp.app.lost in tcp.app.lost .. 30":               true,
		"udp.app.lost == udp.link.up.dropped":              true,
		"udp.app.lost == 4 * udp.link.up.dropped_by.queue": true,
		"udp.app.sent == 25 * udp.app.lost within 1":       true,
		"udp.link.up.dropped_by.corrupt == 0":              true, // counted by name, and has not happened
		"udp.app.latency_s.p50 == 20ms":                    true,
		"udp.app.latency_s.p50 == 0.021 within 2ms":        true,
		"udp.app.latency_s.max >= 2s":                      true,
		"udp.app.goodput_bps in 4mbit .. 0.55MB/s":         true,
		"udp.app.goodput_bps > 1.04 * tcp.app.goodput_bps": true,
		"udp.link.up.bytes == 1MiB":                        true,
		"tcp.app.latency_s.p50 < 1s":                       false, // not known
		"tcp.app.latency_s.p50 >= 0s":                      false,
		"tcp.app.latency_s.p50 != 0s":                      false,
		"udp.tcp.retransmits == 0":                         false, // UDP has none
		"tcp.tcp.retransmits > udp.app.lost":               true,
		"udp.complete == 1":                                true,
		"tcp.complete == 0":                                true,
	} {
		e, err := parseExpectation(text, []string{"udp", "tcp"})
		if err != nil {
			t.Errorf("%s: %v", text, err)
		} else if met, is := e.met(expectedOf()); met != want || math.IsInf(is, 0) {
			t.Errorf("%s: met is %v, it is %v", text, met, is)
		}
	}
}

// TestExpectationsRefused reads lines that say nothing, and wants the remedy.
func TestExpectationsRefused(t *testing.T) {
	for _, c := range [][2]string{
		{"udp.app.lost", "write MEASURE OP VALUE, such as udp.app.lost == 0"},
		{"udp.app.lost is 0", "is: write one of < <= == != >= >, or in"},
		{"app.lost > 0", "app.lost: begin with the flow: there are udp and tcp, as in udp.app.lost"},
		{"udp > 0", "udp: begin with the flow: there are udp and tcp, as in udp.app.lost"},
		{"udp.app.losst > 0", "did you mean lost?"},
		{"udp.app > 0", "app has no number"},
		{"udp.app.lost.share > 0", "app.lost is a number already"},
		{"udp.app.lost > many", "many: write a number"},
		{"udp.app.lost > 20ms", "20ms: write a number"},
		{"udp.app.latency_s.p50 > 20", ""},
		{"udp.app.latency_s.p50 > 9mbit", "9mbit: write a number, such as 20ms"},
		{"udp.app.lost > 5 within 3", "within belongs to == and !=, not to >"},
		{"udp.app.lost == 5 within", "within: write one tolerance"},
		{"udp.app.lost == 5 within -1", "within -1: write a share such as 5%"},
		{"udp.app.lost in 5 6", "in: write two values with two dots"},
		{"udp.app.lost in 5 ..", "write one value"},
		{"udp.app.lost == 2 * 3", "3: begin with the flow"},
		{"udp.app.lost == x * tcp.app.lost", "x: write a number before *"},
		{"udp.app.lost > nan", "nan: write a number"},
		{"udp.app.lost > inf", "inf: write a number"},
		{"udp.app.lost == 5 within nan", "within nan: write a share"},
	} {
		_, err := parseExpectation(c[0], []string{"udp", "tcp"})
		if got := fmt.Sprint(err); c[1] == "" && err != nil || !strings.Contains(got, c[1]) && c[1] != "" {
			t.Errorf("%s: %v, want %s", c[0], err, c[1])
		}
	}
}

// TestExpectationsTold runs a scenario that is met in part: the exit status is 1, and each result tells which is not met.
func TestExpectationsTold(t *testing.T) {
	name := writeScenario(t, "messages: 50\nlink: delay 10ms\nexpect:\n  - udp.app.lost == 0\n  - tcp.app.latency_s.p50 > 1s\n  - udp.tcp.retransmits == 0\n")
	out := filepath.Join(t.TempDir(), "out")
	stdout, stderr := output(t, t.Context(), exitFailed, "run", name, "--figures", "none", "--capture", "none", "--out", out)
	if want := "lossylab: 2 of 3 expectations were not met; the results are in " + out + "\n"; stderr != want {
		t.Errorf("%q, want %q", stderr, want)
	}
	told := map[string][]string{"the summary": {stdout, "expected udp.app.lost == 0: met, it is 0\n",
		"expected tcp.app.latency_s.p50 > 1s: NOT met, it is 10.0 ms\n", "expected udp.tcp.retransmits == 0: NOT met, it is not known\n"}}
	for file, want := range map[string][]string{
		"report.md":    {"2 of 3 expectations not met", "| `tcp.app.latency_s.p50 > 1s` | 10.0 ms | **NOT met** |", "| `udp.app.lost == 0` | 0 | met |"},
		"report.html":  {"2 of 3 expectations not met", "<code>tcp.app.latency_s.p50 &gt; 1s</code></th><td>10.0 ms</td><td><strong>NOT met", "#expected"},
		"results.json": {"\"words\": \"tcp.app.latency_s.p50 > 1s\",\n      \"met\": false,\n      \"measured\": 0.01", "\"measured\": null"},
	} {
		b, err := os.ReadFile(filepath.Join(out, file))
		if err != nil {
			t.Fatal(err)
		}
		told[file] = append([]string{string(b)}, want...)
	}
	for where, texts := range told {
		for _, want := range texts[1:] {
			if !strings.Contains(texts[0], want) {
				t.Errorf("%s does not say %q", where, want)
			}
		}
	}
}

// TestExpectationsPlaced has a file tell all its wrong expectations, each with its place, before anything is written.
func TestExpectationsPlaced(t *testing.T) {
	name := writeScenario(t, "proto: udp\nexpect:\n  - tcp.app.lost == 0\n  - udp.app.lost == 0\n  - udp.app.losst == 0\n")
	_, stderr := output(t, t.Context(), exitUsage, "run", name, "--out", filepath.Join(t.TempDir(), "out"))
	for _, want := range []string{name + ":3:5: expect \"tcp.app.lost == 0\": tcp.app.lost: begin with the flow: there are udp", name + ":5:5: expect"} {
		if !strings.Contains(stderr, want) {
			t.Errorf("%s does not say %s", stderr, want)
		}
	}
}
