package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"lossylab/netem"
	"lossylab/report/metric"
)

// The numbers of docs/wireshark.md are those of the run that it names.
func TestWiresharkDocument(t *testing.T) {
	needTshark40(t)
	const path = "../../docs/wireshark.md"
	const before, behind = "<!-- what tshark counts: kept true by a test -->\n", "<!-- end -->\n"
	dir := filepath.Join(t.TempDir(), "out")
	output(t, context.Background(), exitDone, "run", "--quiet", "--proto", "tcp", "--figures", "none", "--out", dir)
	document := string(read(t, path))
	head, rest, ok := strings.Cut(document, before)
	_, tail, ok2 := strings.Cut(rest, behind)
	if !ok || !ok2 {
		t.Fatal("the document has no place for what tshark counts")
	}
	compare(t, path, []byte(head+before+wiresharkTable(t, dir)+behind+tail))
}

// wiresharkTable compares our numbers of a run of TCP with Wireshark's.
func wiresharkTable(t *testing.T, dir string) string {
	f := results(t, dir).Flows[0]
	client, server := dissect(t, filepath.Join(dir, "tcp", "client.pcapng")), dissect(t, filepath.Join(dir, "tcp", "server.pcapng"))
	rtt := &metric.RoundTrip{}
	samples := func(frames []dissected, to int) string {
		n := 0
		for _, p := range frames {
			if p.rtt > 0 && p.direction == to {
				n++
			}
		}
		return fmt.Sprint(n)
	}
	for _, p := range client {
		if next := int64(p.seq-client[0].seq) + int64(p.len) + int64(one(p.flags&(flagSYN|flagFIN) != 0)); p.direction == 1 {
			rtt.Sent(int64(p.seq-client[0].seq), next, netem.Time(p.at), false)
		} else {
			rtt.Acked(int64(p.ack-client[0].seq), netem.Time(p.at))
		}
	}
	count := func(frames []dissected, has func(*dissected) bool) string {
		n := 0
		for i := range frames {
			n += one(has(&frames[i]))
		}
		return fmt.Sprint(n)
	}
	var b strings.Builder
	b.WriteString("| | | lossylab | Wireshark, of | client.pcapng | server.pcapng |\n|---:|---|---:|---|---:|---:|\n")
	row := func(n int, what string, ours any, theirs string, has func(*dissected) bool) {
		fmt.Fprintf(&b, "| %d | %s | %v | `%s` | %s | %s |\n", n, what, ours, theirs, count(client, has), count(server, has))
	}
	up, down := f.Link["up"], f.Link["down"]
	row(1, "packets that TCP sent again", f.TCP.Retransmits, "retransmission", func(p *dissected) bool { return p.retransmission })
	row(1, "", "", "out_of_order", func(p *dissected) bool { return p.outOfOrder })
	row(2, "of these, by fast retransmit", f.TCP.Triggers["fast_retransmit"], "fast_retransmission", func(p *dissected) bool { return p.fast })
	row(3, "of these, needlessly", f.TCP.Spurious, "spurious_retransmission", func(p *dissected) bool { return p.spurious })
	row(3, "packets duplicated on the way up", up.Duplicated, "", func(*dissected) bool { return false })
	row(4, "–", "–", "duplicate_ack", func(p *dissected) bool { return p.duplicateAck })
	row(4, "", "", "window_update", func(p *dissected) bool { return p.windowUpdate })
	row(5, "packets lost on the way up", up.Dropped, "lost_segment", func(p *dissected) bool { return p.lost })
	row(5, "packets lost on the way down", down.Dropped, "ack_lost_segment", func(p *dissected) bool { return p.gap })
	fmt.Fprintf(&b, "| 6 | packets reordered, up / down | %d / %d | `out_of_order` | see 1 | see 1 |\n", up.Reordered, down.Reordered)
	fmt.Fprintf(&b, "| 7 | round-trip times of the client's segments | %d | `ack_rtt` | %s | %s |\n", rtt.Samples.N(), samples(client, 0), samples(server, 0))
	fmt.Fprintf(&b, "| 9 | packets offered, up / down | %d / %d | frames sent | %s | %s |\n", up.Offered, down.Offered,
		count(client, func(p *dissected) bool { return p.direction == 1 }), count(server, func(p *dissected) bool { return p.direction == 1 }))
	fmt.Fprintf(&b, "| 9 | packets delivered, down / up | %d / %d | frames received | %s | %s |\n", down.Delivered, up.Delivered,
		count(client, func(p *dissected) bool { return p.direction == 0 }), count(server, func(p *dissected) bool { return p.direction == 0 }))
	return strings.ReplaceAll(b.String(), "| `` | 0 | 0 |", "| – | – | – |")
}

// one counts a truth value.
func one(b bool) int {
	if b {
		return 1
	}
	return 0
}
