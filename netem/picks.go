package netem

// The models that pick packets say so with the share that they pick, and the correlation of one pick with the next.

// formatPicks writes a share and its correlation as words of a SPEC: "5%", "5% 25%".
func formatPicks(p, rho float64) string {
	if rho == 0 {
		return FormatProbability(p)
	}
	return FormatProbability(p) + " " + FormatProbability(rho)
}

// checkPicks says what is wrong with them in a literal; word is the model's.
func checkPicks(word string, p, rho float64) error {
	if err := checkProbability(word, p); err != nil {
		return err
	}
	if !(rho >= 0 && rho < 1) {
		return wrongf(word, "a correlation lies between 0%% and below 100%%: write %s 5%% 25%%", word)
	}
	return nil
}
