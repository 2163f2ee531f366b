package main

import (
	"context"
	"os/exec"
	"path/filepath"
	"testing"

	"lossylab/report"
)

// narrowRun runs and returns the folder and the results.
func narrowRun(t *testing.T, args ...string) (dir string, flows map[string]report.FlowResult) {
	t.Helper()
	if _, err := exec.LookPath("tshark"); err != nil {
		t.Skip("no tshark here: install it to have Wireshark's opinion")
	}
	dir = filepath.Join(t.TempDir(), "out")
	output(t, context.Background(), exitDone, append([]string{"run", "--quiet", "--figures", "none", "--out", dir}, args...)...)
	flows = map[string]report.FlowResult{}
	for _, f := range results(t, dir).Flows {
		flows[f.Proto] = f
	}
	return dir, flows
}

// wants compares a number of Wireshark's with ours.
func wants(t *testing.T, file, filter string, want int64, options ...string) {
	t.Helper()
	if got := frames(t, file, filter, options...); int64(got) != want {
		t.Errorf("%s of %s: tshark says %d, want %d", filter, file, got, want)
	}
}

// Wireshark puts the fragments together without complaint, and finds the datagrams whole and their checksums right.
func TestTsharkReassembles(t *testing.T) {
	dir, flows := narrowRun(t, "--proto", "udp", "--messages", "200", "--size", "3000", "--up", "mtu 1400 delay 20ms loss 5%")
	server, up, app := filepath.Join(dir, "udp", "server.pcapng"), flows["udp"].Link["up"], flows["udp"].App
	if up.Fragmented != 400 || up.Fragments != 800 || up.Dropped == 0 || app.Received == 0 || app.Received+app.Lost != 200 {
		t.Fatalf("%+v, %d of 200 received", up, app.Received)
	}
	wants(t, server, "udp.length == 3008", app.Received, checksums...)
	wants(t, server, "udp.checksum.status == Good && ip.fragment.count == 5", app.Received, checksums...)
	wants(t, server, "ip.fragment.error || ip.fragment.overlap || ip.fragment.toolongfragment || _ws.malformed || ip.checksum.status == Bad",
		0, checksums...)
	last := int64(frames(t, server, "ip.len == 68")) // of each datagram's three packets: the link did not fragment it
	wants(t, server, `frame.comment contains "fragment "`, up.Delivered-last)
	client := filepath.Join(dir, "udp", "client.pcapng")
	wants(t, client, `frame.comment contains "fragmented into 2: mtu 1400"`, 400)
	wants(t, client, "ip.flags.df == 1", 0)
}

// Wireshark reads the ICMP messages, which only the sender's capture has, and the segment that they quote.
func TestTsharkReadsTooBig(t *testing.T) {
	for name, c := range map[string]struct{ flag, filter string }{
		"IPv4": {"--ipv6=false", "icmp.type == 3 && icmp.code == 4 && icmp.mtu == 1400 && icmp.checksum.status == Good && ip.src == 10.0.0.254 && ip.checksum.status == Good"},
		"IPv6": {"--ipv6", "icmpv6.type == 2 && icmpv6.mtu == 1400 && icmpv6.checksum.status == Good && ipv6.src == fd00::fe"},
	} {
		t.Run(name, func(t *testing.T) {
			dir, flows := narrowRun(t, c.flag, "--proto", "tcp", "--app", "bulk", "--duration", "1s", "--up", "rate 5mbit mtu 1400 delay 20ms")
			up := flows["tcp"].Link["up"]
			if up.Answered != 10 || up.DroppedBy["mtu"] != 10 {
				t.Fatalf("%+v", up)
			}
			client, server := filepath.Join(dir, "tcp", "client.pcapng"), filepath.Join(dir, "tcp", "server.pcapng")
			wants(t, client, c.filter+` && tcp.dstport == 9000 && frame.comment contains "the link's answer to frame "`, 10, checksums...)
			wants(t, client, "icmp || icmpv6", 10)
			wants(t, server, "icmp || icmpv6 || frame.len > 1414", 0)
			wants(t, client, "_ws.malformed", 0)
			wants(t, client, `frame.comment contains "lost: mtu 1400 (the packet was too big)"`, 10)
		})
	}
}
