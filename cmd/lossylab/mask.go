package main

import (
	"context"
	"fmt"
	"io"
	"net/netip"

	"github.com/spf13/pflag"

	"lossylab/report/match"
)

// maskFlags are mask's flags as they were written.
type maskFlags struct {
	proto, direction string
	port             int
	from             string
	output           string
	quiet            bool
}

func (f *maskFlags) set() *pflag.FlagSet {
	s := newFlagSet("mask")
	s.StringVar(&f.proto, "proto", "", "only packets of `PROTO`: tcp or udp (default: of captures all; of a run the one that it ran)")
	s.StringVar(&f.direction, "direction", "up", "of a run: the link `WAY`, up (client to server) or down")
	s.IntVar(&f.port, "port", 0, "of captures: only packets from or to port `N`")
	s.StringVar(&f.from, "from", "", "of captures: packets from `ADDRESS` (default: the host that SENT was taken at; how it was found is told)")
	s.StringVarP(&f.output, "output", "o", "", "write the mask to `FILE` (default: standard output)")
	s.BoolVarP(&f.quiet, "quiet", "q", false, "print no notes on standard error")
	return s
}

// maskCommand is lossylab mask: the losses of a run or between two captures, as a mask that a link can replay.
func maskCommand(ctx context.Context, args []string, s streams) error {
	var f maskFlags
	set := f.set()
	if err := set.Parse(args); err != nil {
		return flagError(set, err)
	}
	proto, err := f.protocol()
	if err != nil {
		return err
	}
	if err := writable("output", f.output, set.Args()); err != nil {
		return err
	}
	notes := io.Discard
	if !f.quiet {
		notes = s.err
	}
	var m *mask
	switch set.NArg() {
	case 1:
		if changed(set, "port", "from") {
			return usagef("--port and --from are for captures: the models of a run's link count all packets that come to them")
		}
		m, err = maskOfRun(ctx, set.Arg(0), &f, notes)
	case 2:
		if set.Changed("direction") {
			return usagef("--direction is for the results of a run: of two captures, name the sender's first")
		}
		var filter match.Filter
		if filter, err = f.filter(set, proto); err == nil {
			m, err = maskOfPair(ctx, set.Arg(0), set.Arg(1), filter, notes)
		}
	default:
		return usagef("mask takes two captures, the sender's and the receiver's, or the results folder of one run, but there are %d arguments: 'lossylab help mask' has examples", set.NArg())
	}
	if err != nil {
		return err
	}
	return m.save(f.output, s.out)
}

// protocol checks --proto. 0 is all protocols.
func (f *maskFlags) protocol() (int, error) {
	switch f.proto {
	case "":
		return 0, nil
	case "tcp":
		return match.TCP, nil
	case "udp":
		return match.UDP, nil
	}
	return 0, usagef("--proto %q: there are tcp and udp", f.proto)
}

// filter checks what is for captures only.
func (f *maskFlags) filter(set *pflag.FlagSet, proto int) (match.Filter, error) {
	if set.Changed("port") && (f.port < 1 || f.port > 65535) {
		return match.Filter{}, usagef("--port %d: want a number from 1 to 65535", f.port)
	}
	c := match.Filter{Proto: proto, Port: uint16(f.port)}
	if set.Changed("from") {
		a, err := netip.ParseAddr(f.from)
		if err != nil {
			return c, usagef("--from %q: want an IPv4 or IPv6 address, such as 10.0.0.1", f.from)
		}
		c.From = a.Unmap().WithZone("")
	}
	return c, nil
}

func maskHelp(w io.Writer) {
	fmt.Fprint(w, `
A mask says which packets of a link were lost: lose the same ones again with 'loss mask FILE' in a SPEC. Of two captures,
SENT was taken where packets were sent and RECEIVED where they should have arrived; of a run, DIR is its results folder.

`)
	var f maskFlags
	fmt.Fprint(w, f.set().FlagUsagesWrapped(110))
	fmt.Fprint(w, maskFormat)
}

const maskFormat = `
Captures are pcap or pcapng files of any program, of Ethernet, raw IP, Linux cooked or BSD loopback; they may be of any size
and cut, and their clocks may differ. A packet is known again by all that does not change on its way. Packets of the same
content are told apart by time, and where that leaves a doubt they are counted as ambiguous. What arrived damaged is not
lost. Standard error has the counts.

The mask is text: 'sent N', then the numbers of the lost packets from 1 in increasing order, one or a range A-B a line.
  of captures   every packet that was sent counts
  of a run      every packet counts that the link's models judged, in that order, so that 'loss mask' on a link with the same
                queue loses the same: what the queue dropped before is not in the mask

Examples:
  lossylab mask client.pcap server.pcap > lost.mask
  lossylab mask server.pcap client.pcap --from 192.0.2.1 --proto udp --port 5004 -o lost.mask
  lossylab mask lossylab-out --proto tcp --direction down -o acks.mask
  lossylab run --link "rate 10mbit delay 20ms loss mask lost.mask"
`
