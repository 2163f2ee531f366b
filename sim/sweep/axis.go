package sweep

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxValues is the most values of an axis.
const maxValues = 10_000

// Axis is a key of the scenario and the values that it takes, in order. The values are texts, for whoever knows the key.
type Axis struct {
	Key    string   `json:"key"`
	Values []string `json:"values"`
}

// ParseAxis reads an axis as it is typed, KEY=VALUES. VALUES are separated by commas:
//
//	link.up.loss=0.1%,1%,5%
//
// or, if they contain commas themselves, by a bar between spaces:
//
//	link=loss list 3,7 | loss 5%
//
// A value may stand for many. Numbers of one unit, which is said once or every time, follow each other in steps, up to the
// last that is not beyond the end; or so many of them lie evenly on a logarithmic scale, in three digits or as many as
// that takes, with both ends exact:
//
//	delay=10ms..100ms step 10ms
//	loss=0%,0.01..10% log 7
//
// No value may be there twice, be it written otherwise ("1%", "1.0%"). The error is one line with the remedy.
func ParseAxis(text string) (Axis, error) {
	if err := checkText(text); err != nil {
		return Axis{}, fmt.Errorf("axis %q: %w", shorten(text), err)
	}
	key, list, ok := strings.Cut(text, "=")
	key = strings.TrimSpace(key)
	if !ok || key == "" || strings.ContainsFunc(key, unicode.IsSpace) {
		return Axis{}, fmt.Errorf("axis %q: write KEY=V1,V2,… such as loss=0.1%%,1%%,5%%", shorten(text))
	}
	values, err := parseValues(list)
	if err != nil {
		return Axis{}, fmt.Errorf("axis %s: %w", shorten(key), err)
	}
	a := Axis{Key: key, Values: values}
	if err := a.check(); err != nil {
		return Axis{}, err
	}
	return a, nil
}

// parseValues returns what the right-hand side of an axis says, ranges written out.
func parseValues(list string) ([]string, error) {
	if strings.TrimSpace(list) == "" {
		return nil, errors.New("no values: write KEY=V1,V2,…")
	}
	separator := ","
	if strings.Contains(list, " | ") {
		separator = " | "
	}
	var values []string
	for item := range strings.SplitSeq(list, separator) {
		item = strings.TrimSpace(item)
		if item == "" {
			return nil, fmt.Errorf("an empty value in %q: take the extra %q out", shorten(list), strings.TrimSpace(separator))
		}
		these := []string{item}
		if isRange(item) {
			var err error
			if these, err = parseRange(item); err != nil {
				return nil, fmt.Errorf("%q: %w", shorten(item), err)
			}
		}
		if values = append(values, these...); len(values) > maxValues {
			return nil, errTooMany
		}
	}
	return values, nil
}

var errTooMany = errors.New("more than 10,000 values: take a larger step, or several sweeps")

// check returns what is wrong with an axis, wherever it came from.
func (a Axis) check() error {
	if a.Key == "" || strings.ContainsFunc(a.Key, unicode.IsSpace) || checkText(a.Key) != nil {
		return fmt.Errorf("axis %q: give it a key without spaces", shorten(a.Key))
	}
	if len(a.Values) == 0 {
		return fmt.Errorf("axis %s: no values: give it one at least", shorten(a.Key))
	}
	if len(a.Values) > maxValues {
		return fmt.Errorf("axis %s: %w", shorten(a.Key), errTooMany)
	}
	seen := make(map[string]string, len(a.Values))
	for _, v := range a.Values {
		if err := checkText(v); err != nil {
			return fmt.Errorf("axis %s: value %q: %w", shorten(a.Key), shorten(v), err)
		}
		if v == "" {
			return fmt.Errorf("axis %s: an empty value: take it out", shorten(a.Key))
		}
		same := v
		if n, ok := parseNumber(v); ok {
			same = n.String()
		}
		if first, ok := seen[same]; ok {
			return fmt.Errorf("axis %s: the value %s is there twice (%s): take one out", shorten(a.Key), shorten(v), shorten(first))
		}
		seen[same] = v
	}
	return nil
}

// String is the axis with its values written out. ParseAxis reads it back if it was ParseAxis that made it.
func (a Axis) String() string {
	for _, v := range a.Values {
		if strings.Contains(v, ",") {
			return a.Key + "=" + strings.Join(a.Values, " | ")
		}
	}
	return a.Key + "=" + strings.Join(a.Values, ",")
}

// checkText refuses what a line of a message or of a journal could not hold.
func checkText(text string) error {
	if !utf8.ValidString(text) {
		return errors.New("not UTF-8: write it as text")
	}
	if strings.ContainsFunc(text, unicode.IsControl) {
		return errors.New("a control character: write it in one line, without tabs")
	}
	return nil
}

// shorten cuts a text for an error message.
func shorten(text string) string {
	const most = 60
	if len(text) <= most {
		return text
	}
	cut := most
	for cut > 0 && !utf8.RuneStart(text[cut]) {
		cut--
	}
	return text[:cut] + "…"
}
