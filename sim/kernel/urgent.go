//go:build linux

package kernel

import (
	"os"
	"runtime/debug"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// helperMemory is what a helper's garbage may grow to, bytes, before it is collected.
const helperMemory = 256 << 20

// urgent gives the helper's threads precedence over all that is not as urgent, where that is allowed: all of them, since the
// relay must at times wait for others, as when garbage is collected. Threads that are started later are as urgent as those
// that start them.
func urgent() {
	debug.SetGCPercent(-1)
	debug.SetMemoryLimit(helperMemory)
	threads, err := os.ReadDir("/proc/self/task")
	if err != nil {
		return
	}
	for _, t := range threads {
		if id := innerID("/proc/self/task/" + t.Name()); id > 0 {
			schedule(id, unix.SCHED_FIFO, 10)
		}
	}
}

// innerID returns a thread's number in its own PID namespace, which need not be that of what is mounted at /proc.
func innerID(dir string) int {
	b, err := os.ReadFile(dir + "/status")
	if err != nil {
		return 0
	}
	for _, line := range strings.Split(string(b), "\n") {
		if f := strings.Fields(line); len(f) > 1 && f[0] == "NSpid:" {
			id, _ := strconv.Atoi(f[len(f)-1])
			return id
		}
	}
	return 0
}

func schedule(thread int, policy, priority uint32) {
	unix.SchedSetAttr(thread, &unix.SchedAttr{Size: unix.SizeofSchedAttr, Policy: policy, Priority: priority}, 0)
}

// punctual is urgent for the calling thread, which is to be the relay's, and has its timers fire when they are due and not up
// to 50 µs later.
func punctual() {
	unix.Prctl(unix.PR_SET_TIMERSLACK, 1, 0, 0, 0)
	schedule(0, unix.SCHED_FIFO, 11)
}

// ordinary makes the calling thread, and what is started from it, as urgent as anything else.
func ordinary() { schedule(0, unix.SCHED_NORMAL, 0) }
