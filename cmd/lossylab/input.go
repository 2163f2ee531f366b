package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"lossylab/sim/app"
)

// maxInput is the longest input, bytes: all of it is held in memory.
const maxInput = 1 << 30

// readInput reads what is sent. Standard input is called stdin.
func (s *scenario) readInput(path string, stdin io.Reader) error {
	if path == "" {
		if s.App == "echo" {
			s.lines = defaultLines(s.Messages)
		}
		return nil
	}
	var err error
	s.Input = filepath.Base(path)
	if path == "-" {
		s.Input = "stdin"
		s.input, err = io.ReadAll(io.LimitReader(stdin, maxInput+1))
	} else {
		s.input, err = readFile(path)
	}
	switch {
	case err != nil:
		return usagef("--input %s: %v: name a file, or - for standard input", path, plain(err))
	case len(s.input) > maxInput:
		return usagef("--input %s: more than 1 GiB: cut it with 'head -c 1G'", path)
	case len(s.input) == 0:
		return usagef("--input %s: it is empty: there is nothing to send", path)
	}
	if s.App == "echo" {
		return s.cutLines(path)
	}
	return nil
}

func readFile(path string) ([]byte, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, err
	case info.IsDir():
		return nil, fmt.Errorf("it is a folder")
	case info.Size() > maxInput:
		return nil, fmt.Errorf("more than 1 GiB")
	}
	return os.ReadFile(path)
}

// cutLines makes an echo's lines of the input. A last line without an end is a line too; an end may be CR LF.
func (s *scenario) cutLines(path string) error {
	for i, line := range bytes.Split(bytes.TrimSuffix(s.input, []byte("\n")), []byte("\n")) {
		line = bytes.TrimSuffix(line, []byte("\r"))
		if len(line) > app.MaxLine {
			return usagef("--input %s: line %d has %d bytes, and no datagram takes more than %d: use --app stream", path, i+1, len(line), app.MaxLine)
		}
		s.lines = append(s.lines, line)
	}
	if s.Messages > 0 && s.Messages < len(s.lines) {
		s.lines = s.lines[:s.Messages]
	}
	s.Messages = len(s.lines)
	return nil
}

// defaultLines are what an echo sends when nobody says what.
func defaultLines(n int) [][]byte {
	lines := make([][]byte, n)
	for i := range lines {
		lines[i] = fmt.Appendf(nil, "hello, server, this is line %d", i)
	}
	return lines
}
