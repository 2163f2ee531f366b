package netem

import (
	"strings"
	"time"
)

// When says at which times a Change holds.
//
//	at 2s                          At: once and for good
//	at 2s for 500ms                At, For: once
//	every 10s for 500ms            Every, For: from 10 s to 10.5 s, from 20 s to 20.5 s, and so on
//	randomly every 10s for 500ms   and Random: Every is the mean time from the end of one to the beginning of the next
//	randomly every 10s for about 500ms   and About: For is a mean too
//
// Random times are exponential, so that nothing tells when the next comes. They are drawn from a stream of the clause's own,
// which the two directions of a link share, unlike those of models: a cable is cut for both.
//
// What holds for a time lies on top of what holds for good, and of several such clauses the later one lies on top.
type When struct {
	At     time.Duration
	Every  time.Duration
	For    time.Duration // zero: for good
	Random bool
	About  bool
}

// String returns the words of the times in a SPEC: "every 10s for 500ms".
func (w When) String() string {
	s := "at " + FormatDuration(w.At)
	if w.Every != 0 {
		s = "every " + FormatDuration(w.Every)
	}
	if w.Random {
		s = "randomly " + s
	}
	switch {
	case w.About:
		s += " for about " + FormatDuration(w.For)
	case w.For != 0:
		s += " for " + FormatDuration(w.For)
	}
	return s
}

// word returns the word with which a clause begins.
func (w When) word() string {
	word, _, _ := strings.Cut(w.String(), " ")
	return word
}

// leastEvery bounds how often a link changes: each time costs work, also when no packet comes.
const leastEvery = time.Millisecond

// Validate says what is wrong with times made as a literal.
func (w When) Validate() error {
	for _, d := range []time.Duration{w.At, w.Every, w.For} {
		if err := checkDuration(w.word(), d); err != nil {
			return err
		}
	}
	switch {
	case w.About && !w.Random:
		return wrong(w.word(), "what lasts about so long comes at random: write randomly every 10s for about 500ms down")
	case w.Every == 0 && w.Random:
		return wrong("randomly", "how often at random: write randomly every 10s for 500ms down")
	case w.Every != 0 && w.At != 0:
		return wrong("every", "once or again and again, not both: write at 2s down or every 10s for 500ms down")
	case w.Every != 0 && w.Every < leastEvery:
		return wrong(w.word(), "a link changes every 1ms at most: write every 10s for 500ms down")
	case w.Every != 0 && w.For == 0:
		return wrong(w.word(), "and for how long? write every 10s for 500ms down")
	case w.Every != 0 && !w.Random && w.For >= w.Every:
		return wrong("every", "it would never end: write a shorter time behind for, as in every 10s for 500ms down")
	}
	return nil
}
