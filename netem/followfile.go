package netem

import (
	"fmt"
	"slices"
	"strings"
)

// maxRows is how many rows a followed file may have: at ten a second, more than half a day.
const maxRows = 500_000

// followReader reads the rows of a followed file.
type followReader struct {
	*Follow
	columns []column
}

// column is a column of a followed file: its name and the unit that its values lack.
type column struct{ name, unit string }

// ParseFollow reads the content of the file called name. The error is one line that says which line of the file is wrong.
// Lines that begin with # are comments.
func ParseFollow(name string, content []byte) (*Follow, error) {
	r := followReader{Follow: &Follow{Name: name}}
	for number, line := range fileLines(content) {
		if line[0] == '#' {
			continue
		}
		cells := strings.Split(line, ",")
		var err error
		if r.columns == nil {
			err = r.head(number, cells)
		} else {
			err = r.row(number, cells)
		}
		if err != nil {
			return nil, err
		}
	}
	switch {
	case r.columns == nil:
		return nil, fmt.Errorf("the file is empty: begin it with time,rate,delay,loss or some of them")
	case len(r.rows) == 0:
		return nil, fmt.Errorf("there is no row below the names of the columns: write one for time 0")
	}
	return r.Follow, nil
}

// head reads the names of the columns.
func (r *followReader) head(number int, cells []string) error {
	var said []string
	for i, cell := range cells {
		name, unit, _ := strings.Cut(strings.TrimSpace(cell), "_")
		has := map[string]*bool{"time": new(bool), "rate": &r.has.rate, "delay": &r.has.delay, "loss": &r.has.loss}[name]
		switch {
		case has == nil:
			return inLine(number, cell, "no such column: the first line names them, time,rate,delay,loss or some of them")
		case slices.Contains(said, name):
			return inLine(number, cell, "there are two such columns: leave one out")
		case (name == "time") != (i == 0):
			return inLine(number, cell, "the first column is time: write time,rate,delay,loss or some of them")
		}
		*has, said = true, append(said, name)
		r.columns = append(r.columns, column{name, unit})
	}
	if len(cells) == 1 {
		return inLine(number, cells[0], "nothing changes with time: name a column rate, delay or loss too")
	}
	return nil
}

// row reads what holds from a time on.
func (r *followReader) row(number int, cells []string) error {
	switch {
	case len(cells) != len(r.columns):
		return inLine(number, strings.Join(cells, ","), fmt.Sprintf("%d values for %d columns: write one for each",
			len(cells), len(r.columns)))
	case len(r.rows) == maxRows:
		return inLine(number, cells[0], fmt.Sprintf("more than %d rows: cut the file", maxRows))
	}
	var now row
	for i, c := range r.columns {
		value := strings.TrimSpace(cells[i])
		if err := now.read(c.name, value, c.unit); err != nil {
			return inLine(number, value, message(err))
		}
	}
	switch n := len(r.rows); {
	case n == 0 && now.at != 0:
		return inLine(number, cells[0], "the first row says what holds from the beginning: write it for time 0")
	case n > 0 && now.at <= r.rows[n-1].at:
		return inLine(number, cells[0], "this time is not after that of the row above: sort the rows, one for each time")
	}
	r.rows = append(r.rows, now)
	return nil
}

// read reads the value of one column, whose unit is part of the value or of the column's name.
func (now *row) read(column, value, unit string) (err error) {
	if value == "" {
		return wrong(value, "a value is missing: write that of the row above again")
	}
	switch value += unit; column {
	case "time":
		d, err := ParseDuration(value)
		now.at = Time(d)
		return err
	case "rate":
		if number, unit := splitNumber(value); number != "" && strings.Trim(number, "+.0") == "" {
			now.stall = true
			value = "1" + unit // which must be one, if there is any
			if unit == "" {
				return nil
			}
		}
		if now.rate, err = ParseRate(value); now.stall {
			now.rate = 0
		}
	case "delay":
		now.delay, err = ParseDuration(value)
	case "loss":
		now.loss, err = ParseProbability(value)
	}
	return err
}

// message returns what an error says without the place, which the line has.
func message(err error) string {
	if e, ok := err.(*SyntaxError); ok {
		return e.Msg
	}
	return err.Error()
}
