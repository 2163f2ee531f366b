//go:build unix

package main

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// A terminal that is closed interrupts a command as the other signals do.
func TestSignalsInterrupt(t *testing.T) {
	heedHUP(t)
	for _, s := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
		cmd := exec.Command("lossylab", "relay", "udp", "127.0.0.1:0", "127.0.0.1:9")
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		cmd.Stderr = cmd.Stdout
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewReader(out)
		for line := ""; !strings.Contains(line, "127.0.0.1:"); {
			if line, err = lines.ReadString('\n'); err != nil {
				t.Fatal(err)
			}
		}
		cmd.Process.Signal(s)
		rest, _ := io.ReadAll(lines)
		if err := cmd.Wait(); cmd.ProcessState.ExitCode() != exitInterrupted {
			t.Errorf("%v: %v: %s", s, err, rest)
		}
	}
}

// Under nohup a command goes on.
func TestNohupIsLeftAlone(t *testing.T) {
	heedHUP(t)
	if all := interruptSignals(); !slices.Contains(all, os.Signal(syscall.SIGHUP)) {
		t.Errorf("%v", all)
	}
	signal.Ignore(syscall.SIGHUP)
	if all := interruptSignals(); slices.Contains(all, os.Signal(syscall.SIGHUP)) {
		t.Errorf("%v", all)
	}
}

// heedHUP has the test, and what it starts, heed SIGHUP even where the tests run under nohup.
func heedHUP(t *testing.T) {
	ignored := signal.Ignored(syscall.SIGHUP)
	signal.Notify(make(chan os.Signal, 1), syscall.SIGHUP)
	t.Cleanup(func() {
		signal.Reset(syscall.SIGHUP)
		if ignored {
			signal.Ignore(syscall.SIGHUP)
		}
	})
}
