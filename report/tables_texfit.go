package report

import (
	"fmt"
	"strings"
)

// texPage is how wide the text of LaTeX's article is on A4, in points: 345 with fonts of 10 points, and no less with others.
const texPage = 345.0

// texSize is a way to set a table: LaTeX's command, and what a letter of 1/1000 em of the font of 10 points takes, in points.
// Small fonts are wider than in proportion: a digit of cmr10 takes 5 points, of cmr8 4.25, of cmr7 3.99.
type texSize struct {
	command string
	point   float64
	gap     float64 // of \tabcolsep, on either side of a column
}

var texSizes = []texSize{
	{"", .010, 6},
	{"\\footnotesize\\setlength{\\tabcolsep}{3pt}", .0085, 3},
	{"\\scriptsize\\setlength{\\tabcolsep}{2pt}", .00798, 2},
}

// texWidth returns about how wide a text is in Computer Modern Roman, in 1/1000 em.
func texWidth(s string) (width float64) {
	for _, r := range s {
		switch {
		case strings.ContainsRune("iIl.,:;'|!", r):
			width += 278
		case strings.ContainsRune("fjtr()[]- ", r):
			width += 389
		case strings.ContainsRune("bdhknpquvxy", r):
			width += 550
		case strings.ContainsRune("mMW%", r):
			width += 850
		case r >= 'A' && r <= 'Z' || r == 'w':
			width += 722
		default:
			width += 500
		}
	}
	return width
}

// texColumn is a column of a table in LaTeX.
type texColumn struct {
	Column
	head  []string // lines
	width float64  // of the widest cell, 1/1000 em
	fold  float64  // points: cells are set in lines of this width; 0: in one line
}

// noBreak is a space at which a head is not broken, before a percent sign: no letter, and none that Fields takes for a space.
const noBreak = "\x01"

// texColumns makes the columns of heads and rows. A head that is wider than its column goes on in further lines.
func texColumns(heads []Column, rows [][]string) []texColumn {
	columns := make([]texColumn, len(heads))
	for i, col := range heads {
		c := texColumn{Column: col}
		for _, row := range rows {
			c.width = max(c.width, texWidth(row[i]))
		}
		words := strings.Fields(strings.ReplaceAll(col.Head, " %", noBreak+"%"))
		for _, w := range words {
			c.width = max(c.width, texWidth(w))
		}
		for _, w := range words {
			if n := len(c.head); n > 0 && texWidth(c.head[n-1]+" "+w) <= c.width {
				c.head[n-1] += " " + w
			} else {
				c.head = append(c.head, w)
			}
		}
		for k, line := range c.head {
			c.head[k] = strings.ReplaceAll(line, noBreak, " ")
		}
		columns[i] = c
	}
	return columns
}

// leastFold is the least width, in points, of a column whose cells are folded, and a quarter more is worth folding.
const leastFold = 40.0

// texFit chooses the largest size at which the columns fit on a page. If they fit at none, words are folded at the smallest.
func texFit(columns []texColumn) texSize {
	for _, size := range texSizes {
		if texTotal(columns, size) <= texPage {
			return size
		}
	}
	last := texSizes[len(texSizes)-1]
	for i := range columns {
		if c := &columns[i]; !c.Right && c.width*last.point > leastFold*5/4 {
			c.fold = max(leastFold, texPage-texTotal(columns, last)+c.width*last.point)
		}
	}
	return last
}

func texTotal(columns []texColumn, size texSize) (points float64) {
	for _, c := range columns {
		if c.fold > 0 {
			points += c.fold
		} else {
			points += c.width * size.point
		}
	}
	return points + 2*size.gap*float64(len(columns)-1)
}

// align is the column's letter, or p with its width.
func (c *texColumn) align() string {
	switch {
	case c.fold > 0:
		return fmt.Sprintf("p{%.0fpt}", c.fold)
	case c.Right:
		return "r"
	}
	return "l"
}

// texHead returns the head, in a table of its own if it has several lines.
func (c *texColumn) texHead() string {
	lines := make([]string, len(c.head))
	for i, line := range c.head {
		lines[i] = tex(line)
	}
	if len(lines) < 2 {
		return strings.Join(lines, "")
	}
	letter := "l"
	if c.Right {
		letter = "r"
	}
	return fmt.Sprintf("\\begin{tabular}[b]{@{}%s@{}}%s\\end{tabular}", letter, strings.Join(lines, `\\`))
}

// texCell returns a cell, folded between words if the column is.
func (c *texColumn) texCell(text string) string {
	if c.fold > 0 {
		return `\raggedright\let\\\tabularnewline ` + tex(text)
	}
	return tex(text)
}
