package netem_test

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"testing"

	"lossylab/netem"
)

// slowSum is RFC 1071 section 4.1's sum, word by word.
func slowSum(b []byte) uint16 {
	sum := uint32(0)
	for ; len(b) > 1; b = b[2:] {
		sum += uint32(b[0])<<8 | uint32(b[1])
	}
	if len(b) > 0 {
		sum += uint32(b[0]) << 8
	}
	for sum>>16 != 0 {
		sum = sum&0xffff + sum>>16
	}
	return uint16(sum)
}

func TestTheFastSumIsTheSlowOne(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for n := range 300 {
		b := make([]byte, n)
		for i := range b {
			b[i] = byte(rng.Uint32() | 0xf0) // mostly ones, so that carries abound
		}
		if fast, slow := netem.Fold(netem.Sum(0, b)), slowSum(b); fast%0xffff != slow%0xffff { // both 0 and 0xffff are zero
			t.Errorf("%d bytes: %04x, want %04x", n, fast, slow)
		}
	}
}

// unsummed returns a UDP datagram over IPv4, with its sender's word on congestion and on fragments, whose checksum is left.
func unsummed(id uint64, tos, fragments byte, n int) *netem.Packet {
	body := make([]byte, 8+n)
	for i := range body {
		body[i] = byte(i * int(id))
	}
	binary.BigEndian.PutUint16(body[4:], uint16(len(body)))
	b := ip4(netem.ProtoUDP, nil, body)
	b[1], b[6], b[5] = tos, fragments, byte(id)
	binary.BigEndian.PutUint16(b[2:], uint16(len(b)))
	b[10], b[11] = 0, 0
	binary.BigEndian.PutUint16(b[10:], ^slowSum(b[:20]))
	pseudo := append(bytes.Clone(b[12:20]), 0, netem.ProtoUDP, b[24], b[25])
	binary.BigEndian.PutUint16(b[26:], slowSum(pseudo))
	return &netem.Packet{ID: id, Data: b, Partial: netem.Partial{Start: 20, Field: 6}}
}

func TestCompletedChecksumsAreRight(t *testing.T) {
	for n := range 100 {
		p := unsummed(uint64(n), 0, 0, n)
		p.Complete()
		p.Complete() // does nothing
		pseudo := append(bytes.Clone(p.Data[12:20]), 0, netem.ProtoUDP, p.Data[24], p.Data[25])
		if sum := slowSum(append(pseudo, p.Data[20:]...)); sum != 0xffff || p.Data[26]|p.Data[27] == 0 {
			t.Errorf("%d bytes: checksum % x, sum %04x", n, p.Data[26:28], sum)
		}
	}
}

// Whatever happens to packets, those whose checksums were left come to the same as those that had them from the beginning.
func TestChecksumsThatAreLeftAreNotMissed(t *testing.T) {
	for _, words := range []string{"duplicate 20% corrupt 20%", "mtu 600 corrupt 20%", "mtu 600 fragment duplicate 20%", "( mtu 600 fragment ) then ( corrupt 20% duplicate 20% )",
		`tc "loss 30% ecn duplicate 20% corrupt 20%"`, "rate 5mbit limit 20 queue codel ecn ce_threshold 1ms corrupt 20%"} {
		spec, err := netem.Parse(words)
		if err != nil {
			t.Fatal(err)
		}
		var got [2][]*netem.Packet
		for early := range got {
			stage, err := netem.NewStage("up", spec, 1, nil)
			if err != nil {
				t.Fatal(err)
			}
			answers, _ := stage.(netem.Answerer)
			take := func(p *netem.Packet) bool {
				if p != nil {
					got[early] = append(got[early], p)
				}
				return p != nil
			}
			for i := range 200 {
				p := unsummed(uint64(i+1), byte(i%2), byte(i/2%2)<<6, 100+i*5)
				if early == 1 {
					p.Complete()
				}
				stage.Send(netem.Time(i)*1e6, p)
				for answers != nil && take(answers.Answer()) {
				}
				for take(stage.Recv(netem.Time(i) * 1e6)) {
				}
			}
			for take(stage.Recv(1e12)) {
			}
		}
		if len(got[0]) != len(got[1]) || len(got[0]) < 100 {
			t.Fatalf("%s: %d and %d packets", words, len(got[0]), len(got[1]))
		}
		for i, p := range got[0] {
			p.Complete()
			if !bytes.Equal(p.Data, got[1][i].Data) {
				t.Errorf("%s: packet %d copy %d:\n% x, not\n% x", words, p.ID, p.Copy, p.Data[:28], got[1][i].Data[:28])
			}
		}
	}
}
