package match

import (
	"bytes"
	"io"
	"net/netip"
	"testing"
	"time"

	"lossylab/report/pcapng"
)

// capturing returns a capture of packets, each of which says whether it came in: by the writer that keeps that, or by the
// one that does not.
func capturing(t testing.TB, marks bool, packets [][]byte, inbound ...bool) Capture {
	t.Helper()
	var b bytes.Buffer
	var w pcapng.Writer = pcapng.NewClassic(&b, pcapng.Options{})
	if marks {
		w = pcapng.NewNg(&b, pcapng.Options{})
	}
	for i, p := range packets {
		if err := w.WritePacket(pcapng.Packet{At: epoch.Add(time.Duration(i)), Version: int(p[0] >> 4), IP: p, Inbound: inbound[i]}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return captureIn("capture", b.Bytes())
}

// back turns a packet round.
func back(b []byte) []byte {
	copy(b[12:16], hostB.AsSlice())
	copy(b[16:20], hostA.AsSlice())
	sealHeader(b)
	return b
}

func TestFindSender(t *testing.T) {
	ack, syn, synAck := ipv4(1, TCP, tcp(5, 6, 0x10, 0)), ipv4(2, TCP, tcp(1, 0, 2, 0)), back(ipv4(3, TCP, tcp(1, 2, 0x12, 0)))
	answer, datagram := back(ipv4(4, TCP, tcp(6, 5, 0x10, 0))), ipv4(5, UDP, udp(1, 9))
	group := ipv4(6, UDP, udp(1, 9))
	copy(group[16:], []byte{224, 0, 0, 251})
	discover := back(ipv4(7, UDP, udp(1, 9)))
	copy(discover[12:], []byte{0, 0, 0, 0, 255, 255, 255, 255})
	for _, c := range []struct {
		name    string
		f       Filter
		marks   bool
		packets [][]byte
		inbound []bool
		want    netip.Addr
		why     string
	}{
		{"SYN", Filter{}, false, [][]byte{synAck, answer, syn}, []bool{true, true, false}, hostA, "the source of the first SYN"},
		{"UDP", Filter{}, false, [][]byte{group, discover, synAck, datagram}, make([]bool, 4), hostA, "the source of the first UDP packet"},
		{"UDP, of TCP", Filter{Proto: TCP}, false, [][]byte{datagram, answer, ack}, make([]bool, 3), hostB, "the source of the first packet"},
		{"marks", Filter{}, true, [][]byte{syn, synAck}, []bool{true, false}, hostB, "the source of the first packet that is marked as sent"},
		{"nothing", Filter{Port: 81}, false, [][]byte{syn, datagram}, make([]bool, 2), netip.Addr{}, ""},
		{"only noise", Filter{}, false, [][]byte{group, discover}, make([]bool, 2), netip.Addr{}, ""},
	} {
		got, err := FindSender(capturing(t, c.marks, c.packets, c.inbound...), c.f)
		if got.Addr != c.want || got.Why != c.why || (err == io.EOF) != (c.why == "") {
			t.Errorf("%s: %+v, %v", c.name, got, err)
		}
	}
}
