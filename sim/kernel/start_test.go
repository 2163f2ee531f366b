//go:build linux

package kernel

import (
	"errors"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// An error says what else can be done only where its reader can do it.
func TestErrorsHaveTheCallersRemedy(t *testing.T) {
	for _, err := range []error{unix.ENOSPC, unix.EPERM, errors.New("something else")} {
		with, without := explain(err, "use another engine").Error(), explain(err, "").Error()
		if !strings.HasSuffix(with, "use another engine") || !strings.HasPrefix(with, without) || strings.HasSuffix(without, ":") || strings.Contains(without, "engine netstack") {
			t.Errorf("%q, %q", with, without)
		}
	}
}
