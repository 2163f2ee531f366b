package sweep

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// On a real disk that is full in the middle, the sweep says so, keeps what it has, and goes on elsewhere from a copy.
func TestSmallDisk(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can mount a small disk: run as root")
	}
	disk := t.TempDir()
	err := syscall.Mount("tmpfs", disk, "tmpfs", 0, "size=64k")
	if errors.Is(err, syscall.EPERM) {
		t.Skip("this root may not mount a small disk: run with CAP_SYS_ADMIN")
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(disk, 0); err != nil {
			t.Error(err)
		}
	})
	p, f := grid(2000, 1, 4), numbers(4)
	path := filepath.Join(disk, "j")
	for range 2 { // once full, it is full when it goes on
		j, err := OpenJournal(path, p, Shard{})
		if err != nil {
			t.Fatal(err)
		}
		err = (&Sweep{Journal: j, Func: f, Clock: still}).Run(context.Background())
		if !errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), "no space left on device: the rows before it are kept: make room") {
			t.Error(err)
		}
		if err := j.Close(); err != nil {
			t.Error(err)
		}
	}
	there, err := os.ReadFile(path)
	if err != nil || len(there) < 60_000 || there[len(there)-1] != '\n' {
		t.Fatalf("%d bytes, %v", len(there), err)
	}
	elsewhere := write(t, there)
	sweepInto(t, elsewhere, p, Shard{}, f)
	if readOut(t, elsewhere) != expected(t, p, f) {
		t.Error("went on to something else")
	}
}
