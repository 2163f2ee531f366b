package netem_test

import (
	"strings"
	"testing"

	"lossylab/netem"
)

// TestPresets wants of each preset a name of its own, words that are canonical, and a source with an address and a date.
func TestPresets(t *testing.T) {
	names := map[string]bool{}
	for _, p := range netem.Presets() {
		if names[p.Name] || p.Name != strings.ToLower(p.Name) || strings.ContainsAny(p.Name, " ;()\"'") {
			t.Errorf("%q is no name, or that of two presets", p.Name)
		}
		names[p.Name] = true
		for _, text := range []string{p.Up, p.Down} {
			spec, err := netem.Parse(text)
			if err != nil {
				t.Errorf("%s: %q: %v", p.Name, text, err)
			}
			if spec.Limit != (netem.Limit{}) {
				t.Errorf("%s: %q: no source says how long the queue is", p.Name, text)
			}
		}
		if s := p.Source; s == nil || !strings.Contains(s.Address, "https://") || !strings.Contains(s.Date, "20") || s.Reading == "" {
			t.Errorf("%s has no source, or one without an address, a date or a reading", p.Name)
		}
		if found, err := netem.FindPreset(p.Name); err != nil || found != p {
			t.Errorf("%s is not found: %v", p.Name, err)
		}
	}
}
