package netem_test

import (
	"slices"
	"testing"

	"lossylab/netem"
)

func TestWindowScale(t *testing.T) {
	for _, c := range []struct {
		options string
		shift   uint8
		ok      bool
	}{
		{"", 0, false},
		{"\x02\x04\x05\xb4\x01\x03\x03\x07", 7, true},
		{"\x03\x03\x0f", 14, true}, // RFC 7323 section 2.3
		{"\x00\x03\x03\x07", 0, false},
		{"\x03", 0, false},
		{"\x03\x00\x07", 0, false},
		{"\x03\x04\x07\x07", 0, false},
	} {
		if shift, ok := (&netem.Header{Options: []byte(c.options)}).WindowScale(); shift != c.shift || ok != c.ok {
			t.Errorf("%x: %d, %v", c.options, shift, ok)
		}
	}
}

func FuzzWindowScale(f *testing.F) {
	f.Add([]byte("\x02\x04\x05\xb4\x01\x03\x03\x07"))
	f.Add([]byte{1, 3, 0})
	f.Fuzz(func(t *testing.T, options []byte) {
		if shift, ok := (&netem.Header{Options: options}).WindowScale(); shift > 14 || !ok && shift != 0 {
			t.Errorf("%d, %v", shift, ok)
		}
	})
}

func TestSACK(t *testing.T) {
	for _, c := range []struct {
		options string
		blocks  [][2]uint32
	}{
		{"", nil},
		{"\x01\x01\x05\x0a\x00\x00\x00\x01\x00\x00\x00\x02", [][2]uint32{{1, 2}}},
		{"\x05\x12\x00\x00\x00\x03\x00\x00\x00\x04\xff\xff\xff\xff\x00\x00\x00\x01", [][2]uint32{{3, 4}, {1<<32 - 1, 1}}},
		{"\x05\x09\x00\x00\x00\x01\x00\x00\x00", nil}, // a block that is cut
		{"\x05\x0a\x00\x00\x00\x01", nil},             // behind the end
		{"\x04\x02\x05\x0a\x00\x00\x00\x01\x00\x00\x00\x02", [][2]uint32{{1, 2}}},
	} {
		if got := (&netem.Header{Options: []byte(c.options)}).SACK(); !slices.Equal(got, c.blocks) {
			t.Errorf("%x: %v, want %v", c.options, got, c.blocks)
		}
	}
}
