package app

import (
	"bytes"
	"errors"
	"fmt"
	"testing"
	"time"

	"lossylab/sim"
)

var messages = []message{
	{},
	{sent: sim.Epoch},
	{flow: 1, seq: 2, sent: sim.Epoch.Add(3), content: []byte("hello")},
	{flow: 65535, seq: 1<<32 - 1, sent: sim.Epoch.Add(1<<63 - 1), content: filler[:MaxMessage-HeaderLen]},
	{flow: 256, seq: 1 << 31, sent: sim.Epoch.Add(-time.Second), content: []byte{0}},
}

func TestAMessageReadsBackAsItWasWritten(t *testing.T) {
	for _, m := range messages[1:] {
		before := []byte("before")
		b := m.append(before)
		if !bytes.HasPrefix(b, before) || len(b) != len(before)+HeaderLen+len(m.content) {
			t.Fatalf("%d bytes of content made %d", len(m.content), len(b))
		}
		b = b[len(before):]
		if n := contentLen(b); n != len(m.content) {
			t.Errorf("the header says %d bytes of content, want %d", n, len(m.content))
		}
		got, err := parseMessage(b)
		if err != nil || got.flow != m.flow || got.seq != m.seq || !got.sent.Equal(m.sent) || !bytes.Equal(got.content, m.content) {
			t.Errorf("flow %d seq %d sent %v, %d bytes; %v", got.flow, got.seq, got.sent, len(got.content), err)
		}
	}
}

// A CRC finds every single bit, and so do the lengths where a message is cut or grows.
func TestADamagedMessageIsFound(t *testing.T) {
	b := messages[2].append(nil)
	damaged := func(what string, b []byte) {
		if m, err := parseMessage(b); !errors.Is(err, errCorrupt) || m.content != nil {
			t.Errorf("%s: %+v, %v", what, m, err)
		}
	}
	for bit := range 8 * len(b) {
		d := bytes.Clone(b)
		d[bit/8] ^= 0x80 >> (bit % 8)
		damaged(fmt.Sprintf("bit %d", bit), d)
	}
	for n := range b {
		damaged(fmt.Sprintf("%d bytes", n), b[:n])
	}
	damaged("a byte more", append(bytes.Clone(b), 0))
}

func FuzzParseMessage(f *testing.F) {
	for _, m := range messages {
		if len(m.content) < 100 {
			f.Add(m.append(nil))
		}
	}
	f.Add([]byte{})
	f.Add(make([]byte, HeaderLen))
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := parseMessage(b)
		if err != nil {
			if !errors.Is(err, errCorrupt) {
				t.Errorf("%v", err)
			}
			return
		}
		if again := m.append(nil); !bytes.Equal(again, b) {
			t.Errorf("%x reads as %+v, which is written %x", b, m, again)
		}
	})
}
