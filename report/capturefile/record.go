package capturefile

import "fmt"

// MaxFrame is the longest frame that is read, bytes captured: sixty times the longest that libpcap's tools write.
const MaxFrame = 16 << 20

// Record is one captured frame.
type Record struct {
	Frame     int   // from 1, as Wireshark numbers them
	Offset    int64 // where it begins in the file, bytes
	Time      int64 // nanoseconds since 1970-01-01 00:00:00 UTC
	Timed     bool  // false: a Simple Packet Block, which has no time
	Interface int   // index into the Reader's Interfaces
	Direction Direction
	Length    int      // of the frame as it was, bytes
	Data      []byte   // what was captured of it, from its first byte on
	Comments  [][]byte // of a pcapng file, UTF-8

	Version  int    // 4 or 6 if the link layer says that this is an IP packet, otherwise 0
	Payload  []byte // what was captured behind the link layer's header if it is one: the packet, and padding if there is any
	IP       []byte // what was captured of the IP packet, the beginning of Payload
	IPLength int    // of the IP packet as it was, bytes
}

// Cut reports whether the IP packet is not whole: the capture kept only the beginning of each frame.
func (r *Record) Cut() bool { return len(r.IP) < r.IPLength }

// Direction is which way a frame went at the capturing host, where the capture says.
type Direction uint8

// The directions.
const (
	Unknown  Direction = iota
	Inbound            // received
	Outbound           // sent
)

// Interface is where frames were captured.
type Interface struct {
	Section  int    // of a pcapng file, from 0
	Number   int    // within its section, from 0
	Name     string // of a pcapng file, cut to 256 bytes
	LinkType LinkType
	Snaplen  int // bytes kept of each frame, as the file says; 0 if there is no limit. Programs that cut files later may not say
}

// Error is a fault of a capture file.
type Error struct {
	Frame  int   // the number that the frame would have; the frames before it are good
	Offset int64 // of the faulty record or block in the file, bytes
	What   string
}

func (e *Error) Error() string {
	return fmt.Sprintf("frame %d, at byte %d: %s", e.Frame, e.Offset, e.What)
}
