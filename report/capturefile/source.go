package capturefile

import (
	"bufio"
	"io"
)

// bufferSize holds any usual record, so that most are used where they were read.
const bufferSize = 256 << 10

// source gives out the bytes of a file in pieces and counts them.
type source struct {
	r      *bufio.Reader
	offset int64  // of the next byte
	begin  int64  // of the record that is being read
	large  []byte // memory for what does not fit the buffer
}

func newSource(r io.Reader) source { return source{r: bufio.NewReaderSize(r, bufferSize)} }

// take returns the next n bytes, which are valid until the next call. The error is io.EOF if the file has ended, and
// io.ErrUnexpectedEOF if it ends within them.
func (s *source) take(n int) ([]byte, error) {
	if n > s.r.Size() {
		return s.takeLarge(n)
	}
	b, err := s.r.Peek(n)
	if len(b) < n {
		return nil, ended(err, len(b))
	}
	s.offset += int64(n)
	_, err = s.r.Discard(n)
	return b, err
}

// takeLarge reads as far as there are bytes, in pieces that double: a length in the file that lies costs no more memory
// than the file has bytes.
func (s *source) takeLarge(n int) ([]byte, error) {
	s.large = s.large[:0]
	for len(s.large) < n {
		have := len(s.large)
		more := min(n-have, max(have, bufferSize))
		if cap(s.large) < have+more {
			s.large = append(make([]byte, 0, have+more), s.large...)
		}
		s.large = s.large[:have+more]
		if got, err := io.ReadFull(s.r, s.large[have:]); err != nil {
			return nil, ended(err, have+got)
		}
	}
	s.offset += int64(n)
	return s.large, nil
}

// skip leaves out n bytes.
func (s *source) skip(n int64) error {
	got, err := io.CopyN(io.Discard, s.r, n)
	s.offset += got
	if err != nil {
		return ended(err, int(min(got, 1)))
	}
	return nil
}

// ended tells an end of the file between pieces from one within a piece. Errors of the input are neither.
func ended(err error, got int) error {
	if err != io.EOF && err != io.ErrUnexpectedEOF {
		return err
	}
	if got > 0 {
		return io.ErrUnexpectedEOF
	}
	return io.EOF
}
