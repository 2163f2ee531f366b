package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"lossylab/netem"
)

// readMask returns what a mask says, its comments apart.
func readMask(t *testing.T, args ...string) (text, notes string) {
	t.Helper()
	out, notes := output(t, context.Background(), exitDone, append([]string{"mask"}, args...)...)
	var lines []string
	for line := range strings.Lines(out) {
		if !strings.HasPrefix(line, "#") {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, ""), notes
}

// What the captures of both ends show of a run's losses is what its link told of them, as long as no queue drops. Where
// packets of the same content could be taken for each other, that is said; here, as many are missing then.
func TestMaskOfCapturesIsThatOfEvents(t *testing.T) {
	for name, args := range map[string]string{
		"all at once":    "--loss 4% --delay 20ms --jitter 2ms --duplicate 3% --reorder 4% --corrupt 2% --interval 5ms",
		"ipv6":           "-6 --loss 6% --delay 15ms --duplicate 2% --interval 5ms",
		"no sack":        "--sack=false --loss 5% --delay 20ms --jitter 1ms --interval 4ms",
		"echo":           "--app echo --flows 3 --messages 80 --loss 10% --delay 10ms --retries 2 --timeout 100ms",
		"burst":          "--link \"delay 10ms loss 8%\" --up \"rate 20mbit delay 10ms loss 5% burst 3\" --interval 3ms",
		"tc":             "--link \"tc 'delay 20ms 5ms loss 4% duplicate 2% reorder 20%'\"",
		"cut":            "--loss 5% --delay 5ms --capture pcap --snaplen 80",
		"bulk":           "--app bulk --bytes 2MB --rate 20mbit --queue 10000 --delay 10ms --loss 1% --proto tcp",
		"bulk, no delay": "--app bulk --bytes 1MB --loss 1% --proto tcp",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), "out")
			output(t, context.Background(), exitDone, append([]string{"run", "--quiet", "--figures", "none", "--out", dir}, words(args)...)...)
			for _, f := range results(t, dir).Flows {
				same(t, dir, f.Proto, "up", "client", "server")
				if f.Link["down"].Offered > 0 {
					same(t, dir, f.Proto, "down", "server", "client")
				}
			}
		})
	}
}

// words splits a command line, with double quotes and within them single ones for them.
func words(line string) (ws []string) {
	for i, part := range strings.Split(line, `"`) {
		if i%2 == 1 {
			ws = append(ws, strings.ReplaceAll(part, "'", `"`))
		} else {
			ws = append(ws, strings.Fields(part)...)
		}
	}
	return ws
}

func same(t *testing.T, dir, proto, direction, from, to string) {
	t.Helper()
	want, _ := readMask(t, dir, "--proto", proto, "--direction", direction)
	ends, err := filepath.Glob(filepath.Join(dir, proto, "*.pcap*"))
	if err != nil || len(ends) != 2 {
		t.Fatal(ends, err)
	}
	if from == "server" {
		slices.Reverse(ends)
	}
	address := map[bool]string{false: "10.0.0.", true: "fd00::"}[strings.Contains(string(read(t, filepath.Join(dir, "events.csv"))), "fd00::1")]
	got, notes := readMask(t, append(ends, "--from", address+map[string]string{"client": "1", "server": "2"}[from])...)
	if got != want && (strings.Contains(notes, ", 0 ambiguous") || size(t, got) != size(t, want)) {
		t.Errorf("%s %s: the captures show\n%s\nthe events\n%s\n%s", proto, direction, got, want, notes)
	}
}

// size returns how many packets a mask loses.
func size(t *testing.T, mask string) (n int) {
	t.Helper()
	lines := strings.Fields(mask)
	for _, line := range lines[2:] {
		first, last, ok := strings.Cut(line, "-")
		if !ok {
			last = first
		}
		a, err := strconv.Atoi(first)
		z, err2 := strconv.Atoi(last)
		if err != nil || err2 != nil {
			t.Fatal(line)
		}
		n += z - a + 1
	}
	return n
}

