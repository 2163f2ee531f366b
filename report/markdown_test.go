package report

import (
	"strings"
	"testing"
)

// shortFlow is what a parade of 12 datagrams with these fates shows.
func shortFlow(t *testing.T, fates map[int]string) *Flow {
	g := newStage(t, "udp", true)
	parade(g.story, 12, fates)
	flow, _ := g.c.Finish(g.now, false)
	return flow
}

func markdown(t *testing.T, p Page) string {
	t.Helper()
	var b strings.Builder
	if err := p.WriteMarkdown(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// The pages are one with all that there may be, one with as little, and that of an echo.
func TestMarkdownGolden(t *testing.T) {
	golden(t, "report.md", markdown(t, Page{
		Title: "stream: 500 messages of 1000 bytes, one every 20ms", Results: smallResults(), Image: "png", Captures: "pcapng",
		Flows: []*Flow{shortFlow(t, map[int]string{3: "lost", 5: "late", 8: "twice", 10: "corrupt"}), {Proto: "tcp"}},
		Figures: []Figure{{Name: "order", Title: "Send order and arrival order", Caption: "UDP lost 13 of 500 messages."},
			{Name: "goodput", Title: "Goodput over time", Caption: "What the receiving program got."}},
	}))
	perfect := Results{Version: "0.1.0", Seed: 1, Engine: "netstack", Stack: "gvisor v0.0.0", App: "stream", Flows: []FlowResult{clean(udpResult())}}
	perfect.Verdict = perfect.MakeVerdict()
	golden(t, "report-perfect.md", markdown(t, Page{
		Title: "one datagram after the other", Results: &perfect, Captures: "pcap", Flows: []*Flow{shortFlow(t, nil)},
		Figures: []Figure{{Name: "order", Title: "Send order and arrival order", Caption: "Nothing happened."}},
	}))
	echo := Results{Version: "0.1.0", Seed: 1, Engine: "netstack", Stack: "gvisor v0.0.0", App: "echo", Flows: []FlowResult{tcpResult()}}
	echo.Verdict = echo.MakeVerdict()
	golden(t, "report-echo.md", markdown(t, Page{Title: "echo: 20 lines", Results: &echo, Flows: []*Flow{shortFlow(t, nil)}}))
}

func TestThePageSaysRoundWhatItsFramesAre(t *testing.T) {
	for what, fates := range map[string]map[int]string{
		"the first packets, as nothing happened to any:":     nil,
		"round the first packet that something happened to:": {3: "late"},
		"round the first packet that was lost:":              {3: "late", 8: "lost"},
	} {
		if page := markdown(t, Page{Results: &runs()[0].results, Captures: "pcapng", Flows: []*Flow{shortFlow(t, fates)}}); !strings.Contains(page, what) {
			t.Errorf("%v: the page does not say %q", fates, what)
		}
	}
}

func TestAPageOfNothing(t *testing.T) {
	r := Results{Complete: false, Note: "interrupted before the udp run"}
	r.Verdict = r.MakeVerdict()
	page := markdown(t, Page{Title: "stream", Results: &r})
	if !strings.Contains(page, "Nothing was run.\n\n**Not complete:** interrupted before the udp run.\n") {
		t.Error(page)
	}
}

// Each line of a table has as many cells as its first.
func TestMarkdownTables(t *testing.T) {
	for _, run := range runs() {
		page := markdown(t, Page{Results: &run.results, Captures: "pcapng", Flows: []*Flow{shortFlow(t, map[int]string{3: "lost"})}})
		cells := 0
		for line := range strings.Lines(page) {
			n := strings.Count(line, "|")
			if n > 0 && cells > 0 && n != cells {
				t.Errorf("%s: %d cells instead of %d: %s", run.name, n-1, cells-1, line)
			}
			cells = n
		}
	}
}

func TestWhatArrivedIsComparedWithWhatWasSent(t *testing.T) {
	for _, test := range []struct {
		in   InputResult
		want string
	}{
		{InputResult{Same: true}, "the same bytes"},
		{InputResult{Missing: 1}, "1 byte is missing, and a zero stands in its place"},
		{InputResult{Missing: 12_688}, "12 688 bytes are missing, and zeros stand in their place"},
		{InputResult{}, "other bytes"},
	} {
		if got := test.in.verdict(); got != test.want {
			t.Errorf("%+v: %s, want %s", test.in, got, test.want)
		}
	}
}
