package main

// didYouMean returns ", did you mean X?" for the name nearest to what was written, and nothing if none is near. The
// prefix is put before X.
func didYouMean(written string, names []string, prefix string) string {
	best, nearest := 3, "" // more than two letters apart is another word
	for _, n := range names {
		if d := distance(written, n); d < best && d < len(n) {
			best, nearest = d, n
		}
	}
	if nearest == "" {
		return ""
	}
	return " (did you mean " + prefix + nearest + "?)"
}

// distance is Levenshtein's: how many letters must be added, left out or replaced.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost = 1 + min(diagonal, row[j], row[j+1])
			}
			diagonal, row[j+1] = row[j+1], cost
		}
	}
	return row[len(b)]
}
