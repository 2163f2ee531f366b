package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lossylab/report"
)

// onKernel runs lossylab run on Linux's own hosts, or skips the test where there can be none.
func onKernel(t *testing.T, args ...string) (stdout string, r report.Results, dir string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "out")
	var out, errs writer
	code := run(context.Background(), append([]string{"run", "--engine", "kernel", "--figures", "none", "--out", dir}, args...), streams{os.Stdin, &out, &errs})
	if strings.Contains(string(errs.text), "needs root or") {
		t.Skip(string(errs.text))
	}
	if code != 0 {
		t.Fatalf("lossylab run %q: exit status %d; %s%s", args, code, out.text, errs.text)
	}
	return string(out.text), execResultsOf(t, dir), dir
}

// UDP's programs miss what the link dropped, and TCP's nothing, on real sockets too.
func TestKernelStream(t *testing.T) {
	for _, family := range [][]string{nil, {"-6"}} {
		out, r, _ := onKernel(t, append(family, "--messages", "200", "--interval", "2ms", "--loss", "5%", "--delay", "3ms")...)
		hasWords(t, out, "How well real time was kept", "TCP delivered all 200 messages in order")
		if !strings.HasPrefix(r.Stack, "Linux ") || r.Engine != "kernel" || !r.Complete {
			t.Errorf("stack %s, engine %s, complete %v: %s", r.Stack, r.Engine, r.Complete, r.Note)
		}
		udp, tcp := r.Flows[0], r.Flows[1]
		if n := udp.Link["up"].Dropped; udp.App.Sent != 200 || udp.App.Lost != n || n == 0 || udp.App.Received != 200-n {
			t.Errorf("UDP: %+v, of which the link dropped %d", udp.App, n)
		}
		sum := int64(0)
		for _, n := range tcp.TCP.Causes {
			sum += n
		}
		if tcp.App.Received != 200 || tcp.App.Lost+tcp.App.Reordered > 0 || sum != int64(tcp.TCP.Retransmits) || tcp.TCP.CwndMax < 10 || tcp.TCP.SRTT == nil {
			t.Errorf("TCP: %+v, %+v", tcp.App, tcp.TCP)
		}
		for _, f := range r.Flows {
			if f.Timing == nil || f.Timing.Lost() > 0 || f.Timing.Packets != uint64(f.Link["up"].Delivered+f.Link["down"].Delivered) {
				t.Errorf("%s: %+v", f.Proto, f.Timing)
			}
		}
	}
}

// The same seed loses the same packets as on the other engine, as long as the same packets are sent.
func TestKernelLosesWhatNetstackLoses(t *testing.T) {
	args := []string{"--proto", "udp", "--messages", "300", "--interval", "1ms", "--loss", "7%", "--seed", "5"}
	_, real, dir := onKernel(t, args...)
	out := filepath.Join(t.TempDir(), "out")
	output(t, context.Background(), 0, append([]string{"run", "--figures", "none", "--out", out}, args...)...)
	if virtual := execResultsOf(t, out); real.Flows[0].App.Lost != virtual.Flows[0].App.Lost || real.Flows[0].App.Lost == 0 {
		t.Errorf("%d and %d were lost", real.Flows[0].App.Lost, virtual.Flows[0].App.Lost)
	}
	a, b := lostIn(t, dir), lostIn(t, out)
	if a != b {
		t.Errorf("other packets were lost:\n%s\n%s", a, b)
	}
}

// lostIn lists the packets that events.csv says were dropped.
func lostIn(t *testing.T, dir string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, "events.csv"))
	if err != nil {
		t.Fatal(err)
	}
	var lost []string
	for _, line := range strings.Split(string(b), "\n") {
		if f := strings.Split(line, ","); len(f) > 4 && f[3] == "dropped" {
			lost = append(lost, f[4])
		}
	}
	return strings.Join(lost, " ")
}

// Of five segments that are lost with others behind them, most are seen to be sent again because of what was SACKed: the
// sender's state is looked at every 5 ms, and a machine that is busy may look too late.
func TestKernelTriggers(t *testing.T) {
	_, r, _ := onKernel(t, "--proto", "tcp", "--messages", "150", "--interval", "10ms", "--down", "delay 10ms",
		"--up", "delay 10ms drop data 20 drop data 40 drop data 60 drop data 80 drop data 100")
	c := r.Flows[0].TCP
	if c.Retransmits < 5 || c.Causes["data_lost"] != 5 || c.Triggers["fast_retransmit"] < 3 {
		t.Errorf("%+v", c)
	}
}

func TestKernelEcho(t *testing.T) {
	out, r, dir := onKernel(t, "--app", "echo", "--messages", "10", "--delay", "2ms", "--loss", "10%", "--retries", "100", "--timeout", "500ms")
	hasWords(t, out, "udp> HELLO, SERVER, THIS IS LINE 9\n", "tcp> HELLO, SERVER, THIS IS LINE 9\n")
	for _, f := range r.Flows {
		if f.App.Received != 10 {
			t.Errorf("%s: %d answers", f.Proto, f.App.Received)
		}
	}
	calls, err := os.ReadFile(filepath.Join(dir, "calls.csv"))
	if err != nil {
		t.Fatal(err)
	}
	hasWords(t, string(calls), `tcp,client,0,connect,"3, 10.0.0.2:9000",0,`, `tcp,server,0,recv,"4, ""9 hello, server, this is line 9\n""`, "udp,server,0,recvfrom,", "tcp,client,0,close,3,0,")
}

// What arrives of a file over TCP is the file, with each congestion control that the kernel has, and with offload.
func TestKernelInput(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, []byte(strings.Repeat("0123456789abcde\n", 20_000)), 0o666); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile("/proc/sys/net/ipv4/tcp_available_congestion_control")
	if err != nil {
		t.Skip(err)
	}
	for _, cc := range strings.Fields(string(b)) {
		_, r, _ := onKernel(t, "--proto", "tcp", "--input", file, "--interval", "0s", "--link", "rate 50mbit delay 2ms loss 1%", "--cc", cc, "--offload")
		if in := r.Flows[0].Input; len(in) != 1 || !in[0].Same {
			t.Errorf("%s: %+v", cc, in)
		}
	}
}

// A bulk transfer ends with its duration, and events are in order of time.
func TestKernelBulk(t *testing.T) {
	_, r, dir := onKernel(t, "--app", "bulk", "--duration", "2s", "--link", "rate 20mbit delay 2ms limit 50")
	for _, f := range r.Flows {
		if !f.Complete || f.App.Received == 0 {
			t.Errorf("%s: %s, %+v", f.Proto, f.Note, f.App)
		}
	}
	b, err := os.ReadFile(filepath.Join(dir, "events.csv"))
	if err != nil {
		t.Fatal(err)
	}
	run, last := "", ""
	for i, line := range strings.Split(strings.TrimSpace(string(b)), "\n")[1:] {
		f := strings.Split(line, ",")
		if f[0] != run {
			run, last = f[0], ""
		}
		if f[1] < last { // all have nine decimals and one digit before them
			t.Fatalf("line %d is of %s, after %s", i+2, f[1], last)
		}
		last = f[1]
	}
}
