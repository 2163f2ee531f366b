package report

import (
	"math"
	"strconv"
)

// half returns half the width of the interval, where it lies evenly round the mean as Student's does.
func (s *GridStat) half() (half float64, even bool) {
	if !s.Low.Known() || !s.High.Known() {
		return math.NaN(), false
	}
	return float64(s.High-s.Low) / 2, s.Method == Student
}

// gridPlaces returns the power of ten of the last digit that is to be written of a number whose interval is that wide on
// either side: the second of the width, but no more than six digits of the number. One without a width has three.
func gridPlaces(x, half float64) int {
	digits := func(x float64) int { return int(math.Floor(math.Log10(math.Abs(x)) + 1e-9)) }
	switch sized := x != 0 && Number(x).Known(); {
	case half > 1e-9*math.Abs(x) && sized:
		return max(digits(half)-1, digits(x)-5)
	case half > 0 && !sized:
		return digits(half) - 1
	case sized:
		return min(0, digits(x)-2)
	}
	return 0
}

// gridRounded writes x to that power of ten.
func gridRounded(x float64, places int) string {
	if !Number(x).Known() {
		return "–"
	}
	if places > 0 {
		scale := math.Pow10(places)
		x, places = float64(math.Round(x/scale)*scale), 0
	}
	s := number(x, min(-places, 9))
	if isNothing(s) && s[0] != '0' { // no minus before 0
		s = s[len("−"):]
	}
	return s
}

// isNothing reports whether a number that was written is 0.
func isNothing(s string) bool {
	for _, r := range s {
		if '1' <= r && r <= '9' {
			return false
		}
	}
	return true
}

// meanText writes a mean and its interval in the unit, which is not written: "12.81 ± 0.27"; "0.98 [0.91, 1.06]" where the
// interval does not lie evenly round the mean.
func (s *GridStat) meanText(u unit) string {
	if !s.Mean.Known() {
		return "–"
	}
	x := u.of(float64(s.Mean))
	half, even := s.half()
	if math.IsNaN(half) {
		return gridRounded(x, gridPlaces(x, 0))
	}
	half = u.of(half)
	places := gridPlaces(x, half)
	if width := gridRounded(half, places); even && isNothing(width) {
		return gridRounded(x, places) + " ± 0"
	} else if even {
		return gridRounded(x, places) + " ± " + width
	}
	return gridRounded(x, places) + " [" + gridRounded(u.of(float64(s.Low)), places) + ", " + gridRounded(u.of(float64(s.High)), places) + "]"
}

// plain writes another number of the statistic to the digits of its mean.
func (s *GridStat) plain(u unit, n Number) string {
	half, _ := s.half()
	x := u.of(float64(s.Mean))
	if math.IsNaN(half) || u.of(half) <= 1e-9*math.Abs(x) {
		return gridRounded(u.of(float64(n)), gridPlaces(x, 0))
	}
	return gridRounded(u.of(float64(n)), gridPlaces(x, u.of(half)))
}

// gridCSV writes a number of a table for programs.
func gridCSV(n Number) string { return plainNumber(n) }

// gridCount writes a count for programs.
func gridCount(n int) string { return strconv.Itoa(n) }
