package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"lossylab/report/capturefile"
)

// translate writes a capture of IPv4 as it were if the client's address and port had been others on that side.
func translate(t *testing.T, from, to string) {
	t.Helper()
	b, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	rs, err := capturefile.NewReader(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	for r, err := rs.Next(); err == nil; r, err = rs.Next() {
		ip := b[r.Offset+16+14:] // behind the headers of the record and of Ethernet
		address, port := ip[12:16], ip[20:22]
		if ip[15] == 2 { // from the server
			address, port = ip[16:20], ip[22:24]
		}
		sum := ip[36:38] // TCP's
		if ip[9] == 17 {
			sum = ip[26:28]
		}
		exchange(port, []byte{0xf0, 1}, sum)
		exchange(address, []byte{203, 0, 113, 7}, sum, ip[10:12])
	}
	if err := os.WriteFile(to, b, 0o666); err != nil {
		t.Fatal(err)
	}
}

// exchange puts b in the place of old, and lets the sums over it be as right as they were: they are sums of the words
// modulo 2^16-1.
func exchange(old, b []byte, sums ...[]byte) {
	for _, s := range sums {
		n := 0xffff - int(binary.BigEndian.Uint16(s))
		for i := 0; i < len(b); i += 2 {
			n += int(binary.BigEndian.Uint16(b[i:])) - int(binary.BigEndian.Uint16(old[i:]))
		}
		binary.BigEndian.PutUint16(s, uint16(0xffff-((n-1)%0xffff+0xffff)%0xffff-1))
	}
	copy(old, b)
}

// Addresses and ports that were rewritten on the way hide nothing: damage shows, and all counts are the same.
func TestReportTranslated(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	output(t, context.Background(), exitDone, "run", "-q", "--figures", "none", "--capture", "pcap", "--link", "delay 10ms loss 2% duplicate 1% corrupt 1%", "--out", dir)
	for _, proto := range []string{"tcp", "udp"} {
		client, server := filepath.Join(dir, proto, "client.pcap"), filepath.Join(dir, proto, "server.pcap")
		other := filepath.Join(t.TempDir(), "other.pcap")
		translate(t, server, other)
		out := filepath.Join(t.TempDir(), "out")
		output(t, context.Background(), exitDone, "report", client, server, "-q", "--figures", "none", "--out", out)
		want := resultsOf(t, out).Flows[0]
		output(t, context.Background(), exitDone, "report", client, other, "-q", "--figures", "none", "--out", out)
		got := resultsOf(t, out).Flows[0]
		if notes := strings.Join(got.Notes, "\n"); !strings.Contains(notes, "203.0.113.7:61441") || !strings.Contains(notes, "rewritten") {
			t.Errorf("%s: notes %q", proto, notes)
		}
		if !reflect.DeepEqual(want.Link, got.Link) || !reflect.DeepEqual(want.App, got.App) {
			t.Errorf("%s: %+v, want %+v", proto, got, want)
		}
	}
}
