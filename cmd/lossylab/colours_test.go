package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// everything are runs in which, taken together, each thing happens that comments tell of but marking: the hosts' TCP does not
// heed marks, and its packets say so.
var everything = [][]string{
	{"--messages", "300", "--up", "delay 20ms 2ms loss 3% reorder 3% by 3 duplicate 2% corrupt 1% reorder 5% late 1ms for size 1000-",
		"--down", "delay 20ms loss 3%"},
	{"--messages", "10", "--up", "mtu 600 fragment delay 20ms"},
}

// rulePattern is a line of a file of colouring rules: "@name@filter@[red,green,blue][red,green,blue]", of 16 bits each.
var rulePattern = regexp.MustCompile(`^@([^@]+)@([^@]+)@\[(\d+),(\d+),(\d+)\]\[(\d+),(\d+),(\d+)\]$`)

// A run leaves colouring rules of Wireshark's format behind; tshark colours with each of them; and each display filter that
// the report names shows something in a run that has everything.
func TestWiresharkColoursAndFilters(t *testing.T) {
	var dirs, captures []string
	for _, args := range everything {
		dir := filepath.Join(t.TempDir(), "out")
		output(t, context.Background(), exitDone, append([]string{"run", "--quiet", "--proto", "tcp", "--figures", "none", "--out", dir}, args...)...)
		dirs = append(dirs, dir)
		captures = append(captures, filepath.Join(dir, "tcp", "client.pcapng"), filepath.Join(dir, "tcp", "server.pcapng"))
	}
	var names []string
	for line := range strings.Lines(string(read(t, filepath.Join(dirs[0], "wireshark-colours.txt")))) {
		m := rulePattern.FindStringSubmatch(strings.TrimSuffix(line, "\n"))
		switch {
		case strings.HasPrefix(line, "#"):
		case m == nil:
			t.Errorf("no rule: %q", line)
		default:
			names = append(names, m[1])
		}
	}
	if _, err := exec.LookPath("tshark"); err != nil {
		t.Skip("no tshark here: install it to have Wireshark's opinion")
	}
	coloured := colouredBy(t, filepath.Join(dirs[0], "wireshark-colours.txt"), captures)
	for _, name := range names {
		if coloured[name] == 0 && name != "lossylab marked" {
			t.Errorf("the rule %q colours no frame: %v", name, coloured)
		}
	}
	for line := range strings.Lines(string(read(t, filepath.Join(dirs[0], "report.md")))) {
		m := regexp.MustCompile("^\\| `(.*)` \\| .* \\|\n$").FindStringSubmatch(line)
		if m == nil || !regexp.MustCompile(`^(frame|tcp)\.`).MatchString(m[1]) {
			continue
		}
		if n := frames(t, captures[0], m[1]) + frames(t, captures[1], m[1]); n == 0 {
			t.Errorf("the filter %s shows nothing", m[1])
		}
	}
}

// colouredBy returns how many frames each rule colours in tshark, which is told of the rules as a person's.
func colouredBy(t *testing.T, rules string, captures []string) map[string]int {
	t.Helper()
	home := t.TempDir()
	for _, d := range []string{".wireshark", ".config/wireshark"} {
		if err := os.MkdirAll(filepath.Join(home, d), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(home, d, "colorfilters"), read(t, rules), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	all := map[string]int{}
	for _, file := range captures {
		cmd := exec.Command("tshark", "--color", "-r", file, "-T", "fields", "-e", "frame.coloring_rule.name")
		cmd.Env = append(os.Environ(), "HOME="+home, "XDG_CONFIG_HOME="+filepath.Join(home, ".config"), "TERM=xterm-256color")
		var errs strings.Builder
		cmd.Stderr = &errs
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("tshark --color: %v: %s", err, errs.String())
		}
		for line := range strings.Lines(errs.String()) {
			if !strings.Contains(line, "Running as user") {
				t.Errorf("tshark does not like the rules: %s", line)
			}
		}
		for line := range strings.Lines(string(out)) {
			all[strings.TrimSpace(line)]++
		}
	}
	return all
}
