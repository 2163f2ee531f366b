package main

import (
	"context"
	"encoding/json"
	"path/filepath"
	"testing"

	"lossylab/report"
)

// Every retransmission that the stack counts has a cause and a trigger, whatever the link does and whichever program runs.
func TestCausesSumToTheStacksCounter(t *testing.T) {
	var again, needless int64
	for _, link := range []string{
		"rate 10mbit limit 30 delay 20ms loss 10%",
		"rate 10mbit limit 100 delay 20ms reorder 5% late 8ms",
		"delay 20ms 19ms loss 5% duplicate 10% corrupt 2%",
		"rate 2mbit limit 10 delay 100ms",
	} {
		for _, args := range [][]string{{}, {"--flows", "4", "--messages", "200"}, {"--app", "bulk", "--duration", "5s", "--cc", "reno"},
			{"--app", "echo", "--flows", "3"}, {"-6", "--sack=false", "--interval", "2ms"}} {
			args = append([]string{"run", "--json", "--proto", "tcp", "--link", link, "--figures", "none", "--capture", "none", "--events=false",
				"--out", filepath.Join(t.TempDir(), "out")}, args...)
			var r report.Results
			out, _ := output(t, context.Background(), exitDone, args...)
			if err := json.Unmarshal([]byte(out), &r); err != nil {
				t.Fatal(err)
			}
			tcp := r.Flows[0].TCP
			var causes, triggers int64
			for _, n := range tcp.Causes {
				causes += n
			}
			for _, n := range tcp.Triggers {
				triggers += n
			}
			if n := int64(tcp.Retransmits); causes != n || triggers != n {
				t.Errorf("%q: %d retransmissions, %d causes (%v), %d triggers", args, n, causes, tcp.Causes, triggers)
			}
			again += int64(tcp.Retransmits)
			needless += tcp.Causes["reordering"]
		}
	}
	if again < 500 || needless < 50 {
		t.Errorf("%d retransmissions in all, %d for reordering: the links do too little", again, needless)
	}
}
