package netem

import (
	"math"
	"strconv"
	"strings"
)

// ParseProbability reads "5%" or "0.05", both of which are 0.05, and "1e-4". A bare number from 1 up is refused, since who
// writes "1" or "5" may mean percent.
func ParseProbability(s string) (float64, error) {
	number, percent := strings.CutSuffix(s, "%")
	p, ok := parseFloat(number, 0)
	if percent {
		p, ok = parseFloat(number, -2)
	}
	switch {
	case !ok:
		return 0, wrong(s, "not a probability: write 5% or 0.05")
	case p < 0 || percent && p > 1 || p > 100:
		return 0, wrong(s, "a probability lies between 0% and 100%: write 5% or 0.05")
	case !percent && p == 1: // 1 % by habit or 100 % by arithmetic
		return 0, wrong(s, "ambiguous without a percent sign: write 1% or 0.01, or 100%")
	case !percent && p > 1:
		share, _ := parseFloat(number, -2)
		return 0, wrongf(s, "ambiguous without a percent sign: write %s or %s", FormatProbability(share),
			strconv.FormatFloat(share, 'f', -1, 64))
	}
	return math.Abs(p), nil // "-0%" is 0
}

// parseFloat reads a decimal number times 10^shift, rounded once. What else strconv takes for a number (hexadecimal,
// infinity, underscores) is none here.
func parseFloat(s string, shift int) (float64, bool) {
	if strings.Trim(s, "+-.eE0123456789") != "" {
		return 0, false
	}
	mantissa, exponent, found := strings.Cut(strings.ToLower(s), "e")
	if found {
		e, err := strconv.Atoi(exponent)
		if err != nil {
			return 0, false
		}
		shift += e
	}
	f, err := strconv.ParseFloat(mantissa+"e"+strconv.Itoa(shift), 64)
	return f, err == nil
}

// FormatProbability writes p in percent, such that ParseProbability reads back the same p to the last bit: "5%", "0.1%".
func FormatProbability(p float64) string {
	return shiftPoint(strconv.FormatFloat(p, 'f', -1, 64)) + "%"
}

// checkProbability says what is wrong with a probability in a literal; word is the model's.
func checkProbability(word string, p float64) error {
	if p >= 0 && p <= 1 { // not a NaN
		return nil
	}
	return wrongf(word, "a probability lies between 0 and 1, not at %v", p)
}
