package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"testing"
)

// manifestOf returns the manifest of a run into dir: the SHA-256 of every file that the run wrote.
func manifestOf(t *testing.T, dir string, args ...string) string {
	t.Helper()
	output(t, context.Background(), exitDone, append([]string{"run", "--quiet", "--out", dir}, args...)...)
	return manifestText(t, dir)
}

func manifestText(t *testing.T, dir string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, manifestName))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// A hundred runs, which all write all their files, write the same bytes.
func TestHundredRunsWriteTheSameBytes(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "out")
	args := []string{"--messages", "60", "--figures", "svg", "--link", defaultLink + " corrupt 2%", "--flows", "2"}
	want := manifestOf(t, dir, args...)
	for i := range 99 {
		if got := manifestOf(t, dir, args...); got != want {
			t.Fatalf("run %d wrote other bytes:\n%s\nthan the first:\n%s", i+2, got, want)
		}
	}
	if got := manifestOf(t, dir, append(args, "--seed", "2")...); got == want {
		t.Error("another seed wrote the same bytes")
	}
}

// The number of processors changes no byte of a default run, figures in all formats included; nor does another process.
func TestProcessorsChangeNoByte(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	dir := t.TempDir()
	var want string
	for _, n := range []int{1, 2, 8} {
		runtime.GOMAXPROCS(n)
		got := manifestOf(t, filepath.Join(dir, strconv.Itoa(n)))
		if want == "" {
			want = got
		}
		if got != want {
			t.Errorf("GOMAXPROCS=%d: other bytes:\n%s\nthan at 1:\n%s", n, got, want)
		}
	}
	other := filepath.Join(dir, "process")
	c := exec.Command(os.Args[0], "-test.run=^TestInAnotherProcess$")
	c.Env = append(os.Environ(), "LOSSYLAB_TEST_OUT="+other)
	if b, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, b)
	}
	if got := manifestText(t, other); got != want {
		t.Errorf("another process: other bytes:\n%s\nthan here:\n%s", got, want)
	}
}

// TestInAnotherProcess is the other process.
func TestInAnotherProcess(t *testing.T) {
	if dir := os.Getenv("LOSSYLAB_TEST_OUT"); dir != "" {
		manifestOf(t, dir)
	}
}
