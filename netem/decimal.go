package netem

import (
	"math"
	"math/big"
	"math/bits"
	"strconv"
	"strings"
)

// Numbers are read and written as decimals, never by way of a float64: "1.1ms" is 1,100,000 ns exactly.

// splitNumber splits what was written into a number and the unit behind it: "1.5mbit" into "1.5" and "mbit". The number
// is empty if there is none or a far too long one; a sign is part of it.
func splitNumber(s string) (number, unit string) {
	i := 0
	if i < len(s) && (s[i] == '-' || s[i] == '+') {
		i++
	}
	start := i
	for i < len(s) && (s[i] >= '0' && s[i] <= '9' || s[i] == '.') {
		i++
	}
	if i > maxDigits || strings.Count(s[:i], ".") > 1 || strings.Trim(s[start:i], ".") == "" {
		return "", s
	}
	return s[:i], s[i:]
}

// scale returns number times unit. It is whole if nothing had to be rounded (to the nearest, halves up), and not ok if
// the result has no int64.
func scale(number string, unit int64) (n int64, whole, ok bool) {
	if n, whole, ok = scaleShort(number, unit); ok {
		return n, whole, ok
	}
	r, ok := new(big.Rat).SetString(number)
	if !ok {
		return 0, false, false
	}
	r.Mul(r, new(big.Rat).SetInt64(unit))
	half := new(big.Int).Add(new(big.Int).Lsh(r.Num(), 1), r.Denom())
	rounded := half.Div(half, new(big.Int).Lsh(r.Denom(), 1))
	return rounded.Int64(), r.IsInt(), rounded.IsInt64()
}

// scaleShort is scale for what 64 bits hold, which is nearly everything: files have a million numbers. Its results are those of
// scale; where it is not ok, nothing is said.
func scaleShort(number string, unit int64) (n int64, whole, ok bool) {
	var mantissa uint64
	tenths, point := uint64(1), false
	for _, c := range []byte(strings.TrimPrefix(number, "+")) {
		switch {
		case c == '.':
			point = true
			continue
		case c < '0' || c > '9' || mantissa > math.MaxUint32 || tenths > math.MaxUint32:
			return 0, false, false
		case point:
			tenths *= 10
		}
		mantissa = 10*mantissa + uint64(c-'0')
	}
	hi, product := bits.Mul64(mantissa, uint64(unit))
	if hi > 0 || product > math.MaxInt64 {
		return 0, false, false
	}
	n = int64(product / tenths)
	rest := product % tenths
	if rest >= tenths-rest && rest > 0 {
		n++
	}
	return n, rest == 0, true
}

// maxDigits is how long a number may be. No unit here has use for more, and errors repeat the number.
const maxDigits = 40

// formatDecimal writes n in a unit that is a power of ten, exactly and without needless zeros: 1500, 1000 is "1.5".
func formatDecimal(n, unit int64) string {
	s := strconv.FormatInt(n/unit, 10)
	if rest := n % unit; rest != 0 {
		fraction := strconv.FormatInt(unit+rest, 10)[1:] // with its leading zeros
		s += "." + strings.TrimRight(fraction, "0")
	}
	return s
}

// shiftPoint moves the decimal point of a plain positive decimal two places to the right: "0.05" becomes "5".
func shiftPoint(s string) string {
	whole, fraction, _ := strings.Cut(s, ".")
	fraction += "00"
	whole, fraction = whole+fraction[:2], strings.TrimRight(fraction[2:], "0")
	whole = strings.TrimLeft(whole, "0")
	if whole == "" {
		whole = "0"
	}
	if fraction == "" {
		return whole
	}
	return whole + "." + fraction
}
