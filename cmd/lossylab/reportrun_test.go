package main

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"lossylab/report"
	"lossylab/report/capturefile"
	"lossylab/report/match"
	"lossylab/report/trace"
)

func captureAt(t testing.TB, path string) match.Capture {
	return match.Capture{Name: path, Open: func() (*capturefile.Reader, error) {
		f, err := os.Open(path)
		if err != nil {
			return nil, err
		}
		t.Cleanup(func() { f.Close() })
		return capturefile.NewReader(f)
	}}
}

func TestScratch(t *testing.T) {
	for _, args := range [][]string{
		{}, {"--ipv6"}, {"--loss", "5%", "--delay", "20ms"}, {"--app", "bulk", "--duration", "3s", "--rate", "10mbit", "--delay", "20ms", "--loss", "1%"},
		{"--link", "delay 20ms corrupt 2% duplicate 3% reorder 5% by 3"},
	} {
		dir := filepath.Join(t.TempDir(), "o")
		output(t, context.Background(), 0, append([]string{"run", "-q", "--figures", "none", "--out", dir}, args...)...)
		var want report.Results
		b, _ := os.ReadFile(dir + "/results.json")
		if err := json.Unmarshal(b, &want); err != nil {
			t.Fatal(err)
		}
		for _, w := range want.Flows {
			c, s := captureAt(t, dir+"/"+w.Proto+"/client.pcapng"), captureAt(t, dir+"/"+w.Proto+"/server.pcapng")
			l, err := trace.List(c)
			if err != nil {
				t.Fatal(err)
			}
			m, err := trace.Meet(c, s, l.Conversations[0])
			if err != nil {
				t.Fatal(err)
			}
			_, r, err := m.Both()
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("%v %s clock %v notes %q", args, w.Proto, m.Clock.String(), r.Notes)
			for _, way := range []string{"up", "down"} {
				a, b := *w.Link[way], *r.Link[way]
				a.Spec, a.DroppedBy, a.Sojourn, a.QueueMax, b.DroppedBy = "", nil, nil, 0, nil
				if true {
					t.Logf("%s\n run    %+v\n report %+v", way, a, b)
				}
			}
			if w.TCP != nil {
				t.Logf("\n %+v %v\n %+v %v", *w.TCP, w.TCP.SRTT, *r.TCP, r.TCP.RTT)
			}
			t.Logf("\n %+v %v %v\n %+v %v %v", w.App, w.App.Latency, w.App.HeadOfLine, r.App, r.App.Latency, r.App.HeadOfLine)
		}
	}
}
