//go:build linux

package kernel

import (
	"os"
	"strconv"
	"strings"
)

// The states of TCP sockets as /proc/net/tcp has them.
const (
	stateEstablished = 0x01
	stateTimeWait    = 0x06
	stateClosed      = 0x07
	stateListen      = 0x0a
)

// socketRow is a socket as /proc/net tells it.
type socketRow struct {
	network string // "tcp" or "udp"
	port    int    // its own
	remote  bool   // it has a peer
	state   int
	waiting int // bytes, or datagrams' bytes, that were received and not read
}

// socketRows lists the sockets of the calling thread's namespace.
func socketRows(networks ...string) (all []socketRow) {
	for _, network := range networks {
		for _, file := range []string{network, network + "6"} {
			b, err := os.ReadFile("/proc/thread-self/net/" + file)
			if err != nil {
				continue
			}
			for _, line := range strings.Split(string(b), "\n") {
				if row, ok := parseSocket(network, strings.Fields(line)); ok {
					all = append(all, row)
				}
			}
		}
	}
	return all
}

// parseSocket reads a line such as "0: 0200000A:2328 00000000:0000 0A 00000000:00000000 …".
func parseSocket(network string, f []string) (row socketRow, ok bool) {
	if len(f) < 5 || !strings.HasSuffix(f[0], ":") {
		return row, false
	}
	_, port, ok1 := strings.Cut(f[1], ":")
	_, peer, ok2 := strings.Cut(f[2], ":")
	_, waiting, ok3 := strings.Cut(f[4], ":")
	if !ok1 || !ok2 || !ok3 {
		return row, false
	}
	row = socketRow{network: network, port: hex(port), remote: hex(peer) != 0, state: hex(f[3]), waiting: hex(waiting)}
	return row, true
}

func hex(s string) int {
	n, err := strconv.ParseInt(s, 16, 64)
	if err != nil {
		return 0
	}
	return int(n)
}

// quiet is what tells whether anything is still to happen in a world.
type quiet struct {
	Idle    bool      // nothing is on the links, and hosts have sent nothing that was not taken
	Offered uint64    // packets that hosts have sent so far
	Open    int       // TCP connections that are not over
	Waiting int       // datagrams that were received and not read
	Read    [2]uint64 // datagrams that programs have read so far, by host
}

// look adds what the calling thread's namespace knows.
func (q *quiet) look(host int) {
	for _, s := range socketRows("tcp", "udp") {
		switch {
		case s.network == "udp":
			q.Waiting += s.waiting
		case s.state != stateListen && s.state != stateTimeWait && s.state != stateClosed:
			q.Open++
		}
	}
	t := tables()
	q.Read[host] = t["Udp.InDatagrams"] + t["Udp6InDatagrams"]
}
