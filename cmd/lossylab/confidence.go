package main

import (
	"cmp"
	"math"
	"strconv"

	"github.com/spf13/pflag"

	"lossylab/netem"
	"lossylab/report/metric"
)

// confidenceFlag adds --confidence, which says the same to each command that has it.
func confidenceFlag(s *pflag.FlagSet, text *string) {
	s.StringVar(text, "confidence", "95%", "let intervals hold the true value in a share `P` of all cases: 90%, 0.99")
}

// The levels of confidence that have a meaning. Beyond the last one, intervals of what was counted are of no use.
const leastConfidence, mostConfidence = .5, .9999

// parseConfidence reads --confidence.
func parseConfidence(text string) (float64, error) {
	level, err := netem.ParseProbability(text)
	if err != nil || level < leastConfidence || level > mostConfidence {
		return 0, usagef("--confidence %q: want a level from 50%% to 99.99%%, such as 90%% or 0.99", text)
	}
	return level, nil
}

// confidenceText writes a level: "95 %".
func confidenceText(level float64) string {
	return strconv.FormatFloat(math.Round(level*1e8)/1e6, 'f', -1, 64) + " %"
}

// confidence is the level of a trial's intervals, 95 % if none was said.
func (t *trial) confidence() float64 { return cmp.Or(t.level, metric.Confidence) }
