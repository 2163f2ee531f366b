package main

import (
	"context"
	"fmt"
	"math"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"lossylab/netem"
	"lossylab/report"
	"lossylab/report/metric"
)

// wiresharkRuns are runs of TCP that differ in what Wireshark's analysis makes of them.
var wiresharkRuns = map[string][]string{
	"default":    nil,
	"loss":       {"--loss", "5%", "--delay", "20ms"},
	"reordering": {"--reorder", "5% by 3", "--delay", "20ms", "--interval", "5ms"},
	"no SACK":    {"--sack=false", "--loss", "4%", "--delay", "20ms", "--interval", "5ms"},
	"IPv6":       {"-6", "--loss", "4%", "--delay", "20ms", "--interval", "5ms"},
	"Reno":       {"--cc", "reno", "--loss", "4%", "--delay", "20ms", "--interval", "5ms"},
	"bulk":       {"--app", "bulk", "--duration", "2s", "--rate", "5mbit", "--queue", "20", "--delay", "20ms", "--loss", "1%"},
	"duplicates": {"--duplicate", "5%", "--delay", "20ms", "--interval", "5ms"},
	"lost ACKs":  {"--up", "delay 20ms", "--down", "delay 20ms loss 20%", "--interval", "5ms"},
	"tail loss":  {"--up", "delay 20ms drop last-data", "--down", "delay 20ms"},
	"lost SYN":   {"--up", "delay 20ms drop syn", "--down", "delay 20ms"},
	"clients":    {"--flows", "3", "--messages", "200", "--loss", "5%", "--delay", "20ms", "--jitter", "10ms"},
	"echo":       {"--app", "echo", "--messages", "100", "--loss", "5%", "--delay", "20ms"},
}

// Wireshark's analysis of each frame is what the rules say, at both ends; and our numbers are Wireshark's where they mean the
// same. wiresharkRules says what Wireshark means.
func TestWiresharkFrameByFrame(t *testing.T) {
	needTshark40(t)
	for name, args := range wiresharkRuns {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), "out")
			output(t, context.Background(), exitDone, append([]string{"run", "--quiet", "--proto", "tcp", "--figures", "none", "--out", dir}, args...)...)
			f := results(t, dir).Flows[0]
			for _, end := range []string{"client", "server"} {
				file := filepath.Join(dir, "tcp", end+".pcapng")
				frames := dissect(t, file)
				compareRules(t, end, frames)
				compareRoundTrips(t, end, frames)
				if end == "client" {
					compareRetransmissions(t, frames, f.TCP)
				}
				compareCounts(t, file, f, end)
			}
		})
	}
}

// needTshark40 skips the test without the version of tshark whose rules these are.
func needTshark40(t *testing.T) {
	t.Helper()
	out, err := exec.Command("tshark", "--version").Output()
	if err != nil {
		t.Skip("no tshark here: install it to have Wireshark's opinion")
	}
	if first, _, _ := strings.Cut(string(out), "\n"); !strings.Contains(first, " 4.0.") {
		t.Skipf("%s: the rules here are those of 4.0", first)
	}
}

// dissectedFields are asked of tshark, in the order in which dissect reads them.
var dissectedFields = []string{"frame.number", "tcp.stream", "frame.packet_flags_direction", "frame.time_relative", "tcp.seq_raw", "tcp.ack_raw",
	"tcp.len", "tcp.flags", "tcp.window_size", "tcp.options.sack_le", "tcp.options.sack_re",
	"tcp.analysis.retransmission", "tcp.analysis.fast_retransmission", "tcp.analysis.spurious_retransmission", "tcp.analysis.out_of_order",
	"tcp.analysis.duplicate_ack_num", "tcp.analysis.window_update", "tcp.analysis.keep_alive", "tcp.analysis.lost_segment",
	"tcp.analysis.ack_lost_segment", "tcp.analysis.ack_rtt", "tcp.analysis.bytes_in_flight", "frame.comment"}

// dissect has tshark read a capture.
func dissect(t *testing.T, file string) (all []dissected) {
	t.Helper()
	args := []string{"-r", file, "-Y", "tcp", "-T", "fields", "-E", "separator=/t"}
	for _, f := range dissectedFields {
		args = append(args, "-e", f)
	}
	out, err := exec.Command("tshark", args...).Output()
	if err != nil {
		t.Fatalf("tshark %q: %v", args, err)
	}
	for line := range strings.Lines(string(out)) {
		cells := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(cells) != len(dissectedFields) {
			t.Fatalf("%d fields: %q", len(cells), line)
		}
		number := func(i int) int64 {
			n, _ := strconv.ParseInt(cells[i], 0, 64)
			return n
		}
		seconds := func(i int) int64 {
			s, _ := strconv.ParseFloat(cells[i], 64)
			return int64(math.Round(s * 1e9))
		}
		said := func(i int) bool { return cells[i] != "" }
		p := dissected{frame: int(number(0)), stream: int(number(1)), direction: int(number(2)) - 1, at: seconds(3), seq: uint32(number(4)),
			ack: uint32(number(5)), len: int(number(6)), flags: int(number(7)), window: int(number(8)), comment: cells[22]}
		p.analysis = analysis{retransmission: said(11), fast: said(12), spurious: said(13), outOfOrder: said(14), duplicateAck: said(15),
			windowUpdate: said(16), keepAlive: said(17), lost: said(18), gap: said(19), rtt: seconds(20), inFlight: number(21)}
		p.sacked = sum(cells[10]) - sum(cells[9])
		all = append(all, p)
	}
	if len(all) == 0 {
		t.Fatalf("%s has no frames of TCP", file)
	}
	return all
}

