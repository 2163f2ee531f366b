package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// mostListed is how many conversations --list prints, and fewListed how many a report that has to choose among them.
const mostListed, fewListed = 1000, 10

// list prints the conversations as a table, at most so many, and then how to come to see the others.
func (r *reporting) list(most int, more string) error {
	r.enumerateConversations()
	if len(r.listing) == 0 {
		return r.nothing()
	}
	return r.writeConversations(r.out, most, more)
}

// writeConversations writes the table. Those that the report is about have a star.
func (r *reporting) writeConversations(w io.Writer, most int, more string) error {
	head := []string{"number", "protocol", "client", "server", "packets", "bytes", "duration"}
	two := r.inTwo()
	if two {
		head = append(head, "in both")
	}
	rows := [][]string{head}
	for i, l := range r.listing[:min(most, len(r.listing))] {
		packets, bytes := l.of.All()
		number := fmt.Sprint(i + 1)
		if slices.ContainsFunc(r.jobs, func(j job) bool { return j.of == l.of }) {
			number = "* " + number
		}
		row := []string{number, l.of.Proto, l.of.Client.String(), l.of.Server.String(), fmt.Sprint(packets), fmt.Sprint(bytes),
			fmt.Sprintf("%.3fs", l.of.Duration().Seconds())}
		if two {
			row = append(row, map[bool]string{true: "yes", false: "no"}[l.in])
		}
		rows = append(rows, row)
	}
	_, err := fmt.Fprintf(w, "%s in %s\n%s", conversationCount(len(r.listing), "1 conversation", "%d conversations"), strings.Join(r.names(), ", "), conversationColumns(rows))
	if n := len(r.listing) - most; n > 0 && err == nil {
		_, err = fmt.Fprintf(w, "and %d more: %s\n", n, more)
	}
	if r.tooMany() && err == nil {
		_, err = fmt.Fprintln(w, "and others, which were too many to tell apart")
	}
	return err
}

// conversationColumns sets rows as columns: words to the left, and from the fifth on numbers to the right, as the first is.
func conversationColumns(rows [][]string) string {
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], len(cell))
		}
	}
	var b strings.Builder
	for _, row := range rows {
		line := ""
		for i, cell := range row {
			fill := strings.Repeat(" ", widths[i]-len(cell))
			if words := i >= 1 && i <= 3; words {
				line += "  " + cell + fill
			} else {
				line += "  " + fill + cell
			}
		}
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	return b.String()
}

// inTwo reports whether conversations were looked for in two captures.
func (r *reporting) inTwo() bool {
	return slices.ContainsFunc(r.listing, func(l listedConversation) bool { return len(l.job.listings) > 1 })
}

// tooMany reports whether a capture has more conversations than are told apart.
func (r *reporting) tooMany() bool {
	return slices.ContainsFunc(r.listing, func(l listedConversation) bool { return l.job.listings[0].Untold > 0 })
}

// taken says which conversations the report is about and how to choose others, if there was a choice.
func (r *reporting) taken() string {
	if len(r.listing) < 2 || len(r.listing) == len(r.jobs) && r.apartOf == nil {
		return ""
	}
	var numbers []string
	for _, j := range r.jobs {
		numbers = append(numbers, fmt.Sprintf("%d (%s)", j.number, strings.ToUpper(j.of.Proto)))
	}
	last := len(numbers) - 1
	if last > 0 {
		numbers = append(numbers[:last-1], numbers[last-1]+" and "+numbers[last])
	}
	s := fmt.Sprintf("%s of %d", strings.Join(numbers, ", "), len(r.listing))
	if r.wanted.named() {
		return s + ", as --conversation says"
	}
	switch {
	case r.wanted.all && len(r.listing) > mostConversations:
		s += fmt.Sprintf(", the largest: a report takes %d at most", mostConversations)
	case !r.wanted.all:
		s += ", the largest of TCP and of UDP"
	}
	if r.inTwo() {
		s += ", of those in both captures"
	}
	if r.apartOf != nil {
		s += "; no packet of " + strings.Join(r.apartOf, " and of ") + " was found in both"
	}
	if r.asked != nil {
		return s + "; " + r.asked.others
	}
	return s + "; --conversation N, such as 2, or 1,3, or all, takes others"
}

// tellConversations prints the beginning of the list where there was a choice.
func (r *reporting) tellConversations() error {
	if r.taken() == "" {
		return nil
	}
	fmt.Fprintln(r.out)
	return r.writeConversations(r.out, fewListed, "--list lists them")
}

// conversationCount writes a count with its words; more has a %d.
func conversationCount(n int, one, more string) string {
	if n == 1 {
		return one
	}
	return fmt.Sprintf(more, n)
}
