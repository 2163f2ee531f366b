package report

import (
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"fmt"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"lossylab/netem"
)

var formats = []string{"png", "svg", "pdf"}

func render(t testing.TB, f Figure, format string) string {
	t.Helper()
	var b bytes.Buffer
	if err := f.Render(&b, format); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestFigures draws a short run, whose pictures, sentences and tables are to be looked at when they change.
func TestFigures(t *testing.T) {
	var captions strings.Builder
	for _, f := range Figures([]*Flow{udpFlow(1, 200), tcpFlow(1, 200)}) {
		goldenPicture(t, "figures/"+f.Name+".svg", render(t, f, "svg"))
		fmt.Fprintf(&captions, "%s\n\t%s\n\t%s\n", f.Name, f.Title, f.Caption)
	}
	golden(t, "figures/captions.txt", captions.String())
	for _, f := range Figures([]*Flow{udpFlow(3, 12), tcpFlow(1, 12)}) {
		var b strings.Builder
		if err := f.CSV(&b); err != nil {
			t.Fatal(err)
		}
		golden(t, "figures/"+f.Name+".csv", b.String())
	}
}

// goldenPicture is golden for a file too long to be shown: it reports the first line that differs.
func goldenPicture(t *testing.T, name, got string) {
	t.Helper()
	if *update {
		golden(t, name, got)
		return
	}
	want, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatalf("%v: go test ./report -update writes it", err)
	}
	old, lines := strings.Split(string(want), "\n"), strings.Split(got, "\n")
	for i, line := range lines {
		if i == len(old) || line != old[i] {
			t.Errorf("testdata/%s:%d differs; go test ./report -update renews it. Got:\n%.300s", name, i+1, line)
			return
		}
	}
	if len(old) > len(lines) {
		t.Errorf("testdata/%s goes on after line %d", name, len(lines))
	}
}

// edgeFlows are flows that a figure may not expect.
func edgeFlows() map[string][]*Flow {
	lost := udpFlow(1, 30)
	lost.Receptions, lost.Goodput = nil, nil
	for i := range lost.Messages {
		lost.Messages[i].Arrived, lost.Messages[i].Delivered = -1, -1
	}
	for i := range lost.Transits {
		lost.Transits[i].Lost, lost.Transits[i].Arrived = true, -1
	}
	instant := &Flow{Proto: "tcp", Messages: []Message{{}, {Seq: 1}}, Receptions: []Reception{{}, {Seq: 1}},
		Segments: []Segment{{}}, Acks: []Ack{{}}, States: []State{{Cwnd: 10, Ssthresh: -1}}, Goodput: []Bin{{}},
		Transits: []Transit{{Up: true, Label: "data 0"}}}
	unfinished := tcpFlow(1, 100)
	unfinished.Messages[99].Delivered = -1
	unfinished.Transits[3].Arrived = -1
	full := udpFlow(1, 50) // a list that was full earlier than another
	full.Receptions = append(full.Receptions, Reception{Seq: 1000, At: full.End})
	return map[string][]*Flow{
		"none":          nil,
		"empty UDP":     {{Proto: "udp"}},
		"empty TCP":     {{Proto: "tcp"}},
		"both empty":    {{Proto: "udp"}, {Proto: "tcp"}},
		"one message":   {udpFlow(1, 1), tcpFlow(1, 1)},
		"only UDP":      {udpFlow(1, 100)},
		"only TCP":      {tcpFlow(1, 100)},
		"all lost":      {lost, {Proto: "tcp"}},
		"zero duration": {{Proto: "udp", Messages: []Message{{}}}, instant},
		"unfinished":    {full, unfinished},
		"only calls":    {{Proto: "udp", Calls: []Call{{Host: "client", Name: "socket", FD: -1, Args: "AF_INET, SOCK_DGRAM", Result: "3", begun: 1, ended: 1}}, CallTotal: 5}},
		"calls waiting": {{Proto: "tcp", Clients: 2, Calls: []Call{{Host: "server", Name: "accept", FD: 3, Result: "?", End: -1, begun: 1, ended: -1}}, CallTotal: 1}},
		"others' calls": {{Proto: "tcp", Clients: 2, Calls: []Call{{Host: "client", Program: 1, Name: "send", FD: 3, Result: "3", begun: 1, ended: 2}}, CallTotal: 1}},
	}
}

