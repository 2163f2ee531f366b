package capturefile

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"testing/iotest"
)

// captures returns the captures of real hosts that come with the project.
func captures(t testing.TB) map[string][]byte {
	files, err := filepath.Glob("../../testdata/linux/*.pcap")
	if err != nil || len(files) == 0 {
		t.Fatal("no captures in testdata/linux", err)
	}
	all := map[string][]byte{}
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		all[name] = b
	}
	return all
}

// Whatever the bytes, a Reader comes to an end, holds to its contract, and reads the same in other pieces.
func FuzzReader(f *testing.F) {
	for _, b := range captures(f) {
		f.Add(b[:min(len(b), 2000)])
	}
	for _, b := range written(f) {
		f.Add(b)
	}
	for _, b := range variants() {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		rs, r, err := all(bytes.NewReader(b))
		for i, r := range rs {
			switch {
			case r.Frame != i+1, r.Offset < 0, i > 0 && r.Offset <= rs[i-1].Offset, len(r.Data) > r.Length, r.IPLength > r.Length,
				len(r.IP) > r.IPLength, len(r.IP) > len(r.Data), len(r.IP) > 0 && r.Version != 4 && r.Version != 6, !r.Timed && r.Time != 0:
				t.Errorf("%+v", r)
			}
			h, ok := ReadHeader(r.IP)
			if ok && (h.Transport > len(r.IP) || !h.Src.IsValid() || !h.Dst.IsValid()) {
				t.Errorf("%+v", h)
			}
			HeaderIntact(r.IP)
		}
		var at *Error
		if err != nil && r != nil && (!errors.As(err, &at) || at.Frame != len(rs)+1 || at.Offset > int64(len(b))) {
			t.Errorf("after %d records: %v", len(rs), err)
		}
		again, _, err2 := all(iotest.HalfReader(bytes.NewReader(b)))
		if len(again) != len(rs) || (err == nil) != (err2 == nil) {
			t.Errorf("%d records and %v, in halves %d and %v", len(rs), err, len(again), err2)
		}
	})
}
