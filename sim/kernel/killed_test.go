//go:build linux

package kernel

import (
	"bufio"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// A process that is killed leaves no helper behind, whenever it was, and no program: the helper is process 1 of a PID
// namespace, and does not end before all others in it have.
func TestNothingIsLeftOfAWorldThatIsKilled(t *testing.T) {
	if err := unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); err != nil { // orphans become this process's
		t.Fatal(err)
	}
	defer unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0)
	for _, after := range []time.Duration{-1, 0, 2 * time.Millisecond, 10 * time.Millisecond, 30 * time.Millisecond, 60 * time.Millisecond} {
		cmd := exec.Command("/proc/self/exe")
		cmd.Env = append(os.Environ(), worldVariable+"=1")
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		if after < 0 { // when the world stands
			line, _ := bufio.NewReader(out).ReadString('\n')
			if line != "ready <nil>\n" {
				cmd.Wait()
				t.Skip(strings.TrimSpace(line))
			}
		} else {
			time.Sleep(after)
		}
		cmd.Process.Kill()
		cmd.Wait()
		for {
			_, err := unix.Wait4(-1, nil, 0, nil) // returns when the last of them has ended
			if errors.Is(err, unix.ECHILD) {
				break
			}
		}
	}
}

// Without root the same worlds can be made, of veth pairs where the TUN device is root's alone.
func TestWorldsNeedNoRoot(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("all tests run without root")
	}
	dir, err := os.MkdirTemp("", "lossylab-test-") // t.TempDir is closed to others
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	program := filepath.Join(dir, "kernel.test")
	self, err := os.ReadFile("/proc/self/exe")
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.Chmod(dir, 0o755), os.WriteFile(program, self, 0o755), os.Chmod(program, 0o755)); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program, "-test.run", "TestTCPDeliversWhatWasSent/TUN|TestSocketsBehave", "-test.v")
	cmd.Dir = dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if strings.Contains(string(out), "SKIP") {
		t.Skipf("%s", out)
	}
}
