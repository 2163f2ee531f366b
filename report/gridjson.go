package report

import (
	"bufio"
	"encoding/json"
	"io"
)

// GridJSON writes a sweep's results.json as cells come, so that none need be held.
type GridJSON struct {
	w     *bufio.Writer
	g     *Grid
	cells int
	err   error
}

// NewGridJSON writes what comes before the cells: the version of lossylab, the scenario as JSON, and what was varied.
func (g *Grid) NewGridJSON(w io.Writer, version string, scenario json.RawMessage) *GridJSON {
	j := &GridJSON{w: bufio.NewWriter(w), g: g}
	head, err := json.MarshalIndent(struct {
		Schema     int             `json:"schema"`
		Version    string          `json:"version"`
		Title      string          `json:"title"`
		Scenario   json.RawMessage `json:"scenario"`
		Axes       []GridAxis      `json:"axes"`
		Seed       uint64          `json:"seed"`
		Repeat     int             `json:"repeat"`
		Confidence float64         `json:"confidence"`
		Measures   []string        `json:"measures"`
	}{Schema, version, g.Title, scenario, g.Axes, g.Seed, g.Repeat, g.Confidence, g.Columns}, "", "  ")
	j.err = err
	if err == nil {
		j.w.Write(head[:len(head)-2]) // the end of the object: the cells come before it
		j.w.WriteString(",\n  \"cells\": [")
	}
	return j
}

// Add writes a cell.
func (j *GridJSON) Add(c *GridCell) {
	if j.cells++; j.cells > 1 {
		j.w.WriteByte(',')
	}
	j.w.WriteString("\n    {\"values\": ")
	j.put(c.Values)
	if c.Incomplete > 0 {
		j.w.WriteString(", \"incomplete\": ")
		j.put(c.Incomplete)
	}
	j.w.WriteString(", \"measures\": {")
	for i := range c.Stats {
		if i > 0 {
			j.w.WriteByte(',')
		}
		j.w.WriteString("\n      ")
		j.put(j.g.Columns[i])
		j.w.WriteString(": ")
		j.put(&c.Stats[i])
	}
	j.w.WriteString("}}")
}

func (j *GridJSON) put(v any) {
	b, err := json.Marshal(v)
	if err != nil && j.err == nil {
		j.err = err
	}
	j.w.Write(b)
}

// Close writes the end, and returns the first error.
func (j *GridJSON) Close() error {
	j.w.WriteString("\n  ]\n}\n")
	if j.err != nil {
		return j.err
	}
	return j.w.Flush()
}
