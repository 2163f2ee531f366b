package report

import "testing"

// Read the sentences aloud.
func TestVerdict(t *testing.T) {
	udp := func(a AppResult) FlowResult { return FlowResult{Proto: "udp", App: a} }
	tcp := func(a AppResult, c TCPResult) FlowResult { return FlowResult{Proto: "tcp", App: a, TCP: &c} }
	for _, test := range []struct {
		app  string
		flow FlowResult
		want string
	}{
		{"stream", udp(AppResult{Sent: 1, Received: 1}), "UDP delivered the only message."},
		{"stream", udp(AppResult{Sent: 2, Received: 2}), "UDP delivered all 2 messages in order."},
		{"stream", udp(AppResult{Sent: 1, Lost: 1}), "UDP lost the only message."},
		{"stream", udp(AppResult{Sent: 2, Received: 1, Lost: 1}), "UDP lost 1 of 2 messages (50.0 %) and delivered the other."},
		{"stream", udp(AppResult{Sent: 20, Lost: 20}), "UDP lost all 20 messages."},
		{"stream", udp(AppResult{Sent: 20_000, Received: 19_999, Lost: 1}), "UDP lost 1 of 20 000 messages (0.0050 %) and delivered the others in order."},
		{"stream", udp(AppResult{Sent: 500, Received: 485, Lost: 15, Reordered: 1}),
			"UDP lost 15 of 500 messages (3.0 %) and delivered the others, 1 of them out of order."},
		{"stream", udp(AppResult{Sent: 500, Received: 485, Lost: 15, Reordered: 12, Duplicated: 1}),
			"UDP lost 15 of 500 messages (3.0 %) and delivered the others, 12 of them out of order and with 1 duplicate."},
		{"stream", udp(AppResult{Sent: 500, Received: 500, Reordered: 12}), "UDP delivered all 500 messages, 12 of them out of order."},
		{"stream", udp(AppResult{Sent: 500, Received: 500, Duplicated: 3}), "UDP delivered all 500 messages, with 3 duplicates."},
		{"stream", udp(AppResult{Sent: 1, Received: 1, Duplicated: 1}), "UDP delivered the only message, with 1 duplicate."},
		{"echo", udp(AppResult{Sent: 20, Received: 20, Retries: 1}), "UDP delivered all 20 answers, after the program had sent 1 line again."},
		{"echo", udp(AppResult{Sent: 20, Received: 19, Lost: 1, Reordered: 2, Duplicated: 3, Retries: 5}),
			"UDP lost 1 of 20 answers (5.0 %) and delivered the others, 2 of them out of order, with 3 duplicates and after the program had sent 5 lines again."},
		{"stream", udp(AppResult{Sent: 20, Received: 12, Unfinished: 8}), "UDP had delivered 12 of 20 messages when the run ended."},
		{"stream", udp(AppResult{Sent: 20, Received: 12, Lost: 3, Unfinished: 5}), "UDP had delivered 12 of 20 messages when the run ended, and lost 3."},
		{"stream", udp(AppResult{Sent: 1, Unfinished: 1}), "UDP had delivered none of 1 message when the run ended."},
		{"stream", udp(AppResult{}), "UDP sent nothing."},
		{"stream", tcp(AppResult{Sent: 1, Received: 1}, TCPResult{}), "TCP delivered the only message."},
		{"stream", tcp(AppResult{Sent: 500, Received: 500}, TCPResult{}), "TCP delivered all 500 messages in order."},
		{"stream", tcp(AppResult{Sent: 500, Received: 500}, TCPResult{Retransmits: 1}),
			"TCP delivered all 500 messages in order, sending 1 segment again."},
		{"stream", tcp(AppResult{Sent: 500, Received: 500}, TCPResult{Retransmits: 14, Spurious: 2}),
			"TCP delivered all 500 messages in order, sending 14 segments again (2 needlessly)."},
		{"stream", tcp(AppResult{Sent: 500, Received: 500, HeldBack: 1, HeadOfLine: &Summary{Max: .0596}}, TCPResult{}),
			"TCP delivered all 500 messages in order, holding up 1 message behind missing ones for up to 59.6 ms."},
		{"stream", tcp(AppResult{Sent: 500, Received: 500, HeldBack: 60, HeadOfLine: &Summary{Max: 1.2}}, TCPResult{Retransmits: 14}),
			"TCP delivered all 500 messages in order, sending 14 segments again and holding up 60 messages behind missing ones for up to 1.20 s."},
		{"echo", tcp(AppResult{Sent: 6, Received: 6}, TCPResult{Server: &TCPServer{Retransmits: 1}}),
			"TCP delivered all 6 answers in order, the server sending 1 segment again."},
		{"echo", tcp(AppResult{Sent: 6, Received: 6}, TCPResult{Retransmits: 1, Server: &TCPServer{Retransmits: 2}}),
			"TCP delivered all 6 answers in order, sending 1 segment again and the server sending 2 segments again."},
		{"stream", tcp(AppResult{Sent: 500, Received: 300, Lost: 200}, TCPResult{Retransmits: 14}),
			"TCP had delivered 300 of 500 messages in order when the run ended."},
		{"bulk", tcp(AppResult{Sent: 500, Received: 300, Lost: 10, Unfinished: 190}, TCPResult{}),
			"TCP had delivered 300 of 500 messages in order when the run ended."},
		{"stream", tcp(AppResult{Sent: 5, Received: 5, Reordered: 1}, TCPResult{}),
			"TCP delivered all 5 messages, but not once and in order, which is a fault of the stack."},
		{"stream", tcp(AppResult{Sent: 5}, TCPResult{}), "TCP delivered nothing."},
	} {
		r := Results{App: test.app, Flows: []FlowResult{test.flow}}
		if got := r.MakeVerdict(); got != test.want {
			t.Errorf("%s %+v:\n got %s\nwant %s", test.app, test.flow.App, got, test.want)
		}
	}
	if got := (&Results{App: "stream"}).MakeVerdict(); got != "Nothing was run." { // interrupted before it began
		t.Errorf("no flows: %s", got)
	}
	two := Results{App: "stream", Flows: []FlowResult{udp(AppResult{Sent: 1, Lost: 1}), tcp(AppResult{Sent: 1, Received: 1}, TCPResult{})}}
	if got, want := two.MakeVerdict(), "UDP lost the only message; TCP delivered the only message."; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
