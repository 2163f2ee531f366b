package main

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"lossylab/report"
)

// resultsOf reads the results in a folder.
func resultsOf(t testing.TB, dir string) (r report.Results) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, "results.json"))
	if err == nil {
		err = json.Unmarshal(b, &r)
	}
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// runAndReport runs a scenario and makes a report of its captures.
func runAndReport(t testing.TB, args ...string) (run, rep report.Results, dir string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "run")
	output(t, context.Background(), exitDone, append([]string{"run", "-q", "--figures", "none", "--events=false", "--out", dir}, args...)...)
	output(t, context.Background(), exitDone, "report", dir, "-q", "--figures", "none", "--out", dir+"-report")
	return resultsOf(t, dir), resultsOf(t, dir+"-report"), dir
}

// What a run counts, a report of its captures counts. Left out is what they cannot tell: of packets that never arrived and
// were sent less than the longest delay before the captures' end, whether they were lost or under way; and, down, which of
// acknowledgments that are like each other was lost, so that reordering and, with damage, copies may differ there a little.
func TestReportOfRun(t *testing.T) {
	for _, args := range []string{
		"",
		"--ipv6",
		"--loss 5% --delay 20ms",
		"--loss 5% --delay 20ms --seed 7 --capture pcap",
		"--app bulk --duration 3s --rate 10mbit --delay 20ms --loss 1%",
		"--app bulk --duration 3s --rate 10mbit --delay 20ms --queue 20 --cc reno --sack=false --ipv6",
		"--app echo --loss 5% --retries 3",
	} {
		t.Run(args, func(t *testing.T) {
			run, rep, _ := runAndReport(t, strings.Fields(args)...)
			if len(run.Flows) != len(rep.Flows) || rep.Engine != "capture" {
				t.Fatalf("%d flows of %s, want %d", len(rep.Flows), rep.Engine, len(run.Flows))
			}
			for i, want := range run.Flows {
				got := rep.Flows[i]
				for _, way := range []string{"up", "down"} {
					sameLink(t, want.Proto+" "+way, *want.Link[way], *got.Link[way], way == "down" && want.Proto == "tcp")
				}
				if want.TCP != nil {
					sameTCP(t, want.TCP, got.TCP)
				} else if a, b := want.App, got.App; run.App != "echo" && (a.Received != b.Received || a.Reordered != b.Reordered || a.Duplicated != b.Duplicated) {
					t.Errorf("UDP: %+v, want %+v", b, a)
				}
			}
		})
	}
}

func sameLink(t *testing.T, name string, want, got report.LinkResult, alike bool) {
	t.Helper()
	counts := func(l report.LinkResult) [6]int64 {
		return [6]int64{l.Offered, l.Delivered, l.Dropped + l.InFlight, l.Duplicated, l.Corrupted, l.Bytes}
	}
	if counts(want) != counts(got) {
		t.Errorf("%s: %+v, want %+v", name, got, want)
	}
	if got.InFlight > want.InFlight+1 {
		t.Errorf("%s: %d in flight, want %d", name, got.InFlight, want.InFlight)
	}
	if d := want.Reordered - got.Reordered; d != 0 && (!alike || max(d, -d) > 2) {
		t.Errorf("%s: %d reordered, want %d", name, got.Reordered, want.Reordered)
	}
}

func sameTCP(t *testing.T, want, got *report.TCPResult) {
	t.Helper()
	if want.Segments != got.Segments || want.Retransmits != got.Retransmits || want.Spurious != got.Spurious {
		t.Errorf("%+v, want %+v", got, want)
	}
	// Whether a timer that ran out was a probe's or a timeout's, packets do not tell.
	for _, causes := range []map[string]int64{want.Causes, got.Causes} {
		causes["timeout"] += causes["tail_loss_probe"]
		delete(causes, "tail_loss_probe")
	}
	if !reflect.DeepEqual(want.Causes, got.Causes) {
		t.Errorf("causes %v, want %v", got.Causes, want.Causes)
	}
}