// The packets that a link's models judge are numbered in that order, whatever a queue does to them before.
func TestJudged(t *testing.T) {
	const head = "run,time_s,link,event,packet,copy,bytes,cause\n"
	for _, c := range []struct {
		name string
		tc   bool
		rows string
		sent int
		lost netem.PacketSet
		ref  int
	}{
		{"a link", false, "1 sent,1 dequeued,2 sent,3 sent,3 dropped queue limit 1,1 dropped loss 3%,2 dequeued,2 delivered,4 sent,4 dequeued,4 dropped loss 3%",
			3, netem.PacketSet{{First: 1, Last: 1}, {First: 3, Last: 3}}, 1},
		{"a queue that drops its oldest, and one that changes the order", false,
			"1 sent,2 sent,3 sent,1 dropped queue headdrop,3 dequeued,3 delivered,2 dequeued,2 dropped loss 1%", 2, netem.PacketSet{{First: 2, Last: 2}}, 1},
		{"lost late, and out of order", false, "1 sent,1 dequeued,2 sent,2 dequeued,3 sent,3 dequeued,3 dropped outage,2 dropped outage,1 dropped outage",
			3, netem.PacketSet{{First: 1, Last: 3}}, 0},
		{"a copy", false, "1 sent,1 dequeued,1/1 duplicated,1 delivered,1/1 dropped outage,2 sent,2 dequeued,2 dropped loss 3%", 2, netem.PacketSet{{First: 2, Last: 2}}, 0},
		{"tc", true, "1 sent,2 sent,2 dropped loss 3%,3 sent,3 dropped limit 1,4 sent,4/1 duplicated,4/1 dropped loss 3%,1 dequeued,1 delivered,5 sent,5 dropped loss 3%",
			4, netem.PacketSet{{First: 2, Last: 2}, {First: 4, Last: 4}}, 1},
	} {
		var b strings.Builder
		b.WriteString(head)
		for row := range strings.SplitSeq(c.rows, ",") {
			packet, event, _ := strings.Cut(row, " ")
			packet, copies, _ := strings.Cut(packet, "/")
			event, cause, _ := strings.Cut(event, " ")
			b.WriteString("tcp,0,up," + event + "," + packet + "," + max(copies, "0") + ",40," + cause + "\n")
			b.WriteString("tcp,0,down," + event + "," + packet + ",0,40," + cause + "\nudp,0,up,dropped,1,0,40,loss\n")
		}
		j := judged{numbers: map[uint64]int{}, tc: c.tc}
		if err := j.readAll(context.Background(), strings.NewReader(b.String()), "tcp", "up"); err != nil {
			t.Fatal(err)
		}
		if got := j.lost; j.sent != c.sent || !slices.Equal(got, c.lost) || j.refused != c.ref {
			t.Errorf("%s: %d judged, lost %v, %d refused; want %d, %v, %d", c.name, j.sent, got, j.refused, c.sent, c.lost, c.ref)
		}
	}
}

// A mask is text that 'loss mask' reads.
func TestMaskText(t *testing.T) {
	m := mask{comments: []string{"one", "two"}, sent: 20}
	for _, n := range []uint64{3, 7, 12, 11, 10, 20} {
		m.lost.Add(n)
	}
	var b strings.Builder
	if err := m.write(&b); err != nil {
		t.Fatal(err)
	}
	if want := "# one\n# two\nsent 20\n3\n7\n10-12\n20\n"; b.String() != want {
		t.Errorf("%q, want %q", b.String(), want)
	}
	if err := m.write(&fullDisk{left: 10}); !errors.Is(err, errFull) {
		t.Errorf("a full disk: %v", err)
	}
}

// An interrupt ends reading, and nothing is written.
func TestMaskInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	dir := t.TempDir()
	output(t, context.Background(), exitDone, "run", "-q", "--messages", "5", "--figures", "none", "--proto", "udp", "--out", filepath.Join(dir, "out"))
	mask := filepath.Join(dir, "mask.txt")
	for _, args := range [][]string{
		{"mask", filepath.Join(dir, "out/udp/client.pcapng"), filepath.Join(dir, "out/udp/server.pcapng"), "-o", mask},
		{"mask", filepath.Join(dir, "out"), "-o", mask},
	} {
		if _, errs := output(t, ctx, exitInterrupted, args...); !strings.Contains(errs, "interrupted while reading; nothing was written") {
			t.Errorf("%q: %s", args, errs)
		}
	}
	if files, err := os.ReadDir(dir); err != nil || len(files) != 1 {
		t.Errorf("%v, %v", files, err)
	}
}

// Whatever stands in events.csv, there is a mask or an error, and no packet is lost that was not sent.
func FuzzJudged(f *testing.F) {
	const head = "run,time_s,link,event,packet,copy,bytes,cause\n"
	f.Add(head+"tcp,0,up,sent,1,0,40,\ntcp,0,up,dequeued,1,0,40,\ntcp,0,up,dropped,1,0,40,loss 3%\n", false)
	f.Add(head+"tcp,0,up,sent,1,0,40,\ntcp,0,up,dropped,1,0,40,limit 1\ntcp,0,up,dropped,1,0,40,limit 1\n", true)
	f.Add(head+"tcp,0,up,sent,x,0,40,\n", false)
	f.Add("run,\"a", true)
	f.Fuzz(func(t *testing.T, text string, tc bool) {
		j := judged{numbers: map[uint64]int{}, tc: tc}
		if err := j.readAll(context.Background(), strings.NewReader(text), "tcp", "up"); err != nil {
			return
		}
		last := uint64(0)
		for _, r := range j.lost {
			if r.First <= last || r.Last < r.First || r.Last > uint64(j.sent) {
				t.Errorf("%d judged, lost %v", j.sent, j.lost)
			}
			last = r.Last
		}
	})
}
