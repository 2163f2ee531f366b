package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"lossylab/netem"
	"lossylab/report/match"
)

// mask says which packets were lost, and of how many.
type mask struct {
	comments []string // what it was made from; no clock, no machine
	sent     int
	lost     []match.Range
}

// ranges makes ranges of numbers, each once.
func ranges(numbers []int) (rs []match.Range) {
	slices.Sort(numbers)
	for _, n := range numbers {
		if k := len(rs); k > 0 && rs[k-1].Last == n-1 {
			rs[k-1].Last = n
		} else {
			rs = append(rs, match.Range{First: n, Last: n})
		}
	}
	return rs
}

// write writes what 'loss mask' reads: comments, how many packets there were, and the numbers of the lost ones.
func (m *mask) write(w io.Writer) error {
	b := bufio.NewWriter(w)
	for _, c := range m.comments {
		fmt.Fprintf(b, "# %s\n", c)
	}
	lost := make(netem.PacketSet, len(m.lost))
	for i, r := range m.lost {
		lost[i] = netem.Span{First: uint64(r.First), Last: uint64(r.Last)}
	}
	if err := netem.WriteMask(b, uint64(m.sent), lost); err != nil {
		return err
	}
	return b.Flush()
}

// writable looks at --output before anything is read: it may replace a file, but none of those that are read.
func writable(path string, inputs []string) error {
	if path == "" {
		return nil
	}
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if info, err := os.Stat(filepath.Dir(path)); err != nil || !info.IsDir() {
			return usagef("--output %s: there is no folder %s: make it first", path, filepath.Dir(path))
		}
		return nil
	case err != nil:
		return usagef("--output %s: %v: name another file", path, plain(err))
	case info.IsDir():
		return usagef("--output %s: it is a folder: name a file", path)
	}
	for _, in := range inputs {
		if other, err := os.Stat(in); err == nil && os.SameFile(info, other) {
			return usagef("--output %s: that is what is read: name another file", path)
		}
	}
	return nil
}

// save writes the mask to a file, or to stdout if there is none. What was there before is replaced when the new one is whole;
// what is no regular file, such as /dev/stdout, is written to.
func (m *mask) save(path string, stdout io.Writer) error {
	if path == "" {
		return m.write(stdout)
	}
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return m.overwrite(path)
	}
	file, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".partial-")
	if err != nil {
		return usagef("--output %s: %v: name another file", path, plain(err))
	}
	err = errors.Join(file.Chmod(0o644), m.write(file), file.Close())
	if err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		os.Remove(file.Name())
		return fmt.Errorf("--output %s: %v: nothing was written", path, plain(err))
	}
	return nil
}

func (m *mask) overwrite(path string) error {
	file, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err == nil {
		err = errors.Join(m.write(file), file.Close())
	}
	if err != nil {
		return fmt.Errorf("--output %s: %v", path, plain(err))
	}
	return nil
}
