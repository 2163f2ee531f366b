package sweep

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
)

// number is a decimal number with a unit, exactly: digits·10^-places.
type number struct {
	digits *big.Int
	places int
	unit   string
}

// maxDigits bounds the arithmetic on what is typed.
const maxDigits = 30

// parseNumber reads "10ms", "-0.5", "1 %": an optional sign, digits with an optional point, a unit or none.
func parseNumber(text string) (number, bool) {
	text = strings.TrimSpace(text)
	i, point, digits := 0, -1, 0
	if i < len(text) && (text[i] == '-' || text[i] == '+') {
		i++
	}
	for ; i < len(text); i++ {
		c := text[i]
		if c == '.' && point < 0 && !strings.HasPrefix(text[i:], "..") {
			point = i
		} else if c >= '0' && c <= '9' {
			digits++
		} else {
			break
		}
	}
	unit := strings.TrimSpace(text[i:])
	if digits == 0 || digits > maxDigits || strings.ContainsAny(unit, "0123456789.+- ,") {
		return number{}, false
	}
	n := number{unit: unit}
	if point >= 0 {
		n.places = i - point - 1
	}
	n.digits, _ = new(big.Int).SetString(strings.Replace(strings.TrimPrefix(text[:i], "+"), ".", "", 1), 10)
	return n, n.digits != nil
}

// String is the number in the fewest digits, with its unit. Equal numbers of one unit have equal texts.
func (n number) String() string {
	text := new(big.Int).Abs(n.digits).String()
	if n.places > 0 {
		if missing := n.places + 1 - len(text); missing > 0 {
			text = strings.Repeat("0", missing) + text
		}
		whole, part := text[:len(text)-n.places], strings.TrimRight(text[len(text)-n.places:], "0")
		if text = whole; part != "" {
			text += "." + part
		}
	}
	if n.digits.Sign() < 0 {
		text = "-" + text
	}
	return text + n.unit
}

// scaled returns the digits of n at that many places, which are not fewer than its own.
func (n number) scaled(places int) *big.Int {
	ten := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(places-n.places)), nil)
	return ten.Mul(ten, n.digits)
}

// float is the nearest floating-point number.
func (n number) float() float64 {
	n.unit = ""
	f, err := strconv.ParseFloat(n.String(), 64)
	if err != nil {
		return math.NaN() // not with so few digits
	}
	return f
}

// isRange says whether a value stands for many: it begins with a number, and two points follow.
func isRange(text string) bool {
	from, _, ok := strings.Cut(text, "..")
	if !ok {
		return false
	}
	_, ok = parseNumber(from)
	return ok
}

// parseRange writes "A..B step S" and "A..B log N" out.
func parseRange(text string) ([]string, error) {
	const forms = "write A..B step S, or A..B log N, such as 10ms..100ms step 10ms"
	from, rest, _ := strings.Cut(text, "..")
	words := strings.Fields(rest)
	at := len(words)
	for i, w := range words {
		if w == "step" || w == "log" {
			at = i
			break
		}
	}
	if at+1 >= len(words) {
		return nil, errors.New("not a range: " + forms)
	}
	a, ok := parseNumber(from)
	b, ok2 := parseNumber(strings.Join(words[:at], " "))
	if !ok || !ok2 {
		return nil, errors.New("not a range of numbers: " + forms)
	}
	last := strings.Join(words[at+1:], " ")
	if words[at] == "log" {
		if err := shareUnit(&a, &b); err != nil {
			return nil, err
		}
		return logRange(a, b, last)
	}
	step, ok := parseNumber(last)
	if !ok {
		return nil, fmt.Errorf("%q is no step: %s", shorten(last), forms)
	}
	if err := shareUnit(&a, &b, &step); err != nil {
		return nil, err
	}
	return stepRange(a, b, step)
}

// shareUnit gives all numbers the unit that some of them have.
func shareUnit(numbers ...*number) error {
	unit := ""
	for _, n := range numbers {
		if n.unit != "" && unit != "" && n.unit != unit {
			return fmt.Errorf("units %s and %s: write all in one unit", shorten(unit), shorten(n.unit))
		}
		if n.unit != "" {
			unit = n.unit
		}
	}
	for _, n := range numbers {
		n.unit = unit
	}
	return nil
}

// stepRange returns a, a+step and so on, up to the last that is not beyond b.
func stepRange(a, b, step number) ([]string, error) {
	places := max(a.places, b.places, step.places)
	from, to, by := a.scaled(places), b.scaled(places), step.scaled(places)
	way := new(big.Int).Sub(to, from)
	if by.Sign() == 0 {
		return nil, errors.New("a step of nothing: write one above zero")
	}
	if way.Sign() != 0 && way.Sign() != by.Sign() {
		step.digits = new(big.Int).Neg(step.digits)
		return nil, fmt.Errorf("the step leads away from the end: write step %s, or exchange the ends", step)
	}
	count := new(big.Int).Quo(way, by)
	if !count.IsInt64() || count.Int64() >= maxValues {
		return nil, errTooMany
	}
	values := make([]string, 0, count.Int64()+1)
	for range count.Int64() + 1 {
		values = append(values, number{digits: new(big.Int).Set(from), places: places, unit: a.unit}.String())
		from.Add(from, by)
	}
	return values, nil
}

// logRange returns so many values from a to b, each the same multiple of the one before.
func logRange(a, b number, count string) ([]string, error) {
	n, err := strconv.Atoi(count)
	if err != nil || n < 2 {
		return nil, fmt.Errorf("log %s: write how many values, 2 at least, such as log 7", shorten(count))
	}
	if n > maxValues {
		return nil, errTooMany
	}
	if a.digits.Sign() <= 0 || b.digits.Sign() <= 0 {
		return nil, errors.New("a logarithmic scale has no zero and nothing below it: begin above zero, and write 0 as a value of its own (0,0.1..10 log 5)")
	}
	from, to := a.float(), b.float()
	ratio := math.Log(to/from) / float64(n-1) // per value
	if ratio == 0 {
		return nil, errors.New("the ends are equal: write the value alone")
	}
	// The rounding of a value is at most a twentieth of its distance from the next.
	digits := max(3, int(math.Ceil(1+math.Log10(10/math.Abs(ratio)))))
	if digits > 12 {
		return nil, errors.New("the ends are too near to each other: take fewer values, or a step")
	}
	values := []string{a.String()}
	for i := 1; i < n-1; i++ {
		// A value that lies between two texts takes the upper one on every machine, whatever its last digit of Exp.
		v := from * math.Exp(float64(i)*ratio) * (1 + 1e-14)
		short, err := strconv.ParseFloat(strconv.FormatFloat(v, 'e', digits-1, 64), 64)
		if err != nil {
			return nil, err
		}
		values = append(values, strconv.FormatFloat(short, 'f', -1, 64)+a.unit)
	}
	return append(values, b.String()), nil
}
