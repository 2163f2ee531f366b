//go:build linux

package kernel

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"strconv"
	"strings"

	"lossylab/sim"
)

// tcpCounters are what a host's TCP has done, for all its connections together.
type tcpCounters = sim.TCPStats

// tables reads the counters of the calling thread's namespace: "Tcp.RetransSegs".
func tables() map[string]uint64 {
	all := map[string]uint64{}
	for _, name := range []string{"snmp", "netstat"} {
		b, err := os.ReadFile("/proc/thread-self/net/" + name)
		if err != nil {
			continue
		}
		lines := strings.Split(string(b), "\n")
		for i := 0; i+1 < len(lines); i += 2 { // a line of names, and one of numbers
			names, numbers := strings.Fields(lines[i]), strings.Fields(lines[i+1])
			for k := 1; k < min(len(names), len(numbers)); k++ {
				n, _ := strconv.ParseUint(numbers[k], 10, 64)
				all[strings.TrimSuffix(names[0], ":")+"."+names[k]] = n
			}
		}
	}
	b, _ := os.ReadFile("/proc/thread-self/net/snmp6")
	for s := bufio.NewScanner(bytes.NewReader(b)); s.Scan(); {
		if f := strings.Fields(s.Text()); len(f) == 2 {
			n, _ := strconv.ParseUint(f[1], 10, 64)
			all[f[0]] = n
		}
	}
	return all
}

// tcpOf picks what TCP did.
func tcpOf(t map[string]uint64) tcpCounters {
	return tcpCounters{
		Retransmits:    t["Tcp.RetransSegs"],
		FastRecoveries: t["TcpExt.TCPSackRecovery"] + t["TcpExt.TCPRenoRecovery"],
		Timeouts:       t["TcpExt.TCPTimeouts"],
		Spurious:       t["TcpExt.TCPFullUndo"] + t["TcpExt.TCPPartialUndo"] + t["TcpExt.TCPDSACKUndo"] + t["TcpExt.TCPLossUndo"],
		TailProbes:     t["TcpExt.TCPLossProbes"],
		ChecksumErrors: t["Tcp.InCsumErrors"],
	}
}

// hiddenDrops are the counters of packets that a host lost by itself, and what to call the place.
var hiddenDrops = []struct {
	where    string
	counters []string
}{
	{"UDP receive buffers", []string{"Udp.RcvbufErrors", "Udp6RcvbufErrors"}},
	{"UDP send buffers", []string{"Udp.SndbufErrors", "Udp6SndbufErrors"}},
	{"TCP receive buffers", []string{"TcpExt.TCPBacklogDrop", "TcpExt.TCPRcvQDrop", "TcpExt.TCPOFODrop", "TcpExt.TCPZeroWindowDrop"}},
	{"TCP listen queues", []string{"TcpExt.ListenDrops"}},
	{"IP", []string{"Ip.InDiscards", "Ip.OutDiscards", "Ip6InDiscards", "Ip6OutDiscards"}},
}

// hiddenOf returns what a host lost by itself, of its counters. So many packets as are damaged may be discarded by IP: their
// lengths are not what they were.
func hiddenOf(host string, t map[string]uint64, damaged uint64) (all []Hidden) {
	for _, h := range hiddenDrops {
		n := uint64(0)
		for _, c := range h.counters {
			n += t[c]
		}
		if h.where == "IP" {
			n -= min(n, damaged)
		}
		if n > 0 {
			all = append(all, Hidden{host + ": " + h.where, n})
		}
	}
	return all
}

// deviceDrops returns what waited for the relay and found no room, of an interface in the calling thread's namespace.
func deviceDrops(name string) (sent, received uint64, err error) {
	b, err := os.ReadFile("/proc/thread-self/net/dev")
	if err != nil {
		return 0, 0, err
	}
	for _, line := range strings.Split(string(b), "\n") {
		iface, numbers, ok := strings.Cut(line, ":")
		if f := strings.Fields(numbers); ok && strings.TrimSpace(iface) == name && len(f) >= 12 {
			received, _ = strconv.ParseUint(f[3], 10, 64)
			sent, err = strconv.ParseUint(f[11], 10, 64)
			return sent, received, err
		}
	}
	return 0, 0, fmt.Errorf("no interface %s", name)
}
