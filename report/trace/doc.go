// Package trace makes of captures, whoever made them, what a run makes of its links: events, and of these the figures and
// counts of package report.
//
//	capture of the client ──┐  List: which conversations      ┌─▶ netem.Event in order of time ─▶ report.Collector
//	                        ├─▶ Meet: which frame is which ───┤
//	capture of the server ──┘  Clock: how the clocks differ   └─▶ what the captures do not tell
//
//	one capture ─▶ Watch: what one vantage point shows, and what can be inferred from that
//
// The client is who opens the conversation, and the link up leads from it to the server, as in a run. All times are the
// client's capture's, from the first packet of the conversation on.
//
// A capture tells of packets and not of programs. In the place of messages stand the datagrams of UDP and the new segments of
// TCP; a segment counts as received when all before it has arrived, which is the earliest that a program could read it.
package trace
