package netstack

import (
	"os"
	"strings"
	"testing"
)

// Results name the stack that made them: the one that go.mod requires.
func TestVersionIsThatOfGoMod(t *testing.T) {
	mod, err := os.ReadFile("../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	number := strings.TrimPrefix(Version, "gvisor ")
	if !strings.Contains(string(mod), "gvisor.dev/gvisor "+number+"\n") {
		t.Errorf("go.mod does not require gvisor.dev/gvisor %s", number)
	}
}