// axes are what the first axis of a figure is that is not time.
var axes = map[string]string{"order": "order of sending", "ipdv": "IPDV", "reordering": "extent"}

// TestEdges draws flows in which something is missing: the axes must be there and every number finite.
func TestEdges(t *testing.T) {
	for name, flows := range edgeFlows() {
		t.Run(name, func(t *testing.T) {
			for _, f := range Figures(flows) {
				if f.Name == "" || f.Title == "" || !strings.HasSuffix(f.Caption, ".") {
					t.Errorf("%q: %q: %q", f.Name, f.Title, f.Caption)
				}
				s := render(t, f, "svg")
				if strings.Contains(s, "NaN") || strings.Contains(s, "Inf") || strings.Contains(s, "-92233720368547758") {
					t.Errorf("%s: a coordinate is not finite", f.Name)
				}
				axis := `aria-label="time`
				switch {
				case f.Name == "loss-runs":
					axis = "lost in a row"
				case axes[f.Name] != "":
					axis = `aria-label="` + axes[f.Name]
				case strings.HasPrefix(f.Name, "ladder"), strings.HasPrefix(f.Name, "calls"):
					axis = `aria-label="server"`
				}
				if !strings.Contains(s, axis) {
					t.Errorf("%s: no %s", f.Name, axis)
				}
				render(t, f, "pdf")
				table(t, f)
			}
		})
	}
}

// Figures of messages, segments and samples, which are kept of the first client only, say so.
func TestFiguresOfSeveralClients(t *testing.T) {
	u, c := udpFlow(1, 30), tcpFlow(1, 30)
	u.Clients, c.Clients = 3, 3
	for _, f := range Figures([]*Flow{u, c}) {
		whole := f.Name == "goodput" || f.Name == "throughput" || f.Name == "queue" || strings.HasPrefix(f.Name, "ladder")
		if strings.HasSuffix(f.Caption, " This is the first of 3 clients.") == whole {
			t.Errorf("%s: %s", f.Name, f.Caption)
		}
	}
}

// table reads a figure's table, of which each line must have as many fields as the first.
func table(t *testing.T, f Figure) [][]string {
	t.Helper()
	var b bytes.Buffer
	if err := f.CSV(&b); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&b).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// TestManyPoints bounds the size of figures of 100 000 messages; BenchmarkFigures has the time.
func TestManyPoints(t *testing.T) {
	for _, f := range Figures(largeFlows()) {
		for _, format := range formats {
			if n := len(render(t, f, format)); n > 500_000 {
				t.Errorf("%s.%s has %d bytes", f.Name, format, n)
			}
		}
		if f.Name == "delivery" {
			if n := len(table(t, f)); n != 1+2*100_000 {
				t.Errorf("the table of %s has %d rows", f.Name, n)
			}
		}
	}
}

// largeFlows returns flows of 100 000 messages, segments and samples, made of repeated short ones.
func largeFlows() []*Flow {
	const times, n = 100, 1000
	u, c := udpFlow(1, n), tcpFlow(1, n)
	for _, f := range []*Flow{u, c} {
		short := *f
		for k := 1; k < times; k++ {
			later := netem.Time(k) * short.End
			for _, m := range short.Messages {
				m.Seq += k * n
				m.Sent += later
				if m.Delivered >= 0 {
					m.Arrived, m.Delivered = m.Arrived+later, m.Delivered+later
				}
				f.Messages = append(f.Messages, m)
			}
			for _, r := range short.Receptions {
				f.Receptions = append(f.Receptions, Reception{r.Seq + k*n, r.At + later})
			}
			for _, s := range short.Segments {
				s.At, s.Offset = s.At+later, s.Offset+int64(k*n*msgSize)
				f.Segments = append(f.Segments, s)
			}
			for _, a := range short.Acks {
				moved := Ack{At: a.At + later, Offset: a.Offset + int64(k*n*msgSize), Window: a.Window}
				for _, b := range a.SACK {
					moved.SACK = append(moved.SACK, [2]int64{b[0] + int64(k*n*msgSize), b[1] + int64(k*n*msgSize)})
				}
				f.Acks = append(f.Acks, moved)
			}
			for _, s := range short.States {
				s.At += later
				f.States = append(f.States, s)
			}
			for _, b := range short.Samples.Up.Queue {
				b.Start, b.End = b.Start+later, b.End+later
				f.Samples.Up.Queue = append(f.Samples.Up.Queue, b)
			}
			for _, b := range short.Goodput {
				f.Goodput = append(f.Goodput, Bin{Start: b.Start + later, End: b.End + later, Bytes: b.Bytes})
			}
		}
		f.End *= times
	}
	return []*Flow{u, c}
}

