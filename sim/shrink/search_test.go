package shrink_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"lossylab/sim/shrink"
)

// all says whether every one of want is among these.
func all(these, want []int) bool {
	for _, n := range want {
		if !slices.Contains(these, n) {
			return false
		}
	}
	return true
}

// minimize runs a search and checks what every search promises. Happens is asked as a function of the set alone.
func minimize(t *testing.T, n, most int, happens func(these []int) bool) (shrink.Result, []string) {
	t.Helper()
	var asked []string
	s := shrink.Search{MaxTrials: most, Happens: func(these []int) (bool, error) {
		if !slices.IsSorted(these) {
			t.Fatalf("%v is asked about: not in order", these)
		}
		name := strings.Trim(fmt.Sprint(these), "[]")
		if slices.Contains(asked, name) {
			t.Fatalf("%s is asked about twice", name)
		}
		asked = append(asked, name)
		return happens(these), nil
	}}
	r, err := s.Minimize(n)
	if err != nil {
		t.Fatal(err)
	}
	if r.Trials != len(asked) || r.Trials > n*n+3*n+1 || most > 0 && r.Trials > most {
		t.Errorf("%d circumstances took %d trials, %d of them told, of %d at most", n, len(asked), r.Trials, most)
	}
	if !r.Minimal {
		return r, asked
	}
	if len(r.Left) < n && !happens(r.Left) {
		t.Errorf("with %v of %d it does not happen", r.Left, n)
	}
	for i, one := range r.Left {
		if without := slices.Delete(slices.Clone(r.Left), i, i+1); happens(without) {
			t.Errorf("%v of %d is not minimal: it happens without %d", r.Left, n, one)
		}
	}
	return r, asked
}

// The example of the paper, figure 6: of eight, the first, seventh and eighth are needed together. Its trials in their order,
// but that the empty set is tried first, and that what follows a part left out is tried before what stands before it.
func TestTheExampleOfThePaper(t *testing.T) {
	r, asked := minimize(t, 8, 0, func(these []int) bool { return all(these, []int{0, 6, 7}) })
	want := []string{"", "0 1 2 3", "4 5 6 7", "0 1", "2 3", "4 5", "6 7", "2 3 4 5 6 7", "0 1 4 5 6 7", "0 1 6 7",
		"0", "1", "6", "7", "1 6 7", "0 6 7", "0 7", "0 6"}
	if !slices.Equal(r.Left, []int{0, 6, 7}) || !slices.Equal(asked, want) {
		t.Errorf("left %v after\n%q, want\n%q", r.Left, asked, want)
	}
}

func TestFewAndNone(t *testing.T) {
	for _, c := range []struct {
		n      int
		needed []int
		trials int
	}{
		{0, nil, 1},
		{5, nil, 1},         // it happens without any
		{1, []int{0}, 1},    // only the empty set is tried
		{2, []int{0}, 2},    // and then the first half
		{2, []int{0, 1}, 3}, // both halves in vain
		{64, []int{63}, 13}, // the second half each time
		{3, []int{0, 1, 2}, 7} /* none, 0, 12, 1, 2, and what is left: 02, 01 */} {
		r, _ := minimize(t, c.n, 0, func(these []int) bool { return all(these, c.needed) })
		if len(r.Left) != len(c.needed) || !all(r.Left, c.needed) || !r.Minimal || r.Trials != c.trials {
			t.Errorf("of %d, %v needed: %+v, want %d trials", c.n, c.needed, r, c.trials)
		}
	}
}

// Of a monotone predicate (more circumstances never undo it) with one cause, exactly that cause is left. 300 searches with
// seed 1.
func TestOneCauseIsFound(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 0))
	for range 300 {
		n := 1 + rng.IntN(60)
		cause := rng.Perm(n)[:1+rng.IntN(min(n, 6))]
		slices.Sort(cause)
		if r, _ := minimize(t, n, 0, func(these []int) bool { return all(these, cause) }); !slices.Equal(r.Left, cause) {
			t.Errorf("of %d, %v needed: %v is left", n, cause, r.Left)
		}
	}
}

// Of any predicate the result is 1-minimal within the bound of the paper. Here each set answers by a hash of its own, so that
// more circumstances may undo it. 400 searches with seed 2.
func TestNothingIsAssumedOfPredicates(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 0))
	for range 400 {
		n, seed, rare := 1+rng.IntN(40), rng.Uint64(), 1+rng.Uint64N(30)
		minimize(t, n, 0, func(these []int) bool {
			if len(these) == n {
				return true
			}
			h := seed
			for _, i := range these {
				h = (h ^ uint64(i+1)) * 0x9e3779b97f4a7c15
				h ^= h >> 29
			}
			return h%rare == 0
		})
	}
}

// When trials run out, what was found so far is the result, and is not said to be minimal.
func TestTrialsAreBounded(t *testing.T) {
	for most := 1; most < 40; most++ {
		r, _ := minimize(t, 32, most, func(these []int) bool { return all(these, []int{3, 17, 30}) })
		if !all(r.Left, []int{3, 17, 30}) || r.Minimal && len(r.Left) != 3 || !r.Minimal && r.Trials != most {
			t.Errorf("after %d trials: %+v", most, r)
		}
	}
}

// An error ends the search, which returns what it has.
func TestAnErrorEndsTheSearch(t *testing.T) {
	broken, smaller := errors.New("broken"), []int(nil)
	s := shrink.Search{Smaller: func(left int) { smaller = append(smaller, left) }, Happens: func(these []int) (bool, error) {
		if len(these) == 2 {
			return false, broken
		}
		return all(these, []int{1}), nil
	}}
	r, err := s.Minimize(8)
	if !errors.Is(err, broken) || len(r.Left) != 4 || r.Minimal || !slices.Equal(smaller, []int{4}) {
		t.Errorf("%+v, %v, %v", r, err, smaller)
	}
}
