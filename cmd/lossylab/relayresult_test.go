package main

import (
	"encoding/json"
	"fmt"
	"net"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"lossylab/netem"
)

// The results are those of a run in kind: lower-case keys, drops by the first word of their cause. What the link was before it was
// changed is told with the time from which it held.
func TestRelayResults(t *testing.T) {
	tcp, udp := shoutingServer(t)
	dir := filepath.Join(t.TempDir(), "out")
	r := relays(t, "tcp", "127.0.0.1:0", tcp, "udp", "127.0.0.1:0", udp, "--up", "loss 100%", "--down", "delay 1ms", "--control", "127.0.0.1:0", "--out", dir, "--drain", "0s")
	c, err := net.Dial("udp", r.listen[1])
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	var res relayResults
	until := func(what string, so func() bool) {
		for !so() {
			c.Write([]byte("x"))
			_, answer := r.ask("GET", "/counters", r.token, "", "")
			if err := json.Unmarshal([]byte(answer), &res); err != nil {
				t.Fatalf("%s: %v", what, err)
			}
		}
	}
	until("the first link", func() bool { return res.Link.Up.Dropped > 0 })
	r.ask("PATCH", "/link", r.token, "", `{"up": "loss 99.99%"}`)
	until("the second", func() bool { return res.Link.Up.Causes["loss 99.99%"] > 0 })
	r.stop()
	text := string(read(t, filepath.Join(dir, "results.json")))
	if err := json.Unmarshal([]byte(text), &res); err != nil {
		t.Fatal(err)
	}
	up := res.Link.Up
	if len(up.DroppedBy) != 1 || up.DroppedBy["loss"] != up.Dropped || len(up.Causes) != 2 || up.Causes["loss 100%"]+up.Causes["loss 99.99%"] != up.Dropped {
		t.Errorf("%d dropped, by %v, %v", up.Dropped, up.DroppedBy, up.Causes)
	}
	if len(res.Changes) != 1 || fmt.Sprint(up.Specs) != fmt.Sprintf("[{0 loss 100%%} {%v loss 99.99%%}]", res.Changes[0].At) || fmt.Sprint(res.Link.Down.Specs) != "[{0 delay 1ms}]" {
		t.Errorf("up %v, down %v; changes %v", up.Specs, res.Link.Down.Specs, res.Changes)
	}
	for _, want := range []string{`"tcp": {
    "clients": {
      "retransmits": 0,
      "fast_recoveries": 0,`, `"dropped_by": {}`} {
		if !strings.Contains(text, want) {
			t.Errorf("%s is not in\n%s", want, text)
		}
	}
	if m := regexp.MustCompile(`"[a-z_]*[A-Z]\w*":|\d\.\d{10,}`).FindString(text); m != "" {
		t.Errorf("%s is in the results", m)
	}
	if !strings.Contains(r.out.String(), "link up: loss 100%; from ") {
		t.Errorf("the summary has the last link only:\n%s", r.out.String())
	}
}

// A time has no digits behind its nanoseconds.
func TestInSeconds(t *testing.T) {
	for ns, want := range map[netem.Time]string{1773749372: "1.773749372", 0: "0", 1: "1e-9", 86399999999999: "86399.999999999"} {
		if b, _ := json.Marshal(inSeconds(ns)); string(b) != want {
			t.Errorf("%s, want %s", b, want)
		}
	}
}
