package match

// flight is a packet that was sent, and may have arrived.
type flight struct {
	Fate
	trace
	content      int32 // its place in contents
	older, newer int   // the numbers of the neighbours of the same content that have not arrived; 0 for none
}

// flights is a queue of those that may still be asked for, in order of sending. It lies in pages, which are used again when
// all in them is forgotten: to grow costs no copying, and no more memory than is asked for.
type flights struct {
	pages []*flightPage // those of the flights from first on
	spare []*flightPage
	first int // the number of the oldest
	n     int
	base  int // the number of the first place of the first page, a multiple of pageSize
}

const pageSize = 1 << 10

type flightPage [pageSize]flight

// at returns the flight with this number, or nil if it is not in the queue.
func (q *flights) at(number int) *flight {
	if number < q.first || number >= q.first+q.n {
		return nil
	}
	i := number - q.base
	return &q.pages[i/pageSize][i%pageSize]
}

// push appends a flight and gives it its number.
func (q *flights) push(s *sighting) *flight {
	number := q.first + q.n
	if number-q.base >= len(q.pages)*pageSize {
		q.grow()
	}
	q.n++
	f := q.at(number)
	*f = flight{Fate: Fate{Number: number, Sent: s.Point, Lost: true}, trace: s.trace}
	return f
}

// oldest returns the flight that was sent first; there is one.
func (q *flights) oldest() *flight { return q.at(q.first) }

// pop removes the oldest.
func (q *flights) pop() {
	q.first++
	q.n--
	if q.first-q.base == pageSize {
		q.spare = append(q.spare, q.pages[0])
		q.pages = q.pages[:copy(q.pages, q.pages[1:])]
		q.base += pageSize
	}
}

func (q *flights) grow() {
	if n := len(q.spare); n > 0 {
		q.pages, q.spare = append(q.pages, q.spare[n-1]), q.spare[:n-1]
		return
	}
	q.pages = append(q.pages, new(flightPage))
}
