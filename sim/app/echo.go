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
// otherwise tell a late answer from the one it waits for. On TCP each ends with a line feed, and so it does in a datagram.
//
// A plain client sends lines as they are, for servers that know of no numbers: over TCP with a line feed, in a datagram
// without. It takes whatever comes next for the answer, if it is Trusting.
type Echo struct {
	Network string // "udp" or "tcp"
	Server  string
	Flow    int
	Lines   [][]byte      // without line ends
	Next    func() []byte // returns further lines, one at a time; nil at their end. Nil: there are none
	Gap     time.Duration // between an answer and the next line

	// UDP: how long the client waits for an answer, and how often it then sends the line again. TCP needs neither.
	Timeout time.Duration
	Retries int

	Plain    bool                // lines travel without numbers
	Expect   func([]byte) []byte // what the answer to a line is; nil: what Transform makes of it
	Trusting bool                // any answer to a line will do
	Patience time.Duration       // TCP: how long the client waits for an answer; 0: for ever

	Observer Observer
}

// MaxLine is the longest line, bytes, that fits into a datagram behind its number.
const MaxLine = MaxMessage - len("4294967295 ") - len("\n")

// Client connects, sends its lines, checks the answers and closes. It returns the first error of a socket; an answer
// that does not come is none.
func (e Echo) Client(h sim.Host) error {
	conn, err := h.Dial(context.Background(), e.Network, e.Server)
	if err != nil {
		return err
	}
	defer conn.Close()
	c := echoClient{Echo: e, host: h, conn: conn, in: bufio.NewReaderSize(conn, 64<<10)}
	for seq := 0; c.more(seq); seq++ {
		if seq > 0 && e.Gap > 0 {
			h.Sleep(e.Gap)
		}
		if err := c.ask(seq, c.Lines[seq]); err != nil {
			return err
		}
	}
	return c.linger()
}

// more reports whether there is a line seq.
func (c *echoClient) more(seq int) bool {
	if seq < len(c.Lines) {
		return true
	}
	if c.Next == nil {
		return false
	}
	line := c.Next()
	if line != nil {
		c.Lines = append(c.Lines, line)
	}
	return line != nil
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

// request is what travels: the number, a space, the line and its end, or the line alone.
func (c *echoClient) request(seq int, line []byte) []byte {
	if c.Plain && c.Network == "udp" {
		return line
	}
	if c.Plain {
		return append(line[:len(line):len(line)], '\n')
	}
	b := strconv.AppendInt(make([]byte, 0, len(line)+12), int64(seq), 10)
	b = append(append(b, ' '), line...)
	return append(b, '\n')
}

// ask sends a line until its answer comes or the retries are used up.
func (c *echoClient) ask(seq int, line []byte) error {
	b := c.request(seq, line)
	c.asked = append(c.asked, c.host.Now())
	for try := 0; try <= c.Retries || c.Network == "tcp"; try++ {
		kind := Sent
		if try > 0 {
			kind = Retried
		}
		c.Observer.Observe(Event{Kind: kind, At: c.host.Now(), Flow: c.Flow, Seq: seq, Bytes: len(b)})
		if err := c.write(b); err != nil {
			return err
		}
		err := c.await(seq)
		if c.Network == "tcp" || !errors.Is(err, os.ErrDeadlineExceeded) {
			return err
		}
	}
	c.Observer.Observe(Event{Kind: GaveUp, At: c.host.Now(), Flow: c.Flow, Seq: seq})
	return nil
}

// write sends a request. A server may answer the beginning of a long one and want that read before it takes more: then
// another program writes while this one reads.
func (c *echoClient) write(b []byte) error {
	if c.Network == "udp" || len(b) <= MaxMessage {
		_, err := c.conn.Write(b)
		return err
	}
	c.host.Go(func() { c.conn.Write(b) }) // the reader meets the end of a connection that has failed
	return nil
}

// await reads until the answer to seq comes. Answers to other lines are told of and passed over.
func (c *echoClient) await(seq int) error {
	switch {
	case c.Network == "udp":
		c.conn.SetReadDeadline(c.host.Now().Add(c.Timeout))
	case c.Patience > 0:
		c.conn.SetReadDeadline(c.host.Now().Add(c.Patience))
	}
	for {
		answer, err := c.read()
		if err != nil {
			return err
		}
		if c.check(answer, seq) == seq {
			return nil
		}
	}
}

// linger waits once more for answers that are late: they are duplicates or came to lines that were given up. A plain client
// could not tell which.
func (c *echoClient) linger() error {
	if c.Network == "tcp" || c.Plain {
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
		line, err := readLine(c.in)
		if c.Plain && len(line) > 0 && (err == io.EOF || errors.Is(err, os.ErrDeadlineExceeded)) {
			err = nil // an answer without a line's end
		}
		if err == io.EOF {
			err = io.ErrUnexpectedEOF // the server hung up before it had answered
		}
		return line, err
	}
	n, err := c.conn.Read(c.buf[:])
	return c.buf[:n], err
}

// check tells of an answer to seq or an earlier line, and returns the number of its line, or -1 if it is not what was to come.
func (c *echoClient) check(answer []byte, seq int) int {
	e := Event{Kind: Corrupt, At: c.host.Now(), Flow: c.Flow, Bytes: len(answer), Data: answer}
	text := bytes.TrimSuffix(answer, []byte("\n"))
	if !c.Plain {
		number, rest, _ := bytes.Cut(text, []byte(" "))
		n, err := strconv.Atoi(string(number))
		if err != nil {
			n = -1
		}
		seq, text = n, rest
	}
	if seq < 0 || seq >= len(c.asked) || !c.expected(text, c.Lines[seq]) {
		c.Observer.Observe(e)
		return -1
	}
	e.Kind, e.Seq, e.Sent, e.Data = Received, seq, c.asked[seq], text
	c.Observer.Observe(e)
	return seq
}

// expected reports whether text can be the answer to line.
func (c *echoClient) expected(text, line []byte) bool {
	switch {
	case c.Trusting:
		return true
	case c.Expect != nil:
		return bytes.Equal(text, c.Expect(line))
	}
	return bytes.Equal(text, Transform(line))
}

// Serve announces on port and answers any number of clients until the socket fails.
func (e Echo) Serve(h sim.Host, port int) error {
	_, err := Server{Network: e.Network, Address: fmt.Sprintf(":%d", port)}.Start(h)
	return err
}
