package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"lossylab/netem"
)

// mask says which packets were lost, and of how many.
type mask struct {
	comments []string // what it was made from; no clock, no machine
	sent     int
	lost     netem.PacketSet
}

// write writes what 'loss mask' reads: comments, how many packets there were, and the numbers of the lost ones.
func (m *mask) write(w io.Writer) error {
	b := bufio.NewWriter(w)
	for _, c := range m.comments {
		fmt.Fprintf(b, "# %s\n", c)
	}
	if err := netem.WriteMask(b, uint64(m.sent), m.lost); err != nil {
		return err
	}
	return b.Flush()
}

// writable looks at what a flag names before anything is read: it may replace a file, but none of those that are read.
func writable(flag, path string, inputs []string) error {
	if path == "" {
		return nil
	}
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if info, err := os.Stat(filepath.Dir(path)); err != nil || !info.IsDir() {
			return usagef("--%s %s: there is no folder %s: make it first", flag, path, filepath.Dir(path))
		}
		return nil
	case err != nil:
		return usagef("--%s %s: %v: name another file", flag, path, plain(err))
	case info.IsDir():
		return usagef("--%s %s: it is a folder: name a file", flag, path)
	}
	for _, in := range inputs {
		if other, err := os.Stat(in); err == nil && os.SameFile(info, other) {
			return usagef("--%s %s: that is what is read: name another file", flag, path)
		}
	}
	return nil
}

// save writes the mask to a file, or to stdout if there is none.
func (m *mask) save(path string, stdout io.Writer) error {
	if path == "" {
		return m.write(stdout)
	}
	return saveFile("output", path, m.write)
}
