package main

import (
	"context"
	"os"
	"sync"

	"lossylab/netem"
	"lossylab/report"
	"lossylab/report/trace"
	"lossylab/sim"
	"lossylab/sim/kernel"
)

// executing is one run of two programs.
type executing struct {
	*execScenario
	*outputs
	streams
	dir   *folder
	world *kernel.World
	spool *os.File // all that the links told, for a second look

	captures       []*report.Capture
	log            *report.EventLog
	survey         *trace.Survey
	all            *report.Collector // of all packets, for the links' counters
	states         programStates
	server, client *kernel.Program
	stopped        map[*kernel.Program]bool // they did not end by themselves
	copying        sync.WaitGroup
	printing       printing
	note           string // why the run is not complete
}

// execCommand is lossylab exec: any two programs over the link.
func execCommand(ctx context.Context, args []string, s streams) error {
	var flags execFlags
	set := flags.set()
	if err := set.Parse(args); err != nil {
		return flagError(set, err)
	}
	sc, err := newExecScenario(&flags, set)
	if err != nil {
		return err
	}
	out, err := newOutputs(&flags.run, set)
	if err != nil {
		return err
	}
	x := &executing{execScenario: sc, outputs: out, streams: s, survey: trace.NewSurvey()}
	if x.dir, err = newFolder(out.dir); err != nil {
		return err
	}
	defer x.dir.discard()
	return x.run(ctx)
}

// run runs the programs and writes the results.
func (x *executing) run(ctx context.Context) error {
	observers, err := x.observers()
	if err != nil {
		return diskError(x.dir, err)
	}
	x.world, err = kernel.NewWorld(kernel.Config{Up: x.Link.Up, Down: x.Link.Down, Seed: x.seed, IPv6: x.IPv6, MTU: x.MTU, CC: x.CC,
		NoSACK: !x.SACK, Offload: x.Offload, Names: true, Record: x.spool, Instead: "use lossylab relay, which needs neither"}, observers)
	if err != nil {
		return err
	}
	defer x.world.Close()
	if x.printsText {
		x.heading()
	}
	if err := x.world.Begin(); err != nil {
		return err
	}
	if err := x.world.ObserveAll(x.state); err != nil {
		return err
	}
	status, err := x.programs(ctx)
	var end netem.Time
	if err == nil {
		end, err = x.world.End()
	}
	x.drain(ctx)
	if err != nil {
		return err
	}
	interrupted := ctx.Err() != nil // later, it would have nothing to end
	if interrupted && x.note == "" {
		x.cutShort()
	}
	if err := x.report(end); err != nil {
		return err
	}
	switch {
	case interrupted:
		return interruption(x.note, x.dir.name)
	case status != 0:
		return statusError(status)
	}
	return nil
}

// observers begins the files that are written as the run goes on.
func (x *executing) observers() (os netem.Observers, err error) {
	if x.captures, err = x.outputs.captures(x.dir, x.scenario, "ip"); err != nil {
		return nil, err
	}
	x.all = report.NewCollector("", x.Link.Up, x.Link.Down, false)
	os = append(observersOf(x.captures), x.survey, x.all)
	if x.events {
		file, err := x.dir.create("events.csv")
		if err != nil {
			return nil, err
		}
		x.log = report.NewEventLog(file)
		x.log.Begin("exec")
		os = append(os, x.log)
	}
	x.spool, err = spool(x.dir)
	return os, err
}

// programStates are the samples of the programs' TCP senders, the first of each.
type programStates struct {
	bySender map[programSender][]sim.TCPInfo
}

type programSender struct {
	host       int
	port, peer uint16
}

// The bounds on what is kept of samples.
const (
	sendersMost = 256
	statesMost  = 20000
)

// state takes a sample of a sender.
func (x *executing) state(host int, i sim.TCPInfo) {
	if x.captures != nil {
		x.captures[host].State([2]uint16{i.Port, i.Peer}, stateOf(i))
	}
	x.states.add(host, i)
}

func (s *programStates) add(host int, i sim.TCPInfo) {
	if s.bySender == nil {
		s.bySender = map[programSender][]sim.TCPInfo{}
	}
	k := programSender{host, i.Port, i.Peer}
	if all, ok := s.bySender[k]; (ok || len(s.bySender) < sendersMost) && len(all) < statesMost {
		s.bySender[k] = append(all, i)
	}
}
