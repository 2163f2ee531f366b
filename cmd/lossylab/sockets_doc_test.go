package main

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

var anyNumber = regexp.MustCompile(`\d+\.\d{6}|127\.0\.0\.1:\d+`)

// The commands of docs/sockets.md print what stands there, and draw its figures. Those of server and client are run against a
// server of the test's; of what they print, times and the port may differ.
func TestSocketsDocument(t *testing.T) {
	const path, images, real = "../../docs/sockets.md", "../../docs/images/", "<!-- run by a test against such a server; numbers may differ -->\n"
	s := serve(t, "both", "127.0.0.1:0", "--quiet")
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	document := string(read(t, path))
	t.Chdir(t.TempDir())
	got := ""
	parts := strings.Split(document, "```console\n")
	for i, part := range parts {
		if i == 0 {
			got = part
			continue
		}
		block, after, _ := strings.Cut(part, "```\n")
		if !strings.HasSuffix(parts[i-1], real) {
			got += "```console\n" + console(t, block) + "```\n" + after
			continue
		}
		printed := console(t, strings.ReplaceAll(block, "127.0.0.1:9000", s.tcp))
		if a, b := anyNumber.ReplaceAllString(block, "N"), anyNumber.ReplaceAllString(printed, "N"); a != b {
			t.Errorf("the document has\n%s\nand the commands print\n%s", block, printed)
		}
		got += "```console\n" + block + "```\n" + after
	}
	udp, tcp := read(t, "lossylab-out/figures/calls-udp.svg"), read(t, "lossylab-out/figures/calls-tcp.svg")
	t.Chdir(here)
	compare(t, path, []byte(got))
	compare(t, images+"calls-udp.svg", udp)
	compare(t, images+"calls-tcp.svg", tcp)
}
