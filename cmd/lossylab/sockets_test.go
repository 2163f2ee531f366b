package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
)

// client runs lossylab client within the test.
func client(t testing.TB, code int, args ...string) (stdout, stderr string) {
	t.Helper()
	return output(t, context.Background(), code, append([]string{"client"}, args...)...)
}

// Many clients at once each get their own answers, in order.
func TestServerAnswersManyClientsAtOnce(t *testing.T) {
	const clients, n = 40, 25
	s := serve(t, "both", "127.0.0.1:0", "--quiet")
	var all sync.WaitGroup
	for i := range 2 * clients {
		proto, address := "tcp", s.tcp
		if i%2 > 0 {
			proto, address = "udp", s.udp
		}
		all.Go(func() {
			var want strings.Builder
			args := []string{proto, address, "--timeout", "30s"}
			for line := range n {
				args = append(args, fmt.Sprintf("line %d of client %d", line, i))
				fmt.Fprintf(&want, "LINE %d OF CLIENT %d\n", line, i)
			}
			var out, errs writer
			code := run(context.Background(), append([]string{"client"}, args...), streams{strings.NewReader(""), &out, &errs})
			if code != exitDone || string(out.text) != want.String() {
				t.Errorf("client %d: status %d, %s; %s", i, code, out.text, errs.text)
			}
		})
	}
	all.Wait()
}

// Bytes that are no text come back as they are, whatever parts they come in, and so does a line that is longer than all buffers.
func TestServerReturnsAnyBytes(t *testing.T) {
	every := make([]byte, 256)
	for i := range every {
		every[i] = byte(i)
	}
	line := bytes.Repeat(bytes.ReplaceAll(bytes.ReplaceAll(every, []byte("\n"), nil), []byte("\r"), nil), 20)
	long := bytes.Repeat([]byte("0123456789äöü-"), 500_000)
	file := filepath.Join(t.TempDir(), "input")
	for _, how := range []string{"none", "upper", "reverse"} {
		s := serve(t, "both", "127.0.0.1:0", "--quiet", "--transform", how)
		for _, c := range []struct {
			proto, address string
			line           []byte
		}{{"tcp", s.tcp, line}, {"udp", s.udp, line}, {"tcp", s.tcp, long}} {
			if err := os.WriteFile(file, c.line, 0o666); err != nil {
				t.Fatal(err)
			}
			// The client knows what is to come.
			got, _ := client(t, exitDone, c.proto, c.address, "--input", file, "--expect", how, "--timeout", "30s")
			if how == "none" && got != string(c.line)+"\n" {
				t.Errorf("%s: %d bytes came back of %d, or others", c.proto, len(got)-1, len(c.line))
			}
		}
	}
}

// What fits into no datagram is refused before anything is sent.
func TestClientRefusesLongLines(t *testing.T) {
	_, stderr := client(t, exitUsage, "udp", "127.0.0.1:9", strings.Repeat("x", 65508))
	if want := "lossylab: client: line 1 has 65508 bytes, and over udp there is room for 65507\n"; stderr != want {
		t.Errorf("%q", stderr)
	}
	_, stderr = client(t, exitUsage, "udp", "127.0.0.1:9", "--numbers", strings.Repeat("x", 65507))
	if !strings.Contains(stderr, "room for 65495") {
		t.Errorf("%q", stderr)
	}
}

// A datagram whose answer is longer than a datagram stays without one, and the server goes on.
func TestServerOutlivesAnAnswerThatIsTooLong(t *testing.T) {
	s := serve(t, "udp", "127.0.0.1:0")
	long := strings.Repeat("ɐ", 32_000) // two bytes; the capital has three
	client(t, exitFailed, "udp", s.udp, long, "--timeout", "100ms")
	if got, _ := client(t, exitDone, "udp", s.udp, "hello", "--timeout", "30s"); got != "HELLO\n" {
		t.Errorf("%q", got)
	}
	if _, _, stderr := s.stop(); !strings.Contains(stderr, "64000 bytes in, and no answer") {
		t.Error(stderr)
	}
}

