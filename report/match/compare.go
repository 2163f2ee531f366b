package match

import (
	"errors"
	"net/netip"
)

// Comparison is a Result and what it was made of.
type Comparison struct {
	*Result
	Sent, Received *Survey
	To             []netip.Addr // where the packets led that count; nil for anywhere
	Bytes          int          // of each packet that were compared; 0 for all
}

// ErrNothingSent says that the sending side's capture has no packet that the filter takes.
var ErrNothingSent = errors.New("no packet to look for")

// ErrNothingCommon says that no packet of the one capture is in the other.
var ErrNothingCommon = errors.New("no packet of the one is in the other")

// Compare finds out what became of the packets of sent, by looking for them in received. Of those that f takes, only those
// count that lead to an address to which any in received do: a host talks to others too. Each capture is read twice: once to
// learn how the clocks differ and how much of each packet was kept, and once to match. The errors of the captures name the
// file; the others are ErrNothingSent and ErrNothingCommon.
func Compare(sent, received Capture, f Filter, config Config) (*Comparison, error) {
	s, err := SurveyOf(sent, &f)
	if err != nil {
		return nil, err
	}
	r, err := SurveyOf(received, &f)
	if err != nil {
		return nil, err
	}
	return CompareSurveyed(sent, received, Task{f, config, s, r})
}

// Task is one way to be compared, between captures that have been surveyed with its filter.
type Task struct {
	Filter         Filter
	Config         Config
	Sent, Received *Survey
}

// CompareSurveyed is Compare for captures that have been surveyed.
func CompareSurveyed(sent, received Capture, t Task) (*Comparison, error) {
	w, err := newMatching(t)
	if err != nil {
		return nil, err
	}
	from, at := &reading{Capture: &sent, out: w}, &reading{Capture: &received, in: w}
	w.from, w.at = from, at
	if err := from.begin(); err != nil {
		return nil, err
	}
	if err := at.begin(); err != nil {
		return nil, err
	}
	if err := match([]*matching{w}, maxWaiting); err != nil {
		return nil, err
	}
	return w.finish()
}

// CompareBoth is CompareSurveyed for the ways there, from a to b, and back, and reads each capture once. A way of which there
// is nothing to look for or nothing in common is nil. It is not ok if what is known of one way would have to wait for too much
// of the other: then the tasks' observers have been told in vain, and each way is to be compared alone.
func CompareBoth(a, b Capture, there, back Task) (forth, reverse *Comparison, ok bool, err error) {
	atA, atB := &reading{Capture: &a}, &reading{Capture: &b}
	var ways []*matching
	if atA.out, err = newMatching(there); err == nil {
		atB.in, atA.out.from, atA.out.at = atA.out, atA, atB
		ways = append(ways, atA.out)
	}
	if atB.out, err = newMatching(back); err == nil {
		atA.in, atB.out.from, atB.out.at = atB.out, atB, atA
		ways = append(ways, atB.out)
	}
	if ways == nil {
		return nil, nil, true, nil
	}
	if err := atA.begin(); err != nil {
		return nil, nil, false, err
	}
	if err := atB.begin(); err != nil {
		return nil, nil, false, err
	}
	if err := match(ways, maxWaiting); err != nil {
		if err == errFarApart {
			err = nil
		}
		return nil, nil, false, err
	}
	if atA.out != nil {
		forth, _ = atA.out.finish() // an error says that there is nothing
	}
	if atB.out != nil {
		reverse, _ = atB.out.finish()
	}
	return forth, reverse, true, nil
}
