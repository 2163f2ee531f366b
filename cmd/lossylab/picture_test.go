package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"lossylab/report"
)

// The run that the README shows: a picture, sent both ways.
var pictureRun = []string{"run", "--quiet", "--input", "../../testdata/picture.ppm", "--interval", "2ms", "--rate", "10mbit", "--delay", "20ms", "--loss", "5%"}

// A picture arrives whole over TCP. Over UDP each lost datagram leaves a hole, at its place and nowhere else.
func TestPicture(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "out")
	output(t, context.Background(), exitDone, append(pictureRun, "--out", dir)...)
	sent := read(t, "../../testdata/picture.ppm")
	if !bytes.Equal(read(t, dir, "received/tcp-picture.ppm"), sent) {
		t.Error("TCP delivered another picture than was sent")
	}
	arrived := read(t, dir, "received/udp-picture.ppm")
	r := results(t, dir)
	udp, in := r.Flows[0], r.Flows[0].Input[0]
	if len(arrived) != len(sent) || in.Same || udp.App.Lost == 0 || udp.App.Lost != udp.Link["up"].Dropped {
		t.Fatalf("%d of %d bytes, same %v, lost %d, dropped %d", len(arrived), len(sent), in.Same, udp.App.Lost, udp.Link["up"].Dropped)
	}
	const piece = 1000 - 24 // a message without its header
	var holes, missing int
	for i := 0; i < len(sent); i += piece {
		end := min(i+piece, len(sent))
		switch {
		case bytes.Equal(arrived[i:end], sent[i:end]):
		case bytes.Equal(arrived[i:end], make([]byte, end-i)):
			holes, missing = holes+1, missing+end-i
		default:
			t.Errorf("bytes %d to %d are neither what was sent nor a hole", i, end)
		}
	}
	if int64(holes) != udp.App.Lost || int64(missing) != in.Missing {
		t.Errorf("%d holes of %d bytes in all; the results say %d and %d", holes, missing, udp.App.Lost, in.Missing)
	}
	for proto, b := range map[string][]byte{"udp": arrived, "tcp": sent} {
		compare(t, "../../docs/images/picture-"+proto+".png", enlarge(t, b))
	}
}

// enlarge turns a binary PPM of 8-bit samples into a PNG of twice its size.
func enlarge(t *testing.T, ppm []byte) []byte {
	t.Helper()
	var w, h, most int
	if _, err := fmt.Sscanf(string(ppm[:15]), "P6\n%d %d\n%d", &w, &h, &most); err != nil {
		t.Fatal(err)
	}
	pixels := ppm[len(ppm)-3*w*h:]
	m := image.NewRGBA(image.Rect(0, 0, 2*w, 2*h))
	for y := range 2 * h {
		for x := range 2 * w {
			p := pixels[3*(y/2*w+x/2):]
			m.SetRGBA(x, y, color.RGBA{p[0], p[1], p[2], 255})
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// compare holds got against a file of the documents, which -update writes anew.
func compare(t *testing.T, path string, got []byte) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(read(t, path), got) {
		t.Errorf("%s is not what the tool makes now: look at it, then run go test ./cmd/lossylab -update", path)
	}
}

func read(t *testing.T, path ...string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(path...))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func results(t *testing.T, dir string) (r report.Results) {
	t.Helper()
	if err := json.Unmarshal(read(t, dir, "results.json"), &r); err != nil {
		t.Fatal(err)
	}
	return r
}
