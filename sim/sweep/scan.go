package sweep

import (
	"bytes"
	"errors"
	"io"
)

// window is how many jobs may be begun beyond the oldest that is not finished, and so how far rows of a journal are out
// of order within one session.
const window = 1024

// content is what a journal says of itself, and where its rows are.
type content struct {
	plan  *Plan
	shard Shard
	salt  uint32 // of the checksums of rows

	segments []segment
	damaged  int   // lines that are no row, with rows behind them
	end      int64 // behind the last good line; what follows is torn
}

// segment is a piece of a journal in which rows are nearly in order. A new one begins where the order goes far back: at
// a session that makes up for rows that were lost, say.
type segment struct {
	from, to    int64 // bytes
	first, last int   // the least job, and the greatest
	lag         int   // a job comes at most so far behind a greater one
}

// readHeader returns the content of a journal before its rows. A file that ends within its first line gives
// io.ErrUnexpectedEOF.
func readHeader(f io.ReaderAt, size int64) (*content, error) {
	line := make([]byte, 0, 4096)
	for len(line) < maxHeader && int64(len(line)) < size {
		n := int(min(size-int64(len(line)), int64(max(4096, len(line)))))
		part := make([]byte, n)
		if _, err := f.ReadAt(part, int64(len(line))); err != nil {
			return nil, err
		}
		if at := bytes.IndexByte(part, '\n'); at >= 0 {
			line = append(line, part[:at]...)
			c := &content{end: int64(len(line) + 1)}
			var err error
			c.plan, c.shard, c.salt, err = decodeHeader(line)
			return c, err
		}
		line = append(line, part...)
	}
	if int64(len(line)) < size {
		return nil, errNoJournal
	}
	return nil, io.ErrUnexpectedEOF
}

// maxSegments bounds what a reader keeps open. A session makes a few at most.
const maxSegments = 10_000

// scan reads all rows, notes where they are, and calls each, which may be nil, with their places in the shard.
func (c *content) scan(f io.ReaderAt, size int64, each func(k int)) error {
	l := newLines(io.NewSectionReader(f, c.end, size-c.end), c.end, maxRow(len(c.plan.Columns)))
	bad := 0 // lines since the last good one
	for {
		from := l.off
		line, err := l.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		r, ok := c.row(line)
		if !ok {
			bad++
			continue
		}
		c.damaged, bad = c.damaged+bad, 0
		if err := c.note(r.Job, from, l.off); err != nil {
			return err
		}
		if each != nil {
			k, _ := c.shard.place(r.Job)
			each(k)
		}
	}
}

// note puts a row into the segment that is read, or begins another.
func (c *content) note(job int, from, to int64) error {
	far := 2 * window * c.shard.count()
	if len(c.segments) == 0 || job < c.segments[len(c.segments)-1].last-far {
		if len(c.segments) == maxSegments {
			return errors.New("its rows are in no order: no sweep has written them so; run it anew")
		}
		c.segments = append(c.segments, segment{from: from, first: job, last: job})
	}
	s := &c.segments[len(c.segments)-1]
	s.first, s.lag, s.last = min(s.first, job), max(s.lag, s.last-job), max(s.last, job)
	s.to, c.end = to, to
	return nil
}

// row reads a line without its end. It is false for what is not a row of this journal.
func (c *content) row(line []byte) (r Row, ok bool) {
	text, ok := unseal(line, c.salt)
	if !ok {
		return Row{}, false
	}
	r, ok = parseRow(string(text), len(c.plan.Columns))
	if !ok || r.Job >= c.plan.Jobs() {
		return Row{}, false
	}
	_, ok = c.shard.place(r.Job)
	return r, ok
}
