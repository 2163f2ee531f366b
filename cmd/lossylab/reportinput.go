package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"lossylab/report/match"
	"lossylab/report/trace"
)

// job is one conversation in one capture or two.
type job struct {
	proto    string // a folder's protocol; empty for any
	captures []*captureInput
	listings []*trace.Listing
	of       *trace.Conversation
	number   int  // of it in the list
	turned   bool // most data came from its server, which is called its client for that
}

func (c *captureInput) capture() match.Capture { return match.Capture{Name: c.name, Open: c.open} }

// open finds the captures and reads them once.
func (r *reporting) open(args []string) error {
	info, err := os.Stat(args[0])
	switch {
	case err != nil:
		return usagef("%s: %v: name a capture file, or a folder with captures", args[0], plain(err))
	case info.IsDir() && len(args) == 1:
		err = r.openFolder(args[0])
	default:
		err = r.openFiles("", args)
	}
	if err != nil {
		return err
	}
	for i := range r.jobs {
		j := &r.jobs[i]
		read := trace.List
		if len(j.captures) == 2 && !r.flags.list {
			read = trace.ListToMeet
		}
		for _, c := range j.captures {
			l, err := c.list(read)
			if err != nil {
				return err
			}
			j.listings = append(j.listings, l)
		}
	}
	return nil
}

// openFiles opens one capture or two.
func (r *reporting) openFiles(proto string, names []string) error {
	j := job{proto: proto}
	for _, name := range names {
		c, err := openCapture(r.ctx, name, &r.read)
		if err != nil {
			return err
		}
		r.inputs, j.captures = append(r.inputs, c), append(j.captures, c)
	}
	if len(names) == 2 && os.SameFile(j.captures[0].info, j.captures[1].info) {
		return usagef("%s and %s are one file: name the captures of both ends, or one alone", names[0], names[1])
	}
	r.jobs = append(r.jobs, j)
	return nil
}

// openFolder opens the captures of a run's results, of each protocol two, or else those that lie in the folder.
func (r *reporting) openFolder(dir string) error {
	for _, sub := range []string{"udp", "tcp", "ip"} { // exec's have all protocols
		proto := strings.TrimPrefix(sub, "ip")
		var pair []string
		for _, at := range []string{"client", "server"} {
			for _, ext := range []string{"pcapng", "pcap"} {
				name := filepath.Join(dir, sub, at+"."+ext)
				if _, err := os.Stat(name); err == nil {
					pair = append(pair, name)
					break
				}
			}
		}
		if len(pair) == 2 {
			if err := r.openFiles(proto, pair); err != nil {
				return err
			}
		}
	}
	if r.jobs != nil {
		return nil
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return usagef("%s: %v", dir, plain(err))
	}
	var names []string
	for _, e := range entries {
		if ext := filepath.Ext(e.Name()); !e.IsDir() && (ext == ".pcap" || ext == ".pcapng" || ext == ".cap") {
			names = append(names, filepath.Join(dir, e.Name()))
		}
	}
	switch len(names) {
	case 0:
		return usagef("%s: there are no captures in it: name a run's results folder, or captures", dir)
	case 1, 2:
		return r.openFiles("", names)
	}
	return usagef("%s: there are %d captures in it: name the two of the same traffic, or one", dir, len(names))
}

// apart refuses to replace a folder from which captures are read.
func (r *reporting) apart() error {
	out, err := filepath.Abs(r.outputs.dir)
	if err != nil {
		return nil // newFolder says what is wrong with it
	}
	info, err := os.Stat(out)
	if err != nil {
		return nil
	}
	for _, in := range r.inputs {
		path, err := filepath.Abs(in.name)
		for ; err == nil && path != filepath.Dir(path); path = filepath.Dir(path) {
			if at, err := os.Stat(path); err == nil && os.SameFile(at, info) {
				return usagef("--out %s: %s lies in it, and the folder would be replaced: name another", r.outputs.dir, in.name)
			}
		}
	}
	return nil
}

// turn makes --client the client.
func (r *reporting) turn(c *trace.Conversation) error {
	switch r.client {
	case c.Client.Addr():
		return nil
	case c.Server.Addr():
		c.Turn()
		return nil
	}
	if !r.client.IsValid() {
		return nil
	}
	return usagef("--client %v: it has no part in %v: choose another conversation with --conversation or --host", r.client, c)
}

func (r *reporting) names() (names []string) {
	for _, in := range r.inputs {
		names = append(names, in.name)
	}
	return names
}

// measure makes the flow of a job.
func (r *reporting) measure(j *job) error {
	if len(j.captures) == 1 {
		flow, result, err := trace.Watch(j.captures[0].capture(), j.of)
		if err != nil {
			return usageError{err}
		}
		r.add(j, flow, &result, [2]string{j.captures[0].name, j.captures[0].name})
		return nil
	}
	sides := []trace.Side{{Capture: j.captures[0].capture(), Listing: j.listings[0]}, {Capture: j.captures[1].capture(), Listing: j.listings[1]}}
	if j.turned {
		slices.Reverse(sides)
	}
	m, err := trace.Meet(sides[0], sides[1], j.of)
	if errors.Is(err, trace.ErrApart) {
		return notInBoth{usagef("no packet of %v in %s was found in %s, nor one like it with other addresses or ports: are these two captures of the same traffic, at the same time?", j.of, j.captures[0].name, j.captures[1].name)}
	}
	if err != nil {
		return usageError{err}
	}
	if r.offset != nil {
		m.SetOffset(*r.offset)
	}
	m.Confidence = r.outputs.confidence
	flow, result, err := m.Both()
	if err != nil {
		return usageError{err}
	}
	if m.Client.Name != sides[0].Capture.Name {
		result.Notes = append(result.Notes, fmt.Sprintf("%s is the client's capture, and %s the server's: packets would arrive before they are sent the other way round", m.Client.Name, m.Server.Name))
	}
	r.clocks = append(r.clocks, m.Clock.String())
	r.add(j, flow, &result, [2]string{m.Client.Name, m.Server.Name})
	return nil
}
