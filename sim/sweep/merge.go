package sweep

import (
	"container/heap"
	"errors"
	"fmt"
	"io"
	"slices"
)

// merge gives the rows of all segments of all journals in order of jobs. A segment is opened when its first row is due.
type merge struct {
	plan    *Plan
	waiting []*stream // by first job
	open    streams
	last    Row     // that was given
	from    *stream // that gave it; nil: none yet
}

func newMerge(r *Reader) *merge {
	m := &merge{plan: r.plan}
	for _, s := range r.journals {
		for _, g := range s.segments {
			m.waiting = append(m.waiting, &stream{source: s, segment: g, number: len(m.waiting)})
		}
	}
	slices.SortStableFunc(m.waiting, func(a, b *stream) int { return a.first - b.first })
	return m
}

// next returns the next row, or io.EOF.
func (m *merge) next() (Row, error) {
	for {
		for len(m.waiting) > 0 && (len(m.open) == 0 || m.waiting[0].first <= m.open[0].head.Job) {
			s := m.waiting[0]
			m.waiting = m.waiting[1:]
			s.start()
			if err := m.put(s, heap.Push); err != nil {
				return Row{}, err
			}
		}
		if len(m.open) == 0 {
			return Row{}, io.EOF
		}
		s := m.open[0]
		row := s.head
		if err := m.put(s, func(h heap.Interface, _ any) { heap.Fix(h, 0) }); err != nil {
			return Row{}, err
		}
		if m.from == nil || row.Job != m.last.Job {
			m.last, m.from = row, s
			return row, nil
		}
		if !row.same(&m.last) {
			return Row{}, fmt.Errorf("%s and %s: job %d (%s) is in both, with different numbers: something else than the plan and the version decides, such as an input file or the machine; keep one of them",
				m.from.path, s.path, row.Job, m.plan.Describe(row.Job))
		}
	}
}

// put brings a stream to its next row and to its place, or takes it out at its end.
func (m *merge) put(s *stream, place func(heap.Interface, any)) error {
	err := s.advance()
	if err == nil {
		place(&m.open, s)
		return nil
	}
	if !errors.Is(err, io.EOF) {
		return inFile(s.path, err)
	}
	if len(m.open) > 0 && m.open[0] == s {
		heap.Pop(&m.open)
	}
	return nil
}

// stream gives the rows of a segment in order.
type stream struct {
	*source
	segment
	number int // among all: ties go by it

	lines *lines
	early jobs        // that were read and are not due
	rows  map[int]Row // of them
	most  int         // the greatest job that was read
	head  Row
}

func (s *stream) start() {
	s.lines = newLines(io.NewSectionReader(s.file, s.from, s.to-s.from), s.from, maxRow(len(s.plan.Columns)))
	s.rows = make(map[int]Row)
	s.most = -1
}

// advance sets head to the next row in order. What is still to be read is not more than lag behind what was.
func (s *stream) advance() error {
	for s.lines != nil && (len(s.early) == 0 || s.early[0] > s.most-s.lag) {
		line, err := s.lines.next()
		if errors.Is(err, io.EOF) {
			s.lines = nil
			break
		}
		if err != nil {
			return err
		}
		if r, ok := s.row(line); ok {
			s.most = max(s.most, r.Job)
			if err := s.hold(r); err != nil {
				return err
			}
		}
	}
	if len(s.early) == 0 {
		return io.EOF
	}
	job := heap.Pop(&s.early).(int)
	s.head = s.rows[job]
	delete(s.rows, job)
	return nil
}

// hold keeps a row until it is due.
func (s *stream) hold(r Row) error {
	other, ok := s.rows[r.Job]
	if ok && !r.same(&other) {
		return fmt.Errorf("job %d (%s) is there twice, with different numbers: something else than the plan and the version decides, such as an input file or the machine; begin anew",
			r.Job, s.plan.Describe(r.Job))
	}
	if !ok {
		s.rows[r.Job] = r
		heap.Push(&s.early, r.Job)
	}
	return nil
}

// jobs is a heap of numbers of jobs.
type jobs []int

func (h jobs) Len() int           { return len(h) }
func (h jobs) Less(i, k int) bool { return h[i] < h[k] }
func (h jobs) Swap(i, k int)      { h[i], h[k] = h[k], h[i] }

// Push is heap.Interface's.
func (h *jobs) Push(x any) { *h = append(*h, x.(int)) }

// Pop is heap.Interface's.
func (h *jobs) Pop() any {
	last := len(*h) - 1
	x := (*h)[last]
	*h = (*h)[:last]
	return x
}

// streams is a heap of streams by the job of their head, then by their number.
type streams []*stream

func (h streams) Len() int { return len(h) }
func (h streams) Less(i, k int) bool {
	if h[i].head.Job != h[k].head.Job {
		return h[i].head.Job < h[k].head.Job
	}
	return h[i].number < h[k].number
}
func (h streams) Swap(i, k int) { h[i], h[k] = h[k], h[i] }

// Push is heap.Interface's.
func (h *streams) Push(x any) { *h = append(*h, x.(*stream)) }

// Pop is heap.Interface's.
func (h *streams) Pop() any {
	last := len(*h) - 1
	x := (*h)[last]
	(*h)[last] = nil
	*h = (*h)[:last]
	return x
}
