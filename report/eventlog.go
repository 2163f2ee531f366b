package report

import (
	"bufio"
	"io"
	"net/netip"
	"strconv"
	"strings"

	"lossylab/netem"
)

// EventLog writes events.csv: a row for each thing that happened to each packet, in order of time. Errors of the writer
// are told by Flush.
type EventLog struct {
	w      *bufio.Writer
	run    string
	frames Frames
	row    []byte
}

// eventColumns names the columns. Frame is the number in the named end's capture; packet, copy and, for fragments, offset
// together tell packets apart; an answer has the numbers of the packet that it answers. Bytes are those of the IP packet;
// waiting and waiting_bytes are what is in the link's queue after the event; offset is where a fragment's data begin in its
// packet's.
const eventColumns = "run,time_s,link,event,packet,copy,bytes,cause,capture,frame,protocol,source,destination,seq,ack,flags,payload," +
	"waiting,waiting_bytes,offset\n"

// NewEventLog returns a log that writes to w, beginning with the names of the columns.
func NewEventLog(w io.Writer) *EventLog {
	l := &EventLog{w: bufio.NewWriterSize(w, 256<<10)}
	l.w.WriteString(eventColumns) // its error sticks
	return l
}

// Begin starts the rows of another run, "udp" or "tcp", whose frames count from 1.
func (l *EventLog) Begin(run string) { l.run, l.frames = run, Frames{} }

// Flush writes what is left and returns the first error.
func (l *EventLog) Flush() error { return l.w.Flush() }

// Observe implements netem.Observer.
func (l *EventLog) Observe(e netem.Event) {
	at, frame := l.frames.Count(e)
	b := append(l.row[:0], l.run...)
	b = appendSeconds(append(b, ','), e.At)
	b = append(append(b, ','), e.Link...)
	b = append(append(b, ','), e.Kind.String()...)
	b = strconv.AppendUint(append(b, ','), e.Packet.ID, 10)
	b = strconv.AppendInt(append(b, ','), int64(e.Packet.Copy), 10)
	b = strconv.AppendInt(append(b, ','), int64(e.Packet.Size()), 10)
	b = append(appendWords(append(b, ','), e.By), ',')
	if frame > 0 {
		b = append(append(b, at.String()...), ',')
		b = strconv.AppendInt(b, int64(frame), 10)
	} else {
		b = append(b, ',')
	}
	b = appendHeader(append(b, ','), e.Packet)
	b = strconv.AppendInt(append(b, ','), int64(e.Waiting), 10)
	b = strconv.AppendInt(append(b, ','), int64(e.WaitingBytes), 10)
	if b = append(b, ','); e.Packet.Fragment {
		b = strconv.AppendInt(b, int64(e.Packet.Offset), 10)
	}
	l.row = append(b, '\n')
	l.w.Write(l.row)
}

// appendHeader writes the columns from protocol on.
func appendHeader(b []byte, p *netem.Packet) []byte {
	h, ok := p.Header()
	if !ok {
		return append(b, ",,,,,,"...)
	}
	switch h.Proto {
	case netem.ProtoTCP:
		b = append(b, "tcp,"...)
	case netem.ProtoUDP:
		b = append(b, "udp,"...)
	case netem.ProtoICMP, netem.ProtoICMPv6:
		b = append(b, "icmp,"...)
	default:
		b = append(strconv.AppendInt(b, int64(h.Proto), 10), ',')
	}
	b = append(appendEnd(b, h.Src), ',')
	b = append(appendEnd(b, h.Dst), ',')
	if h.Proto == netem.ProtoTCP {
		b = append(strconv.AppendUint(b, uint64(h.Seq), 10), ',')
		b = append(strconv.AppendUint(b, uint64(h.Ack), 10), ',')
		b = append(appendFlags(b, h.Flags), ',')
	} else {
		b = append(b, ",,,"...)
	}
	return strconv.AppendInt(b, int64(len(h.Payload)), 10)
}

// appendEnd writes an address, and the port if there is one.
func appendEnd(b []byte, end netip.AddrPort) []byte {
	if end.Port() == 0 {
		return end.Addr().AppendTo(b)
	}
	return end.AppendTo(b)
}

// appendWords writes a cause. A model made elsewhere may use any words: RFC 4180 section 2, "Fields containing line breaks
// (CRLF), double quotes, and commas should be enclosed in double-quotes".
func appendWords(b []byte, words string) []byte {
	if !strings.ContainsAny(words, ",\"\r\n") {
		return append(b, words...)
	}
	return append(append(append(b, '"'), strings.ReplaceAll(words, `"`, `""`)...), '"')
}

// appendFlags writes TCP's flags as tcpdump does: "S", "S.", "P.", a dot for ACK.
func appendFlags(b []byte, flags uint8) []byte {
	for _, f := range [...]struct {
		bit  uint8
		name byte
	}{{netem.SYN, 'S'}, {netem.FIN, 'F'}, {netem.PSH, 'P'}, {netem.RST, 'R'}, {netem.ACK, '.'}} {
		if flags&f.bit != 0 {
			b = append(b, f.name)
		}
	}
	return b
}

// appendSeconds writes t, at least 0, with nine decimals.
func appendSeconds(b []byte, t netem.Time) []byte {
	b = append(strconv.AppendInt(b, int64(t)/1e9, 10), '.')
	for digit := int64(1e8); digit > 0; digit /= 10 {
		b = append(b, '0'+byte(int64(t)/digit%10))
	}
	return b
}
