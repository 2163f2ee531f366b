package main

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"lossylab/report/pcapng"
)

// interrupter cancels a run when a text is printed.
type interrupter struct {
	bytes.Buffer
	at     string
	cancel context.CancelFunc
}

func (w *interrupter) Write(b []byte) (int, error) {
	if strings.Contains(string(b), w.at) {
		w.cancel()
	}
	return w.Buffer.Write(b)
}

// An interrupt ends the run, keeps what was finished, says so, and exits with 130.
func TestInterruptKeepsWhatWasFinished(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "out")
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	out, errs := &interrupter{at: "udp> HELLO, SERVER, THIS IS LINE 100\n", cancel: cancel}, &writer{}
	code := run(ctx, []string{"run", "--app", "echo", "--messages", "1000000", "--delay", "1ms", "--figures", "none", "--time-limit", "24h", "--out", dir},
		streams{os.Stdin, out, errs})
	if code != exitInterrupted || !strings.Contains(string(errs.text), "interrupted") || strings.Count(string(errs.text), "\n") != 1 {
		t.Errorf("exit status %d, %q", code, errs.text)
	}
	r := results(t, dir)
	if r.Complete || r.Note == "" || len(r.Flows) != 1 || r.Flows[0].App.Received < 100 || r.Flows[0].App.Lost != 0 {
		t.Errorf("complete %v, note %q, %d flows", r.Complete, r.Note, len(r.Flows))
	}
	if exists(dir + ".partial") {
		t.Error("the partial results are still there")
	}
}

// In real time nobody interrupts to the nanosecond.
func TestInterruptInRealTime(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	out, errs := &interrupter{at: "udp> HELLO, SERVER, THIS IS LINE 3\n", cancel: cancel}, &writer{}
	code := run(ctx, []string{"run", "--engine", "kernel", "--proto", "udp", "--app", "echo", "--interval", "10ms", "--messages", "100000", "--delay", "1ms",
		"--figures", "none", "--out", filepath.Join(t.TempDir(), "out")}, streams{os.Stdin, out, errs})
	if strings.Contains(string(errs.text), "the kernel engine needs") {
		t.Skip(string(errs.text))
	}
	if code != exitInterrupted || !regexp.MustCompile(`^lossylab: interrupted after \d+\.\d s of real time; what was finished is in `).Match(errs.text) {
		t.Errorf("exit status %d, %q", code, errs.text)
	}
}

// A run that can never finish ends with a result that says so.
func TestHopelessRunEnds(t *testing.T) {
	for _, c := range []struct{ name, args, note string }{
		{"stream", "--time-limit 10min", "the tcp client gave up"},
		{"time limit", "--time-limit 30s", "still trying to connect after 30s"},
		{"bulk", "--app bulk --duration 5s", "still trying to connect after 5s"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "out")
			args := append([]string{"run", "-q", "--loss", "100%", "--figures", "none", "--out", dir}, strings.Fields(c.args)...)
			output(t, context.Background(), exitDone, args...)
			r := results(t, dir)
			udp, tcp := r.Flows[0], r.Flows[1]
			if r.Complete || !strings.Contains(tcp.Note, c.note) || tcp.App.Received != 0 || !strings.Contains(r.Verdict, "TCP delivered nothing: ") {
				t.Errorf("complete %v, note %q, verdict %q", r.Complete, tcp.Note, r.Verdict)
			}
			if udp.App.Sent == 0 || udp.App.Lost != udp.App.Sent {
				t.Errorf("UDP: sent %d, lost %d", udp.App.Sent, udp.App.Lost)
			}
		})
	}
}

// Killed at any moment, a run leaves nothing where its results would be, and what it leaves does not hinder the next.
func TestKillLeavesNoHalfResults(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "out")
	c := exec.Command(os.Args[0], "-test.run=^TestEndless$")
	c.Env = append(os.Environ(), "LOSSYLAB_TEST_ENDLESS="+dir)
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	b := make([]byte, 1)
	if _, err := out.Read(b); err != nil { // the heading, which is printed once the folder is there
		t.Fatal(err)
	}
	c.Process.Kill()
	c.Wait()
	if exists(dir) {
		t.Error("there are results of a run that was killed")
	}
	manifestOf(t, dir, "--figures", "none")
	if exists(dir + ".partial") {
		t.Error("the killed run's partial results are still there")
	}
}

// TestEndless is the process that is killed.
func TestEndless(t *testing.T) {
	if dir := os.Getenv("LOSSYLAB_TEST_ENDLESS"); dir != "" {
		run(context.Background(), []string{"run", "--app", "bulk", "--duration", "24h", "--time-limit", "24h", "--out", dir}, streams{os.Stdin, os.Stdout, os.Stderr})
	}
}

// fullDisk takes so many bytes.
type fullDisk struct{ left int }

var errFull = errors.New("no space left on device")

func (d *fullDisk) Write(b []byte) (int, error) {
	if d.left -= len(b); d.left < 0 {
		return 0, errFull
	}
	return len(b), nil
}

// A capture that its disk has no room for says so when it is closed.
func TestCaptureTellsOfFullDisk(t *testing.T) {
	w := pcapng.NewNg(&fullDisk{left: 100}, pcapng.Options{})
	if err := w.Close(); !errors.Is(err, errFull) {
		t.Errorf("Close: %v, want %v", err, errFull)
	}
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return !errors.Is(err, fs.ErrNotExist)
}
