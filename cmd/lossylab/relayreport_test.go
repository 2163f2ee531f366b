package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"os"
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

// A folder for the report that cannot be is refused before anything runs, in a line, and nothing is written.
func TestRelayReportFolder(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	os.MkdirAll("foreign", 0o777)
	os.WriteFile("foreign/precious", nil, 0o666)
	os.WriteFile("file", nil, 0o666)
	os.MkdirAll("real", 0o777)
	os.Symlink("real", "link")
	for _, c := range []struct{ out, report, want string }{
		{"r", "r", "--report r: that is the folder of --out, which holds the captures: name another, such as r-report"},
		{"r/", "./r", "name another, such as r-report"},
		{"r", "r/page", "--report r/page: it lies in the folder of --out, which is replaced as a whole: name one beside it, such as r-report"},
		{"page/r", "page", "--report page: the folder of --out lies in it"},
		{"real/r", "link/r", "that is the folder of --out"},
		{"r", "r.partial", "one of the folders is where the other is written"},
		{"r.partial", "r", "one of the folders is where the other is written"},
		{"r", "foreign", "--report foreign: the folder holds precious, which lossylab did not write"},
		{"r", "file", "--report file: it is a file"},
		{"r", "file/page", "--report file/page: not a directory"},
		{"r", "", `--report "": name a folder`},
	} {
		_, said := output(t, context.Background(), exitUsage, "relay", "tcp", "127.0.0.1:0", "127.0.0.1:9", "--out", c.out, "--report", c.report, "--duration", "1h")
		if !strings.Contains(said, c.want) || strings.Count(said, "\n") != 1 {
			t.Errorf("--out %s --report %s: %swant %s", c.out, c.report, said, c.want)
		}
		left, _ := filepath.Glob("*")
		if got := strings.Join(left, " "); got != "file foreign link real" {
			t.Fatalf("--out %s --report %s left %s", c.out, c.report, got)
		}
	}
}

// Where nothing passed, or nothing arrived, there is nothing to report. The relay says so, and ends as it would without --report.
func TestRelayReportNothing(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "out")
	page := dir + "-page"
	tcp, udp := shoutingServer(t)
	r := relays(t, "tcp", "127.0.0.1:0", tcp, "--out", dir, "--report", page, "--duration", "1ms")
	if code := <-r.code; code != exitDone || !strings.Contains(r.err.String(), "--report "+page+": no packet came to the link, so there is nothing to report\n") {
		t.Errorf("exit status %d: %s", code, r.err.String())
	}
	r = relays(t, "tcp", "127.0.0.1:0", tcp, "--out", dir, "--report", page, "-q", "--control", "127.0.0.1:0")
	if code := r.stop(); code != exitInterrupted || !strings.Contains(r.err.String(), "nothing to report\n") {
		t.Errorf("exit status %d: %s", code, r.err.String())
	}
	r = relays(t, "udp", "127.0.0.1:0", udp, "--loss", "100%", "--out", dir, "--report", page, "--control", "127.0.0.1:0")
	c, err := net.Dial("udp", r.listen[0])
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	for res := (relayResults{}); res.Link.Up.Dropped == 0; {
		c.Write([]byte("x"))
		_, answer := r.ask("GET", "/counters", r.token, "", "")
		json.Unmarshal([]byte(answer), &res)
	}
	if code := r.stop(); code != exitInterrupted || !strings.Contains(r.err.String(), "no packet has arrived over the link, so there is nothing to report\n") {
		t.Errorf("exit status %d: %s", code, r.err.String())
	}
	if exists(page) || exists(page+".partial") || !exists(filepath.Join(dir, "results.json")) {
		t.Error("a page, or no results")
	}
}

// Datagrams of two ends that have one address, as all have on the loopback, are told apart by their ports.
func TestRelayReportDatagrams(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "out")
	page := dir + "-page"
	server := quiet(t, func(_ int, datagram string) []string { return []string{strings.Repeat(datagram, 50)} })
	r := relays(t, "udp", "127.0.0.1:0", server, "--up", "drop datagram 2", "--down", "drop datagram 5,7", "--out", dir, "--report", page, "--control", "127.0.0.1:0")
	c, err := net.Dial("udp", r.listen[0])
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	for range 20 {
		io.WriteString(c, "question")
	}
	for res := (relayResults{}); res.Relays == nil || res.Relays[0].UDP.ToClient < 17; {
		_, answer := r.ask("GET", "/counters", r.token, "", "")
		json.Unmarshal([]byte(answer), &res)
	}
	r.stop()
	f := resultsOf(t, page).Flows[0]
	up, down := f.Link["up"], f.Link["down"]
	if !f.Turned || f.App.Sent != 19 || f.App.Lost != 2 || up.Offered != 19 || up.Dropped != 2 || down.Offered != 20 || down.Dropped != 1 {
		t.Errorf("turned %v, %+v; up %+v; down %+v; %q", f.Turned, f.App, up, down, f.Notes)
	}
	if text := string(read(t, filepath.Join(page, "report.md"))); !strings.Contains(text, "sender "+server+" (the server), receiver "+c.LocalAddr().String()+" (the client)") {
		t.Error("the page does not say who is who")
	}
}
