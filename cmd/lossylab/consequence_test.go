package main

import (
	"context"
	"encoding/binary"
	"fmt"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// commentsOf returns the comments of a capture by frame number, and how many frames there are. It reads what pcapng's draft
// says, section 4.3, and not what the writer does.
func commentsOf(t *testing.T, file string) (comments map[int]string, frames int) {
	t.Helper()
	comments = map[int]string{}
	b := read(t, file)
	le := binary.LittleEndian
	for len(b) > 0 {
		total := le.Uint32(b[4:])
		block := b[:total]
		b = b[total:]
		if le.Uint32(block) != 6 { // Enhanced Packet Block
			continue
		}
		frames++
		kept := int(le.Uint32(block[20:]))
		for options := block[28+(kept+3)&^3 : total-4]; ; {
			code, n := le.Uint16(options), int(le.Uint16(options[2:]))
			if code == 1 { // opt_comment
				comments[frames] = string(options[4 : 4+n])
			}
			if code == 0 {
				break
			}
			options = options[4+(n+3)&^3:]
		}
	}
	return comments, frames
}

// consequences are runs whose comments are a golden file: each kind of packet is hit once.
var consequences = []struct{ name, args string }{
	{"data, ACKs and SYN", "--proto tcp --messages 60 --interval 5ms --up 'delay 20ms drop syn drop data 5,14 delay data 20 by 3 corrupt data 9 " +
		"drop retransmission 1 of data 14 duplicate data 30' --down 'delay 20ms drop ack 3,30-33 duplicate ack 40'"},
	{"tail", "--proto tcp --messages 10 --interval 5ms --up 'delay 20ms drop last-data' --down 'delay 20ms'"},
	{"ACKs that are missed", "--proto tcp --messages 4 --interval 400ms --up 'delay 20ms' --down 'delay 20ms drop ack 2-3'"},
	{"datagrams", "--proto udp --messages 20 --interval 5ms --up 'delay 20ms drop datagram 5 delay datagram 7 by 3 corrupt datagram 9 duplicate datagram 11' --down 'delay 20ms'"},
	{"echo", "--app echo --messages 10 --interval 5ms --retries 2 --timeout 300ms --up 'delay 20ms drop datagram 4,7-9 drop data 4' " +
		"--down 'delay 20ms drop datagram 2 drop data 8 drop ack 6'"},
}

// The golden file has the comments of fault scenarios as a whole: read it as the specification of consequences. tshark reads
// the same comments of as many frames.
func TestConsequencesGolden(t *testing.T) {
	var b strings.Builder
	_, noTshark := exec.LookPath("tshark")
	for _, c := range consequences {
		dir := filepath.Join(t.TempDir(), "out")
		args := append([]string{"run", "--quiet", "--figures", "none", "--tables", "none", "--out", dir}, commandWords(c.args)...)
		output(t, context.Background(), exitDone, args...)
		fmt.Fprintf(&b, "=== %s: lossylab run %s\n", c.name, c.args)
		for _, f := range results(t, dir).Flows {
			for _, end := range []string{"client", "server"} {
				file := filepath.Join(dir, f.Proto, end+".pcapng")
				comments, n := commentsOf(t, file)
				fmt.Fprintf(&b, "--- %s, %s: %d frames\n", f.Proto, end, n)
				for frame := range n {
					if text := comments[frame+1]; text != "" {
						fmt.Fprintf(&b, "%d: %s\n", frame+1, text)
					}
				}
				if noTshark == nil {
					readsAlike(t, file, comments, n)
				}
			}
		}
	}
	compare(t, "testdata/consequences.txt", []byte(b.String()))
}

// commandWords cuts a command line at spaces outside quotes.
func commandWords(line string) (all []string) {
	for i, part := range strings.Split(line, "'") {
		if i%2 == 1 {
			all = append(all, part)
		} else {
			all = append(all, strings.Fields(part)...)
		}
	}
	return all
}

// readsAlike has tshark read a capture: it finds no fault, n frames and the comments.
func readsAlike(t *testing.T, file string, comments map[int]string, n int) {
	t.Helper()
	cmd := exec.Command("tshark", "-r", file, "-T", "fields", "-e", "frame.number", "-e", "frame.comment")
	var errs strings.Builder
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("tshark: %v: %s", err, errs.String())
	}
	for line := range strings.Lines(errs.String()) {
		if !strings.Contains(line, "Running as user") {
			t.Errorf("tshark finds fault with %s: %s", file, line)
		}
	}
	frames := 0
	for line := range strings.Lines(string(out)) {
		frames++
		if want := fmt.Sprintf("%d\t%s\n", frames, comments[frames]); line != want {
			t.Errorf("%s: tshark reads %q, want %q", file, line, want)
		}
	}
	if frames != n {
		t.Errorf("%s: tshark reads %d frames, want %d", file, frames, n)
	}
}

