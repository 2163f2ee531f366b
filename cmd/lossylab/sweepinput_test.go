package main

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// TestSweepOfInputsAndProtocols: what stands in a varied input decides the numbers, so it is of the sweep's identity; and a
// traffic that is TCP's in some cells has TCP's columns.
func TestSweepOfInputsAndProtocols(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		name = filepath.Join(dir, name)
		if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		return name
	}
	write("one.txt", "one")
	write("two.txt", "two")
	file := write("mix.yaml", `
link: delay 5ms
traffic:
  - {name: a, proto: udp, app: stream, input: one.txt}
sweep:
  vary:
    traffic.a.input: [one.txt, two.txt]
    traffic.a.proto: [udp, tcp]
`)
	settings := func() (*sweepSettings, string) {
		w, err := newSweepSettings([]string{file})
		if err != nil {
			t.Fatal(err)
		}
		p, err := w.plan()
		if err != nil {
			t.Fatal(err)
		}
		return w, p.Identity
	}
	w, first := settings()
	if _, same := settings(); first != same {
		t.Error("the same files make another sweep")
	}
	write("two.txt", "another two")
	if _, second := settings(); first == second {
		t.Error("another input makes the same sweep")
	}
	if names := w.columnNames(); !slices.Contains(names, "a.tcp.retransmits") {
		t.Errorf("no TCP columns of a traffic that varies in its protocol: %v", names)
	}
}

// TestSweepOfAnEchoWithInput: each cell sends the lines of the file, also where the program varies.
func TestSweepOfAnEchoWithInput(t *testing.T) {
	file := filepath.Join(t.TempDir(), "lines.txt")
	if err := os.WriteFile(file, []byte("one\ntwo\nthree\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, vary := range []string{"loss=0%", "app=stream,echo"} {
		args := []string{"--input", file, "--vary", vary, "--proto", "udp", "--link", "delay 5ms"}
		if vary == "loss=0%" {
			args = append(args, "--app", "echo")
		}
		w, err := newSweepSettings(args)
		if err != nil {
			t.Fatal(err)
		}
		values := []string{w.axes[0].Values[len(w.axes[0].Values)-1]}
		got, note, err := (&sweeping{sweepSettings: w}).runCell(context.Background(), values, 1)
		sent := slices.Index(w.columnNames(), "udp.app.sent")
		if err != nil || note != "" || got[sent] != 3 {
			t.Errorf("--vary %s: %v messages, %q, %v, want 3", vary, got[sent], note, err)
		}
	}
}
