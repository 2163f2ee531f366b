package report

import "testing"

// TestGoodputCountsFromTheStart: what began late is not slower for it.
func TestGoodputCountsFromTheStart(t *testing.T) {
	c := NewCollector("udp", "", "", true)
	c.Start = 3e9
	c.Message(MessageEvent{Kind: MessageSent, At: 3e9, Bytes: 1000})
	c.Message(MessageEvent{Kind: MessageReceived, At: 5e9, Bytes: 1000, Sent: 3e9})
	_, r := c.Finish(9e9, false)
	if r.Duration != 2 || r.App.Goodput != 4000 {
		t.Errorf("%v bit/s over %v s, want 4000 bit/s over 2 s", r.App.Goodput, r.Duration)
	}
}
