package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestMixKeepsTheTimeLimit: traffic that starts late does not carry the run beyond it.
func TestMixKeepsTheTimeLimit(t *testing.T) {
	f := runMix(t, `
link: rate 5mbit delay 20ms
time-limit: 5s
traffic:
  - {name: a, proto: tcp, app: bulk, duration: 4s, start: 3s}
  - {name: b, proto: tcp, app: bulk, duration: 5s}
`)
	if a, b := f[0], f[1]; a.Duration > 2 || a.Complete || b.Duration > 5 || !b.Complete {
		t.Errorf("a took %v s, complete %v, want at most 2 and false; b took %v s, complete %v, want at most 5 and true",
			a.Duration, a.Complete, b.Duration, b.Complete)
	}
}

// TestMixStartsBeforeTheTimeLimit: traffic that would never start is refused.
func TestMixStartsBeforeTheTimeLimit(t *testing.T) {
	file := filepath.Join(t.TempDir(), "mix.yaml")
	text := "time-limit: 5s\ntraffic:\n  - {name: a, proto: udp, start: 5s}\n"
	if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	var out, errs bytes.Buffer
	code := run(context.Background(), []string{"run", file, "--out", filepath.Join(t.TempDir(), "out")}, streams{out: &out, err: &errs})
	want := "mix.yaml:3:34: start: 5s is not before the time limit of 5s: begin sooner, or raise time-limit\n"
	if code != 2 || !strings.HasSuffix(errs.String(), want) {
		t.Errorf("exit status %d, %q, want 2, %q", code, errs.String(), want)
	}
}
