package sweep

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"strings"
)

// Reader reads the journals of one plan, in whatever shards it was run, as if they were one. It takes no lock: of a journal
// that is being written to it reads what was there when it was opened.
type Reader struct {
	plan     *Plan
	journals []*source
}

// source is a journal that is read.
type source struct {
	*content
	path string
	file *os.File
}

// OpenReader opens journals, at least one, and reads through them once. An error names the file that is no journal, or is
// of another plan than the first and in what, or that was given twice.
func OpenReader(paths ...string) (*Reader, error) {
	if len(paths) == 0 {
		return nil, errors.New("no journal: give one at least")
	}
	r := &Reader{}
	for _, path := range paths {
		s, err := openSource(path)
		if err == nil {
			r.journals = append(r.journals, s)
			err = r.admit(s)
		}
		if err != nil {
			r.Close()
			return nil, inFile(path, err)
		}
	}
	return r, nil
}

func openSource(path string) (*source, error) {
	st, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !st.Mode().IsRegular() {
		return nil, errNoJournal
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	c, err := readHeader(f, st.Size())
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = errNoJournal
	}
	if err == nil {
		err = c.scan(f, st.Size(), nil)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return &source{c, path, f}, nil
}

// admit refuses a journal that does not go with the first.
func (r *Reader) admit(s *source) error {
	first := r.journals[0]
	if s == first {
		r.plan = s.plan
		return nil
	}
	if in := s.plan.differs(r.plan); in != nil {
		return fmt.Errorf("of another sweep than %s: other %s: leave one of them out", first.path, strings.Join(in, ", "))
	}
	s.plan = r.plan
	return nil
}

// Close closes the journals.
func (r *Reader) Close() error {
	var err error
	for _, s := range r.journals {
		if e := s.file.Close(); err == nil {
			err = e
		}
	}
	return err
}

// Plan returns the plan of all the journals; it is not to be changed.
func (r *Reader) Plan() *Plan { return r.plan }

// Shards returns the shard of each journal, in the order of the paths.
func (r *Reader) Shards() []Shard {
	shards := make([]Shard, len(r.journals))
	for i, s := range r.journals {
		shards[i] = s.shard
	}
	return shards
}

// Damaged returns how many lines of all journals are damaged, a torn last one apart. Jobs that were in them are missing
// unless they are there again.
func (r *Reader) Damaged() int {
	n := 0
	for _, s := range r.journals {
		n += s.damaged
	}
	return n
}

// Rows yields the rows in order of jobs, each job once, in bounded memory. Jobs that are missing are passed over. A job that is there
// twice with different numbers ends it with an error: a run that is repeated gives the same, so something else than
// the plan decides. So does a file that can no longer be read.
func (r *Reader) Rows() iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		m := newMerge(r)
		for {
			row, err := m.next()
			if errors.Is(err, io.EOF) {
				return
			}
			if !yield(row, err) || err != nil {
				return
			}
		}
	}
}

// Range is jobs that follow each other, from First to Last.
type Range struct{ First, Last int }

// Missing yields the jobs of the whole plan that no journal has, in order, in as few ranges as that takes; Plan.Cell says what they
// are. The error is one of Rows.
func (r *Reader) Missing() iter.Seq2[Range, error] {
	return func(yield func(Range, error) bool) {
		want := 0
		for row, err := range r.Rows() {
			if err != nil {
				yield(Range{}, err)
				return
			}
			if row.Job > want && !yield(Range{want, row.Job - 1}, nil) {
				return
			}
			want = row.Job + 1
		}
		if jobs := r.plan.Jobs(); want < jobs {
			yield(Range{want, jobs - 1}, nil)
		}
	}
}

// Absent returns the shards that no journal is of, if all are of the same number of shards; otherwise nil.
func (r *Reader) Absent() []Shard {
	n := r.journals[0].shard.count()
	there := make([]bool, n)
	for _, s := range r.journals {
		if s.shard.count() != n {
			return nil
		}
		there[s.shard.Index] = true
	}
	var absent []Shard
	for i, ok := range there {
		if !ok {
			absent = append(absent, Shard{i, n})
		}
	}
	return absent
}

// WriteTo writes one journal of all rows, in order of jobs: the same bytes, however they were shared out. A sweep can go on
// from it.
func (r *Reader) WriteTo(w io.Writer) (int64, error) {
	line, salt, err := encodeHeader(r.plan, Shard{})
	if err != nil {
		return 0, err
	}
	n, err := w.Write(line)
	written := int64(n)
	for row, e := range r.Rows() {
		if err = cmp.Or(err, e); err != nil {
			break
		}
		line = appendRow(line[:0], &row, salt)
		n, err = w.Write(line)
		written += int64(n)
	}
	return written, err
}
