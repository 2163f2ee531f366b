package report

import (
	"io"
	"strings"
	"testing"
)

// Captures show no programs: no figure, table or row that is made of them speaks of messages or of goodput, but for the names
// of files and of columns that programs read. A run's do.
func TestCapturesSayNoMessages(t *testing.T) {
	said := func(r *Results, flows []*Flow) string {
		var b strings.Builder
		for _, f := range Figures(flows) {
			b.WriteString(f.Title + "\n" + f.Caption + "\n")
			if err := f.Render(io.Discard, "svg"); err != nil {
				t.Fatal(err)
			}
		}
		for _, table := range Tables(flows, r) {
			b.WriteString(table.Title + table.Caption + "\n")
		}
		for _, g := range r.measureGroups() {
			b.WriteString(g.Label + "\n")
			for _, row := range g.Rows {
				b.WriteString(row.Label + row.Document + "\n")
			}
		}
		if err := r.WriteSummary(&b); err != nil {
			t.Fatal(err)
		}
		return strings.ToLower(b.String())
	}
	udp, tcp := *flowOfWords("udp"), *flowOfWords("tcp")
	flows := []*Flow{&udp, &tcp}
	r := &Results{Flows: []FlowResult{udpResult(), tcpResult()}}
	for _, word := range []string{"message", "goodput"} {
		if !strings.Contains(said(r, flows), word) {
			t.Errorf("a run says nothing of a %s", word)
		}
	}
	udp.Captured, tcp.Captured = true, true
	r.Engine = CaptureEngine
	text := said(r, flows)
	for _, word := range []string{"message", "goodput", "program"} {
		if i := strings.Index(text, word); i >= 0 {
			t.Errorf("captures say %q", text[max(0, i-60):min(len(text), i+60)])
		}
	}
	for _, words := range []string{"delay of the datagrams and segments", "new data over time", "udp delivered all 3 datagrams", "tcp did not deliver 1 of 3 segments"} {
		if !strings.Contains(text, words) {
			t.Errorf("captures do not say %q", words)
		}
	}
}

// flowOfWords is a flow of three messages, of which TCP's last does not come.
func flowOfWords(proto string) *Flow {
	last := 45.0
	if proto == "tcp" {
		last = -1
	}
	f := messagesOf(proto, 20, 30, last)
	f.Tally.Clients = []ClientTally{{Sent: 3, Received: 3, Again: -1}}
	f.Goodput = []Bin{{Start: 0, End: 1e9, Bytes: 1000}, {Start: 1e9, End: 2e9, Bytes: 500}}
	f.Samples.Throughput = f.Goodput
	return f
}

// One kind of flow alone has its own word.
func TestWordsOfOneProtocol(t *testing.T) {
	for proto, want := range map[string]string{"udp": "1 datagram, 2 datagrams", "tcp": "1 segment, 2 segments"} {
		w := wordsOf(&Flow{Proto: proto, Captured: true})
		if got := w.of(1) + ", " + w.of(2); got != want {
			t.Errorf("%s: %s, want %s", proto, got, want)
		}
	}
}
