package main

import (
	"crypto/sha256"
	"encoding/hex"
	"io"

	"lossylab/report/capturefile"
	"lossylab/report/match"
	"lossylab/report/trace"
)

// list reads a capture for what it holds, and sums up its bytes in the same reading. Read is trace.List or a relative of it.
func (c *captureInput) list(read func(match.Capture) (*trace.Listing, error)) (*trace.Listing, error) {
	h := sha256.New()
	l, err := read(match.Capture{Name: c.name, Open: func() (*capturefile.Reader, error) {
		if _, err := c.file.Seek(0, io.SeekStart); err != nil {
			return nil, err
		}
		return capturefile.NewReader(io.TeeReader(c, h))
	}})
	if err != nil {
		return nil, usageError{err}
	}
	if _, err := io.Copy(h, c); err != nil { // what may lie behind the last record
		return nil, err
	}
	c.sum = hex.EncodeToString(h.Sum(nil))
	return l, nil
}
