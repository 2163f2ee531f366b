package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"sync/atomic"

	"lossylab/report/capturefile"
	"lossylab/report/match"
)

// pair is the two captures that a mask is made from.
type pair struct {
	sent, received *captureInput
	filter         match.Filter
	why            string // how the sender was found; empty if it was named
	notes          io.Writer
}

// maskOfPair makes a mask of what two captures show.
func maskOfPair(ctx context.Context, sent, received string, f match.Filter, notes io.Writer) (*mask, error) {
	p := &pair{notes: notes}
	var read atomic.Int64
	var err error
	if p.sent, err = openCapture(ctx, sent, &read); err != nil {
		return nil, err
	}
	defer p.sent.file.Close()
	if p.received, err = openCapture(ctx, received, &read); err != nil {
		return nil, err
	}
	defer p.received.file.Close()
	if os.SameFile(p.sent.info, p.received.info) {
		return nil, usagef("%s and %s are one file: name the sender's capture, then the receiver's", sent, received)
	}
	if notes != io.Discard {
		all := 2 * (p.sent.info.Size() + p.received.info.Size())
		shown := newProgress(notes, func() string { return fmt.Sprintf("read %d of %d MB", read.Load()>>20, all>>20) })
		defer shown.done()
	}
	c, err := p.compare(f)
	switch {
	case ctx.Err() != nil:
		return nil, fmt.Errorf("%w while reading; nothing was written", errInterrupted)
	case errors.Is(err, errNoSender):
		return nil, usagef("%s shows no %s that its host sent: name a host with --from, or the sender's capture first", sent, kindOfPacket(&f, ""))
	case errors.Is(err, match.ErrNothingSent):
		return nil, usagef("%s shows no %s: name another host with --from, or leave out --proto and --port", sent, describe(&f, ""))
	case errors.Is(err, match.ErrNothingCommon):
		return nil, usagef("no packet of %s was found in %s: are these two captures of the same traffic? Wanted were %s", sent, received, describe(&p.filter, "s"))
	case err != nil:
		return nil, usageError{err}
	}
	return p.mask(c), nil
}

// errNoSender says that nothing tells at which host a capture was taken.
var errNoSender = errors.New("no sender")

// compare finds the sender, if it is not named, and compares.
func (p *pair) compare(f match.Filter) (*match.Comparison, error) {
	a, b := match.Capture{Name: p.sent.name, Open: p.sent.open}, match.Capture{Name: p.received.name, Open: p.received.open}
	if !f.From.IsValid() {
		s, err := match.FindSender(a, f)
		if err == io.EOF {
			if _, err = match.SurveyOf(a, &f); err == nil { // which tells what else there is to say about it
				err = errNoSender
			}
		}
		if err != nil {
			return nil, err
		}
		f.From, p.why = s.Addr, s.Why
	}
	p.filter = f
	return match.Compare(a, b, f, match.Config{})
}

// mask tells the counts and makes the mask.
func (p *pair) mask(c *match.Comparison) *mask {
	what := describe(&p.filter, "s", c.To...)
	p.note("%d %s%s: %s", c.Result.Sent, what, p.found(), counts(c.Result))
	for _, s := range []struct {
		name string
		*match.Survey
	}{{p.sent.name, c.Sent}, {p.received.name, c.Received}} {
		if s.Note != "" {
			p.note("%s: %s", s.name, s.Note)
		}
	}
	p.doubts(c)
	return &mask{
		comments: []string{
			"lossylab " + version + ": the packets that were sent and never arrived, for a link with 'loss mask FILE'",
			fmt.Sprintf("made from %q and %q: %s", p.sent.name, p.received.name, what),
			"numbered from 1 as they were sent",
			counts(c.Result),
		},
		sent: c.Result.Sent,
		lost: c.Lost,
	}
}

func (p *pair) found() string {
	if p.why == "" {
		return ""
	}
	return " (" + p.why + "; --from names another)"
}

func (p *pair) note(format string, args ...any) {
	fmt.Fprintf(p.notes, "lossylab: "+format+"\n", args...)
}

