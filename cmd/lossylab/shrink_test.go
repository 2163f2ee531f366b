package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"lossylab/netem"
	"lossylab/sim/scenariofile"
)

// shrunk are runs that are shrunk, and how many faults are left.
var shrunk = []struct {
	name, args string
	left       int
}{
	{"a tail loss", "--proto tcp --messages 60 --link 'delay 20ms loss 8%' --seed 3 --expect 'tcp.tcp.timeouts > 0'", 1},
	{"a lost retransmission", "--proto tcp --messages 100 --interval 5ms --cc reno --sack=false --link 'delay 20ms loss 5%' --seed 5 --expect 'tcp.tcp.timeouts > 0'", 2},
	{"datagrams", "--link 'loss 5% reorder 3% late 30ms duplicate 2%' --expect 'udp.app.lost > 1' --expect 'udp.app.reordered > 0' --expect 'udp.app.duplicated > 1'", 5},
	{"both ways, over IPv6", "-6 --app echo --loss 20% --retries 3 --timeout 200ms --expect 'udp.app.lost > 0'", 6},
	{"several clients", "--proto tcp --flows 3 --messages 100 --link 'rate 5mbit limit 15 delay 20ms loss 4% corrupt 1%' --expect 'tcp.tcp.retransmits > 10'", -1},
}

// What is written does what it was written for, and does not without any one of its faults: each is taken out of the file, and
// the rest is run by itself.
func TestShrunkScenariosAreMinimal(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, c := range shrunk {
		args := append([]string{"shrink", "--quiet", "--figures", "none", "--capture", "none", "--tables", "none"}, commandWords(c.args)...)
		output(t, context.Background(), exitDone, args...)
		lines := strings.SplitAfter(string(read(t, defaultShrinkOut)), "\n")
		output(t, context.Background(), exitDone, "run", "--quiet", defaultShrinkOut)
		faults := 0
		for i, line := range lines {
			verb, _, _ := strings.Cut(strings.TrimSpace(line), " ")
			if !strings.HasPrefix(line, "    ") || !slices.Contains([]string{"drop", "delay", "duplicate", "corrupt"}, verb) || strings.HasPrefix(line, "    delay 20ms") {
				continue
			}
			faults++
			without := strings.Join(slices.Delete(slices.Clone(lines), i, i+1), "")
			without = strings.NewReplacer("up: >-\n  down", "up: \"\"\n  down", "down: >-\nseed", "down: \"\"\nseed").Replace(without)
			if err := os.WriteFile("without.yaml", []byte(without), 0o666); err != nil {
				t.Fatal(err)
			}
			output(t, context.Background(), exitFailed, "run", "--quiet", "without.yaml")
		}
		if c.left >= 0 && faults != c.left {
			t.Errorf("%s: %d faults are left, want %d:\n%s", c.name, faults, c.left, strings.Join(lines, ""))
		}
	}
}

// The same command writes the same file and prints the same.
func TestShrinkRepeats(t *testing.T) {
	t.Chdir(t.TempDir())
	args := append([]string{"shrink"}, commandWords(shrunk[1].args)...)
	first, _ := output(t, context.Background(), exitDone, args...)
	file := read(t, defaultShrinkOut)
	again, _ := output(t, context.Background(), exitDone, args...)
	if first != again || !bytes.Equal(file, read(t, defaultShrinkOut)) {
		t.Error("twice the same command, and the results differ")
	}
}

// interrupting is a standard output that interrupts when these words come.
type interrupting struct {
	writer
	words     string
	interrupt func()
}

func (w *interrupting) Write(b []byte) (int, error) {
	if strings.Contains(string(b), w.words) {
		w.interrupt()
	}
	return w.writer.Write(b)
}

