package report

import (
	"fmt"
	"strconv"
	"strings"
)

// formatCount writes n with thin groups of three digits: "1 234 567".
func formatCount(n int64) string {
	s := strconv.FormatInt(n, 10)
	if len(s) < 5 {
		return s
	}
	var groups []string
	for ; len(s) > 3; s = s[:len(s)-3] {
		groups = append([]string{s[len(s)-3:]}, groups...)
	}
	return strings.Join(append([]string{s}, groups...), " ")
}

// formatShare writes n of total and its percentage: "15 (3.0 %)".
func formatShare(n, total int64) string {
	if n == 0 || total == 0 {
		return formatCount(n)
	}
	return fmt.Sprintf("%s (%s %%)", formatCount(n), formatPercent(float64(n)/float64(total)))
}

// formatPercent writes a share with two significant digits or one decimal.
func formatPercent(share float64) string {
	switch p := 100 * share; {
	case p < .01:
		return strconv.FormatFloat(p, 'g', 2, 64)
	case p < 1:
		return strconv.FormatFloat(p, 'f', 2, 64)
	default:
		return strconv.FormatFloat(p, 'f', 1, 64)
	}
}

// formatRate writes bit/s in SI units with three significant digits: "796 kbit/s".
func formatRate(bps float64) string {
	units := [...]string{"bit/s", "kbit/s", "Mbit/s", "Gbit/s"}
	i := 0
	for ; bps >= 999.5 && i < len(units)-1; i++ {
		bps /= 1000
	}
	return significant(bps) + " " + units[i]
}

// formatSeconds writes a time in the unit that suits it, with three significant digits: "21.4 ms".
func formatSeconds(s float64) string {
	switch {
	case s == 0:
		return "0 ms"
	case s < .9995e-3:
		return significant(s*1e6) + " µs"
	case s < .9995:
		return significant(s*1e3) + " ms"
	}
	return significant(s) + " s"
}

// significant writes x, at least 0, with three significant digits and no exponent.
func significant(x float64) string {
	decimals := 2
	for limit := 9.995; x >= limit && decimals > 0; limit *= 10 {
		decimals--
	}
	return strconv.FormatFloat(x, 'f', decimals, 64)
}
