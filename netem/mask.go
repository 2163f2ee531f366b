package netem

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
)

// Mask is a List that stands in a file, so that what one run lost can be lost again by others:
//
//	# comments and blank lines
//	sent 1000
//	3
//	7
//	10-12
//
// First, if at all, how many packets it is about, then the numbers of those that were lost, in increasing order, one number
// or range a line. Packets beyond the last are kept.
type Mask struct {
	File string    // where it was read: the words name it, and nothing here opens it
	Sent uint64    // how many packets were sent when it was made; 0 is not said
	Lost PacketSet // none larger than Sent, if that is said

	counter counter
}

// Judge implements Model. It draws nothing.
func (m *Mask) Judge(Time, *rand.Rand, *Packet) Verdict { return Verdict{Drop: m.counter.hit(m.Lost)} }

// String implements Model: "loss mask FILE".
func (m *Mask) String() string { return "loss mask " + quoted(m.File) }

// Clone implements Cloner. The numbers are shared: nothing changes them.
func (m *Mask) Clone() Model { return &Mask{File: m.File, Sent: m.Sent, Lost: m.Lost} }

// Validate implements Validator.
func (m *Mask) Validate() error {
	if n := len(m.Lost); m.Sent != 0 && n > 0 && m.Lost[n-1].Last > m.Sent {
		return wrongf("loss", "packet %d cannot be lost of %d sent", m.Lost[n-1].Last, m.Sent)
	}
	return m.Lost.validate()
}

// ParseMask reads a mask. The error names the line.
func ParseMask(content []byte) (*Mask, error) {
	m := new(Mask)
	n := 0
	for line := range bytes.Lines(content) {
		n++
		line, _, _ = bytes.Cut(line, []byte("#"))
		if line = bytes.TrimSpace(line); len(line) == 0 {
			continue
		}
		if err := m.read(string(line)); err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
	}
	return m, nil
}

// read takes in one line that says something.
func (m *Mask) read(line string) error {
	if words := strings.Fields(line); words[0] == "sent" {
		return m.readSent(line, words[1:])
	}
	r, err := parsePackets(line)
	switch {
	case err != nil:
		return err
	case m.Sent != 0 && r.Last > m.Sent:
		return wrongf(line, "only %d packets were sent", m.Sent)
	case !m.Lost.add(r):
		return wrong(line, "packet numbers go up, each once, one number or range a line")
	}
	return nil
}

func (m *Mask) readSent(line string, values []string) error {
	switch {
	case m.Sent != 0 || len(m.Lost) > 0:
		return wrong(line, "this comes first, and once")
	case len(values) == 1:
		m.Sent = parsePacketNumber(values[0])
	}
	if m.Sent == 0 {
		return wrong(line, "not a number of packets: write sent 1000")
	}
	return nil
}

// WriteMask writes what ParseMask reads: how many packets were sent, if that is not 0, and which were lost.
func WriteMask(w io.Writer, sent uint64, lost PacketSet) error {
	b := bufio.NewWriter(w)
	if sent != 0 {
		fmt.Fprintf(b, "sent %d\n", sent)
	}
	for _, r := range lost {
		b.WriteString(r.String())
		b.WriteByte('\n')
	}
	return b.Flush() // which tells of the first write that failed
}
