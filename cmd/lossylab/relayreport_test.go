package main

import (
	"bytes"
	"io"
	"net"
	"path/filepath"
	"strings"
	"testing"
)

// givingServer is a server of TCP that answers whatever comes with so many bytes, and closes.
func givingServer(t *testing.T, size int) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				c.Read(make([]byte, 1000))
				c.Write(bytes.Repeat([]byte("x"), size))
			}()
		}
	}()
	return l.Addr().String()
}

// download asks such a server and returns how many bytes came.
func download(t *testing.T, addr string) int {
	t.Helper()
	c, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	io.WriteString(c, "GET")
	b, err := io.ReadAll(c)
	if err != nil {
		t.Fatal(err)
	}
	return len(b)
}

// The report of a download is about the data, which the server sends, and not about the request; and it says who is who.
func TestRelayReportDownload(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "out")
	page := dir + "-page"
	server := givingServer(t, 300_000)
	r := relays(t, "tcp", "127.0.0.1:0", server, "--link", "delay 1ms", "--down", "delay 1ms drop data 20", "--out", dir, "--report", page, "--drain", "1min")
	if n := download(t, r.listen[0]); n != 300_000 {
		t.Errorf("%d bytes came", n)
	}
	if code := r.stop(); code != exitInterrupted {
		t.Errorf("exit status %d: %s", code, r.err.String())
	}
	f := resultsOf(t, page).Flows[0]
	if !f.Turned || f.App.Sent < 200 || f.TCP.Retransmits == 0 || f.Link["up"].Dropped != 1 {
		t.Errorf("turned %v, %+v, %+v, %+v", f.Turned, f.App, f.TCP, f.Link["up"])
	}
	_, port, _ := net.SplitHostPort(server)
	text := string(read(t, filepath.Join(page, "report.md")))
	for _, want := range []string{"sender 10.0.0.2:" + port + " (the server), receiver 10.0.0.1:", "most data came from 10.0.0.2:" + port, "the sender sent",
		"tcp " + r.listen[0] + " → " + server + "; in the captures the server is 10.0.0.2:" + port, "TCP packets between sender and receiver",
		"participant C as Sender", "| sender frame | receiver frame |", "Packets from sender to receiver", "link to clients | drop data 20 delay 1ms"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in the page", want)
		}
	}
	for _, not := range []string{"--client", "is the client's capture"} {
		if strings.Contains(text, not) {
			t.Errorf("%q is in the page", not)
		}
	}
	if !strings.Contains(r.out.String(), "Report: "+filepath.Join(page, "report.html")) {
		t.Errorf("the summary does not tell of the page:\n%s", r.out.String())
	}
}
