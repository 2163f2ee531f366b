package main

import (
	"fmt"
	"net/netip"
)

// askedReport is a report that another command makes of captures of its own.
type askedReport struct {
	dir    *folder     // for the results; it has begun
	about  [][2]string // what stands at the top of the page, behind the captures
	others string      // how to come to see other conversations
}

// turn calls those the client who sent most data: what is measured and drawn is what that one sends.
func (a *askedReport) turn(jobs []job) {
	for i := range jobs {
		if j := &jobs[i]; j.of.Bytes[1] > j.of.Bytes[0] {
			j.of.Turn()
			j.turned = true
		}
	}
}

// turnedNote says of a conversation that the server sent most data.
func turnedNote(sender netip.AddrPort) string {
	return fmt.Sprintf("most data came from %v: it is the sender whose messages, window and retransmissions are shown, and up is the way from there", sender)
}

// ends says who has which part in the conversation.
func (j *job) ends() string {
	if j.turned {
		return fmt.Sprintf("sender %v (the server), receiver %v (the client)", j.of.Client, j.of.Server)
	}
	return fmt.Sprintf("client %v, server %v", j.of.Client, j.of.Server)
}