// The clock of the server is found out, whatever it shows: minutes off, and 200 parts in a million too fast. So are the two
// ends of the way, whichever capture is named first.
func TestReportClock(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	output(t, context.Background(), exitDone, "run", "-q", "--figures", "none", "--proto", "tcp", "--capture", "pcap", "--link", "delay 30ms 1ms loss 2%", "--out", dir)
	client, server := filepath.Join(dir, "tcp/client.pcap"), filepath.Join(dir, "tcp/server.pcap")
	bent := filepath.Join(t.TempDir(), "bent.pcap")
	first := int64(-1)
	bend(t, server, bent, func(ns int64) int64 {
		if first < 0 {
			first = ns
		}
		return ns - 90e9 + (ns-first)/5000
	})
	want := resultsOf(t, dir).Flows[0]
	for _, names := range [][]string{{client, bent}, {bent, client}} {
		out := filepath.Join(t.TempDir(), "out")
		text, _ := output(t, context.Background(), exitDone, "report", names[0], names[1], "--figures", "none", "--out", out)
		if !strings.Contains(text, "the server's is 1m") || !strings.Contains(text, "ppm") {
			t.Errorf("no clock in\n%s", text)
		}
		got := resultsOf(t, out).Flows[0]
		if got.Link["up"].Dropped != want.Link["up"].Dropped || got.TCP.Retransmits != want.TCP.Retransmits {
			t.Errorf("%+v %+v, want %+v %+v", got.Link["up"], got.TCP, want.Link["up"], want.TCP)
		}
		if a, b := got.App.Latency.P50, want.App.Latency.P50; a < b-.001 || a > b+.001 {
			t.Errorf("median latency %v, want %v", a, b)
		}
	}
}

// bend rewrites the times of a nanosecond pcap file.
func bend(t *testing.T, from, to string, by func(ns int64) int64) {
	t.Helper()
	b, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	order := binary.ByteOrder(binary.LittleEndian)
	if binary.LittleEndian.Uint32(b) != 0xa1b23c4d {
		order = binary.BigEndian
	}
	if order.Uint32(b) != 0xa1b23c4d {
		t.Fatalf("%s: not in nanoseconds", from)
	}
	for at := 24; at < len(b); {
		ns := int64(order.Uint32(b[at:]))*1e9 + int64(order.Uint32(b[at+4:]))
		ns = by(ns)
		order.PutUint32(b[at:], uint32(ns/1e9))
		order.PutUint32(b[at+4:], uint32(ns%1e9))
		at += 16 + int(order.Uint32(b[at+8:]))
	}
	if err := os.WriteFile(to, b, 0o666); err != nil {
		t.Fatal(err)
	}
}

// What real Linux did is told right, from both ends and from the client's alone: its own counters have the numbers.
func TestReportOfLinux(t *testing.T) {
	for _, test := range []struct {
		name                 string
		up, down             int64 // lost
		again                uint64
		fast, timeouts, tail int64
		last                 float64 // when the last one was sent again, from the first packet on
	}{
		{"d2_seg5_lost", 1, 0, 1, 1, 0, 0, .080872},
		{"d9_seg5_lost_twice", 2, 0, 2, 1, 1, 0, .363999},
		{"d10_syn_lost_6", 6, 0, 6, 0, 6, 0, 0},
		{"d10b_synack_lost_4", 0, 4, 3, 0, 3, 0, 0},
		{"d12_fin_lost", 1, 0, 1, 0, 0, 1, 0},
		{"d17_blackout", 23, 0, 6, 0, 6, 0, 0},
		{"d4a_acks_first_flight_lost", 0, 10, 0, 0, 0, 0, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			client, server := "../../testdata/linux/"+test.name+".client.pcap", "../../testdata/linux/"+test.name+".server.pcap"
			out := filepath.Join(t.TempDir(), "out")
			output(t, context.Background(), exitDone, "report", client, server, "-q", "--figures", "none", "--out", out)
			f := resultsOf(t, out).Flows[0]
			up, down := f.Link["up"], f.Link["down"]
			if up.Dropped+up.InFlight != test.up || down.Dropped != test.down || f.TCP.Retransmits != test.again || f.Vantage != report.BothEnds {
				t.Errorf("%+v %+v %+v", up, down, f.TCP)
			}
			if want := map[string]int64{"fast_retransmit": test.fast, "timeout": test.timeouts, "tail_loss_probe": test.tail}; !reflect.DeepEqual(f.TCP.Triggers, want) {
				t.Errorf("triggers %v, want %v", f.TCP.Triggers, want)
			}
			output(t, context.Background(), exitDone, "report", client, "-q", "--figures", "svg", "--out", out)
			f = resultsOf(t, out).Flows[0]
			if f.TCP.Retransmits != test.again || f.TCP.FastRecoveries != uint64(test.fast) || f.Vantage != report.AtClient {
				t.Errorf("client's capture alone: %+v, %s", f.TCP, f.Vantage)
			}
			if at := lastAgain(t, out); test.last > 0 && (at < test.last-1e-6 || at > test.last+1e-6) {
				t.Errorf("sent again at %v s, want %v", at, test.last)
			}
			output(t, context.Background(), exitDone, "report", server, "-q", "--figures", "none", "--out", out)
			if f = resultsOf(t, out).Flows[0]; f.Vantage != report.AtServer && f.Vantage != report.AtUnknown {
				t.Errorf("the server's capture was taken for one at %s", f.Vantage)
			}
		})
	}
}

