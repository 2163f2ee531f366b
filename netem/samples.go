package netem

import (
	"bytes"
	"fmt"
	"math"
	"math/bits"
	"slices"
)

// Samples is a distribution of jitter of a user's own: its values, each as likely as the others.
type Samples struct {
	File string // where they were read: the words name it, and nothing here opens it

	table  bool      // they are tc's table, and not to be normalised
	values []float64 // in jitters, increasing
}

// ParseTable reads a table of jitter as tc has them in its NAME.dist: up to 16384 integers of 16 bits, of which 8192 is
// one jitter, separated by white space; a # begins a comment. Their mean and standard deviation are what they are, as in
// tc. The error names the line.
func ParseTable(content []byte) (*Samples, error) {
	values, err := parseValues(content, maxTable, func(s string) (float64, error) {
		f, ok := parseFloat(s, 0)
		if !ok || f != math.Trunc(f) || f < math.MinInt16 || f > math.MaxInt16 {
			return 0, wrong(s, "a table has integers from -32768 to 32767, of which 8192 is one jitter: write distribution samples FILE for delays in ms")
		}
		return f / tableUnit, nil
	})
	if err != nil {
		return nil, err
	}
	return &Samples{table: true, values: values}, nil
}

const (
	maxTable   = 16384   // entries, as in tc
	maxSamples = 1 << 20 // more would make no other distribution
	maxSample  = 1e12    // ms, some 30 years: far below where squares have no float64
)

// ParseSamples reads measured delays in ms, up to a million or so, separated by white space; a # begins a comment. Only
// their shape is taken: they are shifted to mean 0 and divided by their standard deviation, so that a delay's jitter is
// exactly its standard deviation. The error names the line.
func ParseSamples(content []byte) (*Samples, error) {
	values, err := parseValues(content, maxSamples, func(s string) (float64, error) {
		f, ok := parseFloat(s, 0)
		if !ok || math.Abs(f) > maxSample {
			return 0, wrong(s, "not a delay in ms: write 20.5")
		}
		return f, nil
	})
	if err != nil {
		return nil, err
	}
	mean, sd := meanAndSD(values)
	if !(sd > 1e-9*math.Abs(mean)) { // what is less is rounding
		return nil, fmt.Errorf("all values are the same, or there is only one: they have no spread")
	}
	for i := range values {
		values[i] = (values[i] - mean) / sd
	}
	return &Samples{values: values}, nil
}

// parseValues reads at most so many numbers, separated by white space, and returns them in increasing order.
func parseValues(content []byte, most int, parse func(string) (float64, error)) (values []float64, err error) {
	n := 0
	for line := range bytes.Lines(content) {
		n++
		line, _, _ = bytes.Cut(line, []byte("#"))
		for field := range bytes.FieldsSeq(line) {
			v, err := parse(string(field))
			if err == nil && len(values) == most {
				err = fmt.Errorf("more than %d values: leave some out", most)
			}
			if err != nil {
				return nil, fmt.Errorf("line %d: %w", n, err)
			}
			values = append(values, v)
		}
	}
	if len(values) == 0 {
		return nil, fmt.Errorf("no numbers in it")
	}
	slices.Sort(values)
	return values, nil
}

// meanAndSD returns the mean and the standard deviation of values, which are taken for all that there are.
func meanAndSD(values []float64) (mean, sd float64) {
	n := float64(len(values))
	for _, v := range values {
		mean += v / n
	}
	square := 0.0
	for _, v := range values {
		square += float64((v - mean) * (v - mean))
	}
	return mean, math.Sqrt(square / n)
}

// at returns the value that a draw u gives, in jitters.
func (s *Samples) at(u uint64) float64 {
	i, _ := bits.Mul64(u, uint64(len(s.values)))
	return s.values[i]
}

// String returns the words that name the samples: "table FILE" or "samples FILE".
func (s *Samples) String() string {
	if s.table {
		return "table " + quoted(s.File)
	}
	return "samples " + quoted(s.File)
}

// validate says what is wrong with samples in a literal Delay of distribution d.
func (s *Samples) validate(d Distribution) error {
	if len(s.values) == 0 {
		return wrong("delay", "samples without values: make them with ParseTable or ParseSamples")
	}
	if d != Uniform {
		return wrong("delay", "samples are a distribution, and "+d.String()+" is another: write one of them")
	}
	return nil
}
