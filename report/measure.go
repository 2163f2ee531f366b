package report

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"lossylab/netem"
)

// Measure is a number of a flow's results, named by its path in results.json: "app.goodput_bps", "link.up.dropped_by.loss",
// "metrics.packets.up.loss.ratio".
type Measure struct {
	Path  string
	steps []step
}

// step leads from a value to one within it: a field of a struct, an element of an array or the value of a key.
type step struct {
	field int
	key   string
}

// ParseMeasure reads a path. It is refused if no result can have it; the keys of what is counted by name, such as
// dropped_by, may be any.
func ParseMeasure(path string) (Measure, error) {
	m := Measure{Path: path}
	t := reflect.TypeFor[FlowResult]()
	parts := strings.Split(path, ".")
	for i, part := range parts {
		before := strings.Join(parts[:i], ".")
		s, next, names := descend(t, part)
		if next == nil {
			return m, noMeasure(path, part, before, names)
		}
		m.steps, t = append(m.steps, s), next
	}
	if t = direct(t); !numeric(t) {
		_, _, names := descend(t, "")
		return m, noMeasure(path+".", "", path, names)
	}
	return m, nil
}

func noMeasure(path, part, before string, names []string) error {
	at := "a flow's results"
	if before != "" {
		at = before
	}
	if len(names) == 0 {
		return fmt.Errorf("%s: %s is a number already: leave out .%s", path, before, part)
	}
	hint := ""
	if nearest := netem.Nearest(part, names); nearest != "" && part != "" {
		hint = " (did you mean " + nearest + "?)"
	}
	return fmt.Errorf("%s: %s has no number %q%s: there are %s", path, at, part, hint, strings.Join(names, ", "))
}

// direct is what a pointer points to.
func direct(t reflect.Type) reflect.Type {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t
}

// numeric reports whether values of a type are numbers.
func numeric(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Bool, reflect.Int, reflect.Int64, reflect.Uint64, reflect.Float64:
		return true
	}
	return false
}

// descend returns the step to what is called name in a value of type t, and the type there; nil, and what there is, if there
// is nothing of that name that is a number or holds some.
func descend(t reflect.Type, name string) (s step, next reflect.Type, names []string) {
	switch t = direct(t); t.Kind() {
	case reflect.Struct:
		for i := range t.NumField() {
			f := t.Field(i)
			tag, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			if kind := direct(f.Type).Kind(); kind == reflect.String || kind == reflect.Slice || tag == "" {
				continue
			}
			if tag == name {
				return step{field: i}, f.Type, nil
			}
			names = append(names, tag)
		}
	case reflect.Map:
		if name != "" {
			return step{key: name}, t.Elem(), nil
		}
		names = []string{"its keys"}
	case reflect.Array:
		for i := range t.Len() {
			if strconv.Itoa(i) == name {
				return step{field: i}, t.Elem(), nil
			}
			names = append(names, strconv.Itoa(i))
		}
	}
	return s, nil, names
}

// Of returns the number, NaN where it is not known. What is counted by name and has not happened is 0.
func (m Measure) Of(r *FlowResult) float64 {
	v := reflect.ValueOf(r).Elem()
	for _, s := range m.steps {
		for v.Kind() == reflect.Pointer {
			if v.IsNil() {
				return math.NaN()
			}
			v = v.Elem()
		}
		switch v.Kind() {
		case reflect.Struct:
			v = v.Field(s.field)
		case reflect.Array:
			v = v.Index(s.field)
		case reflect.Map:
			value := v.MapIndex(reflect.ValueOf(s.key))
			if !value.IsValid() && v.Type().Elem().Kind() == reflect.Int64 && !v.IsNil() {
				return 0
			}
			if !value.IsValid() {
				return math.NaN()
			}
			v = value
		}
	}
	return numberOf(v)
}

func numberOf(v reflect.Value) float64 {
	for v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return math.NaN()
		}
		v = v.Elem()
	}
	switch {
	case v.CanInt():
		return float64(v.Int())
	case v.CanUint():
		return float64(v.Uint())
	case v.CanFloat():
		return v.Float()
	case v.Kind() == reflect.Bool && v.Bool():
		return 1
	}
	return 0
}

// Unit returns "s", "bit/s", "bytes", "packets", or nothing for counts and shares: names end in it, or their group does.
func (m Measure) Unit() string {
	parts := strings.Split(m.Path, ".")
	slices.Reverse(parts)
	for _, part := range parts {
		for _, u := range [][2]string{{"_s", "s"}, {"_bps", "bit/s"}, {"_bytes", "bytes"}, {"_packets", "packets"}} {
			if strings.HasSuffix(part, u[0]) {
				return u[1]
			}
		}
		if part == "bytes" || part == "byte_offset_mean" || part == "byte_offset_max" {
			return "bytes"
		}
		if strings.Contains(part, "ratio") || part == "count" {
			return ""
		}
	}
	return ""
}
