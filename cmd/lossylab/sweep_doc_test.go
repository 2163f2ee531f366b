package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The examples of docs/sweeps.md are what their commands print now. They are given to a shell, in the order of the document, in a folder
// in which there is testdata. How far a sweep is, which depends on the machine, is left out.
func TestSweepsDocument(t *testing.T) {
	for _, tool := range []string{"sh", "parallel"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("no %s: apt-get install %[1]s", tool)
		}
	}
	const path = "../../docs/sweeps.md"
	document := string(read(t, path))
	testdata, err := filepath.Abs("../../testdata")
	if err != nil {
		t.Fatal(err)
	}
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	if err := os.Symlink(testdata, "testdata"); err != nil {
		t.Fatal(err)
	}
	rest, got, commands := document, "", 0
	for {
		before, block, ok := strings.Cut(rest, "\n```console\n")
		got += before
		if !ok {
			break
		}
		body, after, _ := strings.Cut(block, "```\n")
		got += "\n```console\n"
		for line := range strings.Lines(body) {
			if command, ok := strings.CutPrefix(line, "$ "); ok {
				got += line + shellSays(command)
				commands++
			}
		}
		got += "```\n"
		rest = after
	}
	t.Chdir(here)
	if commands < 20 {
		t.Errorf("the document has %d commands", commands)
	}
	compare(t, path, []byte(got))
}

// shellSays returns what a command prints, and what is wrong with it.
func shellSays(command string) string {
	var out, errs bytes.Buffer
	c := exec.Command("sh", "-c", command)
	c.Stdout, c.Stderr = &out, &errs
	c.Run() // some are wrong, and say so
	for line := range strings.Lines(errs.String()) {
		if !strings.Contains(line, " runs (") {
			out.WriteString(line)
		}
	}
	return out.String()
}
