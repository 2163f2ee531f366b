package app

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"time"

	"lossylab/sim"
)

// Echo is a client that sends lines, one after the other's answer, and a server that returns each of them in upper case.
// A line travels behind its number, "17 hello", and so does the answer, "17 HELLO": over UDP the client could not
// otherwise tell a late answer from the one it waits for.
type Echo struct {
	Network string // "udp" or "tcp"
	Server  string
	Flow    int
	Lines   [][]byte      // without line ends
	Gap     time.Duration // between an answer and the next line

	// UDP: how long the client waits for an answer, and how often it then sends the line again. TCP needs neither.
	Timeout time.Duration
	Retries int

	Observer Observer
}

// MaxLine is the longest line, bytes, that fits into a datagram behind its number.
const MaxLine = MaxMessage - len("4294967295 ") - len("\n")

// Transform is what the server does to a line.
func Transform(line []byte) []byte { return bytes.ToUpper(line) }

// Client connects, sends its lines, checks the answers and closes. It returns the first error of a socket; an answer
// that does not come is none.
func (e Echo) Client(h sim.Host) error {
	conn, err := h.Dial(context.Background(), e.Network, e.Server)
	if err != nil {
		return err
	}
	defer conn.Close()
	c := echoClient{Echo: e, host: h, conn: conn, in: bufio.NewReaderSize(conn, 64<<10)}
	for seq, line := range e.Lines {
		if seq > 0 && e.Gap > 0 {
			h.Sleep(e.Gap)
		}
		if err := c.ask(seq, line); err != nil {
			return err
		}
	}
	return c.linger()
}

// echoClient is a client at work.
type echoClient struct {
	Echo
	host  sim.Host
	conn  net.Conn
	in    *bufio.Reader
	buf   [MaxMessage]byte
	asked []time.Time // when each line was first sent
}

// request is what travels: the number, a space, the line and its end.
func request(seq int, line []byte) []byte {
	b := strconv.AppendInt(make([]byte, 0, len(line)+12), int64(seq), 10)
	b = append(append(b, ' '), line...)
	return append(b, '\n')
}

// ask sends a line until its answer comes or the retries are used up.
func (c *echoClient) ask(seq int, line []byte) error {
	b := request(seq, line)
	c.asked = append(c.asked, c.host.Now())
	for try := 0; try <= c.Retries || c.Network == "tcp"; try++ {
		kind := Sent
		if try > 0 {
			kind = Retried
		}
		c.Observer.Observe(Event{Kind: kind, At: c.host.Now(), Flow: c.Flow, Seq: seq, Bytes: len(b)})
		if _, err := c.conn.Write(b); err != nil {
			return err
		}
		err := c.await(seq)
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			return err
		}
	}
	c.Observer.Observe(Event{Kind: GaveUp, At: c.host.Now(), Flow: c.Flow, Seq: seq})
	return nil
}

// await reads until the answer to seq comes. Answers to other lines are told of and passed over.
func (c *echoClient) await(seq int) error {
	if c.Network == "udp" {
		c.conn.SetReadDeadline(c.host.Now().Add(c.Timeout))
	}
	for {
		answer, err := c.read()
		if err != nil {
			return err
		}
		if c.check(answer) == seq {
			return nil
		}
	}
}

// linger waits once more for answers that are late: they are duplicates or came to lines that were given up.
func (c *echoClient) linger() error {
	if c.Network == "tcp" {
		return nil
	}
	err := c.await(len(c.Lines)) // there is no such line
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return nil
	}
	return err
}

// read returns the next answer: a datagram, or a line of the stream.
func (c *echoClient) read() ([]byte, error) {
	if c.Network == "tcp" {
		line, err := c.in.ReadBytes('\n')
		if err == io.EOF {
			err = io.ErrUnexpectedEOF // the server hung up before it had answered
		}
		return line, err
	}
	n, err := c.conn.Read(c.buf[:])
	return c.buf[:n], err
}

// check tells of an answer and returns the number of its line, or -1 if it is not what was to come.
func (c *echoClient) check(answer []byte) int {
	e := Event{Kind: Corrupt, At: c.host.Now(), Flow: c.Flow, Bytes: len(answer)}
	number, text, _ := bytes.Cut(bytes.TrimSuffix(answer, []byte("\n")), []byte(" "))
	seq, err := strconv.Atoi(string(number))
	if err != nil || seq < 0 || seq >= len(c.asked) || !bytes.Equal(text, Transform(c.Lines[seq])) {
		c.Observer.Observe(e)
		return -1
	}
	e.Kind, e.Seq, e.Sent, e.Data = Received, seq, c.asked[seq], text
	c.Observer.Observe(e)
	return seq
}

// Serve announces on port and answers any number of clients until the socket fails.
func (e Echo) Serve(h sim.Host, port int) error {
	at := fmt.Sprintf(":%d", port)
	if e.Network == "udp" {
		conn, err := h.ListenPacket(e.Network, at)
		if err != nil {
			return err
		}
		h.Go(func() { answerDatagrams(conn) })
		return nil
	}
	ln, err := h.Listen(e.Network, at)
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
			h.Go(func() { answerLines(conn) })
		}
	})
	return nil
}

func answerDatagrams(conn net.PacketConn) {
	defer conn.Close()
	b := make([]byte, MaxMessage)
	for {
		n, from, err := conn.ReadFrom(b)
		if err != nil {
			return
		}
		conn.WriteTo(Transform(b[:n]), from) // an answer that cannot be sent is one more that is lost
	}
}

func answerLines(conn net.Conn) {
	defer conn.Close()
	in := bufio.NewReaderSize(conn, 64<<10)
	for {
		line, err := in.ReadBytes('\n')
		if err != nil {
			return
		}
		if _, err := conn.Write(Transform(line)); err != nil {
			return
		}
	}
}
