package report

import (
	"testing"

	"lossylab/netem"
)

// sendAll has n messages of 100 bytes sent by a client, a millisecond after the other from time 0 on.
func sendAll(observe func(MessageEvent), flow, n int) {
	for i := range n {
		observe(MessageEvent{Kind: MessageSent, At: ms(float64(i)), Flow: flow, Seq: i, Bytes: 100})
	}
}

// receiveAll has messages received, a millisecond after the other from the time on, all sent at time 0.
func receiveAll(observe func(MessageEvent), at netem.Time, flow int, seqs ...int) {
	for i, seq := range seqs {
		observe(MessageEvent{Kind: MessageReceived, At: at + ms(float64(i)), Flow: flow, Seq: seq, Bytes: 100})
	}
}

// The sequences are the examples of RFC 4737 section 7, from 1, and some that show what does not count.
func TestReorderedIsCountedAsInRFC4737(t *testing.T) {
	for _, test := range []struct {
		name     string
		arrivals []int
		want     AppResult // Sent is 11
	}{
		{"in order", []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}, AppResult{Received: 11, InOrder: 11}},
		{"one packet late by four", []int{1, 2, 3, 5, 6, 7, 8, 4, 9, 10}, AppResult{Received: 10, Lost: 1, Reordered: 1, InOrder: 9}},
		{"one packet early makes two late", []int{1, 2, 3, 4, 7, 5, 6, 8, 9, 10},
			AppResult{Received: 10, Lost: 1, Reordered: 2, InOrder: 8}},
		{"two routes", []int{1, 2, 3, 7, 8, 9, 10, 4, 5, 6, 11}, AppResult{Received: 11, Reordered: 3, InOrder: 8}},
		{"loss is not reordering", []int{1, 3, 5, 7, 9, 11}, AppResult{Received: 6, Lost: 5, InOrder: 6}},
		{"duplicates count neither way", []int{1, 2, 2, 4, 3, 3, 4, 1}, AppResult{Received: 4, Lost: 7, Duplicated: 4, Reordered: 1, InOrder: 3}},
		{"backwards", []int{4, 3, 2, 1}, AppResult{Received: 4, Lost: 7, Reordered: 3, InOrder: 1}},
		{"nothing", nil, AppResult{Lost: 11}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var m messageCounter
			sendAll(m.observe, 0, 11)
			for i, n := range test.arrivals {
				receiveAll(m.observe, ms(float64(100+i)), 0, n-1)
			}
			got := m.finish(false, 0)
			test.want.Sent, test.want.Bytes = 11, 100*test.want.Received
			test.want.Latency, test.want.Goodput = got.Latency, got.Goodput
			if got != test.want {
				t.Errorf("got\n%+v, want\n%+v", got, test.want)
			}
			if got.InOrder+got.Reordered != got.Received || got.Received+got.Lost != got.Sent {
				t.Errorf("the counts do not add up: %+v", got)
			}
		})
	}
}

func TestEachClientHasItsOwnNumbers(t *testing.T) {
	var m messageCounter
	for flow := range 3 {
		sendAll(m.observe, flow, 3)
	}
	receiveAll(m.observe, ms(100), 2, 0, 2, 1)
	receiveAll(m.observe, ms(200), 0, 0, 1, 2)
	receiveAll(m.observe, ms(300), 1, 2, 2)
	r := m.finish(false, 0)
	if r.Sent != 9 || r.Received != 7 || r.Lost != 2 || r.Reordered != 1 || r.Duplicated != 1 || r.InOrder != 6 {
		t.Errorf("%+v", r)
	}
	if len(m.messages) != 3 || len(m.receptions) != 3 {
		t.Errorf("%d messages and %d receptions are shown; only the first client's should be", len(m.messages), len(m.receptions))
	}
}

func TestCorruptRetriedAndGivenUp(t *testing.T) {
	var m messageCounter
	sendAll(m.observe, 0, 2)
	m.observe(MessageEvent{Kind: MessageCorrupt, At: ms(10), Bytes: 100})
	m.observe(MessageEvent{Kind: MessageRetried, At: ms(20), Seq: 0, Bytes: 100})
	m.observe(MessageEvent{Kind: MessageRetried, At: ms(30), Seq: 1, Bytes: 100})
	m.observe(MessageEvent{Kind: MessageGivenUp, At: ms(40), Seq: 1})
	receiveAll(m.observe, ms(50), 0, 0)
	r := m.finish(false, 0)
	if r.Sent != 2 || r.Received != 1 || r.Lost != 1 || r.Corrupted != 1 || r.Retries != 2 || r.Bytes != 100 {
		t.Errorf("%+v", r)
	}
}

