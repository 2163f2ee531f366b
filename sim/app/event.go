package app

import "time"

// Kind says what a program did with a message, or saw of it.
type Kind uint8

// The kinds of events.
const (
	Sent     Kind = iota // handed to the socket
	Received             // read from the socket, and intact
	Corrupt              // read from the socket, but not what was sent
	Retried              // Echo: sent again after a timeout
	GaveUp               // Echo: no answer came in time, nor to any retry
)

// Event is one thing that a program did with a message or saw of it.
type Event struct {
	Kind   Kind
	At     time.Time // on the clock of the host it happened on
	Flow   int       // number of the client, from 0
	Seq    int       // number of the message in its flow, from 0
	Bytes  int       // length of the message, header included
	Sent   time.Time // Received: when the message was handed to the sender's socket
	Offset int64     // Received: place of Data in the flow's input
	Data   []byte    // Received: the content. Corrupt, of an Echo: what came. Valid until Observe returns
}

// Observer is told of events in the order in which the programs meet them. On engines in real time it is called from
// several goroutines.
type Observer interface{ Observe(Event) }
