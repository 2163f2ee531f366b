package main

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"lossylab/netem"
)

// ranRun is what mask asks a manifest.
type ranRun struct {
	Scenario struct {
		Protos []string
		Link   struct{ Up, Down string }
	}
}

// readRun reads the manifest of a results folder.
func readRun(dir string) (*ranRun, error) {
	info, err := os.Stat(dir)
	switch {
	case err != nil:
		return nil, usagef("%s: %v: name two captures, or the results folder of a run", dir, plain(err))
	case !info.IsDir():
		return nil, usagef("%s: one capture does not show what was lost: name the sender's and the receiver's", dir)
	}
	b, err := os.ReadFile(filepath.Join(dir, manifestName))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, usagef("%s: it has no %s: name the results folder of a run", dir, manifestName)
	}
	r := new(ranRun)
	if err == nil {
		err = json.Unmarshal(b, r)
	}
	if err != nil || len(r.Scenario.Protos) == 0 {
		return nil, usagef("%s: its %s is not of a run of lossylab: name the results folder of one", dir, manifestName)
	}
	return r, nil
}

// choose returns the protocol and the link that the flags mean.
func (r *ranRun) choose(dir string, f *maskFlags) (proto, link string, err error) {
	proto = f.proto
	ran := r.Scenario.Protos
	switch {
	case proto == "" && len(ran) == 1:
		proto = ran[0]
	case proto == "":
		return "", "", usagef("%s has runs of %s: choose one with --proto", dir, strings.Join(ran, " and "))
	case !slices.Contains(ran, proto):
		return "", "", usagef("--proto %s: %s has a run of %s", proto, dir, strings.Join(ran, " and "))
	}
	if f.direction != "up" && f.direction != "down" {
		return "", "", usagef("--direction %q: there are up and down", f.direction)
	}
	return proto, f.direction, nil
}

// maskOfRun makes a mask of what a link of a run lost.
func maskOfRun(ctx context.Context, dir string, f *maskFlags, notes io.Writer) (*mask, error) {
	r, err := readRun(dir)
	if err != nil {
		return nil, err
	}
	proto, link, err := r.choose(dir, f)
	if err != nil {
		return nil, err
	}
	name := filepath.Join(dir, "events.csv")
	file, err := os.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, usagef("%s has no events.csv: run it again without --events=false", dir)
	}
	if err != nil {
		return nil, usagef("%s: %v", name, plain(err))
	}
	defer file.Close()
	spec := r.Scenario.Link.Up
	if link == "down" {
		spec = r.Scenario.Link.Down
	}
	j := judged{numbers: map[uint64]int{}, tc: strings.HasPrefix(spec, "tc ")}
	switch err := j.readAll(ctx, file, proto, link); {
	case ctx.Err() != nil:
		return nil, fmt.Errorf("%w while reading; nothing was written", errInterrupted)
	case err != nil:
		return nil, usagef("%s: %v: is it of this version?", name, err)
	case j.sent == 0:
		return nil, usagef("%s: no packet of %s went %s in that run", dir, proto, link)
	}
	text := fmt.Sprintf("%d judged, %d lost, %d dropped before that", j.sent, j.lost.Len(), j.refused)
	fmt.Fprintf(notes, "lossylab: %s, %s: %s\n", proto, link, text)
	return &mask{
		comments: []string{
			"lossylab " + version + ": the packets that a link's models lost, for a link with 'loss mask FILE'",
			fmt.Sprintf("made from %q: %s, %s: %s", dir, proto, link, orPerfect(spec)),
			"numbered from 1 as the models judged them: what the queue dropped before does not count",
			text,
		},
		sent: j.sent,
		lost: j.lost,
	}, nil
}

// judged numbers the packets of a link in the order in which its models judge them. That is, of a link, the order in which
// they leave the queue; a tc line judges each packet as it comes, before it looks at its limit.
type judged struct {
	tc      bool
	numbers map[uint64]int // by packet, while it is under way
	sent    int
	lost    netem.PacketSet
	refused int // never judged
}

// readAll takes in all events of a protocol's link.
func (j *judged) readAll(ctx context.Context, r io.Reader, proto, link string) error {
	rows := csv.NewReader(r)
	rows.ReuseRecord = true
	names, err := rows.Read()
	if err != nil {
		return err
	}
	var at [6]int
	for i, name := range []string{"run", "link", "event", "packet", "copy", "cause"} {
		if at[i] = slices.Index(names, name); at[i] < 0 {
			return fmt.Errorf("there is no column %q", name)
		}
	}
	for n := 0; ; n++ {
		row, err := rows.Read()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if n%4096 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if row[at[0]] != proto || row[at[1]] != link || row[at[4]] != "0" {
			continue // a copy is made of a packet that has been judged
		}
		id, err := strconv.ParseUint(row[at[3]], 10, 64)
		if err != nil {
			return fmt.Errorf("line %d: %q is no packet's number", n+2, row[at[3]])
		}
		j.take(row[at[2]], id, row[at[5]])
	}
}

// take takes in one event of a packet.
func (j *judged) take(event string, id uint64, cause string) {
	switch event {
	case "sent":
		if j.tc {
			j.judge(id)
		}
	case "dequeued":
		if !j.tc {
			j.judge(id)
		}
	case "delivered":
		delete(j.numbers, id)
	case "dropped":
		number, ok := j.numbers[id]
		delete(j.numbers, id)
		switch {
		case ok && j.tc && number == j.sent && strings.HasPrefix(cause, "limit "): // at once, and so it is the last that came
			j.sent--
			j.refused++
		case ok:
			j.lost.Add(uint64(number))
		default:
			j.refused++
		}
	}
}

func (j *judged) judge(id uint64) {
	j.sent++
	j.numbers[id] = j.sent
}
