package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"lossylab/netem"
	"lossylab/report"
)

// shrinkStory is what a fault that is left did in the last run.
type shrinkStory struct {
	Link    string  `json:"link"`
	Words   string  `json:"words"`             // "drop data 41"
	Was     string  `json:"was,omitempty"`     // the words of what did it by chance
	Capture string  `json:"capture,omitempty"` // in which Frame is, of those that 'lossylab run' leaves
	Frame   int     `json:"frame,omitempty"`   // 0: nothing is told of it
	At      float64 `json:"at_s,omitempty"`
	Did     string  `json:"did,omitempty"` // and what came of it
}

// stories tells what each fault did: the comment on its packet, in the capture of the end that sent it.
func (w *shrinkWork) stories(t *shrinkTrial, faults []shrinkFault) (all []shrinkStory) {
	if len(faults) > maxWrittenAlone {
		return manyStories(faults)
	}
	world, format := w.sc.worlds()[0], "pcapng"
	if w.flags.capture == "pcap" {
		format = "pcap"
	}
	for i := range faults {
		f := &faults[i]
		s := shrinkStory{Link: shrinkWays[f.way], Words: f.fault().String(), Was: f.words}
		for _, n := range t.comments[f.way].notes {
			if tells(n.text, s.Words) {
				s.Capture = fmt.Sprintf("%s/%s.%s", world, [...]string{"client", "server"}[f.way], format)
				s.Frame, s.At, s.Did = n.frame, n.at.Seconds(), n.text
				break
			}
		}
		all = append(all, s)
	}
	return all
}

// manyStories names faults that are too many to be told one by one.
func manyStories(faults []shrinkFault) (all []shrinkStory) {
	for way, link := range shrinkWays {
		for _, m := range writtenFaults(way, faults).Models {
			all = append(all, shrinkStory{Link: link, Words: m.String()})
		}
	}
	return all
}

// tells reports whether a comment is about these words, and not about longer ones that begin alike.
func tells(comment, words string) bool {
	for {
		at := strings.Index(comment, words)
		if at < 0 {
			return false
		}
		comment = comment[at+len(words):]
		if comment == "" || !strings.ContainsRune("0123456789- ", rune(comment[0])) {
			return true
		}
	}
}

// lines returns the story: what the fault is and, in a second line, what it did.
func (s *shrinkStory) lines() []string {
	switch {
	case s.Was == "": // one of many
		return []string{s.Link + ": " + s.Words}
	case s.Frame == 0:
		return []string{s.heading()}
	}
	return []string{s.heading(), s.event()}
}

func (s *shrinkStory) heading() string {
	return fmt.Sprintf("%s: %s (it was %s)", s.Link, s.Words, s.Was)
}

func (s *shrinkStory) event() string {
	return fmt.Sprintf("frame %d of %s, at %s s: %s", s.Frame, s.Capture, strconv.FormatFloat(s.At, 'f', 3, 64), s.Did)
}

// outcome says in a sentence how much is left.
func (w *shrinkWork) outcome() string {
	left, of := len(w.result.Left), shrinkCount(len(w.faults), "fault")
	switch {
	case len(w.faults) == 0:
		return "There is no fault: rates, queues and delays do it alone."
	case left == 0:
		return fmt.Sprintf("No fault is needed, of %s: rates, queues and delays do it alone.", of)
	case !w.result.Minimal:
		return fmt.Sprintf("%d of %s left when the search was ended: fewer may do.", left, of)
	case left == 1:
		return fmt.Sprintf("1 of %s is left: take it away, and it is not so.", of)
	}
	return fmt.Sprintf("%d of %s are left: take away any one of them, and it is not so.", left, of)
}

// writeComments begins the file with what it is.
func (w *shrinkWork) writeComments(b *bytes.Buffer, stories []shrinkStory) {
	fmt.Fprintf(b, "# Made by 'lossylab shrink': the faults with which %s. %s\n", w.words(), w.outcome())
	for i := range stories {
		fmt.Fprintf(b, "#\n#   %s\n", strings.Join(stories[i].lines(), "\n#     "))
	}
}

