package main

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// TestRepository holds this repository to its own rules.
func TestRepository(t *testing.T) {
	found, err := check(os.DirFS("../.."))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range found {
		t.Error(f)
	}
}

// module returns a repository of the named files, and a go.mod.
func module(files map[string]string) fstest.MapFS {
	m := fstest.MapFS{"go.mod": {Data: []byte("module lossylab\n\ngo 1.26\n")}}
	for name, text := range files {
		m[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return m
}

// Findings come in order of file and line, whichever rule they are from, and a file that does not parse is one.
func TestCheck(t *testing.T) {
	files := map[string]string{
		"netem/a.go": "package netem\n\nfunc {\n",
		"netem/b.go": "package netem\n\n// FIXME\nfunc F() {\ngo F()\n}\n",
	}
	for _, row := range table {
		files[row.dir+"/doc.go"] = "// Package x has a comment.\npackage x\n"
	}
	found, err := check(module(files))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range found {
		got = append(got, f.String())
	}
	want := []string{
		"netem/a.go:3: expected 'IDENT', found '{': mend it: the other rules have not read this file",
		"netem/b.go:3: FIXME in a comment: do it, or write down as a limit what is not done",
		"netem/b.go:5: not as gofmt writes it: run gofmt -w",
		"netem/b.go:5: a goroutine in netem: let the caller decide when: tell, ask when, fetch",
	}
	if !slices.Equal(got, want) {
		t.Errorf("found\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if _, err := check(fstest.MapFS{}); err == nil {
		t.Error("a directory without a go.mod was checked")
	}
}

// The command works anywhere in the module, and its exit status says what it found.
func TestRun(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	var stdout, stderr bytes.Buffer
	if code := run(&stdout, &stderr); code != 2 || !strings.HasPrefix(stderr.String(), "check: no module here") {
		t.Errorf("outside a module: exit status %d, %q", code, &stderr)
	}
	if err := os.WriteFile("go.mod", []byte("module lossylab\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, row := range table {
		if err := os.MkdirAll(row.dir, 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(row.dir, "doc.go"), []byte("// Package x has a comment.\npackage x\n"), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir("netem")
	if code := run(&stdout, &stderr); code != 0 || stdout.Len() > 0 {
		t.Errorf("a clean module: exit status %d, %q", code, &stdout)
	}
	if err := os.WriteFile("loss.go", []byte("package x\n\nfunc f() { go f() }\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	if code := run(&stdout, &stderr); code != 1 || !strings.HasPrefix(stdout.String(), "netem/loss.go:3: a goroutine") {
		t.Errorf("with a finding: exit status %d, %q", code, &stdout)
	}
}
