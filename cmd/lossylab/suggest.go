package main

import "lossylab/netem"

// didYouMean returns " (did you mean X?)" for the name nearest to what was written, and nothing if none is near. The
// prefix is put before X.
func didYouMean(written string, names []string, prefix string) string {
	nearest := netem.Nearest(written, names)
	if nearest == "" {
		return ""
	}
	return " (did you mean " + prefix + nearest + "?)"
}
