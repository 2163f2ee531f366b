// Command check reads the Go files of this repository and prints where they depart from the house rules, a line each:
//
//	netem/loss.go:12: time.Now in netem: take the time as an argument
//
// The exit status is 0 if there is nothing to say, 1 if there is, and 2 if the repository could not be read. The same
// rules run as a test with all the others. The table of who imports whom, and why, is in imports.go.
package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

func main() { os.Exit(run(os.Stdout, os.Stderr)) }

// run prints to stdout what the rules say of the repository round the working directory.
func run(stdout, stderr io.Writer) int {
	root, err := findRoot()
	if err != nil {
		fmt.Fprintln(stderr, "check:", err)
		return 2
	}
	found, err := check(os.DirFS(root))
	if err != nil {
		fmt.Fprintln(stderr, "check:", err)
		return 2
	}
	for _, f := range found {
		fmt.Fprintln(stdout, f)
	}
	if len(found) > 0 {
		return 1
	}
	return 0
}

// findRoot returns the nearest directory with a go.mod, from the working directory upwards.
func findRoot() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		_, err := os.Stat(filepath.Join(dir, "go.mod"))
		if err == nil {
			return dir, nil
		}
		up := filepath.Dir(dir)
		if !errors.Is(err, fs.ErrNotExist) || up == dir {
			return "", fmt.Errorf("no module here: %w", err)
		}
		dir = up
	}
}
