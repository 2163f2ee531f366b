package shrink_test

import (
	"fmt"
	"slices"

	"lossylab/sim/shrink"
)

// Of a hundred circumstances, two are needed.
func Example() {
	s := shrink.Search{Happens: func(these []int) (bool, error) {
		return slices.Contains(these, 4) && slices.Contains(these, 91), nil
	}}
	r, _ := s.Minimize(100)
	fmt.Println(r.Left, r.Minimal)
	// Output: [4 91] true
}
