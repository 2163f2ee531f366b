package netem

import (
	"math"
	"strconv"
	"time"
)

// The numbers in warnings have no more digits than matter.

// digits returns f with n significant digits and no exponent.
func digits(f float64, n int) string {
	return strconv.FormatFloat(rounded(f, n), 'f', -1, 64)
}

// rounded returns f with n significant digits.
func rounded(f float64, n int) float64 {
	r, _ := strconv.ParseFloat(strconv.FormatFloat(f, 'g', n, 64), 64)
	return r
}

// percent returns a share: "0.193%".
func percent(share float64) string {
	const least = 1e-7
	switch {
	case share < least:
		return "less than 0.00001%"
	case share < 1 && share > 1-least:
		return "more than 99.99999%"
	}
	return digits(100*share, 3) + "%"
}

// count returns a number of packets.
func count(n float64) string {
	if math.IsInf(n, 0) || math.IsNaN(n) { // infinitely many among nothing else
		return "infinitely many"
	}
	return digits(n, 3)
}

// about returns a time from ns.
func about(ns float64) string {
	if ns >= 1<<62 {
		return "centuries"
	}
	return FormatDuration(time.Duration(rounded(ns, 3)))
}

// bitRate returns bits a second.
func bitRate(bits float64) string {
	switch {
	case bits >= 1<<62:
		return unlimited
	case bits < 1:
		return digits(bits, 3) + "bit"
	}
	return Rate(rounded(bits, 3)).String()
}
