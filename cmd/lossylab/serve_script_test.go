package main

import (
	"bufio"
	"context"
	"io"
	"net"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// servedTest is lossylab server at work within the test.
type servedTest struct {
	tcp, udp string // addresses, of those that it announces
	stop     func() (code int, stdout, stderr string)
	wait     func() (code int, stdout, stderr string)
}

// lockedBuffer is written to and read by several goroutines.
type lockedBuffer struct {
	mu   sync.Mutex
	text strings.Builder
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

// serveTest starts lossylab server and waits until it has printed its addresses: one for a protocol, two for both. It returns
// nil if the server ends before, with what it wrote to standard error.
func serveTest(args ...string) (*servedTest, string) {
	ctx, cancel := context.WithCancel(context.Background())
	var out, errs lockedBuffer
	r, w := io.Pipe()
	code, done := 0, make(chan bool)
	go func() {
		defer close(done)
		code = run(ctx, append([]string{"server"}, args...), streams{strings.NewReader(""), io.MultiWriter(&out, w), &errs})
		w.Close()
	}()
	s := &servedTest{wait: func() (int, string, string) {
		<-done
		return code, out.String(), errs.String()
	}}
	s.stop = func() (int, string, string) {
		cancel()
		return s.wait()
	}
	lines := bufio.NewScanner(r)
	for want := 1 + one(args[0] == "both"); want > 0; want-- {
		if !lines.Scan() {
			s.stop()
			return nil, errs.String()
		}
		proto, address, _ := strings.Cut(strings.TrimPrefix(lines.Text(), "listening on "), " ")
		if proto == "tcp" {
			s.tcp = address
		} else {
			s.udp = address
		}
	}
	go io.Copy(io.Discard, r)
	return s, ""
}

// serve starts a server that the test ends with.
func serve(t *testing.T, args ...string) *servedTest {
	t.Helper()
	s, why := serveTest(args...)
	if s == nil {
		t.Fatalf("lossylab server %q did not begin: %s", args, why)
	}
	t.Cleanup(func() { s.stop() })
	return s
}

// serverKey finds a script's server in its values.
type serverKey struct{}

// socketCommands are what scripts say about servers, whose addresses are in $TCP and $UDP:
//
//	serve ARGUMENT...   starts lossylab server and waits until it listens
//	endserver           interrupts it, and writes what it printed to server.out and server.err, and its exit status to server.status
//	waitserver          the same, once it has ended by itself
func socketCommands() map[string]func(ts *testscript.TestScript, neg bool, args []string) {
	ended := func(ts *testscript.TestScript, end func() (int, string, string)) {
		ts.Value(serverKey{}).(*scriptServer).servedTest = nil
		code, out, errs := end()
		for name, text := range map[string]string{"server.out": out, "server.err": errs, "server.status": string(rune('0' + code))} {
			ts.Check(os.WriteFile(ts.MkAbs(name), []byte(text), 0o666))
		}
	}
	return map[string]func(ts *testscript.TestScript, neg bool, args []string){
		"serve": func(ts *testscript.TestScript, _ bool, args []string) {
			s, why := serveTest(args...)
			if s == nil {
				ts.Fatalf("the server did not begin: %s", why)
			}
			ts.Value(serverKey{}).(*scriptServer).servedTest = s
			ts.Setenv("TCP", s.tcp)
			ts.Setenv("UDP", s.udp)
		},
		"endserver": func(ts *testscript.TestScript, _ bool, _ []string) {
			ended(ts, ts.Value(serverKey{}).(*scriptServer).stop)
		},
		"waitserver": func(ts *testscript.TestScript, _ bool, _ []string) {
			ended(ts, ts.Value(serverKey{}).(*scriptServer).wait)
		},
	}
}

type scriptServer struct{ *servedTest }

// socketSetup gives a script a place for its server, and ends that with the script.
func socketSetup(e *testscript.Env) {
	s := &scriptServer{}
	e.Values[serverKey{}] = s
	e.Defer(func() {
		if s.servedTest != nil {
			s.stop()
		}
	})
}

// socketCondition knows the condition [ipv6]: this machine has IPv6's loopback address.
func socketCondition(name string) (bool, error) {
	if name != "ipv6" {
		return false, os.ErrInvalid
	}
	l, err := net.Listen("tcp6", "[::1]:0")
	if err == nil {
		l.Close()
	}
	return err == nil, nil
}
