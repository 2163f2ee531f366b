package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// With a disk that is full in the middle, at whatever place, the run fails, says so in a line, and leaves nothing there.
func TestFullDisk(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can mount a small disk: run as root")
	}
	for _, size := range []string{"64k", "700k", "1500k", "2500k"} {
		disk := t.TempDir()
		err := syscall.Mount("tmpfs", disk, "tmpfs", 0, "size="+size)
		if errors.Is(err, syscall.EPERM) {
			t.Skip("this root may not mount a small disk: run with CAP_SYS_ADMIN")
		}
		if err != nil {
			t.Fatalf("mounting a disk of %s: %v", size, err)
		}
		t.Cleanup(func() {
			if err := syscall.Unmount(disk, 0); err != nil {
				t.Error(err)
			}
		})
		_, stderr := output(t, context.Background(), exitFailed, "run", "--quiet", "--out", filepath.Join(disk, "out"))
		if !strings.Contains(stderr, "no space left on device") || strings.Count(stderr, "\n") != 1 {
			t.Errorf("%s: %q", size, stderr)
		}
		entries, err := os.ReadDir(disk)
		if err != nil || len(entries) > 0 {
			t.Errorf("%s: left behind: %v, %v", size, entries, err)
		}
	}
}
