package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"lossylab/report"
)

// TestFragmentsAndErrorsOfAMix: fragments count for the traffic that they are of, and so do the ICMP errors about datagrams that
// were never complete, which quote their beginning. The first traffic of the file has neither.
func TestFragmentsAndErrorsOfAMix(t *testing.T) {
	for ipv6, fragments := range map[bool]int64{false: 4, true: 5} { // of a message with its UDP header: 1280 and 1248 bytes each
		flows := runMix(t, fmt.Sprintf(`
link: loss 20%%
mtu: 1300
ipv6: %v
traffic:
  - {name: small, proto: udp, messages: 30, size: 200, interval: 5s}
  - {name: large, proto: udp, messages: 30, size: 5000, interval: 5s}
`, ipv6))
		small, large := flows[0].Link["up"], flows[1].Link["up"]
		if small.Offered != 30 || large.Offered != 30*fragments {
			t.Errorf("ipv6 %v: %d and %d packets up, want 30, and 30 times %d fragments", ipv6, small.Offered, large.Offered, fragments)
		}
		if small, large := flows[0].Link["down"], flows[1].Link["down"]; small.Offered != 0 || large.Offered == 0 {
			t.Errorf("ipv6 %v: %d and %d packets down, want none, and an error for each message of which only the beginning came",
				ipv6, small.Offered, large.Offered)
		}
	}
}

// runMix runs a scenario file's text and returns its flows.
func runMix(t *testing.T, text string) []report.FlowResult {
	t.Helper()
	dir := t.TempDir()
	file, to := filepath.Join(dir, "mix.yaml"), filepath.Join(dir, "out")
	if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	var out, errs bytes.Buffer
	args := []string{"run", file, "--figures", "none", "--tables", "none", "--quiet", "--out", to}
	if code := run(context.Background(), args, streams{out: &out, err: &errs}); code != 0 {
		t.Fatalf("exit status %d: %s", code, errs.String())
	}
	b, err := os.ReadFile(filepath.Join(to, "results.json"))
	if err != nil {
		t.Fatal(err)
	}
	var results struct{ Flows []report.FlowResult }
	if err := json.Unmarshal(b, &results); err != nil {
		t.Fatal(err)
	}
	return results.Flows
}
