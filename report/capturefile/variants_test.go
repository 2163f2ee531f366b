package capturefile

import (
	"bytes"
	"encoding/binary"
	"net/netip"
	"slices"
	"testing"
	"time"

	"lossylab/report/pcapng"
)

// written returns captures by this project's own writers.
func written(t testing.TB) map[string][]byte {
	var ng, classic, cut bytes.Buffer
	o := pcapng.Options{Local: pcapng.Host{Name: "client", Addrs: []netip.Addr{netip.MustParseAddr("10.0.0.1")}}, Comment: "two\nlines"}
	short := o
	short.Snaplen = 60
	ws := []pcapng.Writer{pcapng.NewNg(&ng, o), pcapng.NewClassic(&classic, o), pcapng.NewNg(&cut, short)}
	for _, w := range ws {
		at := time.Date(2026, 1, 2, 3, 4, 5, 678_901_234, time.UTC)
		for i := range 5 {
			p := pcapng.Packet{At: at.Add(time.Duration(i) * time.Millisecond), Inbound: i%2 == 1, Version: 4, IP: ipv4(28 + 100*i)}
			if i == 2 {
				p.Version, p.IP, p.Comment = 6, ipv6(59), []byte("verspätet")
			}
			if err := w.WritePacket(p); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return map[string][]byte{"ng.pcapng": ng.Bytes(), "classic.pcap": classic.Bytes(), "cut.pcapng": cut.Bytes()}
}

// variants returns files that other programs, or machines of the other byte order, write.
func variants() map[string][]byte {
	files := map[string][]byte{}
	for order, name := range map[binary.AppendByteOrder]string{little: "little", big: "big"} {
		micro, nano := classicFile(order, magicMicro, Ethernet), classicFile(order, magicNano, Raw)
		for i := range 4 {
			micro.record(1_700_000_000, uint32(i*250_000), 200, ether(typeIPv4, ipv4(60+i)))
			nano.record(1_700_000_000, uint32(i*250_000_001), 60+i, ipv4(60+i))
		}
		files[name+"-micro.pcap"], files[name+"-nano.pcap"] = micro.b, nano.b

		f := &file{}
		f.section(order)
		f.describe(Ethernet, 0, f.option(optName, []byte("eth0")), f.option(optResolution, []byte{9}))
		f.describe(Ethernet, 262144, f.option(optResolution, []byte{0x80 | 20}), f.option(optOffset, f.AppendUint64(nil, 1_600_000_000)))
		for i := range 6 {
			f.packet(uint32(i%2), uint64(i)<<32|7, 300, ether(typeIPv4, ipv4(60+i)), f.option(optComment, []byte("remark")))
		}
		f.block(blockOld, f.u16(0, 3), f.u32(0x1790, 0xabcdef, 74, 74), ether(typeIPv4, ipv4(60)))
		f.block(5, f.u32(0, 0, 0))
		f.section(order)
		f.describe(Ethernet, 0, f.option(optResolution, []byte{3}))
		f.packet(0, 1_700_000_000_123, 80, ether(typeIPv4, ipv4(66)))
		files[name+".pcapng"] = f.b
	}
	files["two.pcapng"] = slices.Concat(files["little.pcapng"], files["big.pcapng"])
	for link, header := range map[LinkType][]byte{
		LinuxSLL: append(make([]byte, 14), 8, 0), LinuxSLL2: append([]byte{8, 0}, make([]byte, 18)...), Null: {2, 0, 0, 0}, Loop: {0, 0, 0, 2},
		RawIPv4: nil, rawOther: nil,
	} {
		f := classicFile(little, magicNano, link)
		f.record(1_700_000_000, 5, len(header)+90, slices.Concat(header, ipv4(70)))
		files["link-"+link.String()+string(rune('a'+len(files)))+".pcap"] = f.b
	}
	return files
}
