package capturefile

import "io"

// bufferSize holds any usual record, so that most are used where they were read.
const bufferSize = 256 << 10

// source gives out the bytes of a file in pieces and counts them.
type source struct {
	in     io.Reader
	buffer []byte // what is left of the last reading
	memory []byte
	err    error  // of the last reading, once the buffer is empty
	offset int64  // of the next byte
	begin  int64  // of the record that is being read
	large  []byte // memory for what does not fit the buffer
}

func newSource(r io.Reader) source { return source{in: r, memory: make([]byte, bufferSize)} }

// take returns the next n bytes, which are valid until the next call. The error is io.EOF if the file has ended, and
// io.ErrUnexpectedEOF if it ends within them.
func (s *source) take(n int) ([]byte, error) {
	if n <= len(s.buffer) {
		b := s.buffer[:n:n]
		s.buffer = s.buffer[n:]
		s.offset += int64(n)
		return b, nil
	}
	if n > len(s.memory) {
		return s.takeLarge(n)
	}
	if s.fill(n); n > len(s.buffer) {
		return nil, ended(s.err, len(s.buffer))
	}
	return s.take(n)
}

// fill reads until the buffer has n bytes, which fit it, or the input ends.
func (s *source) fill(n int) {
	have := copy(s.memory, s.buffer)
	for idle := 0; have < n && s.err == nil; {
		var got int
		got, s.err = s.in.Read(s.memory[have:])
		if have += got; got > 0 {
			idle = 0
		} else if idle++; idle == maxIdle && s.err == nil {
			s.err = io.ErrNoProgress
		}
	}
	s.buffer = s.memory[:have]
}

// maxIdle is how often an input may give neither bytes nor an error, one time after the other.
const maxIdle = 100

// Read implements io.Reader.
func (s *source) Read(b []byte) (int, error) {
	if len(s.buffer) == 0 {
		s.fill(1)
	}
	n := copy(b, s.buffer)
	if s.buffer = s.buffer[n:]; n == 0 && len(b) > 0 {
		return 0, s.err
	}
	return n, nil
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
		if got, err := io.ReadFull(s, s.large[have:]); err != nil {
			return nil, ended(err, have+got)
		}
	}
	s.offset += int64(n)
	return s.large, nil
}

// skip leaves out n bytes.
func (s *source) skip(n int64) error {
	got, err := io.CopyN(io.Discard, s, n)
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