// An interrupt keeps what was found: here all faults, since the search has just begun. Before that nothing was.
func TestShrinkIsInterrupted(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, c := range []struct {
		words, said string
		written     bool
	}{
		{"Fewer faults", "lossylab: interrupted before anything was found; nothing was written\n", false},
		{"as named faults", "lossylab: interrupted after 4 runs: shrunk.yaml has the 9 faults that were left\n", true},
	} {
		ctx, cancel := context.WithCancel(context.Background())
		var errs writer
		out := &interrupting{words: c.words, interrupt: cancel}
		code := run(ctx, append([]string{"shrink"}, commandWords(shrunk[0].args)...), streams{os.Stdin, out, &errs})
		_, err := os.Stat(defaultShrinkOut)
		if code != exitInterrupted || !strings.HasSuffix(string(errs.text), c.said) || (err == nil) != c.written {
			t.Errorf("interrupted at %q: exit status %d, %q, file %v", c.words, code, errs.text, err)
		}
	}
	output(t, context.Background(), exitDone, "run", "--quiet", "--figures", "none", defaultShrinkOut)
}

// Faults that share a model do what they do one by one, and are what the link did by chance: the same packets arrive at the
// same times. Jitter, a queue and outages are on the way; only where damage is in a packet differs.
func TestFaultsReplayARun(t *testing.T) {
	const link = "rate 1500kbit limit 4 delay 20ms 5ms loss 4% reorder 3% by 3 duplicate 3% loss 20% for size 40-100; at 1s for 80ms down; every 700ms for 60ms loss 50%"
	for _, args := range []string{"--proto tcp --flows 3 --messages 200 --interval 4ms", "--proto udp --messages 300 --interval 3ms"} {
		k, err := newShrinkSettings(append(commandWords(args), "--link", link, "--expect", "udp.app.lost >= 0"))
		if err != nil {
			k, err = newShrinkSettings(append(commandWords(args), "--link", link, "--expect", "tcp.app.lost >= 0"))
		}
		if err != nil {
			t.Fatal(err)
		}
		first, err := k.trial(context.Background(), k.sc, false)
		if err != nil {
			t.Fatal(err)
		}
		faults := first.record.all()
		if len(faults) < 20 || first.record.queued == 0 || first.record.unnamed > 0 {
			t.Errorf("%s: %d faults, %d packets dropped by queues, %d without names", args, len(faults), first.record.queued, first.record.unnamed)
		}
		up, down := plainLink(k.sc.up), plainLink(k.sc.down)
		for _, sc := range []*scenario{
			k.sc.with(withFaults(up, 0, faults), withFaults(down, 1, faults)),
			k.sc.with(withMergedFaults(up, 0, faults), withMergedFaults(down, 1, faults)),
		} {
			again, err := k.trial(context.Background(), sc, false)
			if err != nil {
				t.Fatal(err)
			}
			if !again.record.same(first.record) {
				t.Errorf("%s: with the faults by name it is another run: %s", args, sc.Link.Up)
			}
		}
	}
}

// Of a link, what it does to all packets alike is kept.
func TestPlainLinks(t *testing.T) {
	for _, c := range [][2]string{
		{"rate 10mbit limit 100 delay 20ms 2ms loss 3% reorder 2% by 3 duplicate 1% corrupt 1%", "rate 10mbit limit 100 delay 20ms 2ms"},
		{"mtu 1400 queue codel delay 5ms for tcp loss 5% for udp drop data 5", "mtu 1400 queue codel delay 5ms for tcp"},
		{"delay 20ms; at 2s for 500ms down; at 3s loss 5%; at 4s rate 1mbit loss 5%", "delay 20ms; at 4s rate 1mbit"},
		{"delay 20ms; at 2s down; at 3s up; at 4s stall; at 5s up delay 30ms", "delay 20ms; at 2s up; at 3s up; at 4s stall; at 5s up delay 30ms"},
		{"loss 5%; every 10s for 500ms loss 50%", ""},
	} {
		s, err := netem.Parse(c[0])
		if err != nil {
			t.Fatal(err)
		}
		if got := plainLink(s).String(); got != c[1] {
			t.Errorf("%s: %q is kept, want %q", c[0], got, c[1])
		}
		if s.String() != must(t, c[0]) {
			t.Errorf("%s is now %s", c[0], s)
		}
	}
}

