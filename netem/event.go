package netem

// Kind says what happened to a packet.
type Kind uint8

// The kinds of events, in the order in which a packet can meet them on a Link; Marked and Expedited are a
// Qdisc's.
const (
	Sent       Kind = iota // offered to the link
	Dropped                // lost: By says to what
	Dequeued               // left the queue: its transmission begins now, and At minus Packet.Sent is its sojourn time
	Corrupted              // bits turned over; Packet is the packet as it goes on
	Duplicated             // Packet is the copy, made of the packet with the same ID and Copy 0
	Delayed                // chosen to be late or overtaken, beyond the link's common delay and jitter
	Delivered              // given to the receiving end
	Marked                 // told of congestion instead of being lost; Packet is the packet as it goes on
	Expedited              // sent at once, ahead of all that wait

	// What a Link's MTU does, right behind Sent; behind Answered, the packet that is answered is Dropped. A packet enters a link by Sent, Duplicated or Fragment and leaves it by
	// Delivered, Dropped or Fragmented; ID, Copy, Offset and size together say which one it is.
	Fragmented // too big, and cut up: the packet ends here, and its fragments are told next
	Fragment   // Packet is a fragment, made of the packet with the same ID and Copy
	Answered   // Packet is the link's own ICMP message to the sender of the packet with the same ID and Copy, and is there now
)

var kinds = [...]string{"sent", "dropped", "dequeued", "corrupted", "duplicated", "delayed", "delivered", "marked",
	"expedited", "fragmented", "fragment", "answered"}

// String returns the kind as it stands in events.csv.
func (k Kind) String() string {
	if int(k) < len(kinds) {
		return kinds[k]
	}
	return "unknown"
}

// Event is one thing that happened to one packet. Nothing else is known about a run: captures, metrics and figures are
// all made of events.
type Event struct {
	At     Time
	Link   string // the link's name: "up" or "down"
	Kind   Kind
	By     string  // who decided it, in its own words ("loss 3%", "queue limit 100"); empty where nobody had to
	Packet *Packet // not to be changed

	// What waits just after the event: in a Link's queue, or in a Qdisc, where packets wait out their delay too. A packet
	// that is Sent finds so many before it, and is not counted yet; nor is one that is Marked.
	Waiting, WaitingBytes int
}

// Observer is told of events, in order of time. It may keep the Packet.
type Observer interface{ Observe(Event) }

// Observers tells each of its members in turn. Nil and empty are valid and tell nobody.
type Observers []Observer

// Observe implements Observer.
func (os Observers) Observe(e Event) {
	for _, o := range os {
		o.Observe(e)
	}
}
