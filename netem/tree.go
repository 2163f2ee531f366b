package netem

import (
	"fmt"
	"strconv"
)

// Tree is a shared link with branches at one end, as a bottleneck has access links: each packet crosses the shared link and
// the branch that it belongs to.
//
//	branch 0 ──┐
//	branch 1 ──┼── shared ──▶          or, Spreading:  ──▶ shared ──┬── branch 0
//	branch 2 ──┘                                                    └── branch 1
type Tree struct {
	Shared   Spec
	Branches []Spec
	Names    []string          // of the branches, for causes: "loss 1% on access of alice"; nil: numbers from 1
	Branch   func(*Packet) int // which branch a packet belongs to, from 0; fixed for each packet
	Spread   bool              // the branches come behind the shared link
}

// NewTree returns the tree as one Stage, called name in its events: a packet is Sent and Delivered once, and what the
// parts do to it is told with their place. The shared link has the chance that it would have by itself.
func NewTree(name string, t Tree, seed uint64, o Observer) (Stage, error) {
	for _, spec := range append([]Spec{t.Shared}, t.Branches...) {
		if err := spec.Validate(); err != nil {
			return nil, fmt.Errorf("link %s: %w", name, err)
		}
	}
	if n := len(t.Branches); n < 1 || n >= maxParts {
		return nil, fmt.Errorf("link %s: %d branches: write 1 to %d", name, n, maxParts-1)
	}
	w := &whole{name: name, observer: o}
	shared, err := w.part(name, "the shared link", t.Shared, seed)
	if err != nil {
		return nil, err
	}
	var branches []Stage
	for i, spec := range t.Branches {
		n := strconv.Itoa(i + 1)
		if i < len(t.Names) {
			n = t.Names[i]
		}
		branch, err := w.part(name+"/access/"+strconv.Itoa(i+1), "access of "+n, spec, seed)
		if err != nil {
			return nil, err
		}
		branches = append(branches, branch)
	}
	f := newFork(branches, Splitting{}, 0)
	f.choose = t.Branch
	w.inside = &path{hops: []Stage{f, shared}}
	if t.Spread {
		w.inside = &path{hops: []Stage{shared, f}}
	}
	return w, nil
}
