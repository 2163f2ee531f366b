package main

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// quickly are flags of a run that leaves only what is compared.
var quickly = []string{"--figures", "none", "--capture", "none", "--events=false", "--tables", "none"}

// writeScenario writes a scenario file into a folder of its own and returns its path.
func writeScenario(t *testing.T, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "x.yaml")
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return name
}

// resultsBy runs with the arguments, in pieces between blanks, and returns results.json.
func resultsBy(t *testing.T, args ...string) string {
	t.Helper()
	out := filepath.Join(t.TempDir(), "out")
	stdout, _ := output(t, t.Context(), exitDone, append(append([]string{"run", "--json", "--out", out}, quickly...), args...)...)
	return stdout
}

// inWords are flags, and files that say the same.
var inWords = []struct {
	flags []string
	file  string
}{
	{nil, "app: stream\n"},
	{[]string{"--app", "bulk", "--bytes", "50KB", "--proto", "tcp"}, "app: bulk\nbytes: 50KB\nproto: tcp\n"},
	{[]string{"--app", "echo", "--messages", "5", "--retries", "2", "--timeout", "300ms", "--flows", "2"}, "{app: echo, messages: 5, retries: 2, timeout: 300ms, flows: 2}"},
	{[]string{"--messages", "20", "--size", "200", "--interval", "5ms"}, "messages: 20\nsize: 200\ninterval: 5ms\n"},
	{[]string{"--duration", "300ms", "--seed", "7"}, "duration: 300ms\nseed: 7\n"},
	{[]string{"--app", "bulk", "--proto", "udp", "--duration", "200ms", "--send-rate", "2mbit"}, "app: bulk\nproto: udp\nduration: 200ms\nsend-rate: 2mbit\n"},
	{[]string{"--link", "rate 5mbit delay 5ms loss 2%"}, "link: rate 5mbit delay 5ms loss 2%\n"},
	{[]string{"--link", "rate 5mbit delay 5ms loss 2%"}, "link: |\n  rate 5mbit\n  delay 5ms\n  loss 2%\n"},
	{[]string{"--link", "( rate 5mbit ) then ( delay 5ms )"}, "link: [rate 5mbit, delay 5ms]\n"},
	{[]string{"--link", "rate 5mbit"}, "link: [rate 5mbit]\n"},
	{[]string{"--rate", "5mbit", "--delay", "5ms", "--loss", "0.02"}, "link: {rate: 5mbit, delay: 5ms, loss: 0.02}\n"},
	{[]string{"--rate", "5mbit", "--delay", "5ms", "--loss", "2%"}, "rate: 5mbit\ndelay: 5ms\nloss: 2%\n"},
	{[]string{"--delay", "5ms", "--jitter", "1ms", "--reorder", "5% by 3", "--duplicate", "1%", "--corrupt", "1%", "--queue", "20"},
		"link:\n  delay: 5ms\n  jitter: 1ms\n  reorder: 5% by 3\n  duplicate: 1%\n  corrupt: 1%\n  queue: 20\n"},
	{[]string{"--up", "delay 5ms loss 3%", "--down", "delay 9ms"}, "link: {up: delay 5ms loss 3%, down: delay 9ms}\n"},
	{[]string{"--up", "( delay 5ms ) then ( loss 3% )"}, "up: [delay 5ms, loss 3%]\n"},
	{[]string{"--preset", "wpt-3g", "--loss", "1%"}, "preset: wpt-3g\nloss: 1%\n"},
	{[]string{"--cc", "reno", "--sack=false"}, "tcp: {cc: reno, sack: false}\n"},
	{[]string{"--cc", "reno", "--sack=false"}, "cc: reno\nsack: false\n"},
	{[]string{"--mtu", "1280", "-6"}, "mtu: 1280\nipv6: true\n"},
	{[]string{"--time-limit", "2s", "--confidence", "90%", "--engine", "netstack"}, "time-limit: 2s\nconfidence: 90%\nengine: netstack\n"},
}

