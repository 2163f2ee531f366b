package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// headingOf names a flow: by its name among those that share a network, or else by its protocol, and by the number of its
// conversation where a report has several of one protocol.
func headingOf(name, proto string, conversation int) string {
	switch {
	case name != "":
		return name
	case conversation == 0:
		return strings.ToUpper(proto)
	}
	return fmt.Sprintf("%s %d", strings.ToUpper(proto), conversation)
}

// Heading names the flow among the others of the results: "TCP", or "TCP 3".
func (f *Flow) Heading() string { return headingOf(cmp.Or(f.Name, f.as), f.Proto, f.Conversation) }

// Heading names the flow among the others: "TCP", or "TCP 3".
func (f *FlowResult) Heading() string { return headingOf(f.Name, f.Proto, f.Conversation) }

// ends are the words for who sends up and who down: client and server, or where most data came from the server, sender
// and receiver.
func ends(turned bool) (near, far string) {
	if turned {
		return "sender", "receiver"
	}
	return Client.String(), Server.String()
}

// anyTurned reports whether a flow's up is the way from its server.
func (r *Results) anyTurned() bool {
	return slices.ContainsFunc(r.Flows, func(f FlowResult) bool { return f.Turned })
}

// key is the flow's name in Page.Sources.
func (f *Flow) key() string { return strings.ToLower(f.Heading()) }
