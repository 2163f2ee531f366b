package netem

import (
	"math"
	"strconv"
	"strings"
)

// Parsers of rates and sizes. They are strict where people differ: 8-fold and 1024-fold mistakes make wrong graphs that
// look right. What is refused gets its readings named.

// unlimited is how a rate of zero is written.
const unlimited = "unlimited"

// cutPrefix takes the factor off a unit's name: k, m, g or t in either case, with an i behind it for powers of 1024. An
// m is never a thousandth here. The letter is empty where there is no factor.
func cutPrefix(unit string) (factor int64, letter, rest string) {
	const letters = "kmgt"
	if unit == "" {
		return 1, "", ""
	}
	power := strings.Index(letters, strings.ToLower(unit[:1])) + 1
	if power == 0 {
		return 1, "", unit
	}
	letter, rest, base := unit[:1], unit[1:], int64(1000)
	if strings.HasPrefix(rest, "i") {
		letter, rest, base = unit[:2], unit[2:], 1024
	}
	factor = 1
	for range power {
		factor *= base
	}
	return factor, letter, rest
}

// ParseRate reads bits a second, "10mbit", "10Mbit/s" and "10Mb/s", or bytes a second, "1.25MB/s" and "1MiB/s", or
// "unlimited". The case of k, m, g, t and of "bit" does not count; a single B is bytes and a single b bits, and then
// the "/s" must be there. Bare numbers are refused, and so is "mbps": tc reads it as megabytes, most people as megabits.
func ParseRate(s string) (Rate, error) {
	if s == unlimited {
		return 0, nil
	}
	number, unit := splitNumber(s)
	if number == "" {
		return 0, wrong(s, "not a rate: write 10mbit")
	}
	if strings.HasPrefix(number, "-") {
		return 0, wrong(s, "a rate is not negative: write 10mbit")
	}
	factor, letter, rest := cutPrefix(unit)
	bits, ok := rateBase(rest)
	if !ok {
		return 0, wrong(s, rateTrouble(number, letter, rest))
	}
	n, whole, ok := scale(number, factor*bits)
	switch {
	case !ok:
		return 0, wrong(s, "a rate is at most 9000000tbit: write 10mbit")
	case !whole:
		return 0, wrong(s, "a rate is a whole number of bits a second: write 10mbit or 1.5mbit")
	case n == 0:
		return 0, wrong(s, "a rate of 0 would send nothing: write 10mbit, or unlimited")
	}
	return Rate(n), nil
}

// rateBase returns how many bits a second the unit is without its factor.
func rateBase(unit string) (bits int64, ok bool) {
	switch unit {
	case "B/s":
		return 8, true
	case "b/s":
		return 1, true
	}
	switch strings.ToLower(unit) {
	case "bit", "bits", "bit/s", "bits/s":
		return 1, true
	}
	return 0, false
}

// rateTrouble says what is wrong with a rate's unit.
func rateTrouble(number, letter, rest string) string {
	bits := number + strings.ToLower(letter) + "bit"
	bytes := number + strings.ToUpper(letter[:min(1, len(letter))]) + letter[min(1, len(letter)):] + "B/s"
	or := ": write " + bits + " or " + bytes
	switch {
	case strings.EqualFold(rest, "bps"):
		return "tc reads " + letter + rest + " as bytes a second, most people as bits" + or
	case letter == "" && rest == "": // a bare number
		return "a rate needs a unit: write " + number + "mbit, " + number + "kbit or " + number + "MB/s"
	case rest == "": // "10m"
		return letter + " alone is no unit" + or
	case strings.EqualFold(rest, "b"): // "10mb", "10MB": for tc bytes, for others bits, and without a time at that
		return "a rate is bits or bytes a second" + or
	}
	return "no such unit of rate: write " + number + "mbit, " + number + "kbit or " + number + "MB/s"
}

// ParseSize reads a number of bytes: "1500", "1500B", "64KB" (64,000) or "64KiB" (65,536), and so on up to T. The B must
// be a capital one, as tc reads "64kb" as 65,536 bytes and others as bits.
func ParseSize(s string) (int, error) {
	number, unit := splitNumber(s)
	if number == "" {
		return 0, wrong(s, "not a size: write 1500B or 64KiB")
	}
	if strings.HasPrefix(number, "-") {
		return 0, wrong(s, "a size is not negative: write 1500B or 64KiB")
	}
	factor, letter, rest := cutPrefix(unit)
	if unit != "" && rest != "B" {
		if letter != "" && (rest == "" || rest == "b") {
			k := strings.ToUpper(letter[:1])
			return 0, wrongf(s, "%s could be powers of 1000 or of 1024: write %s%sB or %s%siB", unit, number, k, number, k)
		}
		return 0, wrongf(s, "no such unit of size: write %sB, %sKB or %sKiB", number, number, number)
	}
	n, whole, ok := scale(number, factor)
	switch {
	case !ok || n > math.MaxInt:
		return 0, wrong(s, "a size this large fits nowhere: write 1500B or 64KiB")
	case !whole:
		return 0, wrong(s, "a size is a whole number of bytes: write 1500B or 64KiB")
	}
	return int(n), nil
}

// FormatSize writes n bytes as ParseSize reads them, in the largest unit that leaves a whole number, those of 1024 first:
// "64KiB", "64KB", "1500B". The unit is always there.
func FormatSize(n int) string {
	for _, u := range []struct {
		name string
		size int64
	}{{"TiB", 1 << 40}, {"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}, {"TB", 1e12}, {"GB", 1e9}, {"MB", 1e6},
		{"KB", 1e3}} {
		if n != 0 && int64(n)%u.size == 0 {
			return strconv.FormatInt(int64(n)/u.size, 10) + u.name
		}
	}
	return strconv.Itoa(n) + "B"
}