// againRow is a line of report.md's table of what TCP sent again.
var againRow = regexp.MustCompile(`(?m)^\| (\d+) \| (.*) \| (\d+) \| (.*) \| .* \| (.*) \| (.*) \|$`)

// What a comment says of its own frame is what report.md says of the retransmission: by what, after how many duplicate ACKs,
// and what waited. A retransmission whose reason is a lost ACK is the consequence of no data frame.
func TestConsequencesAgreeWithReport(t *testing.T) {
	kinds := map[string]int{}
	for seed, link := range []string{
		"delay 20ms loss 5%",
		"delay 20ms 4ms loss 3% reorder 3% by 3 duplicate 3%",
		"delay 20ms loss 20%",
		"delay 20ms reorder 8% by 4 corrupt 2%",
		"delay 20ms loss 5% reorder 5% late 30ms",
	} {
		dir := filepath.Join(t.TempDir(), "out")
		output(t, context.Background(), exitDone, "run", "--quiet", "--proto", "tcp", "--figures", "none", "--tables", "none", "--messages", "200",
			"--interval", "5ms", "--seed", fmt.Sprint(seed+1), "--link", link, "--out", dir)
		comments, _ := commentsOf(t, filepath.Join(dir, "tcp", "client.pcapng"))
		rows := againRow.FindAllStringSubmatch(string(read(t, dir, "report.md")), -1)
		if len(rows) == 0 {
			t.Fatalf("%s: nothing was sent again", link)
		}
		for _, row := range rows {
			kinds[compareConsequence(t, link, comments, row)]++
		}
	}
	for _, kind := range []string{"lost", "overtaken", "acknowledgment"} {
		if kinds[kind] == 0 {
			t.Errorf("no retransmission of the kind %q: %v", kind, kinds)
		}
	}
}

// compareConsequence compares one retransmission, and returns its kind.
func compareConsequence(t *testing.T, link string, comments map[int]string, row []string) (kind string) {
	t.Helper()
	of, fate, again, how, held, longest := row[1], row[2], row[3], row[4], row[5], row[6]
	var frame int
	fmt.Sscan(of, &frame)
	_, consequence, _ := strings.Cut(comments[frame], ". Consequence: ")
	trigger, dupAcks, _ := strings.Cut(how, ", ")
	var want string
	if dupAcks != "" {
		want = dupAcks + ", "
	}
	switch {
	case strings.Contains(fate, "lost: "):
		kind = "lost"
	case strings.Contains(fate, "overtaken"):
		kind = "overtaken"
		want += "spurious "
	default:
		if kind = "other"; strings.Contains(fate, "acknowledgment was lost") {
			kind = "acknowledgment"
			if strings.Contains(consequence, "in frame "+again) {
				t.Errorf("%s: the report says %q, and frame %s: %s", link, row[0], of, comments[frame])
			}
		}
		return kind
	}
	if trigger == "timeout" {
		trigger = "retransmit after a timeout"
	}
	want += trigger + " in frame " + again
	if strings.HasSuffix(consequence, "in frame "+again+", which never arrived") {
		return kind // it was dropped as it was sent, before the capture was told what made TCP send it
	}
	if !strings.HasPrefix(consequence, want) || strings.HasPrefix(consequence, want+"0") {
		t.Errorf("%s: the report says %q, and frame %s: %q; want %q", link, row[0], of, comments[frame], want)
	}
	waited := fmt.Sprintf(", delivery of %s messages held up to %s", held, longest)
	if held == "1" {
		waited = strings.Replace(waited, "messages", "message", 1)
	}
	if (held == "–") == strings.Contains(consequence, "delivery of") || held != "–" && !strings.HasSuffix(consequence, waited) {
		t.Errorf("%s: the report says %q, and frame %s: %q; want %q", link, row[0], of, comments[frame], waited)
	}
	return kind
}
