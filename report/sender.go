package report

import (
	"slices"
	"strings"
)

// Turn is for what was collected of data that the server sends, with the links exchanged so that the server stood where a
// client stands. It gives client, server, up and down their own meaning again: what is told of a sender stays the server's.
func Turn(f *Flow, r *FlowResult) {
	f.FromServer, r.Sender = true, AtServer
	r.Link[up], r.Link[down] = r.Link[down], r.Link[up]
	if m := r.Metrics; m != nil {
		turned := map[string]*PacketMetrics{}
		for link, p := range m.Packets {
			turned[other(link)] = p
		}
		m.Packets = turned
	}
	f.Samples.Up, f.Samples.Down = f.Samples.Down, f.Samples.Up
	for _, ts := range [][]Transit{f.Transits, f.Packets} {
		for i := range ts {
			ts[i].Up = !ts[i].Up
			ts[i].Label = strings.Replace(ts[i].Label, answerWords, "data, ", 1)
		}
	}
	all := f.Tally.Impairments
	for i := range all {
		all[i].Link = other(all[i].Link)
	}
	slices.SortStableFunc(all, func(a, b Impairment) int { return strings.Compare(b.Link, a.Link) }) // up before down
}

func other(link string) string {
	if link == up {
		return down
	}
	return up
}

// dataLink returns the link on which the data travel.
func (f *Flow) dataLink() string { return linkFrom(f.FromServer) }

// dataLink returns the link on which the data travel.
func (f *FlowResult) dataLink() string { return linkFrom(f.Sender == AtServer) }

// anyFromServer reports whether a flow's data come from its server, also if that stands as its client.
func (r *Results) anyFromServer() bool {
	return r.anyTurned() || slices.ContainsFunc(r.Flows, func(f FlowResult) bool { return f.Sender == AtServer })
}

func linkFrom(server bool) string {
	if server {
		return down
	}
	return up
}

// sender returns the end that sends the data.
func (f *Flow) sender() Vantage {
	if f.FromServer {
		return Server
	}
	return Client
}

// dataLinks names the link on which the data of flows travel: "up link".
func dataLinks(flows []*Flow) string {
	link := ""
	var each []string
	for _, f := range flows {
		if link == "" {
			link = f.dataLink()
		}
		each = append(each, f.Heading()+" "+f.dataLink())
	}
	if slices.ContainsFunc(flows, func(f *Flow) bool { return f.dataLink() != link }) {
		return "link of the data (" + strings.Join(each, ", ") + ")"
	}
	return link + " link"
}

// senders names the ends that send the data of flows: "the client".
func senders(flows []*Flow) string { return endsOf(flows, Client, Server, "the sender") }

// receivers names the ends that get them.
func receivers(flows []*Flow) string { return endsOf(flows, Server, Client, "the receiver") }

// endsOf names an end of flows whose data come from the client and an end of those whose data come from the server.
func endsOf(flows []*Flow, fromClient, fromServer Vantage, both string) string {
	n := 0
	for _, f := range flows {
		n += one(f.FromServer)
	}
	switch n {
	case 0:
		return "the " + fromClient.String()
	case len(flows):
		return "the " + fromServer.String()
	}
	return both
}
