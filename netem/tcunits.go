package netem

import (
	"math"
	"strconv"
	"strings"
)

// tc's own numbers. They are read by way of a float64 and then cut off, as tc reads them, so that the kernel's numbers come
// out the same: "1.9us" is 1 µs.

// tcNumber splits what was written into a number, with an exponent if there is one, and the unit behind it, in lower case
// as tc does not look at the case. The number is also returned as it was written; one that is far too long is none.
func tcNumber(s string) (f float64, number, unit string, ok bool) {
	digits := func(i int) int {
		for i < len(s) && s[i] >= '0' && s[i] <= '9' {
			i++
		}
		return i
	}
	sign := func(i int) int {
		if i < len(s) && (s[i] == '+' || s[i] == '-') {
			i++
		}
		return i
	}
	end := digits(sign(0))
	if end < len(s) && s[end] == '.' {
		end = digits(end + 1)
	}
	if end < len(s) && (s[end] == 'e' || s[end] == 'E') {
		if from := sign(end + 1); digits(from) > from {
			end = digits(from)
		}
	}
	f, err := strconv.ParseFloat(s[:end], 64)
	if err != nil && !math.IsInf(f, 0) || end > maxDigits {
		return 0, "", "", false
	}
	return f, s[:end], strings.ToLower(s[end:]), true
}

// tcUnit is a unit and how much it is.
type tcUnit struct {
	name string
	size float64
}

var (
	tcMicros = [...]tcUnit{{"s", 1e6}, {"ms", 1e3}, {"us", 1}}              // of delay, which has no ns
	tcNanos  = [...]tcUnit{{"s", 1e9}, {"ms", 1e6}, {"us", 1e3}, {"ns", 1}} // of slot
	tcSizes  = [...]tcUnit{{"", 1}, {"b", 1}, {"k", 1 << 10}, {"kb", 1 << 10}, {"m", 1 << 20}, {"mb", 1 << 20}, {"g", 1 << 30},
		{"gb", 1 << 30}, {"kbit", 1 << 7}, {"mbit", 1 << 17}, {"gbit", 1 << 27}}
	tcPrefixes = [...]tcUnit{{"", 1}, {"k", 1e3}, {"m", 1e6}, {"g", 1e9}, {"t", 1e12}, {"ki", 1 << 10}, {"mi", 1 << 20},
		{"gi", 1 << 30}, {"ti", 1 << 40}}
)

// sizeOf returns the size of a unit, false if there is none of that name.
func sizeOf(name string, units []tcUnit) (float64, bool) {
	for _, u := range units {
		if u.name == name {
			return u.size, true
		}
	}
	return 0, false
}

// tcTime reads a time in the last of units, which is what a bare number is in; secs, msec and so on are names as well.
func tcTime(s string, units []tcUnit, most float64) (int64, error) {
	f, number, unit, ok := tcNumber(s)
	if !ok {
		return 0, wrong(s, "not a time: write 20ms")
	}
	name := unit
	if short, ok := strings.CutSuffix(strings.TrimSuffix(unit, "s"), "sec"); ok {
		name = short + "s"
	}
	size, ok := sizeOf(name, units)
	switch {
	case unit == "":
		size = 1
	case unit == "ns" && !ok:
		return 0, wrong(s, "tc reads a delay in whole microseconds: write 1us or more")
	case !ok:
		return 0, wrongf(s, "no such unit of time: write %sms, %ss or %sus", number, number, number)
	}
	if f *= size; math.Abs(f) > most {
		return 0, wrongf(s, "too long for tc: write %s or less", formatTime(int64(most), units))
	}
	return int64(f), nil
}

// tcDelay reads the µs of a delay or jitter. tc sends them as ticks of 64 ns in 32 bits.
func tcDelay(s string) (uint32, error) {
	if strings.HasPrefix(s, "-") {
		return 0, wrong(s, "a delay is not negative: write 20ms")
	}
	us, err := tcTime(s, tcMicros[:], 274877906)
	return uint32(us), err
}

