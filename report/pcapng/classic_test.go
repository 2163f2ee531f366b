package pcapng

import (
	"bytes"
	"io"
	"testing"

	"github.com/google/gopacket/layers"
	"github.com/google/gopacket/pcapgo"
)

func TestClassicReadBack(t *testing.T) {
	var file bytes.Buffer
	ps := sample(t)
	writeAll(t, NewClassic(&file, options), ps)
	if magic := file.Bytes()[:4]; !bytes.Equal(magic, []byte{0x4d, 0x3c, 0xb2, 0xa1}) {
		t.Errorf("magic % x: not of nanoseconds", magic)
	}
	r, err := pcapgo.NewReader(&file)
	if err != nil {
		t.Fatal(err)
	}
	if r.LinkType() != layers.LinkTypeEthernet || r.Snaplen() != DefaultSnaplen {
		t.Errorf("link type %v, snaplen %d", r.LinkType(), r.Snaplen())
	}
	for i, p := range ps {
		data, ci, err := r.ReadPacketData()
		if err != nil {
			t.Fatal(err)
		}
		if !ci.Timestamp.Equal(p.At) || !bytes.Equal(data[14:], p.IP) || ci.Length != len(data) {
			t.Errorf("packet %d: %v %v, want %+v", i, ci, data, p)
		}
	}
	if _, _, err := r.ReadPacketData(); err != io.EOF {
		t.Errorf("after the last packet: %v", err)
	}
}
