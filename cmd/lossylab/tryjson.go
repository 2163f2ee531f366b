package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"math"
	"strconv"

	"lossylab/report/metric"
)

// number is a float64 in JSON: null where it has no meaning, and without the last digits, which depend on the machine.
type number float64

// MarshalJSON implements json.Marshaler.
func (n number) MarshalJSON() ([]byte, error) {
	if f := float64(n); math.IsNaN(f) || math.IsInf(f, 0) {
		return []byte("null"), nil
	}
	return strconv.AppendFloat(nil, digits(float64(n), 12), 'f', -1, 64), nil
}

// digits returns x with n significant digits.
func digits(x float64, n int) float64 {
	short, err := strconv.ParseFloat(strconv.FormatFloat(x, 'g', n, 64), 64)
	if err != nil {
		return x
	}
	return short
}

// field is a member of an object whose members stay in order.
type field struct {
	name  string
	value any
}

// writeJSON writes an object with a member a line. Its names are a contract: more may come, none go.
func (r *tryResults) writeJSON(w io.Writer, lists bool) error {
	fields := r.summaryFields()
	if lists {
		fields = append(fields, r.listFields()...)
	}
	b := bufio.NewWriter(w)
	for i, f := range fields {
		open := ",\n  "
		if i == 0 {
			open = "{\n  "
		}
		b.WriteString(open + strconv.Quote(f.name) + ": ")
		var value bytes.Buffer
		e := json.NewEncoder(&value)
		e.SetEscapeHTML(false)
		if err := e.Encode(f.value); err != nil {
			return err
		}
		b.Write(bytes.TrimSuffix(value.Bytes(), []byte("\n")))
	}
	b.WriteString("\n}\n")
	return b.Flush()
}

func (r *tryResults) summaryFields() []field {
	return []field{
		{"version", version},
		{"spec", r.spec.String()},
		{"seed", r.seed},
		{"size", r.traffic.Size},
		{"spacing_ns", r.traffic.Spacing.Nanoseconds()},
		{"sent", r.packets},
		{"lost", r.lost.Hits()},
		{"loss_ratio", number(r.lost.Ratio())},
		{"mean_burst", number(r.lost.MeanRun())},
		{"loss_acf1", number(r.lost.ACF1())},
		{"duplicates", r.duplicates()},
		{"corrupted", r.damaged.Hits()},
		{"sent_at_once", r.atOnce},
		{"marked", r.marked},
		{"reordered", r.reordering.Reordered()},
		{"reordered_ratio", number(float64(r.reordering.Reordered()) / float64(max(1, r.reordering.Arrived())))},
		{"extent_mean", number(r.reordering.MeanExtent())},
		{"delay_ns", r.delaySummary()},
		{"delay_acf1", number(metric.ACF1(r.arrivals))},
		{"rate_bps", number(r.rate())},
		{"dropped_by", r.droppedBy},
		{"expected", r.expectedFields()},
		{"intervals", r.intervalFields()},
		{"warnings", list(r.warnings())},
		{"nearest", r.nearestFields()},
	}
}

// delaySummary returns null where nothing arrived.
func (r *tryResults) delaySummary() any {
	d := r.delays
	if d.N() == 0 {
		return nil
	}
	return struct {
		Min  int64  `json:"min"`
		Mean number `json:"mean"`
		SD   number `json:"sd"`
		P1   number `json:"p1"`
		P10  number `json:"p10"`
		P50  number `json:"p50"`
		P90  number `json:"p90"`
		P99  number `json:"p99"`
		Max  int64  `json:"max"`
	}{d.Min(), number(d.Mean()), number(d.SD()), number(d.Quantile(.01)), number(d.Quantile(.1)), number(d.Quantile(.5)),
		number(d.Quantile(.9)), number(d.Quantile(.99)), d.Max()}
}

// expectedFields are keyed by the quantity's name. encoding/json sorts them. Theory is no better than six digits.
func (r *tryResults) expectedFields() map[string]number {
	m := map[string]number{"rate_max_bps": number(digits(r.expectation().Rate, 6))}
	for _, q := range r.quantities {
		if q.name != "extent_mean" {
			m[q.name] = number(digits(q.expected, 6))
		}
	}
	return m
}

// intervalFields are pairs of ends, or null.
func (r *tryResults) intervalFields() map[string]any {
	m := map[string]any{"confidence": r.confidence()}
	for _, q := range r.quantities {
		m[q.name] = nil
		if q.interval.Known() {
			m[q.name] = [2]number{number(digits(q.interval.Low, 6)), number(digits(q.interval.High, 6))}
		}
	}
	return m
}

func (r *tryResults) nearestFields() any {
	dialect, words, whole, notes := r.nearest()
	fields := struct {
		Dialect string   `json:"dialect"`
		Words   string   `json:"words"`
		Whole   *bool    `json:"whole,omitempty"` // of a line of tc: it has a counterpart of every word
		Notes   []string `json:"notes"`
	}{dialect, words, &whole, list(notes)}
	if dialect == "plain" {
		fields.Whole = nil // the notes say it
	}
	return fields
}

// list is never null.
func list[T any](all []T) []T {
	if all == nil {
		return []T{}
	}
	return all
}

func (r *tryResults) listFields() []field {
	lost, twice := []int{}, []int{}
	for i, n := range r.copies {
		switch {
		case n == 0:
			lost = append(lost, i)
		case n > 1:
			twice = append(twice, i)
		}
	}
	return []field{
		{"lost_seq", lost},
		{"corrupt_seq", list(r.corrupt)},
		{"dup_seq", twice},
		{"arrival_seq", list(r.order)},
		{"delay_first_ns", r.delay},
	}
}
