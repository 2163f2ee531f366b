package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"lossylab/report"
)

// needLaTeX skips the test where LaTeX is missing.
func needLaTeX(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("pdflatex"); err != nil {
		t.Skip("no pdflatex here: install texlive-latex-base and texlive-latex-recommended to compile the tables")
	}
}

var overfull = regexp.MustCompile(`Overfull \\hbox \((\d+)[.\d]*pt too wide\)`)

// latex compiles a document with the table in a file, as is said on the file's first line, and returns what was said.
func latex(t *testing.T, file string) (log string) {
	t.Helper()
	var doc strings.Builder
	doc.WriteString("\\documentclass[a4paper]{article}\n\\usepackage{booktabs}\n\\begin{document}\n")
	doc.WriteString("\\input{" + filepath.ToSlash(file) + "}\n")
	doc.WriteString("\\end{document}\n")
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "doc.tex"), []byte(doc.String()), 0o666); err != nil {
		t.Fatal(err)
	}
	c := exec.Command("pdflatex", "-interaction=nonstopmode", "-halt-on-error", "doc.tex")
	c.Dir = dir
	out, err := c.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", file, err, out)
	}
	if strings.Contains(string(out), "Missing character") {
		t.Errorf("%s: a character is missing\n%s", file, out)
	}
	return string(out)
}

// LaTeX compiles every table that is written, and they fit on a page: of runs with long words, with tc's, of an echo, and of
// captures with several conversations.
func TestTablesCompile(t *testing.T) {
	needLaTeX(t)
	for name, args := range map[string][]string{
		"stream": {"--flows", "2", "--link", "rate 10mbit delay 20ms 4ms loss 3% reorder 5% by 2 duplicate 1% corrupt 0.5%"},
		"echo":   {"--app", "echo", "--retries", "3", "--up", "loss gemodel 1% 10% 100% 0% delay 250us loss 5% for size 100- drop data 5", "--down", "loss 10%"},
		"tc":     {"--link", `tc "delay 20ms 5ms loss 5% duplicate 3% corrupt 1%"`},
		"bulk":   {"--app", "bulk", "--duration", "1s", "--link", "rate 100mbit delay 1ms loss 0.01%"},
	} {
		t.Run(name, func(t *testing.T) {
			run := filepath.Join(t.TempDir(), "out")
			output(t, context.Background(), exitDone, append([]string{"run", "-q", "--figures", "none", "--events=false", "--tables", "tex", "--out", run}, args...)...)
			output(t, context.Background(), exitDone, "report", run, "-q", "--figures", "none", "--tables", "tex", "--conversation", "all", "--out", run+"-report")
			files, err := filepath.Glob(run + "*/tables/*.tex")
			if err != nil || len(files) < 4 {
				t.Fatal(files, err)
			}
			for _, file := range files {
				for _, m := range overfull.FindAllStringSubmatch(latex(t, file), -1) {
					if points, _ := strconv.Atoi(m[1]); points >= 5 { // widths are guessed, about as well as this
						t.Errorf("%s: %s", file, m[0])
					}
				}
			}
		})
	}
}

// Whatever stands in a cell, a head or a caption, LaTeX compiles it.
func TestAwkwardTablesCompile(t *testing.T) {
	needLaTeX(t)
	dir := t.TempDir()
	words := "100% & [x] {y} $z$ #1 _a_ ^b^ ~c~ \\d | \"e\" 'f' `g` --h µs ≤ 5 – × € 漢 \x00"
	var all strings.Builder
	for r := rune(0); r < 0x3000; r++ {
		all.WriteRune(r)
		if r%40 == 0 {
			all.WriteByte(' ')
		}
	}
	for i, columns := range [][]report.Column{
		{{Name: "a", Head: "[" + words}, {Name: "b", Head: "*" + words, Right: true}},
		{{Name: "a", Head: "a", Right: true}, {Name: "b", Head: "the last one is folded"}},
	} {
		table := report.Table{Name: "awkward_" + strconv.Itoa(i), Title: words, Caption: words + " " + all.String(), Columns: columns, Rows: [][]report.Cell{
			{{Text: "[" + words}, {Text: words + words}}, {{Text: "*"}, {Text: ""}}, {{Text: ""}, {Text: "[x]"}}}}
		file := filepath.Join(dir, strconv.Itoa(i)+".tex")
		f, err := os.Create(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := table.Write(f, "tex"); err != nil {
			t.Fatal(err)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
		latex(t, file)
	}
}
