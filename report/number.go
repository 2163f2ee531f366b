package report

import (
	"encoding/json"
	"math"
)

// Number is a measured number. What has no meaning, such as the mean length of no bursts at all, is NaN here and null in
// results.json, and so is what has no bound. It is written to the billionth, as the last digits depend on the machine.
type Number float64

// MarshalJSON implements json.Marshaler.
func (n Number) MarshalJSON() ([]byte, error) {
	if !n.Known() {
		return []byte("null"), nil
	}
	return json.Marshal(round9(float64(n)))
}

// UnmarshalJSON implements json.Unmarshaler: null is NaN.
func (n *Number) UnmarshalJSON(b []byte) error {
	x := math.NaN()
	var p *float64
	if err := json.Unmarshal(b, &p); err != nil {
		return err
	}
	if p != nil {
		x = *p
	}
	*n = Number(x)
	return nil
}

// Known reports whether n is a number that can be written.
func (n Number) Known() bool { return !math.IsNaN(float64(n)) && !math.IsInf(float64(n), 0) }

var noNumber = Number(math.NaN())

// ratioOf returns sum/n, no number without any.
func ratioOf[N int | int64 | float64](sum, n N) Number {
	if n == 0 {
		return noNumber
	}
	return Number(float64(sum) / float64(n))
}

// numberIf returns x where it has a meaning.
func numberIf(has bool, x Number) Number {
	if !has {
		return noNumber
	}
	return x
}

// told writes n as a person reads it, or a dash.
func (n Number) told(f func(float64) string) string {
	if !n.Known() {
		return "–"
	}
	return f(float64(n))
}

func (n Number) percent() string {
	return n.told(func(x float64) string { return formatPercent(x) + " %" })
}

func (n Number) duration() string { return n.told(formatSeconds) }

func (n Number) rate() string { return n.told(formatRate) }

func (n Number) decimal() string { return n.told(significant) }

func (n Number) whole() string {
	return n.told(func(x float64) string { return formatCount(int64(x + .5)) })
}

func (n Number) bytes() string {
	return n.told(func(x float64) string { return count(int64(x+.5), "byte") })
}

func (n Number) packets() string {
	return n.told(func(x float64) string {
		if x == 1 {
			return "1 packet"
		}
		return significant(x) + " packets"
	})
}