// TestFileSaysWhatFlagsSay runs each pair, and expects the same results.json byte for byte.
func TestFileSaysWhatFlagsSay(t *testing.T) {
	for _, c := range inWords {
		if flags, file := resultsBy(t, c.flags...), resultsBy(t, writeScenario(t, c.file)); flags != file {
			t.Errorf("%q is not the same as the file\n%s", c.flags, c.file)
		}
	}
}

// TestFlagsOverride runs files with flags beside them, and flags that say what is left.
func TestFlagsOverride(t *testing.T) {
	const link = "link: {rate: 5mbit, delay: 5ms, loss: 5%, up: delay 1ms loss 1%}\nmessages: 30\n"
	messages := []string{"--messages", "30"}
	for _, c := range []struct {
		file        string
		beside, are []string
	}{
		{"messages: 30\n", []string{"--messages", "20"}, []string{"--messages", "20"}},
		{"messages: 30\nseed: 3\n", []string{"--seed", "9"}, append(messages, "--seed", "9")},
		{link, []string{"--link", "delay 9ms"}, append(messages, "--link", "delay 9ms")},
		{link, []string{"--preset", "wpt-3g"}, append(messages, "--preset", "wpt-3g")},
		{link, []string{"--up", "delay 9ms"}, append(messages, "--rate", "5mbit", "--delay", "5ms", "--loss", "5%", "--up", "delay 9ms")},
		{link, []string{"--down", "delay 9ms"}, append(messages, "--up", "delay 1ms loss 1%", "--down", "delay 9ms")},
		{link, []string{"--loss", "7%"}, append(messages, "--rate", "5mbit", "--delay", "5ms", "--loss", "7%", "--up", "delay 1ms loss 1%")},
		{"link: delay 5ms loss 5%\n", []string{"--loss", "7%"}, []string{"--link", "delay 5ms loss 5%", "--loss", "7%"}},
		{"tcp: {cc: reno}\nmessages: 30\n", []string{"--cc", "cubic"}, messages},
		{"sack: false\nmessages: 30\n", []string{"--sack"}, messages},
	} {
		if got, want := resultsBy(t, append(c.beside, writeScenario(t, c.file))...), resultsBy(t, c.are...); got != want {
			t.Errorf("%q beside the file is not %q\n%s", c.beside, c.are, c.file)
		}
	}
}

// TestFilesBesideScenario has a scenario name a file to send and a file of a link, and runs it from another folder.
func TestFilesBesideScenario(t *testing.T) {
	name := writeScenario(t, "input: sent.txt\nlink: trace t.mahi delay 5ms\n")
	dir := filepath.Dir(name)
	for file, text := range map[string]string{"sent.txt": strings.Repeat("a line\n", 500), "t.mahi": "3\n7\n"} {
		if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(dir)
	want := resultsBy(t, "--input", "sent.txt", "--link", "trace t.mahi delay 5ms")
	t.Chdir(t.TempDir())
	if got := resultsBy(t, name); got != want {
		t.Errorf("not the same:\n%s", got)
	}
}

// TestMixReplays runs a scenario of several kinds of traffic on several numbers of processors: all files are the same.
func TestMixReplays(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	var first string
	for _, n := range []int{1, 2, 8} {
		runtime.GOMAXPROCS(n)
		out := filepath.Join(t.TempDir(), "out")
		output(t, t.Context(), exitDone, "run", "../../testdata/scenarios/call-beside-download.yaml", "--quiet", "--figures", "svg", "--out", out)
		b, err := os.ReadFile(filepath.Join(out, "manifest.json"))
		if err != nil {
			t.Fatal(err)
		}
		if first == "" {
			first = string(b)
		}
		if string(b) != first {
			t.Errorf("with %d processors the manifest is another", n)
		}
	}
}
