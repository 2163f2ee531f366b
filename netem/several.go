package netem

import (
	"slices"
	"strconv"
	"strings"
)

// Bounds of links made of several.
const (
	maxParts = 64 // paths or hops side by side or in a row
	maxDepth = 8  // of parts within parts
)

// several says whether the link is made of several.
func (s *Spec) several() bool { return len(s.Paths) > 0 || len(s.Hops) > 0 }

// severalWords returns the words of a link made of several: "split per-packet 3:1 ( rate 5mbit ) ( rate 5mbit delay 40ms )".
func (s *Spec) severalWords() string {
	var parts []string
	for _, part := range slices.Concat(s.Hops, s.Paths) {
		if words := part.String(); words == "" {
			parts = append(parts, "( )")
		} else {
			parts = append(parts, "( "+words+" )")
		}
	}
	if len(s.Hops) > 0 {
		return strings.Join(parts, " then ")
	}
	return "split " + s.Split.String() + " " + strings.Join(parts, " ")
}

// String returns the words of a SPEC: "per-packet 3:1".
func (s Splitting) String() string {
	words := "per-packet"
	if s.PerFlow {
		words = "per-flow"
	}
	sep := " "
	for _, w := range s.Weights {
		words += sep + strconv.Itoa(w)
		sep = ":"
	}
	return words
}

const severalAlone = "a link made of several has no words of its own beside them: write them within the parentheses"

// validateSeveral says what is wrong with a link made of several.
func (s *Spec) validateSeveral() error {
	word, parts := "split", s.Paths
	if len(s.Hops) > 0 {
		word, parts = "(", s.Hops
	}
	rest := s.plain()
	switch {
	case len(s.Paths) > 0 && len(s.Hops) > 0 || s.TC != nil || s.changes() || rest.says():
		return wrong(word, severalAlone)
	case len(parts) < 2 || len(parts) > maxParts:
		return wrongf(word, "%d parts: write 2 to %d, each in its parentheses", len(parts), maxParts)
	case s.depth() > maxDepth:
		return wrongf(word, "parts within parts, more than %d deep: write fewer", maxDepth)
	case s.Split.Weights != nil && len(s.Split.Weights) != len(s.Paths):
		return wrongf(word, "%d weights for %d paths: write one for each, as in 3:1", len(s.Split.Weights), len(s.Paths))
	}
	for _, w := range s.Split.Weights {
		if w < 1 || w > maxWeight {
			return wrongf(word, "a weight is a whole number from 1 to %d: write 3:1", maxWeight)
		}
	}
	for _, part := range parts {
		if err := part.Validate(); err != nil {
			return err
		}
	}
	return nil
}

// plain returns what the spec says of a link by itself that does not change.
func (s Spec) plain() Spec {
	if s.several() {
		s.Paths, s.Hops, s.Split = nil, nil, Splitting{}
	}
	s.TC, s.Trace, s.Follow, s.Changes = nil, nil, nil, nil
	return s
}

// says says whether a plain spec is more than a perfect link.
func (s *Spec) says() bool {
	return s.MTU != MTU{} || s.Rate != 0 || s.Bucket != Bucket{} || s.Limit != Limit{} || s.Queue != nil || s.Order != Free ||
		len(s.Models) > 0
}

// depth returns how many levels of parts there are within each other, 0 in a link by itself.
func (s *Spec) depth() int {
	deepest := 0
	for _, parts := range [][]Spec{s.Paths, s.Hops} {
		for i := range parts {
			deepest = max(deepest, 1+parts[i].depth())
		}
	}
	return deepest
}

func cloneSpecs(specs []Spec) []Spec {
	if specs == nil {
		return nil
	}
	clones := make([]Spec, len(specs))
	for i, s := range specs {
		clones[i] = s.Clone()
	}
	return clones
}