// lastAgain returns when the last segment was sent again, by the figure's data.
func lastAgain(t *testing.T, dir string) (at float64) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, "figures/sequence.csv"))
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.Split(string(b), "\n") {
		if cells := strings.Split(line, ","); len(cells) > 4 && cells[4] == "1" {
			if at, err = strconv.ParseFloat(cells[1], 64); err != nil {
				t.Fatal(err)
			}
		}
	}
	return at
}

// BenchmarkReport reads and measures two captures of a bulk transfer, 100 MB together, and says how many
// frames are done in a second.
func BenchmarkReport(b *testing.B) {
	dir := filepath.Join(b.TempDir(), "run")
	output(b, context.Background(), exitDone, "run", "-q", "--figures", "none", "--proto", "tcp", "--app", "bulk", "--events=false",
		"--duration", "8s", "--link", "rate 60mbit delay 5ms loss 0.1%", "--out", dir)
	frames := 0
	for _, l := range resultsOf(b, dir).Flows[0].Link {
		frames += int(l.Offered + l.Delivered)
	}
	for b.Loop() {
		output(b, context.Background(), exitDone, "report", dir, "-q", "--figures", "none", "--out", dir+"-report")
	}
	b.ReportMetric(float64(frames*b.N)/b.Elapsed().Seconds(), "frames/s")
}

// A file that ends within a record, and a clock that was set back, make a report that says so.
func TestReportOfDoubtful(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	output(t, context.Background(), exitDone, "run", "-q", "--figures", "none", "--proto", "tcp", "--capture", "pcap", "--link", "delay 30ms loss 2%", "--messages", "200", "--out", dir)
	client, server := filepath.Join(dir, "tcp/client.pcap"), filepath.Join(dir, "tcp/server.pcap")
	whole, err := os.ReadFile(client)
	if err != nil {
		t.Fatal(err)
	}
	short, back := filepath.Join(t.TempDir(), "short.pcap"), filepath.Join(t.TempDir(), "back.pcap")
	if err := os.WriteFile(short, whole[:len(whole)/2], 0o666); err != nil {
		t.Fatal(err)
	}
	n := 0
	bend(t, client, back, func(ns int64) int64 {
		if n++; n > 100 {
			return ns - 2e9
		}
		return ns
	})
	out := filepath.Join(t.TempDir(), "out")
	for _, names := range [][]string{{short}, {short, server}} {
		text, _ := output(t, context.Background(), exitDone, append([]string{"report", "--figures", "none", "--out", out}, names...)...)
		if r := resultsOf(t, out); r.Complete || !strings.Contains(r.Note, "ends in the middle of a record") || !strings.Contains(text, "Not complete") {
			t.Errorf("%v: %v %q", names, r.Complete, r.Note)
		}
	}
	for _, names := range [][]string{{back}, {back, server}} {
		text, _ := output(t, context.Background(), exitDone, append([]string{"report", "--figures", "png", "--out", out}, names...)...)
		if !strings.Contains(text, "runs backwards, by 1.9") && !strings.Contains(text, "was set back by 2s") || !strings.Contains(text, "at frame 101") {
			t.Errorf("%v: nothing of the clock in\n%s", names, text)
		}
	}
	// What is no record is an error that names the frame, and nothing is written.
	lie := append([]byte(nil), whole...)
	copy(lie[24+8:], "\xff\xff\xff\xff")
	if err := os.WriteFile(short, lie, 0o666); err != nil {
		t.Fatal(err)
	}
	if _, errs := output(t, context.Background(), exitUsage, "report", short, "--out", out+"2"); !strings.Contains(errs, "frame 1, at byte 24") {
		t.Error(errs)
	}
	if _, err := os.Stat(out + "2"); err == nil {
		t.Error("a folder was written")
	}
}
