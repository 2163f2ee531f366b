package report

import (
	"bufio"
	"fmt"
	"slices"
	"strings"

	"lossylab/netem"
)

// Words for people, in the order of Cause and Trigger.
var (
	causeWords = [causeCount]string{
		"the data was lost",
		"the data arrived, and the acknowledgment was lost",
		"the data was not lost, but overtaken, and the sender took it for lost",
		"nothing was lost: a tail loss probe asked what had become of the end",
		"nothing was lost: a timer ran out first",
		"nothing was lost: it was sent twice before the first could be acknowledged",
	}
	triggerWords = [triggerCount]string{"fast retransmit", "timeout", "tail loss probe"}
)

// storyLength is how many retransmissions the page tells one by one.
const storyLength = 25

// retransmissions says why TCP sent segments again: a line for each cause, and then the first of them one by one.
func (p *Page) retransmissions(b *bufio.Writer, f *Flow, r *TCPResult) {
	if r == nil || r.Retransmits == 0 || r.Causes == nil {
		return
	}
	fmt.Fprintf(b, "\n## Why %s sent again\n\nThe sender sent %s again. What the link had done to what they repeat:\n\n",
		headingOf(f.Name, "tcp", f.Conversation), count(r.Retransmits, "segment"))
	fmt.Fprint(b, "| segments | cause |\n|---:|---|\n")
	for c, words := range causeWords {
		if n := r.Causes[Cause(c).String()]; n > 0 {
			fmt.Fprintf(b, "| %s | %s |\n", formatCount(n), words)
		}
	}
	fmt.Fprintf(b, "\nThe sender acted on %s.\n", enumerate(r.occasions()))
	told := slices.Clone(f.Again[:min(len(f.Again), storyLength)])
	if len(told) == 0 {
		return
	}
	fmt.Fprintf(b, "\n%s:\n\n", p.which(f, r, len(told)))
	if p.Captures != "" {
		fmt.Fprintf(b, "Frames are those of `%s`.\n\n", p.source(f.key(), f.sender()))
	}
	fmt.Fprintf(b, "| frame | what became of it | sent again | by | after | %s that waited | up to |\n|---:|---|---:|---|---:|---:|---:|\n", wordsOf(f).many)
	for i := range told {
		line := strings.ReplaceAll(strings.Join(told[i].cells(), "\x00"), "|", `\|`)
		fmt.Fprintf(b, "| %s |\n", strings.ReplaceAll(line, "\x00", " | "))
	}
}

// occasions counts the triggers in words: "11 fast retransmits and 1 timeout".
func (r *TCPResult) occasions() (words []string) {
	for t, word := range triggerWords {
		if n := r.Triggers[Trigger(t).String()]; n > 0 {
			words = append(words, count(n, word))
		}
	}
	return words
}

// which says how many of the retransmissions are told.
func (p *Page) which(f *Flow, r *TCPResult, told int) string {
	s := "All of them"
	if uint64(told) < r.Retransmits {
		s = fmt.Sprintf("The first %d of them", told)
	}
	if f.Clients > 1 {
		s += fmt.Sprintf(", of the first of %d clients", f.Clients)
	}
	return s
}

// how says what made the sender act: "fast retransmit, 3 duplicate ACKs".
func (r *Retransmission) how() string {
	s := triggerWords[r.Trigger]
	if r.Trigger == Fast && r.DupAcks > 0 {
		s += ", " + count(r.DupAcks, "duplicate ACK")
	}
	return s
}

// cells returns one retransmission as a line of the table.
func (r *Retransmission) cells() []string {
	held, longest := "–", "–"
	if r.Held > 0 {
		held, longest = formatCount(r.Held), formatTime(netem.Time(r.HeldFor))
	}
	return []string{orDash(r.Of), r.fate(), orDash(r.Frame), r.how(), formatTime(r.At - r.First), held, longest}
}

// fate says in a few words what became of what r repeats.
func (r *Retransmission) fate() string {
	what := ""
	switch {
	case r.Offset < 0:
		what = "SYN "
	case r.Len == 0:
		what = "FIN "
	}
	switch r.Cause {
	case DataLost:
		return what + "lost: " + strings.TrimPrefix(r.By, "lost ")
	case AckLost:
		return what + "arrived; its acknowledgment was lost"
	case Reordering:
		return what + "overtaken"
	case Probe, Premature:
		return what + "arrived, but no acknowledgment had come yet"
	}
	return what + "arrived, or was about to"
}
