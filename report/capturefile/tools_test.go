package capturefile

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// files writes captures of all kinds to a folder, with what Wireshark's and tcpdump's programs make of them.
func files(t *testing.T) (dir string, names []string) {
	dir = t.TempDir()
	linux := captures(t)
	maps.DeleteFunc(linux, func(name string, _ []byte) bool { return !strings.Contains(name, "d2_") })
	for _, of := range []map[string][]byte{linux, written(t), variants()} {
		for _, name := range slices.Sorted(maps.Keys(of)) {
			path := filepath.Join(dir, filepath.Base(name))
			if err := os.WriteFile(path, of[name], 0o666); err != nil {
				t.Fatal(err)
			}
			names = append(names, path)
		}
	}
	real, own := filepath.Join(dir, "d2_seg5_lost.client.pcap"), filepath.Join(dir, "ng.pcapng")
	for _, make := range [][]string{
		{"editcap", "-F", "pcapng", real, "e1.pcapng"}, {"editcap", "-F", "pcap", own, "e2.pcap"}, {"editcap", "-F", "nsecpcap", "-s", "70", own, "e3.pcap"},
		{"editcap", "-s", "50", own, "e4.pcapng"}, {"mergecap", "-w", "e5.pcapng", own, real}, {"mergecap", "-a", "-F", "pcap", "-w", "e6.pcap", real, own},
		{"tcpdump", "-r", own, "-w", "e7.pcap"}, {"tcpdump", "-s", "90", "--time-stamp-precision=nano", "-r", real, "-w", "e8.pcap"},
	} {
		if _, err := exec.LookPath(make[0]); err != nil {
			continue // it comes with one of those without which the test is skipped
		}
		c := exec.Command(make[0], make[1:]...)
		c.Dir = dir
		if b, err := c.CombinedOutput(); err != nil {
			t.Fatalf("%q: %v: %s", make, err, b)
		}
		for _, word := range make {
			if strings.HasPrefix(word, "e") && strings.Contains(word, ".pcap") {
				names = append(names, filepath.Join(dir, word))
			}
		}
	}
	return dir, names
}

// Wireshark reads the same frames, times, lengths, interfaces, comments and IP packets out of every file.
func TestTshark(t *testing.T) {
	tshark, err := exec.LookPath("tshark")
	if err != nil {
		t.Skip("tshark is not installed: its opinion of the files is not asked for")
	}
	_, names := files(t)
	for _, name := range names {
		t.Run(filepath.Base(name), func(t *testing.T) {
			t.Parallel()
			c := exec.Command(tshark, "-n", "-T", "fields", "-E", "separator=|", "-E", "occurrence=f", "-e", "frame.number", "-e", "frame.time_epoch", "-e", "frame.len",
				"-e", "frame.cap_len", "-e", "frame.interface_id", "-e", "frame.comment", "-e", "ip.len", "-r", name)
			c.Env = append(os.Environ(), "TZ=UTC", "LC_ALL=C.UTF-8")
			out, err := c.Output()
			if err != nil {
				t.Fatal(err)
			}
			want := strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
			b, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			rs, r := mustRead(t, b)
			var got []string
			for _, rec := range rs {
				got = append(got, row(r, rec))
			}
			if !slices.Equal(got, want) {
				t.Errorf("read\n%s\ntshark reads\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
		})
	}
}

// row is a record as tshark was asked for it.
func row(r *Reader, rec Record) string {
	in := ""
	if r.Format() == "pcapng" {
		in = strconv.Itoa(r.Interfaces()[rec.Interface].Number)
	}
	length := ""
	if rec.Version == 4 {
		length = strconv.Itoa(rec.IPLength)
	}
	return fmt.Sprintf("%d|%d.%09d|%d|%d|%s|%s|%s", rec.Frame, rec.Time/1e9, rec.Time%1e9, rec.Length, len(rec.Data), in, bytes.Join(rec.Comments, []byte(",")), length)
}