// A message of a run that was cut short is unfinished if nothing that was sent after it has come: it might have.
func TestUnfinishedIsNotLost(t *testing.T) {
	for _, test := range []struct {
		name             string
		arrived          []int
		cut              bool
		lost, unfinished int64
	}{
		{"cut", []int{0, 1, 3}, true, 1, 6},
		{"cut before anything came", nil, true, 0, 10},
		{"cut after the last came", []int{0, 9}, true, 8, 0},
		{"run to its end", []int{0, 1, 3}, false, 7, 0},
	} {
		var m messageCounter
		sendAll(m.observe, 0, 10)
		receiveAll(m.observe, ms(100), 0, test.arrived...)
		r := m.finish(test.cut, 0)
		if r.Lost != test.lost || r.Unfinished != test.unfinished || r.Sent != r.Received+r.Lost+r.Unfinished {
			t.Errorf("%s: %+v", test.name, r)
		}
	}
	var m messageCounter // of several clients each has its own last one
	sendAll(m.observe, 0, 10)
	sendAll(m.observe, 1, 10)
	receiveAll(m.observe, ms(100), 0, 9)
	receiveAll(m.observe, ms(100), 1, 4)
	if r := m.finish(true, 0); r.Lost != 9+4 || r.Unfinished != 5 {
		t.Errorf("two clients: %+v", r)
	}
}

// Goodput is the bits of different messages over the time up to the last thing that any program did or saw.
func TestGoodput(t *testing.T) {
	for _, test := range []struct {
		name string
		last MessageEvent
		want float64
	}{
		{"the last message ends it", MessageEvent{Kind: MessageReceived, At: ms(1000), Seq: 9, Bytes: 100}, 10 * 100 * 8},
		{"a duplicate is worth nothing, but took its time", MessageEvent{Kind: MessageReceived, At: ms(2000), Seq: 0, Bytes: 100}, 9 * 100 * 8 / 2.},
		{"so is a corrupt one", MessageEvent{Kind: MessageCorrupt, At: ms(2000), Bytes: 100}, 9 * 100 * 8 / 2.},
		{"and giving up", MessageEvent{Kind: MessageGivenUp, At: ms(4000), Seq: 9}, 9 * 100 * 8 / 4.},
	} {
		var m messageCounter
		sendAll(m.observe, 0, 10)
		receiveAll(m.observe, ms(100), 0, 0, 1, 2, 3, 4, 5, 6, 7, 8)
		m.observe(test.last)
		if r := m.finish(false, 0); r.Goodput != test.want {
			t.Errorf("%s: %v bit/s, want %v", test.name, r.Goodput, test.want)
		}
	}
	var m messageCounter
	if r := m.finish(false, 0); r != (AppResult{}) {
		t.Errorf("nothing at all: %+v", r)
	}
	receiveAll(m.observe, ms(1000), 0, 0) // on engines in real time, threads may tell in another order
	receiveAll(m.observe, ms(500), 0, 1)
	if r := m.finish(false, 0); r.Goodput != 2*100*8 {
		t.Errorf("told in another order: %v bit/s", r.Goodput)
	}
	if bins := m.rate.Series(m.last); bins[50].Bytes != 100 || bins[99].Bytes != 100 {
		t.Errorf("over time: %v", bins)
	}
}

func TestLatencyIsFromSendingToTheFirstReception(t *testing.T) {
	var m messageCounter
	sendAll(m.observe, 0, 2)
	for _, e := range []MessageEvent{{Seq: 1, At: ms(21), Sent: ms(1)}, {Seq: 0, At: ms(30)}, {Seq: 1, At: ms(90), Sent: ms(1)}} {
		e.Kind = MessageReceived
		m.observe(e)
	}
	if got, want := *m.finish(false, 0).Latency, (Summary{Min: .02, Mean: .025, P50: .02, P95: .03, P99: .03, Max: .03}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if m.messages[0].Delivered != ms(30) || m.messages[1].Delivered != ms(21) {
		t.Errorf("%+v", m.messages)
	}
}

func TestListsAreBoundedAndCountersAreNot(t *testing.T) {
	const n = shown + 5000
	var m messageCounter
	for i := range n {
		sent := MessageEvent{Kind: MessageSent, At: ms(float64(i)), Seq: i, Bytes: 100}
		m.observe(sent)
		got := sent
		got.Kind, got.At, got.Sent = MessageReceived, sent.At+ms(.5), sent.At
		m.observe(got)
	}
	if len(m.messages) != shown || len(m.receptions) != shown {
		t.Errorf("%d messages, %d receptions", len(m.messages), len(m.receptions))
	}
	last := m.messages[shown-1]
	if want := (Message{Seq: shown - 1, Sent: ms(shown - 1), Arrived: -1, Delivered: ms(shown - .5)}); last != want {
		t.Errorf("the last message shown is %+v, want %+v", last, want)
	}
	if r := m.finish(false, 0); r.Sent != n || r.Received != n || r.InOrder != n || r.Bytes != 100*n {
		t.Errorf("%+v", r)
	}
	if seen := len(m.clients[0].seen); seen != (n+63)/64 {
		t.Errorf("%d words remember %d messages", seen, n)
	}
}
