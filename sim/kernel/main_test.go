//go:build linux

package kernel

import (
	"testing"
)

// TestMain lets the test binary be the helper of the worlds that tests make.
func TestMain(m *testing.M) {
	if IsHelper() {
		RunHelper(nil)
		return
	}
	m.Run()
}
