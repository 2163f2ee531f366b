package app

import (
	"bufio"
	"errors"
	"io"
	"net"
	"syscall"
	"time"

	"lossylab/sim"
)

// Server returns what it gets, transformed, to any number of clients: each datagram by a datagram, and what comes over a TCP
// connection on the same connection, in order.
type Server struct {
	Network string // "udp" or "tcp"; "udp4" and so on
	Address string // ":9000", "127.0.0.1:0"
	Answer  Transformation

	// TCP: what has come is answered at once, be it a line or not, as by the servers of textbooks; but for transformations
	// that need a line. Otherwise each line is answered when it is whole.
	AtOnce bool

	Once bool         // only the first datagram or connection is answered
	Told func(Served) // of each answer, if not nil; on engines in real time from several goroutines
}

// Served is something that a Server did. Of a TCP connection there are a Connected, any number of answers, and a Closed.
type Served struct {
	Kind     ServedKind
	At       time.Time
	Network  string
	Client   net.Addr
	In, Out  int   // bytes of the answer, and of what it answers
	Err      error // Unanswered, Closed: why; nil if the client had finished
	Answered int   // Closed: bytes of all answers
}

// ServedKind says what a Server did.
type ServedKind uint8

// The kinds of what a Server does.
const (
	Connected  ServedKind = iota
	Answered              // sent an answer
	Unanswered            // could not send one: it is longer than a datagram
	Closed
)

// MaxTCPLine is the longest line, bytes with its end, that a Server keeps together for one client, and the longest answer that a
// client waits for.
const MaxTCPLine = 16 << 20

// ErrLongLine says that a line is longer than MaxTCPLine.
var ErrLongLine = errors.New("a line of more than 16 MiB")

// Start announces and returns the address. It answers until the socket fails.
func (s Server) Start(h sim.Host) (net.Addr, error) {
	if s.Network[:3] == "udp" {
		conn, err := h.ListenPacket(s.Network, s.Address)
		if err != nil {
			return nil, err
		}
		h.Go(func() { s.answerDatagrams(h, conn) })
		return conn.LocalAddr(), nil
	}
	ln, err := h.Listen(s.Network, s.Address)
	if err != nil {
		return nil, err
	}
	h.Go(func() { s.accept(h, ln) })
	return ln.Addr(), nil
}

func (s Server) tell(h sim.Host, e Served) {
	if s.Told != nil {
		e.At, e.Network = h.Now(), s.Network
		s.Told(e)
	}
}

func (s Server) answerDatagrams(h sim.Host, conn net.PacketConn) {
	defer conn.Close()
	b := make([]byte, MaxMessage)
	for {
		n, from, err := conn.ReadFrom(b)
		if err != nil {
			return
		}
		e := Served{Kind: Answered, Client: from, In: n}
		e.Out, err = conn.WriteTo(s.Answer.Apply(b[:n]), from)
		if err != nil { // one more answer that is lost
			e.Kind, e.Err = Unanswered, err
		}
		s.tell(h, e)
		if s.Once {
			return
		}
	}
}

// accept gives each connection a program of its own.
func (s Server) accept(h sim.Host, ln net.Listener) {
	defer ln.Close()
	for {
		conn, err := ln.Accept()
		switch {
		case errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE) || errors.Is(err, syscall.ECONNABORTED):
			h.Sleep(10 * time.Millisecond) // others will close theirs
			continue
		case err != nil:
			return
		case s.Once:
			ln.Close()
			s.converse(h, conn)
			return
		}
		h.Go(func() { s.converse(h, conn) })
	}
}

// converse answers what comes over a connection until it ends.
func (s Server) converse(h sim.Host, conn net.Conn) {
	defer conn.Close()
	s.tell(h, Served{Kind: Connected, Client: conn.RemoteAddr()})
	c := conversation{s, h, conn, 0}
	var err error
	if s.AtOnce && !s.Answer.lines {
		err = c.atOnce()
	} else {
		err = c.byLines()
	}
	if err == io.EOF {
		err = nil
	}
	s.tell(h, Served{Kind: Closed, Client: conn.RemoteAddr(), Answered: c.answered, Err: err})
}

// conversation is one connection of a Server.
type conversation struct {
	Server
	host     sim.Host
	conn     net.Conn
	answered int
}

func (c *conversation) answer(b []byte) error {
	n, err := c.conn.Write(c.Answer.Apply(b))
	c.answered += n
	if err == nil {
		c.tell(c.host, Served{Kind: Answered, Client: c.conn.RemoteAddr(), In: len(b), Out: n})
	}
	return err
}

// atOnce answers whatever a read returns.
func (c *conversation) atOnce() error {
	b, held := make([]byte, 64<<10), 0
	for {
		n, err := c.conn.Read(b[held:])
		n += held
		ready := n
		if err == nil {
			ready = whole(b[:n])
		}
		if ready > 0 {
			if err := c.answer(b[:ready]); err != nil {
				return err
			}
		}
		held = copy(b, b[ready:n])
		if err != nil {
			return err
		}
	}
}

// byLines answers line by line, and at the end what has come of one.
func (c *conversation) byLines() error {
	in := bufio.NewReaderSize(c.conn, 64<<10)
	for {
		line, err := readLine(in)
		if len(line) > 0 && (err == nil || err == io.EOF) {
			if err := c.answer(line); err != nil {
				return err
			}
		}
		if err != nil {
			return err
		}
	}
}

// readLine reads a line with its end. With an error it returns what has come of one.
func readLine(in *bufio.Reader) (line []byte, err error) {
	for {
		part, err := in.ReadSlice('\n')
		line = append(line, part...)
		if err != bufio.ErrBufferFull {
			return line, err
		}
		if len(line) >= MaxTCPLine {
			return line, ErrLongLine
		}
	}
}