// must returns a link's words as they are written.
func must(t *testing.T, words string) string {
	t.Helper()
	s, err := netem.Parse(words)
	if err != nil {
		t.Fatal(err)
	}
	return s.String()
}

// Whatever text a value is, the file says it.
func TestValuesOfWrittenScenarios(t *testing.T) {
	for _, text := range []string{"10ms", "a: b", "#1", "x # y", "'", `"`, `C:\x`, "- a", "", " x", "5%", "%5", "true", "a\tb", "grüße", "[1]", "{a: b}", "*a", "&a", "!x", "|", ">", "a, b", "2 * udp.app.lost > 3"} {
		root, problems := scenariofile.Read("x.yaml", []byte("name: "+yamlWord(text)+"\n"), scenarioShape())
		if problems != nil || root.Get("name").Text != text {
			t.Errorf("%q is written as %s and read as %v, %v", text, yamlWord(text), root.Get("name"), problems)
		}
	}
}

// A comment is about the fault that it names, and not about one whose words begin alike.
func TestStoriesOfFaults(t *testing.T) {
	for comment, want := range map[string]bool{
		"lost: drop data 4. Consequence: none": true, "lost: drop data 4": true, "duplicated: drop data 4; late": true,
		"which never arrived (drop data 4); lost: x": true, "lost: drop data 41": false, "lost: drop data 4-8": false,
		"lost: drop data 4 flow 2": false, "lost: drop data 41, drop data 4": true, "": false,
	} {
		if tells(comment, "drop data 4") != want {
			t.Errorf("%q tells of drop data 4: want %v", comment, want)
		}
	}
}

// More faults than a person reads are written as lists of numbers.
func TestManyFaultsAreFewWords(t *testing.T) {
	t.Chdir(t.TempDir())
	output(t, context.Background(), exitDone, "shrink", "--quiet", "--messages", "3000", "--interval", "1ms", "--link", "loss 40%",
		"--expect", "udp.app.lost > 1000", "--max-runs", "5")
	text := string(read(t, defaultShrinkOut))
	if n := strings.Count(text, "drop datagram"); n != 2 { // in a comment and in the link
		t.Errorf("%d times drop datagram", n)
	}
	output(t, context.Background(), exitDone, "run", "--quiet", "--figures", "none", "--capture", "none", defaultShrinkOut)
}

var progressLines = regexp.MustCompile(`(?m)^run \d+ of at most .*\n`)

// The examples of docs/shrink.md are what the command prints and writes now. Beside the blocks of docs/netem.md there are those that
// begin with ```written NAME: a file that a command before has written.
//
// Progress is told when a command takes longer than a second, on whatever machine: it is taken out.
func TestShrinkDocument(t *testing.T) {
	const path = "../../docs/shrink.md"
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	rest, got, commands := string(read(t, path)), "", 0
	t.Chdir(t.TempDir())
	for {
		before, block, ok := strings.Cut(rest, "\n```")
		if got += before; !ok {
			break
		}
		info, block, _ := strings.Cut(block, "\n")
		body, after, _ := strings.Cut(block, "```\n")
		verb, name, _ := strings.Cut(info, " ")
		switch verb {
		case "file":
			err = os.WriteFile(filepath.Base(name), []byte(body), 0o666)
		case "written":
			body = string(read(t, filepath.Base(name)))
		case "console":
			commands += strings.Count("\n"+body, "\n$ ")
			body = progressLines.ReplaceAllString(console(t, body), "")
		}
		if err != nil {
			t.Fatal(err)
		}
		got += "\n```" + info + "\n" + body + "```\n"
		rest = after
	}
	if commands < 4 {
		t.Error("the document has " + strconv.Itoa(commands) + " commands")
	}
	t.Chdir(here)
	compare(t, path, []byte(got))
}
