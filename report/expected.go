package report

import (
	"bufio"
	"fmt"
	"math"
	"strings"
)

// Expected is what a scenario expects of its results, and what became of it.
type Expected struct {
	Words    string `json:"words"` // "udp.app.lost > 0"
	Met      bool   `json:"met"`
	Measured Number `json:"measured"`
	Unit     string `json:"unit,omitempty"` // of Measured: "s", "bit/s", "bytes", "packets"; none of counts and shares
}

// String says it in a line: "expected udp.app.lost > 0: met, it is 17".
func (e Expected) String() string {
	return "expected " + e.Words + ": " + e.Verdict() + ", it is " + e.Is()
}

// Verdict is "met" or "NOT met".
func (e Expected) Verdict() string {
	if e.Met {
		return "met"
	}
	return "NOT met"
}

// Is returns what was measured, as a person reads it.
func (e Expected) Is() string {
	switch {
	case !e.Measured.Known():
		return "not known"
	case e.Unit == "s":
		return e.Measured.duration()
	case e.Unit == "bit/s":
		return e.Measured.rate()
	case e.Unit == "bytes":
		return e.Measured.bytes()
	case e.Unit == "packets":
		return e.Measured.packets()
	}
	if whole := math.Round(float64(e.Measured)); whole == float64(e.Measured) && math.Abs(whole) < 1<<53 {
		return formatCount(int64(whole))
	}
	return e.Measured.decimal()
}

// ExpectedVerdict says how many expectations were met, and is empty where there are none.
func (p *Page) ExpectedVerdict() string {
	all, unmet := p.Results.Expected, 0
	for _, e := range all {
		if !e.Met {
			unmet++
		}
	}
	switch {
	case len(all) == 0:
		return ""
	case unmet == 0:
		return fmt.Sprintf("What the scenario expects is so: %s met.", count(len(all), "expectation"))
	}
	return fmt.Sprintf("What the scenario expects is not so: %d of %s not met.", unmet, count(len(all), "expectation"))
}

// expectations writes what the scenario expects, if anything.
func (p *Page) expectations(b *bufio.Writer) {
	if len(p.Results.Expected) == 0 {
		return
	}
	fmt.Fprintf(b, "\n## Expectations\n\n%s\n\n| expected | measured | |\n|---|---:|---|\n", p.ExpectedVerdict())
	for _, e := range p.Results.Expected {
		verdict := e.Verdict()
		if !e.Met {
			verdict = "**" + verdict + "**"
		}
		fmt.Fprintf(b, "| `%s` | %s | %s |\n", strings.ReplaceAll(e.Words, "|", "\\|"), e.Is(), verdict)
	}
}
