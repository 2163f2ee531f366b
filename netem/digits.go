package netem

import (
	"math"
	"strconv"
	"time"
)

// The numbers in warnings have no more digits than matter.

// digits returns f with n significant digits and no exponent.
func digits(f float64, n int) string {
	rounded, _ := strconv.ParseFloat(strconv.FormatFloat(f, 'g', n, 64), 64)
	return strconv.FormatFloat(rounded, 'f', -1, 64)
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
	if math.IsInf(n, 0) {
		return "infinitely many"
	}
	return digits(n, 3)
}

// about returns a time from ns.
func about(ns float64) string {
	rounded, _ := strconv.ParseFloat(strconv.FormatFloat(ns, 'g', 3, 64), 64)
	return FormatDuration(time.Duration(rounded))
}

// bitRate returns bits a second.
func bitRate(bits float64) string {
	rounded, _ := strconv.ParseFloat(strconv.FormatFloat(bits, 'g', 3, 64), 64)
	return Rate(rounded).String()
}
