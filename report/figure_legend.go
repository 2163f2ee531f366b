package report

import "gonum.org/v1/plot/vg"

// legendGrid is the widths of the columns that a legend's entries stand in, in one column of a page; nil if they stand in none.
type legendGrid []vg.Length

// grid returns the columns in which the legend needs the fewest lines, and of these the fewest columns; nil if fewer lines
// would do without.
func (l legend) grid(width vg.Length) (best legendGrid) {
	if width >= figureWidth-20 {
		return nil
	}
	lines := func(columns int) int { return (len(l) + columns - 1) / columns }
	for n := 1; n <= len(l); n++ {
		g := make(legendGrid, n)
		for i, k := range l {
			g[i%n] = max(g[i%n], k.width())
		}
		if g.total() <= width-4 && (best == nil || lines(n) < lines(len(best))) {
			best = g
		}
	}
	if best == nil || lines(len(best)) > len(l.run(width)) {
		return nil
	}
	return best
}

// total returns how wide a line is.
func (g legendGrid) total() (w vg.Length) {
	for _, column := range g {
		w += column
	}
	return w + vg.Length(len(g)-1)*keyGap
}

// width returns how wide the entry in column j is.
func (g legendGrid) width(j int, k key) vg.Length {
	if g == nil {
		return k.width()
	}
	return g[j]
}

// length returns how long a line of the legend is.
func (g legendGrid) length(line legend) vg.Length {
	total := vg.Length(len(line)-1) * keyGap
	for j, k := range line {
		total += g.width(j, k)
	}
	return total
}

// longest returns how long the longest line is.
func (g legendGrid) longest(lines []legend) (most vg.Length) {
	for _, line := range lines {
		most = max(most, g.length(line))
	}
	return most
}

// rowsOf returns the legend in lines of n entries.
func (l legend) rowsOf(n int) (lines []legend) {
	for len(l) > n {
		lines, l = append(lines, l[:n]), l[n:]
	}
	return append(lines, l)
}