// sum adds up a field's values.
func sum(values string) (total int64) {
	for _, v := range strings.Split(values, ",") {
		n, _ := strconv.ParseInt(v, 10, 64)
		total += n
	}
	return total
}

func compareRules(t *testing.T, end string, frames []dissected) {
	t.Helper()
	rules := map[int]*wiresharkRules{}
	for i := range frames {
		p := &frames[i]
		if rules[p.stream] == nil {
			rules[p.stream] = newWiresharkRules()
		}
		if got := rules[p.stream].judge(p); got != p.analysis {
			t.Errorf("%s, frame %d: the rules say %+v, tshark says %+v", end, p.frame, got, p.analysis)
		}
	}
}

// What the client sent again by our count is what Wireshark calls retransmissions, fast ones and spurious ones among them, or
// out of order; nothing that a sender's own capture holds is missing from it; and the comments stand on the same frames.
func compareRetransmissions(t *testing.T, frames []dissected, tcp *report.TCPResult) {
	t.Helper()
	n := uint64(0)
	for _, p := range frames {
		again := p.direction == 1 && (p.retransmission || p.outOfOrder)
		if again {
			n++
		}
		if commented := p.direction == 1 && strings.Contains(p.comment, "retransmission of"); again != commented {
			t.Errorf("frame %d: %+v, and our comment is %q", p.frame, p.analysis, p.comment)
		}
		if p.direction == 1 && (p.lost || p.spurious && p.len == 0) || p.gap {
			t.Errorf("frame %d: %+v at the end that sends", p.frame, p.analysis)
		}
	}
	if n != tcp.Retransmits {
		t.Errorf("tshark: %d retransmissions and out of order; we: %d", n, tcp.Retransmits)
	}
}

// metric.RoundTrip and Wireshark take the same samples, with these differences: RoundTrip takes none where a byte that is
// acknowledged was sent twice (Karn's algorithm), of which Wireshark gives the time from the first sending; and Wireshark shows
// none of 0. Both are those of what this end sends. What is unacknowledged is Wireshark's bytes in flight and what the blocks of the last acknowledgment cover.
func compareRoundTrips(t *testing.T, end string, frames []dissected) {
	t.Helper()
	type key struct{ stream, direction int }
	senders, sacked := map[key]*metric.RoundTrip{}, map[key]int64{}
	first := map[key]uint32{}
	samples, karn := 0, 0
	for _, p := range frames {
		me, other := key{p.stream, p.direction}, key{p.stream, 1 - p.direction}
		if senders[me] == nil {
			senders[me], first[me] = &metric.RoundTrip{}, p.seq
		}
		if r := senders[other]; r != nil && p.flags&flagACK != 0 && p.direction == 0 {
			before := r.Karn
			got, ok := r.Acked(int64(p.ack-first[other]), netem.Time(p.at))
			karn += int(r.Karn - before)
			switch {
			case ok && int64(got) != p.rtt: // 0 is none, for both
				t.Errorf("%s, frame %d: a round trip of %d ns, and tshark says %d", end, p.frame, got, p.rtt)
			case ok:
				samples++
			case p.rtt != 0 && r.Karn == before:
				t.Errorf("%s, frame %d: tshark has a round trip of %d ns, and we have none", end, p.frame, p.rtt)
			}
			sacked[other] = p.sacked
		}
		to := int64(p.seq-first[me]) + int64(p.len)
		if p.flags&(flagSYN|flagFIN) != 0 {
			to++
		}
		r := senders[me]
		r.Sent(int64(p.seq-first[me]), to, netem.Time(p.at), false)
		if p.len > 0 && p.direction == 1 && max(0, r.Unacked()-sacked[me]) != p.inFlight {
			t.Errorf("%s, frame %d: %d bytes unacknowledged, %d of them by SACK; tshark has %d in flight", end, p.frame, r.Unacked(), sacked[me], p.inFlight)
		}
	}
	t.Logf("%s: %d round trips agree, %d others span a retransmission", end, samples, karn)
}

// io,stat counts the frames and bytes of each direction as we do: IP packets, with 14 bytes of Ethernet header each.
func compareCounts(t *testing.T, file string, f report.FlowResult, end string) {
	t.Helper()
	out, err := exec.Command("tshark", "-q", "-r", file, "-z", "io,stat,0,frame.packet_flags_direction==2,frame.packet_flags_direction==1", "-z", "conv,tcp").Output()
	if err != nil {
		t.Fatal(err)
	}
	sent, got := f.Link["up"], f.Link["down"]
	if end == "server" {
		sent, got = got, sent
	}
	var row []string
	var talked int64
	for line := range strings.Lines(string(out)) {
		cells := strings.Fields(strings.NewReplacer("|", " ", "<>", " ").Replace(line))
		if strings.HasPrefix(line, "|") && len(cells) >= 4 && strings.Contains(line, "<>") {
			row = cells[len(cells)-4:]
		}
		if strings.Contains(line, "<->") { // address, <->, address, frames and bytes and their unit one way, the other way, and in all
			n, _ := strconv.ParseInt(strings.Fields(line)[9], 10, 64)
			talked += n
		}
	}
	want := []string{fmt.Sprint(sent.Offered), fmt.Sprint(sent.Bytes + 14*sent.Offered), fmt.Sprint(got.Delivered)}
	if len(row) != 4 || strings.Join(row[:3], " ") != strings.Join(want, " ") {
		t.Errorf("%s: tshark counts %v, want %v", end, row, want)
	}
	if talked != sent.Offered+got.Delivered {
		t.Errorf("%s: tshark's conversations have %d frames, want %d", end, talked, sent.Offered+got.Delivered)
	}
}
