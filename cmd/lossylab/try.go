package main

import (
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"sync/atomic"
	"time"

	"lossylab/netem"
	"lossylab/sim/netstack"
)

// tryCommand is lossylab try: send paced datagrams through one link, without hosts, and tell what became of them.
func tryCommand(ctx context.Context, args []string, s streams) error {
	f, set, err := parseTryFlags(args)
	if err != nil {
		return err
	}
	t, err := newTrial(&f, set)
	if err != nil {
		return err
	}
	var sent atomic.Int64
	if !f.quiet {
		p := newProgress(s.err, func() string { return fmt.Sprintf("%d of %d packets sent", sent.Load(), t.packets) })
		defer p.done()
	}
	rec, err := t.run(ctx, &sent)
	if err != nil {
		return err
	}
	r := newTryResults(t, rec)
	if f.figure != "" {
		if err := r.writeFigure(f.figure, t.format); err != nil {
			return err
		}
	}
	switch {
	case f.json:
		return r.writeJSON(s.out, !f.noLists)
	case f.quiet:
		return nil
	}
	return r.writeText(s.out)
}

// trial is a link and the packets to be sent through it.
type trial struct {
	spec    netem.Spec
	seed    uint64
	chosen  bool // the seed was
	packets int
	traffic netem.Traffic
	ecn     bool
	level   float64       // of the intervals; 0: see confidence
	format  string        // of the figure
	columns int           // of a page that it is as wide as
	unmet   []netem.Unmet // the faults that met no packet, after the run
}

// header is what a tc line counts of a packet that is not in it: the Ethernet header.
func (t *trial) header() int {
	if t.spec.TC != nil {
		return 14
	}
	return 0
}

// stage makes the link. To a tc line the seed is the kernel's; to other links it is what it is to a run's way up.
func (t *trial) stage(o netem.Observer) (netem.Stage, error) {
	if t.spec.TC != nil {
		return netem.NewQdisc("up", *t.spec.TC, t.seed, o), nil
	}
	return netem.NewStage("up", t.spec, t.seed, o)
}

// patience is how long after the last packet was sent others are waited for. A rate can be so low, and a tc line so wrong,
// that they would take years.
const patience = netem.Time(100 * 24 * time.Hour)

// run sends the packets and fetches what arrives, each at its time.
func (t *trial) run(ctx context.Context, sent *atomic.Int64) (*record, error) {
	rec := newRecord(t.packets)
	stage, err := t.stage(rec)
	if err != nil {
		return nil, usageError{err}
	}
	data := datagram(t.traffic.Size-t.header(), t.ecn)
	for i := range t.packets {
		at := netem.Time(i) * netem.Time(t.traffic.Spacing)
		fetch(stage, at-1)
		stage.Send(at, &netem.Packet{ID: uint64(i), Data: data})
		if i%4096 == 0 {
			if ctx.Err() != nil {
				return nil, errInterrupted
			}
			sent.Store(int64(i))
		}
	}
	last := netem.Time(t.packets-1) * netem.Time(t.traffic.Spacing)
	fetch(stage, last+patience)
	rec.finish()
	t.unmet = unmetOf(stage)
	return rec, nil
}

// fetch takes from the stage what arrives until a time.
func fetch(s netem.Stage, until netem.Time) {
	for at, ok := s.Next(); ok && at <= until; at, ok = s.Next() {
		for s.Recv(at) != nil {
		}
	}
}

// datagram returns a UDP datagram of n bytes, IP header included, that all packets share: their numbers are their IDs.
func datagram(n int, ecn bool) []byte {
	const ipHeader, udp, port = 20, 17, 5000
	b := make([]byte, n)
	client, server := netstack.Addresses(false)
	b[0], b[8], b[9] = 4<<4|ipHeader/4, 64, udp
	if ecn {
		b[1] = 2 // ECT(0): RFC 3168 section 5
	}
	binary.BigEndian.PutUint16(b[2:], uint16(n))
	copy(b[12:], client.AsSlice())
	copy(b[16:], server.AsSlice())
	sum := uint32(0)
	for i := 0; i < ipHeader; i += 2 {
		sum += uint32(binary.BigEndian.Uint16(b[i:]))
	}
	sum = sum&0xffff + sum>>16
	binary.BigEndian.PutUint16(b[10:], ^uint16(sum&0xffff+sum>>16))
	binary.BigEndian.PutUint16(b[ipHeader:], port)
	binary.BigEndian.PutUint16(b[ipHeader+2:], port)
	binary.BigEndian.PutUint16(b[ipHeader+4:], uint16(n-ipHeader)) // no checksum, as IPv4 allows: RFC 768
	return b
}

// expectation is what theory has to say about the trial.
func (t *trial) expectation() netem.Expectation {
	e := t.spec.Expect(t.traffic)
	if t.spec.TC == nil && e.Loss > 0 && e.DelayACF1 != 0 { // that is of packets sent in succession; those that arrive so have others between them
		e.DelayACF1 = math.NaN()
	}
	if t.ecn { // which packets are marked instead of lost, is not computed
		e.Loss, e.MeanBurst, e.LossACF1, e.Duplicates = math.NaN(), math.NaN(), math.NaN(), math.NaN()
	}
	return e
}

// warnings says what the link does other than its words may make one think.
func (t *trial) warnings() (warnings []string) {
	if t.spec.TC == nil {
		if !t.spec.Queues() && t.spec.Limit != (netem.Limit{}) {
			warnings = append(warnings, fmt.Sprintf("%s has no effect without a rate: nothing waits for a link that is infinitely fast", t.spec.Limit))
		}
		if r := t.spec.Rate; r > 0 && t.traffic.Spacing > 0 && r.Transmission(t.traffic.Size) > t.traffic.Spacing {
			warnings = append(warnings, fmt.Sprintf("more is offered than %s carries: expected is what comes when the queue has filled, which takes a part of this run", r))
		}
		for _, u := range t.unmet {
			warnings = append(warnings, fmt.Sprintf("%s was not met: %s; the packets here are UDP datagrams of one flow", u.Words, u.Why))
		}
		return warnings
	}
	line := *t.spec.TC
	if t.chosen {
		line = line.WithSeed(t.seed)
	}
	return line.WarningsFor(t.traffic)
}

// nearest returns the words that come nearest to the link in the other dialect, whether a line of tc says all of it, and what
// differs.
func (t *trial) nearest() (dialect, words string, whole bool, notes []string) {
	if t.spec.TC == nil {
		words, notes, whole = t.spec.NearestTC()
		return "tc", words, whole, notes
	}
	spec, notes := t.spec.TC.NearestPlain()
	return "plain", spec.String(), true, notes
}
