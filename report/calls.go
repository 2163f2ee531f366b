package report

import (
	"bufio"
	"fmt"
	"io"
	"net/netip"
	"strconv"
	"strings"

	"lossylab/netem"
)

// Call is a socket call of a program, in the names of Berkeley sockets.
type Call struct {
	Host    string // "client" or "server"
	Program int    // number of the client; 0 on the server
	Name    string // "recvfrom"
	FD      int    // descriptor; -1 for socket, which makes one
	Data    string // what was sent or received, quoted by Quote
	Args    string // what follows it: "65507", "30, 10.0.0.2:9000"
	Result  string // "30", "4 [10.0.0.1:49152]", "-1 EAGAIN"; "?" if it never returned
	Peer    netip.AddrPort
	NewFD   int // accept: the descriptor of the connection
	Begin   netem.Time
	End     netem.Time // -1 if it never returned

	begun, ended int // places among the events of packets and calls
}

// CallDataShown is how many bytes of what is sent and received Quote shows.
const CallDataShown = 32

// Quote writes the first bytes of b between quotes, as strace does, with an ellipsis behind them if there are more.
func Quote(b []byte) string {
	s, more := string(b), ""
	if len(b) > CallDataShown {
		cut := CallDataShown
		for i := cut; i > cut-4; i-- { // not within a letter
			if b[i]&0xc0 != 0x80 {
				cut = i
				break
			}
		}
		s, more = s[:cut], "..."
	}
	return strconv.Quote(s) + more
}

// Arguments returns what stands between the parentheses.
func (c *Call) Arguments() string {
	var parts []string
	if c.FD >= 0 {
		parts = append(parts, strconv.Itoa(c.FD))
	}
	for _, s := range []string{c.Data, c.Args} {
		if s != "" {
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, ", ")
}

// String writes the call as strace does: recv(3, "HELLO\n", 65536) = 6.
func (c *Call) String() string {
	return c.Name + "(" + c.Arguments() + ") = " + c.Result
}

// waits reports whether the call took time, or never returned.
func (c *Call) waits() bool { return c.End != c.Begin }

// failed reports whether its result is an error.
func (c *Call) failed() bool { return strings.HasPrefix(c.Result, "-1") }

// callRecorder keeps the first calls of a run.
type callRecorder struct {
	calls []Call
	total int
}

// CallBegan takes a call at its beginning. If it is to be kept, CallEnded is told how it ended.
func (c *Collector) CallBegan(call Call, keep int) (number int, kept bool) {
	r := &c.calls
	r.total++
	if len(r.calls) >= keep {
		return 0, false
	}
	call.End, call.Result = -1, "?"
	call.begun, call.ended = c.ladder.tick(), -1
	r.calls = append(r.calls, call)
	return len(r.calls) - 1, true
}

// CallEnded takes the same call when it has returned.
func (c *Collector) CallEnded(number int, call Call) {
	call.begun, call.ended = c.calls.calls[number].begun, c.ladder.tick()
	c.calls.calls[number] = call
}

// WriteCalls writes calls.csv: a row for each call that was kept, in the order in which they began. An end that did not come
// is empty.
func WriteCalls(w io.Writer, flows []*Flow) error {
	b := bufio.NewWriter(w)
	fmt.Fprintln(b, "run,host,program,call,arguments,result,begin_s,end_s")
	for _, f := range flows {
		for i := range f.Calls {
			c := &f.Calls[i]
			row := append([]byte(f.Proto+","+c.Host+","), strconv.Itoa(c.Program)+","+c.Name+","...)
			row = append(appendWords(row, c.Arguments()), ',')
			row = append(appendWords(row, c.Result), ',')
			row = append(appendSeconds(row, c.Begin), ',')
			if c.End >= 0 {
				row = appendSeconds(row, c.End)
			}
			b.Write(append(row, '\n'))
		}
	}
	return b.Flush()
}
