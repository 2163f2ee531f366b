package main

import (
	"path/filepath"
	"strings"
)

// unlinked returns an absolute path without symbolic links, as far as there is anything at it.
func unlinked(path string) string {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		return real
	}
	if dir := filepath.Dir(path); dir != path {
		return filepath.Join(unlinked(dir), filepath.Base(path))
	}
	return path
}

// within reports whether path is dir or lies in it.
func within(dir, path string) bool {
	return path == dir || strings.HasPrefix(path, strings.TrimSuffix(dir, string(filepath.Separator))+string(filepath.Separator))
}

// folderPair checks that results can be written to the folder out, and a report of them to the folder report, before there is
// anything to write. Each is replaced as a whole, so that neither may lie in the other, nor where the other is written.
func folderPair(out, report string) error {
	outPath, err := folderPath("out", out)
	if err != nil {
		return err
	}
	reportPath, err := folderPath("report", report)
	if err != nil {
		return err
	}
	beside := filepath.Clean(out) + "-report"
	switch {
	case outPath == reportPath:
		return usagef("--report %s: that is the folder of --out, which holds the captures: name another, such as %s", report, beside)
	case within(outPath, reportPath):
		return usagef("--report %s: it lies in the folder of --out, which is replaced as a whole: name one beside it, such as %s", report, beside)
	case within(reportPath, outPath):
		return usagef("--report %s: the folder of --out lies in it, and it is replaced as a whole: name one beside it, such as %s", report, beside)
	case within(outPath+".partial", reportPath), within(reportPath+".partial", outPath):
		return usagef("--report %s: one of the folders is where the other is written until it is complete: name another, such as %s", report, beside)
	}
	return nil
}
