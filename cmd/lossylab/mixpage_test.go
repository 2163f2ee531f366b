package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestMixPage reads the pages of a mix: what shares the link, whose figures are whose, what is expected.
func TestMixPage(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out")
	output(t, t.Context(), exitDone, "run", "../../testdata/scenarios/everything.yaml", "--quiet", "--out", out)
	for file, want := range map[string][]string{
		"report.md": {"| call | `stream: messages of 200 bytes for 6s, one every 20ms, over udp, on phone` |",
			"| access of cabin | `up rate 1mbit limit 20 delay 40ms; down rate 4mbit delay 40ms` |",
			"## Delay of the messages of all flows", "all packets at most 60 packets", "call varies by", "7 expectations met"},
		"report.html":       {"Figures of backup", "Figures of photo", "Why backup sent again", `"title":"call"`, `href="#expected"`},
		"figures/delay.csv": {"flow,message,sent_s,delay_s\n", "\nquestions,0,1.0"},
		"tables/rtt.csv":    {"flow,segment,", "\nbackup,1,", "\nphoto,1,"},
	} {
		b, err := os.ReadFile(filepath.Join(out, file))
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range want {
			if !strings.Contains(string(b), w) {
				t.Errorf("%s does not say %q", file, w)
			}
		}
		for _, w := range []string{"UDP varies", "of UDP:", ">TCP</h3>"} {
			if strings.Contains(string(b), w) {
				t.Errorf("%s says %q where a name is due", file, w)
			}
		}
	}
}

// TestMixPageInBrowser opens the page of a mix: its console has no errors, and each flow has its ladder.
func TestMixPageInBrowser(t *testing.T) {
	b := newBrowser(t)
	out := filepath.Join(t.TempDir(), "out")
	output(t, t.Context(), exitDone, "run", "../../testdata/scenarios/three-clients.yaml", "--quiet", "--figures", "svg", "--out", out)
	b.open(filepath.Join(out, "report.html"))
	if got, want := b.eval(`[...document.querySelectorAll("#ladders h3")].map((h) => h.textContent).join()`), "near,middle,far"; got != want {
		t.Errorf("ladders of %s, want %s", got, want)
	}
	if len(b.problems) > 0 {
		t.Errorf("%q", b.problems)
	}
}
