package match

import (
	"bytes"
	"os"
	"testing"

	"lossylab/report/capturefile"
)

// fileOf returns what is in a file.
func fileOf(t testing.TB, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// captureOf returns a file as a Capture.
func captureOf(t testing.TB, path string) Capture {
	t.Helper()
	return captureIn(path, fileOf(t, path))
}

// captureIn returns bytes as a Capture.
func captureIn(name string, b []byte) Capture {
	return Capture{name, func() (*capturefile.Reader, error) { return capturefile.NewReader(bytes.NewReader(b)) }}
}
