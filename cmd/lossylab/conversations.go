package main

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"lossylab/report"
	"lossylab/report/trace"
)

// mostConversations is how many conversations a report takes: each has figures of its own, and reads the captures anew.
const mostConversations = 16

// conversationFlag adds --conversation, of which --flow is another name.
func conversationFlag(s *pflag.FlagSet, text *string) {
	s.StringVar(text, "conversation", "", fmt.Sprintf("take conversation `N` of the list, several such as 1,3, or all, the %d largest at most "+
		"(default: the largest of TCP and the largest of UDP)", mostConversations))
	s.SetNormalizeFunc(func(_ *pflag.FlagSet, name string) pflag.NormalizedName {
		if name == "flow" {
			name = "conversation"
		}
		return pflag.NormalizedName(name)
	})
}

// wantedConversations is what --conversation asks for: nothing is the largest of each protocol.
type wantedConversations struct {
	all     bool
	numbers []int
}

func (w wantedConversations) named() bool { return w.numbers != nil }

// parseConversations reads --conversation.
func parseConversations(text string, given bool) (w wantedConversations, err error) {
	if !given || text == "all" {
		w.all = given
		return w, nil
	}
	for _, part := range strings.Split(text, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(part))
		if err != nil || n < 1 {
			return w, usagef("--conversation %q: want the number of a conversation, from 1, several with commas between them, such as 1,3, or all; --list lists them", text)
		}
		if !slices.Contains(w.numbers, n) {
			w.numbers = append(w.numbers, n)
		}
	}
	if len(w.numbers) > mostConversations {
		return w, usagef("--conversation %s: these are %d conversations, and a report takes %d at most", text, len(w.numbers), mostConversations)
	}
	slices.Sort(w.numbers)
	return w, nil
}

// listedConversation is a conversation that may be chosen. Its number is one more than its place in the list.
type listedConversation struct {
	job *job
	of  *trace.Conversation
	in  bool // in both captures, or there is but one
}

// sameTalk is a conversation, whoever opened it.
type sameTalk struct{ proto, one, other string }

func talkOf(c *trace.Conversation) sameTalk {
	a, b := c.Client.String(), c.Server.String()
	return sameTalk{c.Proto, min(a, b), max(a, b)}
}

// enumerateConversations lists the conversations that the filters leave: those of each job's first capture.
func (r *reporting) enumerateConversations() {
	for i := range r.jobs {
		j := &r.jobs[i]
		second := map[sameTalk]bool{}
		for _, l := range j.listings[1:] {
			for _, c := range l.Conversations {
				second[talkOf(c)] = true
			}
		}
		for _, c := range j.listings[0].Conversations {
			switch {
			case j.proto != "" && c.Proto != j.proto:
			case r.flags.port != 0 && int(c.Client.Port()) != r.flags.port && int(c.Server.Port()) != r.flags.port:
			case r.host.IsValid() && c.Client.Addr() != r.host && c.Server.Addr() != r.host:
			default:
				r.listing = append(r.listing, listedConversation{j, c, len(j.listings) == 1 || second[talkOf(c)]})
			}
		}
	}
}

// choose chooses the conversations. It makes a job for each.
func (r *reporting) choose() error {
	r.enumerateConversations()
	numbers := r.wanted.numbers
	if !r.wanted.named() {
		numbers = r.largest()
	}
	if len(r.listing) == 0 {
		return r.nothing()
	}
	var chosen []job
	for _, n := range numbers {
		if n > len(r.listing) {
			return usagef("--conversation %d: there %s; --list lists them", n, conversationCount(len(r.listing), "is 1 conversation", "are %d conversations"))
		}
		j := *r.listing[n-1].job
		j.of, j.number = r.listing[n-1].of, n
		r.several = r.several || slices.ContainsFunc(chosen, func(k job) bool { return k.of.Proto == j.of.Proto })
		chosen = append(chosen, j)
	}
	slices.SortStableFunc(chosen, func(a, b job) int { return strings.Compare(b.of.Proto, a.of.Proto) }) // UDP first
	for _, j := range chosen {
		if err := r.turn(j.of); err != nil {
			return err
		}
	}
	if r.asked != nil {
		r.asked.turn(chosen)
	}
	r.jobs = chosen
	return nil
}

// largest returns the numbers of the conversations that are taken if none is named: those in both captures and with the
// client, if there are any, and of these the largest of each protocol, or of all protocols as many as a report takes.
func (r *reporting) largest() (numbers []int) {
	for n := range r.listing {
		numbers = append(numbers, n+1)
	}
	prefer := func(good func(l listedConversation) bool) {
		bad := func(n int) bool { return !good(r.listing[n-1]) }
		if fit := slices.DeleteFunc(slices.Clone(numbers), bad); len(fit) > 0 {
			numbers = fit
		}
	}
	prefer(func(l listedConversation) bool {
		return !r.client.IsValid() || l.of.Client.Addr() == r.client || l.of.Server.Addr() == r.client
	})
	prefer(func(l listedConversation) bool { return l.in })
	slices.SortStableFunc(numbers, func(a, b int) int { return r.listing[b-1].compare(r.listing[a-1]) })
	if r.wanted.all {
		return numbers[:min(len(numbers), mostConversations)]
	}
	var largest []int
	for _, proto := range []string{"udp", "tcp"} {
		if i := slices.IndexFunc(numbers, func(n int) bool { return r.listing[n-1].of.Proto == proto }); i >= 0 {
			largest = append(largest, numbers[i])
		}
	}
	return largest
}

// compare orders by bytes.
func (l listedConversation) compare(o listedConversation) int {
	_, a := l.of.All()
	_, b := o.of.All()
	return int(min(1, max(-1, a-b)))
}

func (r *reporting) nothing() error {
	return usagef("%s: no conversation is left by --port and --host; --list without them lists all", strings.Join(r.names(), ", "))
}

// notInBoth is the error of a conversation that one capture alone has.
type notInBoth struct{ error }

// Unwrap returns the error in words.
func (e notInBoth) Unwrap() error { return e.error }

// measureAll makes the flows. Of conversations that nobody named, those that are not in both captures are left out, if that
// leaves any.
func (r *reporting) measureAll() error {
	var measured []job
	var first error
	for i := range r.jobs {
		err := r.measure(&r.jobs[i])
		switch {
		case err == nil:
			measured = append(measured, r.jobs[i])
		case errors.As(err, new(notInBoth)) && !r.wanted.named():
			r.apartOf = append(r.apartOf, fmt.Sprintf("%d (%v)", r.jobs[i].number, r.jobs[i].of))
			if first == nil {
				first = err
			}
		default:
			return err
		}
	}
	if measured == nil {
		return first
	}
	r.jobs = measured
	return nil
}

// figures draws all flows together, as a run's, or if several are of one protocol, each by itself.
func (r *reporting) figures() (all []report.Figure) {
	if !r.several {
		return r.choice(report.Figures(r.flows))
	}
	for i, f := range r.flows {
		for _, fig := range r.choice(report.Figures(r.flows[i : i+1])) {
			fig.Name = fmt.Sprintf("%s-%d", fig.Name, f.Conversation)
			fig.Title = fmt.Sprintf("%s, conversation %d", fig.Title, f.Conversation)
			fig.Caption += fmt.Sprintf(" Conversation %d: %v.", f.Conversation, r.jobs[i].of)
			all = append(all, fig)
		}
	}
	return all
}