// tcSlotTime reads the ns of a slot. tc would take a time of up to 292 years.
func tcSlotTime(s string) (int64, error) { return tcTime(s, tcNanos[:], float64(MaxDuration)) }

// formatTime writes a time in the largest unit in which it is whole, so that reading it as a float64 changes nothing.
func formatTime(n int64, units []tcUnit) string {
	for _, u := range units {
		if size := int64(u.size); n%size == 0 && (n != 0 || size == 1) {
			return strconv.FormatInt(n/size, 10) + u.name
		}
	}
	return "0"
}

// tcRateBytes reads bytes a second. A bare number is bits, and "bps" is bytes: so 10mbps is 80mbit.
func tcRateBytes(s string) (uint64, error) {
	f, number, unit, ok := tcNumber(s)
	prefix, isBytes := strings.CutSuffix(unit, "bps")
	if !isBytes {
		prefix = strings.TrimSuffix(unit, "bit")
	}
	size, known := sizeOf(prefix, tcPrefixes[:])
	switch {
	case !ok:
		return 0, wrong(s, "not a rate: write 10mbit")
	case unit == "%":
		return 0, wrong(s, "a share of the speed of the device, and there is no device here: write 10mbit")
	case prefix == unit && unit != "" || !known:
		return 0, wrongf(s, "no such unit of rate: write %smbit, or %smbps for megabytes a second", number, number)
	case f < 0:
		return 0, wrong(s, "a rate is not negative: write 10mbit")
	}
	f *= size
	if !isBytes {
		f /= 8
	}
	if f > maxTCRate {
		return 0, wrong(s, "a rate is at most 8000000tbit: write 10mbit")
	}
	return uint64(f), nil
}

// maxTCRate keeps a rate in bits within 64 bits.
const maxTCRate = 1e18

// formatBytes writes bytes a second as tc reads them.
func formatBytes(n uint64) string {
	n *= 8
	for _, u := range [...]tcUnit{{"tbit", 1e12}, {"gbit", 1e9}, {"mbit", 1e6}, {"kbit", 1e3}} {
		if size := uint64(u.size); n != 0 && n%size == 0 {
			return strconv.FormatUint(n/size, 10) + u.name
		}
	}
	return strconv.FormatUint(n, 10) + "bit"
}

// tcSize reads a number of packets or bytes, which tc does not tell apart: "1k" is 1024 of them.
func tcSize(s string) (uint32, error) {
	f, number, unit, ok := tcNumber(s)
	if !ok {
		return 0, wrong(s, "not a number: write 1000")
	}
	size, ok := sizeOf(unit, tcSizes[:])
	if !ok {
		return 0, wrongf(s, "no such unit: write %s, or %sk for 1024 times as many", number, number)
	}
	if f *= size; f < 0 || f > math.MaxUint32 {
		return 0, wrong(s, "tc takes 0 to 4294967295: write 1000")
	}
	return uint32(f), nil
}

// tcUint32 reads a whole number, also 0x10 and 020, which are 16 for tc.
func tcUint32(s string) (uint32, error) {
	n, err := strconv.ParseUint(s, 0, 32)
	if err != nil || strings.Contains(s, "_") {
		return 0, wrong(s, "not a whole number from 0 to 4294967295: write 5")
	}
	return uint32(n), nil
}

// tcInt32 is tcUint32 with a sign.
func tcInt32(s string) (int32, error) {
	n, err := strconv.ParseInt(s, 0, 32)
	if err != nil || strings.Contains(s, "_") {
		return 0, wrong(s, "not a whole number from -2147483648 to 2147483647: write 5")
	}
	return int32(n), nil
}

// tcSeed reads a seed, which is decimal only.
func tcSeed(s string) (uint64, error) {
	n, err := strconv.ParseUint(s, 10, 64)
	if err != nil {
		return 0, wrong(s, "a seed is a whole number from 0 to 18446744073709551615: write 42")
	}
	return n, nil
}
