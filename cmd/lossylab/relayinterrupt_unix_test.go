//go:build unix

package main

import (
	"bytes"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// A second interrupt ends the wait for what is under way at once, with the summary and all files. So it does in a process that was
// started with interrupts ignored, as a script's background jobs are.
func TestRelaySecondInterrupt(t *testing.T) {
	tcp, _ := shoutingServer(t)
	for _, ignored := range []bool{false, true} {
		dir := filepath.Join(t.TempDir(), "out")
		c := exec.Command(os.Args[0], "-test.run=^TestRelayChild$")
		if ignored {
			c = exec.Command("/bin/sh", "-c", `trap "" INT; exec "$0" "$@"`, os.Args[0], "-test.run=^TestRelayChild$")
		}
		c.Env = append(os.Environ(), "LOSSYLAB_RELAY_CHILD=relay tcp 127.0.0.1:0 "+tcp+" --delay 1ms --drain 12h --out "+dir+" --report "+dir+"-page")
		var out bytes.Buffer
		c.Stdout = &out
		said, err := c.StderrPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		line := make([]byte, 200)
		n, err := said.Read(line)
		m := relayLine.FindSubmatch(line[:n])
		if err != nil || m == nil {
			t.Fatalf("%q, %v", line[:n], err)
		}
		go io.Copy(io.Discard, said)
		open, err := net.Dial("tcp", string(m[1])) // and it stays
		if err != nil {
			t.Fatal(err)
		}
		defer open.Close()
		io.WriteString(open, "hello")
		if _, err := io.ReadFull(open, make([]byte, 5)); err != nil {
			t.Fatal(err)
		}
		c.Process.Signal(os.Interrupt)
		for err == nil { // until the relay has heard
			var late net.Conn
			if late, err = net.Dial("tcp", string(m[1])); err == nil {
				late.Close()
			}
		}
		c.Process.Signal(os.Interrupt)
		c.Wait()
		if code := c.ProcessState.ExitCode(); code != exitInterrupted {
			t.Errorf("ignored %v: exit status %d", ignored, code)
		}
		if !strings.Contains(out.String(), "interrupted after") || !exists(filepath.Join(dir, "results.json")) || exists(dir+".partial") ||
			!exists(filepath.Join(dir+"-page", "report.html")) {
			t.Errorf("ignored %v: results %v, partial results %v, and said: %s", ignored, exists(dir), exists(dir+".partial"), out.String())
		}
	}
}

// Any other command is ended by the second interrupt, with the same exit status.
func TestSecondInterrupt(t *testing.T) {
	ended := make(chan int)
	ctx, stop := interruptible(func(code int) { ended <- code })
	defer stop()
	self, err := os.FindProcess(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	self.Signal(os.Interrupt)
	<-ctx.Done()
	self.Signal(os.Interrupt)
	if code := <-ended; code != exitInterrupted {
		t.Errorf("exit status %d", code)
	}
}
