package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"lossylab/sim/app"
)

// maxInput is the longest input, bytes: all of it is held in memory.
const maxInput = 1 << 30

// readInputs reads what is sent, of each traffic.
func (s *scenario) readInputs(ctx context.Context, input string, stdin io.Reader) error {
	if s.mix == nil {
		return s.readInput(ctx, s.file.path("input", input), stdin)
	}
	for i := range s.mix.Traffic {
		t := &s.mix.Traffic[i].traffic
		path := t.Input
		if path != "" {
			path = s.file.beside(path)
		}
		if err := t.readInput(ctx, path, stdin); err != nil {
			return err
		}
	}
	return nil
}

// readInput reads what is sent. Standard input is called stdin.
func (s *traffic) readInput(ctx context.Context, path string, stdin io.Reader) error {
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
		s.input, err = readAll(ctx, stdin)
	} else {
		s.input, err = readFile(ctx, path)
	}
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("%w while reading --input %s; nothing was written", errInterrupted, path)
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

func readFile(ctx context.Context, path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	if info, err := file.Stat(); err == nil && info.IsDir() {
		return nil, fmt.Errorf("it is a folder")
	}
	return readAll(ctx, file)
}

// readAll reads until the end, or a byte more than may be, or until ctx ends: a terminal or a pipe can make it wait for ever.
func readAll(ctx context.Context, r io.Reader) (b []byte, err error) {
	done := make(chan struct{})
	var all []byte
	var failed error
	go func() {
		all, failed = io.ReadAll(io.LimitReader(r, maxInput+1))
		close(done)
	}()
	select {
	case <-done:
		return all, failed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// cutLines makes an echo's lines of the input. A last line without an end is a line too; an end may be CR LF.
func (s *traffic) cutLines(path string) error {
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
