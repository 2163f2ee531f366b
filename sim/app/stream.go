package app

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"time"

	"lossylab/sim"
)

// Stream is a client that sends numbered messages and a server that checks them: the same messages over UDP datagrams
// and over a TCP connection.
type Stream struct {
	Network string // "udp" or "tcp"
	Server  string // "10.0.0.2:9000"; the server announces on the same port
	Flow    int    // number of this client, from 0

	Size     int           // of a message, bytes: HeaderLen to MaxMessage
	Interval time.Duration // between messages; 0: as fast as the socket takes them

	// What ends the stream, whichever comes first; 0 is no end.
	Messages int
	Duration time.Duration

	Input  []byte // the content of the messages, cut into pieces of Size-HeaderLen; its end ends the stream. Nil: filler
	Buffer int    // bytes that the client gathers before it writes to a TCP connection; 0: each message by itself

	Observer Observer
}

// filler is the content where there is no input: a ramp, so that a reader of captures sees at once what is missing.
var filler = func() []byte {
	b := make([]byte, MaxMessage)
	for i := range b {
		b[i] = byte(i)
	}
	return b
}()

// validate says what cannot be sent, or would never end.
func (s Stream) validate() error {
	switch {
	case s.Size < HeaderLen || s.Size > MaxMessage:
		return fmt.Errorf("app: a message has %d to %d bytes, not %d", HeaderLen, MaxMessage, s.Size)
	case s.Size == HeaderLen && len(s.Input) > 0:
		return fmt.Errorf("app: a message of %d bytes has no room for input: want %d at least", s.Size, HeaderLen+1)
	case s.Network == "udp" && s.Interval == 0 && s.Messages == 0 && s.Input == nil:
		return errors.New("app: nothing slows a UDP socket down: want an interval or a number of messages")
	}
	return nil
}

// Client connects, sends its messages and closes. It returns the first error of a socket.
func (s Stream) Client(h sim.Host) error {
	if err := s.validate(); err != nil {
		return err
	}
	conn, err := h.Dial(context.Background(), s.Network, s.Server)
	if err != nil {
		return err
	}
	defer conn.Close()
	out, room := s.writer(conn), make([]byte, 0, s.Size)
	start := h.Now()
	for seq := 0; s.more(seq, h.Now().Sub(start)); seq++ {
		if s.Interval > 0 {
			h.Sleep(start.Add(time.Duration(seq) * s.Interval).Sub(h.Now()))
		}
		if err := s.send(h, out, room, seq); err != nil {
			return err
		}
	}
	if b, ok := out.(*bufio.Writer); ok {
		return b.Flush()
	}
	return nil
}

func (s Stream) writer(conn net.Conn) io.Writer {
	if s.Buffer > 0 && s.Network == "tcp" {
		return bufio.NewWriterSize(conn, s.Buffer)
	}
	return conn
}

// more reports whether there is a message seq to be sent when the stream has lasted for age.
func (s Stream) more(seq int, age time.Duration) bool {
	switch {
	case s.Messages > 0 && seq >= s.Messages:
		return false
	case s.Input != nil && seq*s.piece() >= len(s.Input):
		return false
	}
	next := age
	if s.Interval > 0 {
		next = time.Duration(seq) * s.Interval
	}
	return s.Duration == 0 || next < s.Duration
}

// piece is how much of the input a message carries.
func (s Stream) piece() int { return s.Size - HeaderLen }

// send makes message seq in room and writes it.
func (s Stream) send(h sim.Host, out io.Writer, room []byte, seq int) error {
	m := message{flow: s.Flow, seq: seq, sent: h.Now(), content: filler[:s.piece()]}
	if s.Input != nil {
		m.content = s.Input[seq*s.piece() : min((seq+1)*s.piece(), len(s.Input))]
	}
	b := m.append(room)
	s.Observer.Observe(Event{Kind: Sent, At: m.sent, Flow: s.Flow, Seq: seq, Bytes: len(b)})
	_, err := out.Write(b)
	return err
}

// Serve announces on port and takes in messages from any number of clients until the socket fails. It returns only what
// went wrong before the first message.
func (s Stream) Serve(h sim.Host, port int) error {
	at := fmt.Sprintf(":%d", port)
	if s.Network == "udp" {
		conn, err := h.ListenPacket(s.Network, at)
		if err != nil {
			return err
		}
		h.Go(func() { s.takeDatagrams(h, conn) })
		return nil
	}
	ln, err := h.Listen(s.Network, at)
	if err != nil {
		return err
	}
	h.Go(func() {
		defer ln.Close()
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			h.Go(func() { s.takeStream(h, conn) })
		}
	})
	return nil
}

// takeDatagrams reads messages as they come, one to a datagram.
func (s Stream) takeDatagrams(h sim.Host, conn net.PacketConn) {
	defer conn.Close()
	b := make([]byte, MaxMessage)
	for {
		n, _, err := conn.ReadFrom(b)
		if err != nil {
			return
		}
		s.take(h, b[:n])
	}
}

// takeStream reads messages from a connection, which has no notion of them: the header tells where one ends.
func (s Stream) takeStream(h sim.Host, conn net.Conn) {
	defer conn.Close()
	in := bufio.NewReaderSize(conn, 64<<10)
	b := make([]byte, HeaderLen+math.MaxUint16) // whatever a header says
	for {
		if _, err := io.ReadFull(in, b[:HeaderLen]); err != nil {
			return
		}
		n := HeaderLen + contentLen(b)
		if _, err := io.ReadFull(in, b[HeaderLen:n]); err != nil {
			return
		}
		if !s.take(h, b[:n]) {
			return // a stream that has lost its place finds none again
		}
	}
}

// take checks a message and tells of it.
func (s Stream) take(h sim.Host, b []byte) bool {
	now := h.Now()
	m, err := parseMessage(b)
	if err != nil {
		s.Observer.Observe(Event{Kind: Corrupt, At: now, Bytes: len(b)})
		return false
	}
	s.Observer.Observe(Event{Kind: Received, At: now, Flow: m.flow, Seq: m.seq, Bytes: len(b), Sent: m.sent,
		Offset: int64(m.seq) * int64(s.piece()), Data: m.content})
	return true
}
