package pcapng

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// tool runs a program of Wireshark's or libpcap's on a file with p's packets, and returns what it prints. The test is
// skipped where the program is not installed.
func tool(t *testing.T, newWriter func(*bytes.Buffer) Writer, ps []Packet, name string, args ...string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("%s is not installed: its opinion of the file is not asked for", name)
	}
	var b bytes.Buffer
	writeAll(t, newWriter(&b), ps)
	file := filepath.Join(t.TempDir(), "client.pcapng")
	if err := os.WriteFile(file, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, append(args, file)...)
	cmd.Env = append(os.Environ(), "TZ=UTC", "LC_ALL=C.UTF-8")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %v\n%s", cmd.Args, err, &stderr)
	}
	return string(out)
}

func newNg(b *bytes.Buffer) Writer      { return NewNg(b, options) }
func newClassic(b *bytes.Buffer) Writer { return NewClassic(b, options) }

// fields is what tshark is asked for about each packet.
var fields = []string{"-T", "fields", "-E", "separator=|", "-e", "frame.number", "-e", "frame.time_epoch",
	"-e", "frame.interface_name", "-e", "frame.packet_flags_direction", "-e", "eth.src", "-e", "eth.dst", "-e", "eth.type",
	"-e", "frame.len", "-e", "frame.cap_len", "-e", "udp.checksum.status", "-e", "_ws.malformed", "-e", "frame.comment",
	"-o", "ip.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE", "-n", "-r"}

func TestTshark(t *testing.T) {
	got := strings.Split(strings.TrimSpace(tool(t, newNg, sample(t), "tshark", fields...)), "\n")
	up, down := "02:00:00:00:00:01|02:00:00:00:00:02", "02:00:00:00:00:02|02:00:00:00:00:01"
	want := []string{
		"1|1893553445.123456789|client|0x00000002|" + up + "|0x0800|45|45|1||lost: loss 3%",
		"2|1893553445.123456790|client|0x00000001|" + down + "|0x0800|46|46|1||",
		"3|1893553445.123456791|client|0x00000002|" + up + "|0x86dd|68|68|1||",
		"4|1893553445.123456792|client|0x00000001|" + down + "|0x86dd|68|68|1||überholt",
	}
	if !slices.Equal(got, want) {
		t.Errorf("tshark reads\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestTsharkOfClassic(t *testing.T) {
	got := strings.Split(strings.TrimSpace(tool(t, newClassic, sample(t)[:2], "tshark", fields...)), "\n")
	want := []string{
		"1|1893553445.123456789|||02:00:00:00:00:01|02:00:00:00:00:02|0x0800|45|45|1||",
		"2|1893553445.123456790|||02:00:00:00:00:02|02:00:00:00:00:01|0x0800|46|46|1||",
	}
	if !slices.Equal(got, want) {
		t.Errorf("tshark reads\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// Names are those of the file: -N n alone would ask a name server for the rest, and there is no rest.
func TestTsharkResolvesNames(t *testing.T) {
	got := tool(t, newNg, sample(t), "tshark", "-T", "fields", "-e", "ip.src_host", "-e", "ipv6.src_host", "-E", "separator=|",
		"-N", "n", "-r")
	if want := "client|\nserver|\n|client\n|server\n"; got != want {
		t.Errorf("names %q, want %q", got, want)
	}
}

func TestCapinfos(t *testing.T) {
	got := tool(t, newNg, sample(t), "capinfos")
	for _, want := range []string{options.Comment, options.Hardware, options.OS, options.Application,
		"nanoseconds (9)", "Number of packets:   4", "Strict time order:   True", "Ethernet"} {
		if !strings.Contains(got, want) {
			t.Errorf("capinfos does not say %q:\n%s", want, got)
		}
	}
}

func TestTcpdump(t *testing.T) {
	for _, newWriter := range []func(*bytes.Buffer) Writer{newNg, newClassic} {
		got := tool(t, newWriter, sample(t), "tcpdump", "-n", "-t", "-r")
		want := "IP 10.0.0.1.40000 > 10.0.0.2.9000: UDP, length 3\n" +
			"IP 10.0.0.2.40000 > 10.0.0.1.9000: UDP, length 4\n" +
			"IP6 fd00::1.40000 > fd00::2.9000: UDP, length 6\n" +
			"IP6 fd00::2.40000 > fd00::1.9000: UDP, length 6\n"
		if got != want {
			t.Errorf("tcpdump reads\n%s\nwant\n%s", got, want)
		}
	}
}
