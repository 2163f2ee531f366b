package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"unicode"
)

// writeTeX writes the table for \input into a LaTeX document that has \usepackage{booktabs}. What it writes is ASCII, so
// that it does not depend on the document's encoding or fonts.
func (t *Table) writeTeX(w io.Writer) error {
	b := bufio.NewWriter(w)
	fmt.Fprintf(b, "%% %s: \\input this file; the preamble needs \\usepackage{booktabs}\n", t.Name)
	fmt.Fprintf(b, "\\begin{table}[htbp]\n  \\centering\\setlength{\\belowcaptionskip}{6pt}\n  \\caption[%s]{%s. %s}\n  \\label{tab:lossylab-%s}\n",
		tex(t.Title), tex(t.Title), tex(t.Caption), t.Name)
	heads, rows := t.shown()
	columns := texColumns(heads, rows)
	size := texFit(columns)
	if size.command != "" {
		fmt.Fprintf(b, "  %s\n", size.command)
	}
	cells, align := make([]string, len(columns)), ""
	for i := range columns {
		cells[i] = columns[i].texHead()
		align += columns[i].align()
	}
	fmt.Fprintf(b, "  \\begin{tabular}{@{}%s@{}}\n    \\toprule\n", align)
	texRow(b, cells)
	b.WriteString("    \\midrule\n")
	for _, row := range rows {
		for i := range columns {
			cells[i] = columns[i].texCell(row[i])
		}
		texRow(b, cells)
	}
	b.WriteString("    \\bottomrule\n  \\end{tabular}\n\\end{table}\n")
	return b.Flush()
}

// texRow writes cells as a line. A "[" or "*" at the beginning of the next line would be taken for an argument of \\: tex
// has them in braces.
func texRow(b *bufio.Writer, cells []string) {
	fmt.Fprintf(b, "    %s \\\\\n", strings.Join(cells, " & "))
}

// texSigns are what the characters that mean something to TeX, and the others that tables use, are written as.
var texSigns = map[rune]string{
	'\\': `\textbackslash{}`, '{': `\{`, '}': `\}`, '$': `\$`, '&': `\&`, '#': `\#`, '%': `\%`, '_': `\_`,
	'~': `\textasciitilde{}`, '^': `\textasciicircum{}`, '<': `\textless{}`, '>': `\textgreater{}`, '|': `\textbar{}`,
	'"': "''", '[': "{[}", ']': "{]}", '*': "{*}", '`': "{`}", '\'': "{'}",
	'–': "--", '—': "---", '−': "$-$", '×': `$\times$`, '±': `$\pm$`, '≤': `$\le$`, '≥': `$\ge$`, 'µ': `$\mu$`, 'μ': `$\mu$`,
	'→': `$\rightarrow$`, '←': `$\leftarrow$`, '…': `\ldots{}`, '\u00a0': "~", '\u202f': `\,`,
}

// tex escapes text for LaTeX. A character that it does not know becomes a question mark: better than a document that does not
// compile.
func tex(s string) string {
	var b strings.Builder
	for _, r := range strings.ReplaceAll(s, " - ", " − ") {
		sign, ok := texSigns[r]
		switch {
		case ok:
			b.WriteString(sign)
		case unicode.IsSpace(r):
			b.WriteByte(' ')
		case r < ' ' || r > '~':
			b.WriteByte('?')
		case r == '-': // two in a row would be joined to a dash
			b.WriteString("-{}")
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
