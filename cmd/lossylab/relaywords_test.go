package main

import (
	"context"
	"io"
	"net"
	"regexp"
	"strings"
	"testing"
)

// A relay names itself and the server when that cannot be reached; its first line has an address once; times have the units that
// all of the tool has.
func TestRelayWords(t *testing.T) {
	nobody := freePort(t, "tcp")
	_, port, _ := net.SplitHostPort(nobody)
	r := relays(t, "tcp", "127.0.0.1:0", nobody, "tcp", "127.0.0.1:0", "localhost:"+port, "--link", "delay 1ms", "--drain", "1h")
	for _, at := range r.listen {
		c, err := net.Dial("tcp", at)
		if err != nil {
			t.Fatal(err)
		}
		c.Write([]byte("x"))
		io.ReadAll(c) // until it is reset
		c.Close()
	}
	r.stop()
	said := r.err.String()
	for _, want := range []string{
		"relay: tcp " + r.listen[0] + " → " + nobody + "\n",
		"lossylab: relay tcp " + r.listen[0] + ": the server " + nobody + " cannot be reached: connection refused: is it running?\n",
		"lossylab: relay tcp " + r.listen[1] + ": the server localhost:" + port + " cannot be reached: connection refused: is it running?\n",
	} {
		if !strings.Contains(said, want) {
			t.Errorf("%q is not in\n%s", want, said)
		}
	}
	if !regexp.MustCompile(`relay: tcp \S+ → localhost:\d+ \((127\.0\.0\.1|\[::1\]):\d+\)\n`).MatchString(said) {
		t.Errorf("the address of a name is not told:\n%s", said)
	}
	for _, line := range []string{`(?m)^interrupted after [\d.]+ (s|ms) \(seed 1\)$`,
		`(?m)^late, beside the link's delay: half of the packets by at most [\d.]+ (ns|µs|ms|s), 99 % by [\d.]+ (ns|µs|ms|s), all by [\d.]+ (ns|µs|ms|s)$`} {
		if !regexp.MustCompile(line).MatchString(r.out.String()) {
			t.Errorf("%s is not in\n%s", line, r.out.String())
		}
	}
}

// A port for --control that cannot be had is told of in the tool's own words.
func TestRelayControlPort(t *testing.T) {
	tcp, _ := shoutingServer(t)
	own := freePort(t, "tcp")
	for _, c := range []struct{ listen, at, want string }{
		{"127.0.0.1:0", tcp, "another program has this port: name another, or 0 for one that is free\n"},
		{own, own, "a relay listens there: name another address\n"},
		{"127.0.0.1:0", "192.0.2.1:80", "requested address: name another address\n"}, // systems differ in how they cannot assign it
	} {
		_, said := output(t, context.Background(), exitUsage, "relay", "tcp", c.listen, tcp, "--allow-remote", "--control", c.at)
		if !strings.HasPrefix(said, "lossylab: --control "+c.at+": ") || !strings.HasSuffix(said, c.want) || strings.Contains(said, "bind") {
			t.Errorf("%s, want %s", said, c.want)
		}
	}
}
