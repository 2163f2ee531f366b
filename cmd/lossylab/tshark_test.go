package main

import (
	"context"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"lossylab/report"
)

// frames returns how many frames of a capture Wireshark's filter lets through.
func frames(t *testing.T, file, filter string, options ...string) int {
	t.Helper()
	args := []string{"-r", file, "-Y", filter, "-T", "fields", "-e", "frame.number"}
	for _, o := range options {
		args = append(args, "-o", o)
	}
	out, err := exec.Command("tshark", args...).Output()
	if err != nil {
		t.Fatalf("tshark %q: %v", args, err)
	}
	return len(strings.Fields(string(out)))
}

// checksums makes tshark sum up what it otherwise takes on trust.
var checksums = []string{"ip.check_checksum:TRUE", "udp.check_checksum:TRUE", "tcp.check_checksum:TRUE"}

// Wireshark's reading of the captures agrees with our numbers: what was dropped, what was sent again, what is corrupt.
func TestTsharkAgrees(t *testing.T) {
	if _, err := exec.LookPath("tshark"); err != nil {
		t.Skip("no tshark here: install it to have Wireshark's opinion")
	}
	for name, args := range map[string][]string{
		"default":    nil,
		"corruption": {"--loss", "2%", "--corrupt", "3%", "--delay", "10ms"},
		"bulk":       {"--app", "bulk", "--duration", "2s", "--rate", "5mbit", "--queue", "20", "--delay", "20ms", "--loss", "1%"},
		"burst":      {"--loss", "5% burst 3", "--delay", "15ms", "--rate", "2mbit"},
		"ipv6 reno":  {"-6", "--cc", "reno", "--loss", "4%", "--delay", "20ms", "--interval", "5ms"},
		"no sack":    {"--sack=false", "--loss", "4%", "--delay", "20ms", "--interval", "5ms"},
		"mtu":        {"--up", "mtu 1400 delay 20ms", "--down", "delay 20ms", "--size", "3000"},
		"mtu ipv6":   {"-6", "--up", "mtu 1400 delay 20ms", "--down", "mtu 1300 delay 20ms", "--size", "3000"},
		"mtu bulk":   {"--app", "bulk", "--duration", "2s", "--rate", "5mbit", "--queue", "20", "--up", "rate 5mbit limit 20 mtu 1000 delay 20ms"},
		"echo":       {"--app", "echo", "--flows", "4", "--loss", "10%", "--delay", "10ms", "--retries", "2"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), "out")
			output(t, context.Background(), exitDone, append([]string{"run", "--quiet", "--figures", "none", "--out", dir}, args...)...)
			for _, f := range results(t, dir).Flows {
				agree(t, dir, f)
			}
		})
	}
}

func agree(t *testing.T, dir string, f report.FlowResult) {
	client, server := filepath.Join(dir, f.Proto, "client.pcapng"), filepath.Join(dir, f.Proto, "server.pcapng")
	check := func(what, file, filter string, want int64, options ...string) {
		t.Helper()
		if got := frames(t, file, filter, options...); int64(got) != want {
			t.Errorf("%s: %s: tshark says %d, we say %d", f.Proto, what, got, want)
		}
	}
	check("frames sent by the client", client, "frame.packet_flags_direction == 2", f.Link["up"].Offered)
	check("frames received by the client", client, "frame.packet_flags_direction == 1", f.Link["down"].Delivered+f.Link["up"].Answered)
	check("drops on the way up", client, `frame.comment contains "lost:"`, f.Link["up"].Dropped)
	check("drops on the way down", server, `frame.comment contains "lost:"`, f.Link["down"].Dropped)
	for _, file := range []string{client, server} {
		// Put together, since a segment may pass for the beginning of something, retransmissions overlap it.
		check("malformed frames", file, "_ws.malformed && !(frame.comment contains \"corrupted\")", 0, "tcp.desegment_tcp_streams:FALSE")
	}
	bad := "(ip.checksum.status == Bad || udp.checksum.status == Bad || tcp.checksum.status == Bad)"
	check("bad checksums as sent", client, bad+" && frame.packet_flags_direction == 2", 0, checksums...)
	check("bad checksums without a cause", server, bad+` && !(frame.comment contains "corrupted")`, 0, checksums...)
	if f.TCP == nil {
		return
	}
	check("retransmissions by our comments", client, `frame.comment contains "retransmission of"`, int64(f.TCP.Retransmits))
	if f.Link["down"].Corrupted == 0 { // Wireshark believes a corrupted acknowledgment, checked or not, and what follows from it
		again := "(tcp.analysis.retransmission || tcp.analysis.fast_retransmission || tcp.analysis.out_of_order) && frame.packet_flags_direction == 2"
		check("retransmissions", client, again, int64(f.TCP.Retransmits), checksums...)
	}
}
