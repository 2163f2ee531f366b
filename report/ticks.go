package report

import (
	"math"
	"strconv"
	"strings"

	"gonum.org/v1/plot"
)

// ticks puts round numbers on an axis: 1, 2 or 5 times a power of ten apart. (gonum's own aim is three numbers.)
type ticks struct {
	most  int  // numbers on the axis, at most
	whole bool // the axis counts things: no fractions
}

// Ticks implements plot.Ticker.
func (t ticks) Ticks(lo, hi float64) []plot.Tick {
	if hi <= lo {
		return nil
	}
	mantissa, exp := t.step(lo, hi)
	value := func(k int) float64 { // exact for whole numbers, and the nearest float for fractions
		if exp < 0 {
			return float64(k*mantissa) / math.Pow10(-exp)
		}
		return float64(k*mantissa) * math.Pow10(exp)
	}
	var out []plot.Tick
	step := value(1)
	for k := int(math.Ceil(lo/step - 1e-9)); value(k) <= hi+step*1e-9; k++ {
		out = append(out, plot.Tick{Value: value(k), Label: number(value(k), max(0, -exp))})
	}
	return out
}

// step returns the smallest step, mantissa times ten to the exp, that gives no more numbers than t allows.
func (t ticks) step(lo, hi float64) (mantissa, exp int) {
	least := (hi - lo) / float64(max(t.most, 1))
	exp = int(math.Floor(math.Log10(least)))
	if t.whole && exp < 0 {
		return 1, 0
	}
	for _, mantissa = range []int{1, 2, 5} {
		if float64(float64(mantissa)*math.Pow10(exp)) >= least*(1-1e-9) {
			return mantissa, exp
		}
	}
	return 1, exp + 1
}

// number writes v with the given number of decimals, its thousands set apart by thin spaces and with a true
// minus sign.
func number(v float64, decimals int) string {
	s := strconv.FormatFloat(math.Abs(v), 'f', decimals, 64)
	whole, fraction, _ := strings.Cut(s, ".")
	whole = groups(whole, "\u2009")
	if fraction != "" {
		whole += "." + fraction
	}
	if v < 0 {
		whole = "−" + whole
	}
	return whole
}