// counts says what became of the packets.
func counts(r *match.Result) string {
	s := fmt.Sprintf("%d lost, %d duplicates, %d reordered, %d corrupted, %d ambiguous", r.LostCount, r.Duplicates, r.Reordered, r.Corrupted, r.Ambiguous)
	if r.Unknown > 0 {
		s += fmt.Sprintf(", and %d that nobody sent", r.Unknown)
	}
	return s
}

// doubts says what may make the mask another one than was meant.
func (p *pair) doubts(c *match.Comparison) {
	first, last := c.Edges()
	switch {
	case first > 0 && last > 0:
		p.note("note: the first %d and the last %d packets never arrived: if %s begins later or ends earlier, cut %s to the same time with editcap -A and -B", first, last, p.received.name, p.sent.name)
	case first > 0:
		p.note("note: the first %d packets never arrived: if %s begins later, cut %s to the same time with editcap -A", first, p.received.name, p.sent.name)
	case last > 0:
		p.note("note: the last %d packets never arrived: if %s ends earlier, cut %s to the same time with editcap -B", last, p.received.name, p.sent.name)
	}
	if c.Ambiguous > 0 {
		p.note("note: ambiguous are packets that others were like in all that counts, as without IP identification; time told which they were")
	}
	if c.Unknown > 0 {
		p.note("note: %s has %d packets of the sender's that %s has not: was it taken at the sender, and all the time?", p.received.name, c.Unknown, p.sent.name)
	}
	if c.Bytes > 0 {
		p.note("note: the captures are cut, so that %d bytes of each IP packet were compared, and damage does not show", c.Bytes)
	}
	if a, b := c.Sent.Longest, c.Received.Longest; a != b && max(a, b) > 1500 {
		p.note("note: the longest packet has %d bytes in %s and %d in %s: if a network card cuts or joins segments, turn that off with ethtool -K", a, p.sent.name, b, p.received.name)
	}
}

// describe says which packets a filter takes: "tcp packets of port 80 from 10.0.0.1 to 10.0.0.2".
func describe(f *match.Filter, plural string, to ...netip.Addr) string {
	s := kindOfPacket(f, plural) + " from " + f.From.String()
	switch n := len(to); {
	case n == 1:
		s += " to " + to[0].String()
	case n > 1:
		s += fmt.Sprintf(" to %d addresses", n)
	}
	return s
}

// kindOfPacket says which of a host's packets a filter takes: "tcp packets of port 80".
func kindOfPacket(f *match.Filter, plural string) string {
	s := map[int]string{match.TCP: "tcp ", match.UDP: "udp "}[f.Proto] + "packet" + plural
	if f.Port != 0 {
		s += fmt.Sprintf(" of port %d", f.Port)
	}
	return s
}

// captureInput is a capture file that is read from its beginning as often as is needed, until the context ends.
type captureInput struct {
	ctx  context.Context
	name string
	file *os.File
	info os.FileInfo
	read *atomic.Int64 // bytes so far, of all files
	sum  string        // SHA-256 of the file, in hexadecimal; empty if it is not asked for
}

func openCapture(ctx context.Context, name string, read *atomic.Int64) (*captureInput, error) {
	info, err := os.Stat(name) // before it is opened: a pipe would wait for its writer
	switch {
	case err != nil:
		return nil, usagef("%s: %v: name a capture file", name, plain(err))
	case info.IsDir():
		return nil, usagef("%s: it is a folder, and of two arguments both are captures", name)
	case !info.Mode().IsRegular():
		return nil, usagef("%s: it is no regular file, and a capture is read twice: save it first", name)
	}
	file, err := os.Open(name)
	if err != nil {
		return nil, usagef("%s: %v: name a capture file", name, plain(err))
	}
	return &captureInput{ctx: ctx, name: name, file: file, info: info, read: read}, nil
}

func (c *captureInput) open() (*capturefile.Reader, error) {
	if _, err := c.file.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	return capturefile.NewReader(c)
}

// Read implements io.Reader.
func (c *captureInput) Read(b []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := c.file.Read(b)
	c.read.Add(int64(n))
	return n, err
}
