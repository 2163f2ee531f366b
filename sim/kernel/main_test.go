//go:build linux

package kernel

import (
	"os"
	"testing"
)

// TestMain lets the test binary be the helper of the worlds that tests make.
func TestMain(m *testing.M) {
	if IsHelper() {
		RunHelper(nil)
		return
	}
	os.Exit(m.Run())
}
