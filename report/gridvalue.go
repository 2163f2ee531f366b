package report

import (
	"strconv"
	"strings"

	"lossylab/netem"
)

// gridKind is what a number of a sweep measures.
type gridKind int

const (
	gridPlain gridKind = iota // a count, or a number whose unit is not known
	gridShare                 // between 0 and 1
	gridTime                  // seconds
	gridRate                  // bit/s
	gridBytes
	gridWord // no number
)

// gridNumber reads a value of an axis: "0.1%", "20ms", "10mbit", "64KiB", "200".
func gridNumber(text string) (x float64, kind gridKind) {
	text = strings.TrimSpace(text)
	if v, err := strconv.ParseFloat(text, 64); err == nil {
		if Number(v).Known() {
			return v, gridPlain
		}
		return 0, gridWord
	}
	if strings.HasSuffix(text, "%") {
		if v, err := netem.ParseProbability(text); err == nil {
			return v, gridShare
		}
		return 0, gridWord
	}
	if d, err := netem.ParseDuration(text); err == nil {
		return d.Seconds(), gridTime
	}
	if r, err := netem.ParseRate(text); err == nil {
		return float64(r), gridRate
	}
	if l, err := netem.ParseLimit(text); err == nil && l.Packets == 0 {
		return float64(l.Bytes), gridBytes
	}
	return 0, gridWord
}

// gridNumbers reads all values of an axis. They are numbers if all have units of one kind; a bare number goes with any.
func gridNumbers(values []string) (xs []float64, kind gridKind) {
	for _, text := range values {
		x, k := gridNumber(text)
		switch {
		case k == gridWord, k != gridPlain && kind != gridPlain && k != kind:
			return nil, gridWord
		case k != gridPlain:
			kind = k
		}
		xs = append(xs, x)
	}
	if len(xs) == 0 {
		return nil, gridWord
	}
	return xs, kind
}

// gridUnit returns the unit in which numbers up to most are shown, and how many of the kind's own unit it is.
func gridUnit(kind gridKind, most float64) unit {
	switch kind {
	case gridShare:
		return unit{"%", .01}
	case gridTime:
		if most == 0 {
			return unit{"ms", 1e-3}
		}
		return pick(most, 1, unit{"s", 1}, unit{"ms", 1e-3}, unit{"µs", 1e-6})
	case gridRate:
		if most == 0 {
			return unit{"Mbit/s", 1e6}
		}
		return pick(most, 1, unit{"Gbit/s", 1e9}, unit{"Mbit/s", 1e6}, unit{"kbit/s", 1e3}, unit{"bit/s", 1})
	case gridBytes:
		return pick(most, 1, unit{"MB", 1e6}, unit{"kB", 1e3}, unit{"B", 1})
	}
	return unit{"", 1}
}

// after is u.name in brackets behind a name, if there is one.
func (u unit) after(name string) string {
	if u.name == "" {
		return name
	}
	return name + " (" + u.name + ")"
}

// behind is a number with the unit.
func (u unit) behind(number string) string {
	if u.name == "" || number == "–" {
		return number
	}
	return number + " " + u.name
}