// quiet is a UDP socket that answers what choose says, and counts.
func quiet(t *testing.T, choose func(n int, datagram string) []string) string {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	go func() {
		b := make([]byte, 1<<16)
		for n := 0; ; n++ {
			size, from, err := conn.ReadFrom(b)
			if err != nil {
				return
			}
			for _, answer := range choose(n, string(b[:size])) {
				conn.WriteTo([]byte(answer), from)
			}
		}
	}()
	return conn.LocalAddr().String()
}

// A server that does not answer is asked as often as was said, and the client goes on to the next line.
func TestClientAsksAgain(t *testing.T) {
	at := quiet(t, func(int, string) []string { return nil })
	out, errs := client(t, exitFailed, "udp", at, "first", "second", "--timeout", "20ms", "--retries", "2")
	if out != "" || strings.Count(errs, "no answer to line 1 within 20ms: sent again\n") != 2 ||
		strings.Count(errs, "no answer to line 2 within 20ms\n") != 1 || !strings.Contains(errs, "no answer to 2 of 2 lines") {
		t.Errorf("%q, %q", out, errs)
	}
}

// With numbers, an answer that comes twice is not taken for that to another line.
func TestNumbersTellAnswersApart(t *testing.T) {
	at := textbook(t, func(c net.Conn) {
		b := make([]byte, len("0 one\n"))
		for i := range 2 {
			io.ReadFull(c, b)
			fmt.Fprintf(c, "0 ONE\n")
			if i > 0 {
				c.Write(bytes.ToUpper(b))
			}
		}
		io.Copy(io.Discard, c)
	})
	out, errs := client(t, exitDone, "tcp", at, "one", "two", "--numbers", "--timeout", "30s")
	if out != "ONE\nTWO\n" || errs != "another answer to line 1\n" {
		t.Errorf("%q, %q", out, errs)
	}
}

// textbook is a TCP server as textbooks have it: it answers what one recv returns, and closes.
func textbook(t *testing.T, answer func(net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			answer(conn)
			conn.Close()
		}
	}()
	return l.Addr().String()
}

func TestClientOfATextbookServer(t *testing.T) {
	once := func(trim bool) func(net.Conn) {
		return func(c net.Conn) {
			b := make([]byte, 1024)
			n, _ := c.Read(b)
			b = bytes.ToUpper(b[:n])
			if trim {
				b = bytes.TrimSpace(b)
			}
			c.Write(b)
			if tcp, ok := c.(*net.TCPConn); ok { // closing with unread bytes would reset
				tcp.CloseWrite()
				io.Copy(io.Discard, c)
			}
		}
	}
	for _, trim := range []bool{false, true} {
		at := textbook(t, once(trim))
		if out, _ := client(t, exitDone, "tcp", at, "hello"); out != "HELLO\n" {
			t.Errorf("%q", out)
		}
		out, errs := client(t, exitFailed, "tcp", at, "hello", "again")
		if out != "HELLO\n" || !strings.Contains(errs, "the server closed the connection after 1 of 2 answers: if it answers once") {
			t.Errorf("%q, %q", out, errs)
		}
	}
	silent := textbook(t, func(c net.Conn) { io.Copy(io.Discard, c) })
	_, errs := client(t, exitFailed, "tcp", silent, "hello", "--timeout", "1s")
	if !strings.Contains(errs, "no answer to line 1 within 1s: raise --timeout") {
		t.Error(errs)
	}
}

// A client of a textbook sends no line end and waits.
func TestServerOfATextbookClient(t *testing.T) {
	s := serve(t, "tcp", "127.0.0.1:0", "--quiet")
	conn, err := net.Dial("tcp", s.tcp)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	for _, word := range []string{"hello", "gr\xc3", "\xbc\xc3\x9fe"} { // the second ends within a letter
		if _, err := conn.Write([]byte(word)); err != nil {
			t.Fatal(err)
		}
		want := map[string]string{"hello": "HELLO", "gr\xc3": "GR", "\xbc\xc3\x9fe": "ÜßE"}[word]
		b := make([]byte, len(want))
		if _, err := io.ReadFull(conn, b); err != nil || !strings.EqualFold(string(b), want) {
			t.Errorf("%q: %q, %v", word, b, err)
		}
	}
}

