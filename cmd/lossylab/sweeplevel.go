package main

import "slices"

// ofConfidence reports whether the runs' numbers depend on --confidence: those of another one are not theirs.
func (w *sweepSettings) ofConfidence() bool {
	return slices.ContainsFunc(w.columns, func(c ofFlow) bool { return c.OfConfidence() }) ||
		slices.ContainsFunc(w.base.expect, func(e expectation) bool { return e.ofConfidence() })
}

func (e *expectation) ofConfidence() bool {
	return e.measure.OfConfidence() || e.value.ofConfidence() || e.end.ofConfidence()
}

func (o operand) ofConfidence() bool { return o.measure != nil && o.measure.OfConfidence() }
