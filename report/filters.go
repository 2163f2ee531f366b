package report

// filter is a display filter of Wireshark and what it shows.
type filter struct{ Filter, Shows string }

// filters returns the display filters that suit the captures of a run.
func filters(flows []*Flow) []filter {
	sender, receiver := senders(flows), receivers(flows)
	return []filter{
		{`frame.comment contains "lost:"`, "what the link lost, in the capture of the end that sent it"},
		{`frame.comment contains "retransmission of"`, "what TCP sent again, with what had become of the first"},
		{`frame.comment contains "duplicated" or frame.comment contains "duplicate of"`, "what was duplicated, and the copies that arrived"},
		{`frame.comment contains "overtaken"`, "what arrived out of order"},
		{`frame.comment contains "corrupted:" or frame.comment contains "corrupted on the way"`, "what was damaged on the way"},
		{`frame.comment contains "late:"`, "what was held back without being overtaken, as far as is known at that end"},
		{`frame.comment`, "all packets that something happened to"},
		{`tcp.analysis.retransmission or tcp.analysis.out_of_order`, "what Wireshark itself takes for retransmissions, to compare"},
		{`tcp.analysis.spurious_retransmission`, "what came after it had been acknowledged (in " + receiver + "'s capture)"},
		{`tcp.analysis.duplicate_ack`, "duplicate acknowledgments (in " + sender + "'s capture)"},
	}
}
