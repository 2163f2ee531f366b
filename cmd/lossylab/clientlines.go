package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"lossylab/sim/app"
)

// longestLine is the longest line that a client sends, bytes.
func longestLine(proto string, numbers bool) int {
	n := app.MaxMessage
	if proto == "tcp" {
		n = app.MaxTCPLine - 1
	}
	if numbers {
		n -= app.MaxMessage - app.MaxLine
	}
	return n
}

func (k *asking) longest() int { return longestLine(k.Network, k.flags.numbers) }

// lines returns the lines to send, nil if they are those of standard input as they come.
func (f *clientFlags) lines(ctx context.Context, args []string, proto string, stdin io.Reader) (lines [][]byte, err error) {
	switch {
	case len(args) > 0 && f.input != "":
		return nil, usagef("--input %s and %q both say what is sent: leave one out", f.input, args[0])
	case len(args) > 0:
		for _, a := range args {
			if strings.Contains(a, "\n") {
				return nil, usagef("client: %q: a line has no line feed in it: write two arguments", a)
			}
			lines = append(lines, []byte(a))
		}
	case f.input != "":
		sc := &traffic{App: "stream"} // its reader takes any bytes
		if err := sc.readInput(ctx, f.input, stdin); err != nil {
			return nil, err
		}
		lines = bytes.Split(bytes.TrimSuffix(sc.input, []byte("\n")), []byte("\n"))
	case f.messages > 0:
		return defaultLines(f.messages), nil
	default:
		return nil, nil
	}
	most := longestLine(proto, f.numbers)
	for i, line := range lines {
		if len(line) > most {
			return nil, usagef("client: line %d has %d bytes, and over %s there is room for %d", i+1, len(line), proto, most)
		}
	}
	for i := 0; len(lines) < f.messages; i++ {
		lines = append(lines, lines[i])
	}
	if f.messages > 0 {
		lines = lines[:f.messages]
	}
	return lines, nil
}

// typed are the lines of standard input as they come.
type typed struct {
	ctx    context.Context
	lines  chan []byte
	prompt func(string)
}

// newTyped begins to read. A line that is longer than most ends the input.
func newTyped(ctx context.Context, s streams, most int) *typed {
	t := &typed{ctx: ctx, lines: make(chan []byte), prompt: func(string) {}}
	keys := isTerminalInput(s.in)
	if keys && isTerminal(s.err) {
		t.prompt = func(text string) { fmt.Fprint(s.err, text) }
	}
	go func() {
		defer close(t.lines)
		in := bufio.NewReaderSize(s.in, 64<<10)
		for {
			line, err := typedLine(in, most, keys)
			if errors.Is(err, app.ErrLongLine) {
				fmt.Fprintf(s.err, "lossylab: client: a line of more than %d bytes: what follows it is not sent\n", most)
				return
			}
			if err == nil || len(line) > 0 {
				select {
				case t.lines <- line:
				case <-ctx.Done():
					return
				}
			}
			if err != nil {
				return
			}
		}
	}()
	return t
}

// typedLine reads a line without its line feed. What keys wrote may end in a carriage return, too, which is nobody's.
func typedLine(in *bufio.Reader, most int, keys bool) ([]byte, error) {
	line := []byte{}
	for {
		part, err := in.ReadSlice('\n')
		line = append(line, part...)
		if err == bufio.ErrBufferFull && len(line) <= most+2 {
			continue
		}
		line = bytes.TrimSuffix(line, []byte("\n"))
		if keys {
			line = bytes.TrimSuffix(line, []byte("\r"))
		}
		if len(line) > most {
			return nil, app.ErrLongLine
		}
		return line, err
	}
}

// next returns the next line, nil at the end.
func (t *typed) next() []byte {
	t.prompt("> ")
	select {
	case line, ok := <-t.lines:
		if !ok {
			t.prompt("\n")
		}
		return line
	case <-t.ctx.Done():
		return nil
	}
}

// isTerminalInput reports whether somebody types.
func isTerminalInput(r io.Reader) bool {
	w, ok := r.(io.Writer) // an *os.File is both
	return ok && isTerminal(w)
}
