package report

import (
	"fmt"
	"strconv"

	"lossylab/netem"
)

// groups sets the thousands of a whole number apart by space, from 10 000 on (ISO 80000-1).
func groups(digits, space string) string {
	if len(digits) < 5 {
		return digits
	}
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + space + digits[i:]
	}
	return digits
}

// formatCount writes a number of things, at least 0: "1 234 567".
func formatCount[N int | int64 | uint64](n N) string {
	return groups(strconv.FormatInt(int64(n), 10), " ")
}

// count writes a number of things and their name: "1 message", "3 messages".
func count[N int | int64 | uint64](n N, thing string) string { return plural(n, thing, thing+"s") }

func plural[N int | int64 | uint64](n N, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return formatCount(n) + " " + many
}

// formatShare writes n of total and its percentage: "15 (3.0 %)".
func formatShare(n, total int64) string {
	if n == 0 || total == 0 {
		return formatCount(n)
	}
	return fmt.Sprintf("%s (%s %%)", formatCount(n), formatPercent(float64(n)/float64(total)))
}

// formatPercent writes a share with two significant digits and at least one decimal: some never as none, nor most as all.
func formatPercent(share float64) string {
	p, decimals := 100*share, 1
	switch {
	case share <= 0 || share == 1:
		decimals = 0
	case p < .001:
		return "<0.001"
	case p >= 99.95 && share < 1:
		return ">99.9"
	default:
		for limit := 1.0; p < limit; limit /= 10 {
			decimals++
		}
	}
	return strconv.FormatFloat(p, 'f', decimals, 64)
}

// formatRate writes bit/s in the unit that suits them: "796 kbit/s".
func formatRate(bps float64) string {
	return pick(bps, .9995, unit{"Gbit/s", 1e9}, unit{"Mbit/s", 1e6}, unit{"kbit/s", 1e3}, unit{"bit/s", 1}).text(bps)
}

// formatTime writes a length of time in the unit that suits it: "21.4 ms".
func formatTime(t netem.Time) string {
	if t == 0 {
		return "0 ms"
	}
	return pick(float64(t), .9995, unit{"s", 1e9}, unit{"ms", 1e6}, unit{"µs", 1e3}, unit{"ns", 1}).text(float64(t))
}

// formatSeconds is formatTime of seconds.
func formatSeconds(s float64) string { return formatTime(netem.Time(fromSeconds(s))) }

// FormatSeconds writes a length of time in seconds as reports do, with a unit that suits it: "21.4 ms".
func FormatSeconds(s float64) string { return formatSeconds(s) }

// text writes v, which is in the unit that u measures: "7.61 Mbit/s".
func (u unit) text(v float64) string { return significant(v/u.size) + " " + u.name }

// significant writes x, at least 0, with three significant digits as far as they lie behind the point.
func significant(x float64) string {
	decimals := 2
	switch {
	case x == 0:
		decimals = 0
	case x >= 99.95:
		decimals = 0
	case x >= 9.995:
		decimals = 1
	default:
		for limit := .9995; x < limit && decimals < 9; limit /= 10 {
			decimals++
		}
	}
	return strconv.FormatFloat(x, 'f', decimals, 64)
}

// stamp writes a time for a table, empty for one that did not come.
func stamp(t netem.Time) string {
	if t < 0 {
		return ""
	}
	return t.String()
}

// bit writes a truth value for a table.
func bit(b bool) string { return strconv.Itoa(one(b)) }

// one counts a truth value.
func one(b bool) int {
	if b {
		return 1
	}
	return 0
}
