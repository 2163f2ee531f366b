//go:build linux

package kernel

import (
	"fmt"
	"os"
	"testing"
)

// worldVariable has the test binary make a world, say so, and wait to be killed.
const worldVariable = "KERNEL_TEST_WORLD"

// TestMain lets the test binary be the helper of the worlds that tests make, and a process that is killed.
func TestMain(m *testing.M) {
	switch {
	case IsHelper():
		RunHelper(nil)
	case os.Getenv(worldVariable) != "":
		waitToBeKilled()
	default:
		m.Run()
	}
}

func waitToBeKilled() {
	w, err := NewWorld(Config{}, silence{})
	if err != nil {
		fmt.Fprintln(os.Stdout, err)
		return
	}
	null, _ := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	_, err = w.Server.Run([]string{"sh", "-c", "setsid sleep 1000 & exec sleep 1000"}, null, null, null)
	fmt.Fprintln(os.Stdout, "ready", err)
	select {}
}
