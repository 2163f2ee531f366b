package report

import "strings"

// OfConfidence reports whether the number depends on the confidence of intervals: it is the end of one, or the confidence itself.
func (m Measure) OfConfidence() bool {
	return m.Path == "metrics.confidence" || strings.Contains(m.Path, "interval.")
}