// An interrupt ends a client that waits, and a server whose clients stay.
func TestInterruptedSockets(t *testing.T) {
	asked := make(chan bool, 1)
	at := quiet(t, func(int, string) []string { asked <- true; return nil })
	ctx, interrupt := context.WithCancel(context.Background())
	var out, errs writer
	code := make(chan int)
	go func() {
		code <- run(ctx, []string{"client", "udp", at, "hello", "--timeout", "1h"}, streams{strings.NewReader(""), &out, &errs})
	}()
	<-asked
	interrupt()
	if c := <-code; c != exitInterrupted || !strings.Contains(string(errs.text), "interrupted: client: udp "+at+": 0 of 1 lines were answered") {
		t.Errorf("status %d: %s", c, errs.text)
	}
	s := serve(t, "both", "127.0.0.1:0")
	conn, err := net.Dial("tcp", s.tcp)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprint(conn, "hello")
	if _, err := io.ReadFull(conn, make([]byte, 5)); err != nil {
		t.Fatal(err)
	}
	c, stdout, stderr := s.stop()
	if c != exitDone || !strings.Contains(stdout, "TCP connections 1") || !strings.Contains(stderr, "closed: the server ended") {
		t.Errorf("status %d: %s; %s", c, stdout, stderr)
	}
	if n, err := conn.Read(make([]byte, 1)); n > 0 || err == nil {
		t.Errorf("the connection goes on: %d, %v", n, err)
	}
}

// An echo's run, its calls and their figures included, has the same bytes at any number of processors.
func TestCallsAreTheSameOnAnyProcessors(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	dir, want := t.TempDir(), ""
	for _, n := range []int{1, 2, 8} {
		runtime.GOMAXPROCS(n)
		got := manifestOf(t, filepath.Join(dir, fmt.Sprint(n)), "--app", "echo", "--flows", "3", "--loss", "10%", "--delay", "10ms", "--figures", "svg")
		if !strings.Contains(got, "calls.csv") || !strings.Contains(got, "figures/calls-tcp.svg") || want != "" && got != want {
			t.Errorf("GOMAXPROCS=%d: other bytes:\n%s\nthan at 1:\n%s", n, got, want)
		}
		want = got
	}
}

// Tracing changes nothing that happens: captures and results are those of a run without it.
func TestTracingCallsChangesNothing(t *testing.T) {
	dir := t.TempDir()
	args := []string{"--app", "echo", "--flows", "3", "--loss", "10%", "--delay", "10ms", "--retries", "2", "--figures", "none"}
	manifestOf(t, filepath.Join(dir, "with"), args...)
	manifestOf(t, filepath.Join(dir, "without"), append(args, "--trace-calls", "0")...)
	for _, name := range []string{"results.json", "events.csv", "tcp/client.pcapng", "udp/server.pcapng"} {
		if !bytes.Equal(read(t, filepath.Join(dir, "with", name)), read(t, filepath.Join(dir, "without", name))) {
			t.Errorf("%s differs", name)
		}
	}
}

// All bytes of a line but its line feed are sent: a carriage return before it, too, from a file and from standard input.
func TestClientKeepsCarriageReturns(t *testing.T) {
	s := serve(t, "both", "127.0.0.1:0", "--quiet")
	const text, want = "get / http/1.1\r\nhost: x\r\n\r\nlast", "GET / HTTP/1.1\r\nHOST: X\r\n\r\nLAST\n"
	file := filepath.Join(t.TempDir(), "lines")
	if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, c := range [][]string{{"tcp", s.tcp}, {"udp", s.udp}, {"tcp", s.tcp, "--input", file, "--expect", "upper"}, {"udp", s.udp, "--input", file, "--numbers"}} {
		var out, errs writer
		code := run(context.Background(), append([]string{"client", "--timeout", "30s"}, c...), streams{strings.NewReader(text), &out, &errs})
		if code != exitDone || string(out.text) != want {
			t.Errorf("%q: status %d, %q; %s", c, code, out.text, errs.text)
		}
	}
}

// A port that another program has is wrong input of server, as it is of relay.
func TestServerPortInUse(t *testing.T) {
	tcp, udp := shoutingServer(t)
	for _, args := range [][]string{{"tcp", tcp}, {"udp", udp}, {"both", tcp}} {
		_, said := output(t, context.Background(), exitUsage, append([]string{"server"}, args...)...)
		if !strings.Contains(said, "the address is in use: choose another port") || strings.Count(said, "\n") != 1 {
			t.Errorf("%q: %s", args, said)
		}
	}
}
