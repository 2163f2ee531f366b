package shrink

import (
	"errors"
	"slices"
)

// Search is what is asked of circumstances 0 to n-1.
type Search struct {
	// Happens says whether it still happens with these circumstances alone, which are in increasing order and not to be kept.
	// It always answers alike, and so each set is asked about once. An error ends the search.
	Happens func(these []int) (bool, error)

	// MaxTrials is how often Happens is asked at most; 0 is no bound.
	MaxTrials int

	// Smaller, if it is not nil, is told whenever fewer circumstances are found to do.
	Smaller func(left int)
}

// Result is what a search has found.
type Result struct {
	Left    []int // the circumstances that are left, in increasing order
	Trials  int   // how often Happens was asked
	Minimal bool  // take away any one of Left, and it does not happen; false if trials ran out before that was known
}

// errSpent ends a search whose trials are spent.
var errSpent = errors.New("no trials are left")

// Minimize returns a 1-minimal set of n circumstances, with all of which it is known to happen. Beside an error of Happens it
// returns what had been found before. There are at most n² + 3n + 1 trials.
func (s *Search) Minimize(n int) (Result, error) {
	w := work{Search: s, answers: map[string]bool{}, left: make([]int, n)}
	for i := range w.left {
		w.left[i] = i
	}
	err := w.minimize()
	r := Result{Left: w.left, Trials: w.trials, Minimal: err == nil}
	if errors.Is(err, errSpent) {
		err = nil
	}
	return r, err
}

// work is a search under way.
type work struct {
	*Search
	left    []int // with these it happens
	answers map[string]bool
	trials  int
}

// minimize is ddmin, the empty set tried first: the paper takes for granted that with it nothing happens.
func (w *work) minimize() error {
	if ok, err := w.reduce(nil); ok || err != nil {
		return err
	}
	for parts := split([][]int{w.left}); len(w.left) > 1; {
		smaller, err := w.step(parts)
		switch {
		case err != nil:
			return err
		case smaller != nil:
			parts = smaller
		case len(parts) == len(w.left):
			return nil // each was left out alone, in vain
		default:
			parts = split(parts) // "increase granularity"
		}
	}
	return nil
}

// step looks for parts, or for all but one of them, with which it happens. It returns the parts to go on with, nil if there
// are none.
func (w *work) step(parts [][]int) (smaller [][]int, err error) {
	for _, part := range parts { // "reduce to subset"
		if ok, err := w.reduce(part); err != nil {
			return nil, err
		} else if ok {
			return split([][]int{part}), nil
		}
	}
	if len(parts) == 2 {
		return nil, nil // all but one of two is the other one
	}
	for i, kept := 0, 0; kept < len(parts); { // "reduce to complement", each that follows too
		others := slices.Delete(slices.Clone(parts), i, i+1)
		ok, err := w.reduce(union(others))
		switch {
		case err != nil:
			return nil, err
		case ok:
			parts, smaller, kept = others, others, 0
			if len(parts) == 2 {
				return parts, nil
			}
		default:
			i, kept = i+1, kept+1
		}
		i %= len(parts)
	}
	return smaller, nil
}

// reduce tries a set, and goes on with it if it happens.
func (w *work) reduce(set []int) (bool, error) {
	ok, err := w.happens(set)
	if !ok || err != nil {
		return false, err
	}
	w.left = slices.Clone(set)
	if w.Smaller != nil {
		w.Smaller(len(set))
	}
	return true, nil
}

// happens asks about a set, unless the answer is known.
func (w *work) happens(set []int) (bool, error) {
	name := key(set)
	if ok, known := w.answers[name]; known {
		return ok, nil
	}
	if w.MaxTrials > 0 && w.trials >= w.MaxTrials {
		return false, errSpent
	}
	w.trials++
	ok, err := w.Happens(set)
	if err == nil {
		w.answers[name] = ok
	}
	return ok, err
}

// key returns a name of a set of numbers in increasing order: the steps from one to the next, seven bits a byte.
func key(set []int) string {
	b, before := make([]byte, 0, len(set)), -1
	for _, n := range set {
		step := n - before
		for ; step > 0x7f; step >>= 7 {
			b = append(b, byte(step)|0x80)
		}
		b, before = append(b, byte(step)), n
	}
	return string(b)
}

// split cuts each part of more than one in two.
func split(parts [][]int) (halves [][]int) {
	for _, p := range parts {
		middle := len(p) / 2
		if middle > 0 {
			halves = append(halves, p[:middle])
		}
		halves = append(halves, p[middle:])
	}
	return halves
}

// union puts parts together, which are in increasing order.
func union(parts [][]int) []int { return slices.Concat(parts...) }
