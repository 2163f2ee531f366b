package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
)

// maxLinkFile is the longest file that a link's words may name, bytes: traces of hours are a few megabytes.
const maxLinkFile = 64 << 20

// openLinkFile reads a trace, a table or a mask that a SPEC names.
func openLinkFile(name string) ([]byte, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, plain(err)
	}
	defer file.Close()
	if info, err := file.Stat(); err == nil && !info.Mode().IsRegular() {
		return nil, fmt.Errorf("not a file: name a trace, table or mask")
	}
	b, err := io.ReadAll(io.LimitReader(file, maxLinkFile+1))
	switch {
	case err != nil:
		return nil, plain(err)
	case len(b) > maxLinkFile:
		return nil, fmt.Errorf("more than 64 MiB: cut it")
	}
	return b, nil
}

// linkFiles are the SHA-256 sums of the files that a scenario's links name: with them it is known what was replayed.
type linkFiles map[string]string

// openAt is openLinkFile of path, and takes note of it under the name by which it was called.
func (f *linkFiles) openAt(path, name string) ([]byte, error) {
	b, err := openLinkFile(path)
	if err != nil {
		return nil, err
	}
	if *f == nil {
		*f = linkFiles{}
	}
	sum := sha256.Sum256(b)
	(*f)[name] = hex.EncodeToString(sum[:])
	return b, nil
}
