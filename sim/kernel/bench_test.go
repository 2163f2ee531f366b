//go:build linux

package kernel

import (
	"bytes"
	"encoding/json"
	"net/netip"
	"os"
	"os/exec"
	"testing"
	"time"
)

// BenchmarkIperf compares the relay with an empty link and a bare veth pair, by one TCP flow of iperf3 for two seconds each:
// kpkt/s are segments of 1448 bytes. Run it with -benchtime 1x, as root, on a machine that does nothing else:
//
//	go test ./sim/kernel -run '^$' -bench Iperf -benchtime 1x -count 3
func BenchmarkIperf(b *testing.B) {
	if _, err := exec.LookPath("iperf3"); err != nil || os.Geteuid() != 0 {
		b.Skip("needs root and iperf3")
	}
	for _, c := range []struct {
		name string
		run  func(b *testing.B) []byte
	}{
		{"veth", func(b *testing.B) []byte { return bareVeth(b, false) }},
		{"relay", func(b *testing.B) []byte { return relayed(b, Config{Silent: true}) }},
		{"relay-told", func(b *testing.B) []byte { return relayed(b, Config{}) }},
		{"relay-offload", func(b *testing.B) []byte { return relayed(b, Config{Silent: true, Offload: true}) }},
		{"relay-offload-told", func(b *testing.B) []byte { return relayed(b, Config{Offload: true}) }},
		{"relay-packets", func(b *testing.B) []byte { return relayed(b, Config{Silent: true, Packets: true}) }},
		{"veth-offload", func(b *testing.B) []byte { return bareVeth(b, true) }},
	} {
		b.Run(c.name, func(b *testing.B) {
			for range b.N {
				var r struct {
					End struct {
						Sum struct {
							Rate  float64 `json:"bits_per_second"`
							Again float64 `json:"retransmits"`
						} `json:"sum_sent"`
					}
				}
				if err := json.Unmarshal(c.run(b), &r); err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(r.End.Sum.Rate/1e6, "Mbit/s")
				b.ReportMetric(r.End.Sum.Rate/8/1448/1e3, "kpkt/s")
				b.ReportMetric(r.End.Sum.Again, "retransmits")
			}
		})
	}
}

var iperfServer = []string{"iperf3", "-s", "-1"}

func iperfClient(to string) []string {
	return []string{"iperf3", "-c", to, "-C", "cubic", "-t", "2", "-J"}
}

// relayed runs iperf3 over a world with an empty link.
func relayed(b *testing.B, c Config) []byte {
	w, err := NewWorld(c, silence{})
	if err != nil {
		b.Fatal(err)
	}
	defer w.Close()
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		b.Fatal(err)
	}
	defer null.Close()
	if _, err := w.Server.Run(iperfServer, null, null, null); err != nil {
		b.Fatal(err)
	}
	for ports, _ := w.Server.Ports(); len(ports) == 0; ports, _ = w.Server.Ports() {
		time.Sleep(time.Millisecond)
	}
	r, out, err := os.Pipe()
	if err != nil {
		b.Fatal(err)
	}
	defer r.Close()
	p, err := w.Client.Run(iperfClient("10.0.0.2"), null, out, null)
	out.Close()
	if err != nil {
		b.Fatal(err)
	}
	var all bytes.Buffer
	all.ReadFrom(r)
	<-p.Ended()
	if _, err := w.End(); err != nil {
		b.Fatal(err)
	}
	b.Logf("hidden drops: %v, lateness %+v", w.Counters().Hidden, w.Counters().Timing)
	return all.Bytes()
}

// bareVeth runs iperf3 over a veth pair between two namespaces.
func bareVeth(b *testing.B, offload bool) []byte {
	var ns [2]*namespace
	var err error
	for i := range ns {
		if ns[i], err = newNamespace(hostNames[i]); err != nil {
			b.Fatal(err)
		}
		defer ns[i].file.Close()
	}
	if err := ns[0].do(func() error { return addVeth(ifaceName, ifaceName, int(ns[1].file.Fd())) }); err != nil {
		b.Fatal(err)
	}
	for i := range ns {
		err := ns[i].do(func() error {
			for _, command := range []uint32{ethtoolTxChecksum, ethtoolScatter, ethtoolTSO, ethtoolGSO, ethtoolGRO} {
				if !offload {
					ethtool(ifaceName, command, 0)
				}
			}
			return configure(&Config{MTU: 1500, CC: "cubic"}, []netip.Addr{netip.MustParseAddr("10.0.0.1"), netip.MustParseAddr("10.0.0.2")}[i])
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	server := exec.Command(iperfServer[0], iperfServer[1:]...)
	if err := ns[1].do(server.Start); err != nil {
		b.Fatal(err)
	}
	defer server.Wait()
	for listening := false; !listening; time.Sleep(time.Millisecond) {
		ns[1].do(func() error { listening = len(socketRows("tcp")) > 0; return nil })
	}
	args := iperfClient("10.0.0.2")
	client := exec.Command(args[0], args[1:]...)
	var out bytes.Buffer
	client.Stdout = &out
	if err := ns[0].do(client.Start); err != nil {
		b.Fatal(err)
	}
	client.Wait()
	return out.Bytes()
}
