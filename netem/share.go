package netem

import (
	"math"
	"strconv"
)

// share is a probability as the kernel keeps it: 0 is never and certain is always.
type share uint32

const certain = math.MaxUint32

// toShare rounds a probability as tc does.
func toShare(p float64) share { return share(math.RoundToEven(p * certain)) }

// float returns the share as a probability.
func (s share) float() float64 { return float64(s) / certain }

// String returns the shortest percentage that tc reads as s: "5%".
func (s share) String() string {
	return shortest(s.float(), func(p float64) bool { return toShare(p) == s })
}

// complement returns the shortest percentage of which tc makes s by taking it from 1.
func (s share) complement() string {
	return shortest(1-s.float(), func(p float64) bool { return toShare(1-p) == s })
}

// shortest returns p in percent with as few decimals as it may have.
func shortest(p float64, same func(float64) bool) string {
	for decimals := 0; ; decimals++ {
		s := strconv.FormatFloat(100*p, 'f', decimals, 64)
		if f, _ := strconv.ParseFloat(s, 64); same(f/100) || decimals == 15 {
			return s + "%"
		}
	}
}

// tcPercent reads "5%" and "5", which are both 0.05 for tc, as the probability that it is before it is rounded.
func tcPercent(s string) (float64, error) {
	f, _, unit, ok := tcNumber(s)
	switch {
	case !ok || unit != "" && unit != "%":
		return 0, wrong(s, "not a percentage: write 5%")
	case f < 0 || f/100 > 1:
		return 0, wrong(s, "a percentage lies between 0% and 100%: write 5%")
	}
	return math.Abs(f / 100), nil
}

// tcShare reads a percentage as the kernel gets it.
func tcShare(s string) (share, error) {
	p, err := tcPercent(s)
	return toShare(p), err
}
