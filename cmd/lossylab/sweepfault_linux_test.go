package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// faultGrid is 80 runs of a few milliseconds.
var faultGrid = []string{"sweep", "--proto", "udp", "--vary", "loss=1%,2%,5%,10%", "--vary", "delay=10ms,20ms", "--repeat", "10", "--figures", "svg", "--quiet"}

// sweepProcess starts a sweep in a process of its own.
func sweepProcess(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	path, err := exec.LookPath("lossylab") // this very test, under the name that TestMain knows
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command(path, args...)
	c.Stderr = os.Stderr
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	return c
}

// killWhen kills a process as soon as something holds, and says whether it was killed before its end.
func killWhen(c *exec.Cmd, holds func() bool) bool {
	ended := make(chan struct{})
	go func() {
		c.Wait()
		close(ended)
	}()
	for !holds() {
		select {
		case <-ended:
			return false
		case <-time.After(100 * time.Microsecond):
		}
	}
	c.Process.Kill()
	<-ended
	return !c.ProcessState.Exited()
}

// Killed at its beginning, between rows again and again, and while its results are written, a sweep leaves no half results, and goes on
// to the bytes of one that was left alone.
func TestKilledSweepGoesOn(t *testing.T) {
	dir := t.TempDir()
	alone, out := filepath.Join(dir, "alone"), filepath.Join(dir, "killed")
	output(t, context.Background(), exitDone, append(faultGrid, "--out", alone)...)
	args := append(faultGrid, "--out", out, "--workers", "1")
	journal := filepath.Join(out+runsSuffix, "shard-1-of-1.rows")
	size := func() int64 {
		info, err := os.Stat(journal)
		if err != nil {
			return -1
		}
		return info.Size()
	}
	kills := 0
	for _, bytes := range []int64{0, 1, 1, 1, 10_000, 10_000} { // that the journal has more than at the beginning
		end := size() + bytes
		if killWhen(sweepProcess(t, args...), func() bool { return size() >= end }) {
			kills++
		}
	}
	if kills < 2 {
		t.Errorf("killed %d times", kills)
	}
	inResults := killWhen(sweepProcess(t, args...), func() bool { return exists(out + ".partial/runs.csv") })
	if exists(out) && manifestText(t, out) != manifestText(t, alone) { // it may have been killed behind the last step
		t.Error("a sweep that was killed has left half results")
	}
	t.Logf("killed %d times between rows; in the results: %v", kills, inResults)
	output(t, context.Background(), exitDone, args...)
	if manifestText(t, out) != manifestText(t, alone) {
		t.Error("other bytes than a sweep that was left alone")
	}
	if exists(out + ".partial") {
		t.Error("partial results are still there")
	}
}

// On a disk that is full, wherever, a sweep ends with a line that says so; with more room it goes on from there, to the same bytes.
func TestSweepOnFullDisk(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can mount a small disk: run as root")
	}
	alone := filepath.Join(t.TempDir(), "alone")
	output(t, context.Background(), exitDone, append(faultGrid, "--out", alone)...)
	info, err := os.Stat(filepath.Join(alone+runsSuffix, "shard-1-of-1.rows"))
	if err != nil {
		t.Fatal(err)
	}
	rows := int(info.Size())
	for _, c := range []struct {
		name string
		size int
	}{{"first rows", 4096}, {"later rows", rows / 2}, {"results", rows + 16<<10}} {
		disk := t.TempDir()
		err := syscall.Mount("tmpfs", disk, "tmpfs", 0, fmt.Sprint("size=", c.size))
		if errors.Is(err, syscall.EPERM) {
			t.Skip("this root may not mount a small disk: run with CAP_SYS_ADMIN")
		}
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := syscall.Unmount(disk, 0); err != nil {
				t.Error(err)
			}
		})
		args := append(faultGrid, "--out", filepath.Join(disk, "out"))
		_, said := output(t, context.Background(), exitFailed, args...)
		if !strings.Contains(said, "no space left on device") || strings.Count(said, "\n") != 1 {
			t.Errorf("%s: %q", c.name, said)
		}
		if exists(filepath.Join(disk, "out")) || exists(filepath.Join(disk, "out.partial")) {
			t.Errorf("%s: there are results", c.name)
		}
		if err := syscall.Mount("tmpfs", disk, "tmpfs", syscall.MS_REMOUNT, "size=32m"); err != nil {
			t.Fatal(err)
		}
		output(t, context.Background(), exitDone, args...)
		if manifestText(t, filepath.Join(disk, "out")) != manifestText(t, alone) {
			t.Errorf("%s: with more room, other bytes", c.name)
		}
	}
}

// An interrupt, as Slurm and Kubernetes send one before they kill, ends a sweep with 130; what was finished is kept.
func TestInterruptedSweepKeepsRows(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out")
	journal := filepath.Join(out+runsSuffix, "shard-1-of-1.rows")
	c := sweepProcess(t, append(faultGrid, "--out", out, "--repeat", "5000")...) // minutes
	for {
		if b, err := os.ReadFile(journal); err == nil && bytes.Count(b, []byte("\n")) > 5 {
			break
		}
		time.Sleep(time.Millisecond)
	}
	c.Process.Signal(syscall.SIGTERM)
	c.Wait()
	if code := c.ProcessState.ExitCode(); code != exitInterrupted {
		t.Errorf("exit status %d", code)
	}
	_, said := output(t, context.Background(), exitFailed, "merge", out)
	if !strings.Contains(said, " of 40000 runs are missing: loss=1%") || exists(out) {
		t.Errorf("merge said %q", said)
	}
}

// A reader that has seen enough costs no results.
func TestClosedPipeCostsNoResults(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out")
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	r.Close()
	defer w.Close()
	var errs writer
	args := []string{"sweep", "--messages", "20", "--vary", "loss=1%,2%", "--repeat", "2", "--figures", "none", "--out", out}
	if code := run(context.Background(), args, streams{os.Stdin, w, &errs}); code == exitDone || strings.Contains(string(errs.text), "nothing was kept") {
		t.Errorf("exit status %d, %q", code, errs.text)
	}
	manifestText(t, out)
}