// tellBegin says what the first two runs showed.
func (w *shrinkWork) tellBegin(first, again *shrinkTrial) {
	r := first.record
	fmt.Fprintf(w.said, "As it is: %s\n", measuredWords(first))
	fmt.Fprintf(w.said, "  the links' models met packets %s%s\n", shrinkCount(len(w.faults), "time"), countVerbs(w.faults))
	if r.queued > 0 {
		fmt.Fprintf(w.said, "  %s dropped before the models saw them, by queues or an MTU: no faults, they follow from the traffic\n", shrinkCount(r.queued, "packet"))
	}
	if r.unnamed > 0 {
		fmt.Fprintf(w.said, "  %s met packets that have no names, such as fragments: they are left out\n", shrinkCount(r.unnamed, "more fault"))
	}
	same := "the same run, packet for packet"
	if !w.exact {
		same = "not the same run in every packet (" + w.why(first) + "); " + measuredWords(again)
	}
	fmt.Fprintf(w.said, "The same as named faults: %s\n  kept: up: %s; down: %s\n", same, orPerfect(w.plain.Link.Up), orPerfect(w.plain.Link.Down))
}

// measuredWords says how the expectations came out.
func measuredWords(t *shrinkTrial) string {
	var words []string
	for _, e := range t.results.Expected {
		words = append(words, e.String())
	}
	return strings.Join(words, ", ")
}

// countVerbs counts faults by what they do: ": 31 drops, 2 delays".
func countVerbs(faults []shrinkFault) string {
	var n [4]int
	for i := range faults {
		n[faults[i].verb]++
	}
	var words []string
	for v, thing := range [...]string{netem.Dropping: "drop", netem.Delaying: "delay", netem.Duplicating: "duplicate", netem.Corrupting: "corruption"} {
		if n[v] > 0 {
			words = append(words, shrinkCount(n[v], thing))
		}
	}
	if len(words) == 0 {
		return ""
	}
	return ": " + strings.Join(words, ", ")
}

// tell prints the result.
func (w *shrinkWork) tell(last *shrinkTrial, s streams) error {
	stories := w.stories(last, w.kept())
	if w.flags.jsonOutput {
		return w.tellJSON(last, stories, s)
	}
	fmt.Fprintf(w.said, "Fewer and fewer: %d", len(w.faults))
	for _, n := range w.steps {
		fmt.Fprintf(w.said, " → %d", n)
	}
	fmt.Fprintf(w.said, "; %s in all\n\n%s\n", shrinkCount(int(w.runs.Load()), "run"), w.outcome())
	for i := range stories {
		fmt.Fprintf(w.said, "  %s\n", strings.Join(stories[i].lines(), "\n    "))
	}
	_, err := fmt.Fprintf(w.said, "\n%s\n%s\n\nWritten: %s; 'lossylab run %s' shows it\n", last.results.MakeVerdict(), measuredWords(last), w.flags.out, w.flags.out)
	return err
}

// shrinkResults is what --json prints.
type shrinkResults struct {
	Schema   int               `json:"schema"`
	Version  string            `json:"version"`
	Seed     uint64            `json:"seed"`
	Faults   int               `json:"faults"`  // at first
	Runs     int               `json:"runs"`    // of the scenario
	Minimal  bool              `json:"minimal"` // take away any one of Left, and it is not so
	Exact    bool              `json:"exact"`   // with all faults by name it was the same run, packet for packet
	Left     []shrinkStory     `json:"left"`
	Expected []report.Expected `json:"expected"`
	File     string            `json:"file"`
}

func (w *shrinkWork) tellJSON(last *shrinkTrial, stories []shrinkStory, s streams) error {
	r := shrinkResults{Schema: report.Schema, Version: version, Seed: w.sc.seed, Faults: len(w.faults), Runs: int(w.runs.Load()), Minimal: w.result.Minimal,
		Exact: w.exact, Left: append([]shrinkStory{}, stories...), Expected: last.results.Expected, File: w.flags.out}
	e := json.NewEncoder(s.out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(r)
}
