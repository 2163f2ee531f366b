package netem

import (
	"strings"
	"time"
)

// durationUnits in the order of size, which is that of printing. Case counts.
var durationUnits = []struct {
	name string
	unit time.Duration
}{{"ns", 1}, {"us", time.Microsecond}, {"µs", time.Microsecond}, {"μs", time.Microsecond}, {"ms", time.Millisecond},
	{"s", time.Second}, {"min", time.Minute}, {"h", time.Hour}}

// MaxDuration bounds every time in a Spec, so that no sum of them leaves the range of Time.
const MaxDuration = 24 * time.Hour

// ParseDuration reads a time with its unit, ns us µs ms s min h, and tc's longer names (msec, secs); parts of a nanosecond
// are rounded. A bare number other than 0 is refused, and so is "m", in which some see minutes and some milliseconds.
func ParseDuration(s string) (time.Duration, error) {
	number, unit := splitNumber(s)
	switch {
	case number == "":
		return 0, wrong(s, "not a time: write 20ms")
	case strings.HasPrefix(number, "-"):
		return 0, wrong(s, "a time is not negative: write 20ms")
	case unit == "" && strings.Trim(number, "+.0") == "":
		return 0, nil
	case unit == "":
		return 0, wrongf(s, "a time needs a unit: write %sms or %ss", number, number)
	case unit == "m":
		return 0, wrongf(s, "m could be minutes or milliseconds: write %smin or %sms", number, number)
	}
	size, ok := durationUnit(unit)
	if !ok {
		return 0, wrong(s, durationTrouble(s, number, unit))
	}
	n, _, ok := scale(number, int64(size))
	if !ok || n > int64(MaxDuration) {
		return 0, wrong(s, "a time is at most 24h: write 20ms or 1.5s")
	}
	return time.Duration(n), nil
}

// durationTrouble says what is wrong with a time's unit.
func durationTrouble(s, number, unit string) string {
	lower := strings.ToLower(unit)
	if _, ok := durationUnit(lower); ok {
		return "units of time are lower case: write " + number + lower
	}
	if d, err := time.ParseDuration(s); err == nil && d > 0 { // "1m30s"
		return "a time is one number and one unit: write " + FormatDuration(d)
	}
	return "no such unit of time: write " + number + "us, " + number + "ms, " + number + "s or " + number + "min"
}

func durationUnit(name string) (time.Duration, bool) {
	if short, ok := strings.CutSuffix(strings.TrimSuffix(name, "s"), "sec"); ok {
		name = short + "s"
	}
	for _, u := range durationUnits {
		if u.name == name {
			return u.unit, true
		}
	}
	return 0, false
}

// FormatDuration writes d >= 0 as ParseDuration reads it, exactly and in the largest of ns, us, ms and s that gives at
// least one: "1.5ms", "90s".
func FormatDuration(d time.Duration) string {
	switch {
	case d == 0:
		return "0ms"
	case d < time.Microsecond:
		return formatDecimal(int64(d), 1) + "ns"
	case d < time.Millisecond:
		return formatDecimal(int64(d), int64(time.Microsecond)) + "us"
	case d < time.Second:
		return formatDecimal(int64(d), int64(time.Millisecond)) + "ms"
	}
	return formatDecimal(int64(d), int64(time.Second)) + "s"
}

// checkDuration says what is wrong with a time in a literal; word is the model's.
func checkDuration(word string, d time.Duration) error {
	if d >= 0 && d <= MaxDuration {
		return nil
	}
	return wrongf(word, "a time lies between 0 and 24h, not at %v", d)
}
