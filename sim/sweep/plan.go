package sweep

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode/utf8"
)

// Plan is a grid: the product of its axes, and the seeds of every cell. All of it decides whether two journals are of one
// sweep.
type Plan struct {
	Identity string   `json:"identity"` // hash of what decides the numbers and is not below, such as input files
	Version  string   `json:"version"`  // of the program
	Scenario string   `json:"scenario"` // what is the same in all cells, for people
	Axes     []Axis   `json:"axes"`     // the last varies fastest; none: one cell
	Seed     uint64   `json:"seed"`     // the first; every cell has the same, so that cells differ by their values alone
	Repeat   int      `json:"repeat"`   // seeds in a row: Seed to Seed+Repeat-1
	Columns  []string `json:"columns"`  // names of the numbers of a row
}

const (
	maxJobs    = 1 << 40
	maxColumns = 10_000
	maxHeader  = 16 << 20 // bytes of a plan in a journal
)

// Check says what is wrong with a plan, in a line with the remedy. All else here takes plans that have passed.
func (p *Plan) Check() error {
	keys := make(map[string]bool)
	jobs := p.Repeat
	if p.Repeat < 1 {
		return fmt.Errorf("%d seeds for each cell: take 1 or more", p.Repeat)
	}
	if p.Seed > math.MaxUint64-uint64(p.Repeat-1) {
		return fmt.Errorf("%d seeds from %d on are beyond the largest seed: begin with a smaller one", p.Repeat, p.Seed)
	}
	for _, a := range p.Axes {
		if err := a.check(); err != nil {
			return err
		}
		if keys[a.Key] {
			return fmt.Errorf("axis %s is there twice: put all its values into one", shorten(a.Key))
		}
		keys[a.Key] = true
		if jobs > maxJobs/len(a.Values) {
			return fmt.Errorf("more than %d runs: take fewer values or seeds", maxJobs)
		}
		jobs *= len(a.Values)
	}
	if jobs > maxJobs {
		return fmt.Errorf("more than %d runs: take fewer values or seeds", maxJobs)
	}
	return p.checkTexts()
}

func (p *Plan) checkTexts() error {
	if len(p.Columns) == 0 || len(p.Columns) > maxColumns {
		return fmt.Errorf("%d columns of numbers: ask for 1 to %d", len(p.Columns), maxColumns)
	}
	seen := make(map[string]bool, len(p.Columns))
	for _, c := range p.Columns {
		if c == "" || checkText(c) != nil || seen[c] {
			return fmt.Errorf("column %q: give each a name of its own, in one line", shorten(c))
		}
		seen[c] = true
	}
	for _, text := range []string{p.Identity, p.Version} {
		if err := checkText(text); err != nil {
			return fmt.Errorf("identity or version %q: %w", shorten(text), err)
		}
	}
	if !utf8.ValidString(p.Scenario) {
		return errors.New("the scenario is not UTF-8: write it as text")
	}
	if text, err := json.Marshal(p); err != nil {
		return err
	} else if len(text) > maxHeader/2 {
		return errors.New("a plan of more than 8 MiB: take fewer or shorter values, or a shorter scenario")
	}
	return nil
}

// Cells returns the number of cells.
func (p *Plan) Cells() int { return p.Jobs() / p.Repeat }

// Jobs returns the number of runs: cells times seeds.
func (p *Plan) Jobs() int {
	n := p.Repeat
	for _, a := range p.Axes {
		n *= len(a.Values)
	}
	return n
}

// Cell returns the values of a job, one for each axis, and its seed. Jobs are numbered from 0 to Jobs()-1, cell by cell.
func (p *Plan) Cell(job int) (cell []string, seed uint64) {
	seed = p.Seed + uint64(job%p.Repeat)
	job /= p.Repeat
	cell = make([]string, len(p.Axes))
	for i, a := range slices.Backward(p.Axes) {
		cell[i] = a.Values[job%len(a.Values)]
		job /= len(a.Values)
	}
	return cell, seed
}

// Describe names a job for people: "loss=1% delay=10ms seed 3".
func (p *Plan) Describe(job int) string {
	cell, seed := p.Cell(job)
	var b strings.Builder
	for i, v := range cell {
		fmt.Fprintf(&b, "%s=%s ", p.Axes[i].Key, v)
	}
	fmt.Fprintf(&b, "seed %d", seed)
	return b.String()
}

// differs says in what this plan, which was found, is not the one that was wanted; nil means in nothing.
func (p *Plan) differs(want *Plan) []string {
	var in []string
	if p.Version != want.Version {
		in = append(in, fmt.Sprintf("version (%s, not %s)", shorten(p.Version), shorten(want.Version)))
	}
	if p.Scenario != want.Scenario {
		in = append(in, "scenario")
	}
	in = append(in, differentAxes(p.Axes, want.Axes)...)
	if p.Seed != want.Seed || p.Repeat != want.Repeat {
		in = append(in, fmt.Sprintf("seeds (%s, not %s)", p.seeds(), want.seeds()))
	}
	if !slices.Equal(p.Columns, want.Columns) {
		in = append(in, "columns")
	}
	if len(in) == 0 && p.Identity != want.Identity {
		in = append(in, "input (identity "+shorten(p.Identity)+", not "+shorten(want.Identity)+")")
	}
	return in
}

// differentAxes names the first axis that differs, or the keys.
func differentAxes(have, want []Axis) []string {
	keys := func(axes []Axis) string {
		var keys []string
		for _, a := range axes {
			keys = append(keys, a.Key)
		}
		if keys == nil {
			return "none"
		}
		return shorten(strings.Join(keys, ", "))
	}
	if !slices.EqualFunc(have, want, func(a, b Axis) bool { return a.Key == b.Key }) {
		return []string{fmt.Sprintf("axes (%s, not %s)", keys(have), keys(want))}
	}
	for i := range have {
		if !slices.Equal(have[i].Values, want[i].Values) {
			return []string{fmt.Sprintf("axes (%s, not %s)", shorten(have[i].String()), shorten(want[i].String()))}
		}
	}
	return nil
}

// seeds names the seeds of a cell.
func (p *Plan) seeds() string {
	if p.Repeat == 1 {
		return fmt.Sprint(p.Seed)
	}
	return fmt.Sprintf("%d to %d", p.Seed, p.Seed+uint64(p.Repeat-1))
}
