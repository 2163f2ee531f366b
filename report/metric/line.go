package metric

// line is a queue whose members are numbered in order. Memory grows with the queue, by doubling, up to a bound that its
// owner keeps.
type line[T any] struct {
	first, end int64 // numbers of the first member, and of the next one to come
	slots      []T   // by number, modulo their count, a power of two
}

func (l *line[T]) len() int { return int(l.end - l.first) }

// at returns member i, first <= i < end.
func (l *line[T]) at(i int64) *T { return &l.slots[i&int64(len(l.slots)-1)] }

func (l *line[T]) push(t T) {
	if l.len() == len(l.slots) {
		slots := make([]T, max(64, 2*len(l.slots)))
		for i := l.first; i < l.end; i++ {
			slots[i&int64(len(slots)-1)] = *l.at(i)
		}
		l.slots = slots
	}
	l.end++
	*l.at(l.end - 1) = t
}

// pop takes the first member out.
func (l *line[T]) pop() T {
	l.first++
	return *l.at(l.first - 1)
}