// sums returns a line with a checksum for each figure and format, all drawn at the same time.
func sums(t *testing.T) string {
	figures := Figures([]*Flow{udpFlow(1, 200), tcpFlow(1, 200)})
	for _, f := range figures {
		figures = append(figures, f.Columns(1))
	}
	lines := make([]string, len(figures)*len(formats))
	var wg sync.WaitGroup
	for i := range lines {
		wg.Go(func() {
			f, format := figures[i/len(formats)], formats[i%len(formats)]
			lines[i] = fmt.Sprintf("%x %s.%s\n", sha256.Sum256([]byte(render(t, f, format))), f.Name, format)
		})
	}
	wg.Wait()
	return strings.Join(lines, "")
}

// TestSameBytes draws twice, and once in another process: the same flows give the same bytes.
func TestSameBytes(t *testing.T) {
	first := sums(t)
	if path := os.Getenv("REPORT_TEST_SUMS"); path != "" {
		if err := os.WriteFile(path, []byte(first), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if second := sums(t); second != first {
		t.Errorf("drawn twice:\n%s%s", first, second)
	}
	path := filepath.Join(t.TempDir(), "sums")
	c := exec.Command(os.Args[0], "-test.run=^TestSameBytes$")
	c.Env = append(os.Environ(), "REPORT_TEST_SUMS="+path)
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	other, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(other) != first {
		t.Errorf("in another process:\n%s%s", first, other)
	}
}

// TestPNG checks the size of a picture on paper: 16 cm at 300 dpi.
func TestPNG(t *testing.T) {
	f := Figures([]*Flow{udpFlow(1, 50)})[0]
	s := render(t, f, "png")
	img, err := png.Decode(strings.NewReader(s))
	if err != nil {
		t.Fatal(err)
	}
	if w := img.Bounds().Dx(); w != 1890 {
		t.Errorf("%d pixels wide, want 1890", w)
	}
	if want := "\x00\x00\x00\x09pHYs\x00\x00\x2e\x23\x00\x00\x2e\x23\x01"; s[33:33+len(want)] != want {
		t.Errorf("no resolution of 11811 pixels per metre after the header: %q", s[33:33+len(want)])
	}
}

func TestRenderUnknownFormat(t *testing.T) {
	err := Figures([]*Flow{udpFlow(1, 1)})[0].Render(&bytes.Buffer{}, "gif")
	if want := `figure format "gif" is not one of png, svg and pdf`; err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
}

// BenchmarkFigures is the time that the figures of a run take; with $FIGURES it leaves them there to be looked at.
func BenchmarkFigures(b *testing.B) {
	for name, flows := range map[string][]*Flow{"1000": {udpFlow(1, 1000), tcpFlow(1, 1000)}, "100000": largeFlows()} {
		for _, format := range formats {
			b.Run(format+"/"+name, func(b *testing.B) {
				for b.Loop() {
					for _, f := range Figures(flows) {
						s := render(b, f, format)
						if dir := os.Getenv("FIGURES"); dir != "" && name == "1000" {
							if err := os.WriteFile(filepath.Join(dir, f.Name+"."+format), []byte(s), 0o644); err != nil {
								b.Fatal(err)
							}
						}
					}
				}
			})
		}
	}
}
