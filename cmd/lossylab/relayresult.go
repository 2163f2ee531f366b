package main

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"lossylab/netem/relay"
	"lossylab/report"
	"lossylab/sim"
	"lossylab/sim/netstack"
	"lossylab/sim/splice"
)

// relayResults are what a relay did, as JSON: at the end, and at any time by --control.
type relayResults struct {
	Schema   int     `json:"schema"`
	Version  string  `json:"version"`
	Engine   string  `json:"engine"`
	Stack    string  `json:"stack"`
	Seed     uint64  `json:"seed"`
	Began    string  `json:"began"` // time of day, RFC 3339
	Duration float64 `json:"duration_s"`
	Ended    string  `json:"ended,omitempty"` // why

	Relays []relayResult `json:"relays"`
	Link   struct {
		Up   linkState `json:"up"`
		Down linkState `json:"down"`
	} `json:"link"`
	Changes  []linkChange   `json:"changes"`
	Lateness latenessResult `json:"lateness_s"`
	TCP      *struct {
		Clients sim.TCPStats `json:"clients"`
		Servers sim.TCPStats `json:"servers"`
	} `json:"tcp,omitempty"`
}

// linkState is one direction of the link: what it is now, and what has happened to all packets on it so far.
type linkState struct {
	Spec  string     `json:"spec"`
	Specs []heldSpec `json:"specs"` // what it has been, and from when on; of very many the latest
	wayCounts
}

// relayResult is one relay. Of TCP and UDP it has one.
type relayResult struct {
	Proto  string           `json:"proto"`
	Listen string           `json:"listen"`
	Server string           `json:"server"`
	TCP    *splice.Counts   `json:"tcp,omitempty"`
	UDP    *relay.UDPCounts `json:"udp,omitempty"`
}

// latenessResult says how late packets were handed on, beside the link's own delay: seconds.
type latenessResult struct {
	Packets uint64  `json:"packets"`
	P50     float64 `json:"p50"`
	P90     float64 `json:"p90"`
	P99     float64 `json:"p99"`
	Max     float64 `json:"max"`
}

const relaySchema = 1

// results returns all that is known now.
func (r *relayRun) results() relayResults {
	state := r.net.State()
	ways, changes := r.link.state()
	res := relayResults{Schema: relaySchema, Version: version, Engine: "relay", Stack: netstack.Version, Seed: r.seed,
		Began: r.net.Wall.Start().UTC().Format(time.RFC3339), Duration: inSeconds(state.At), Changes: changes}
	res.Link.Up, res.Link.Down = ways[0], ways[1]
	late := state.Late
	res.Lateness = latenessResult{late.N, inSeconds(late.P50), inSeconds(late.P90), inSeconds(late.P99), inSeconds(late.Max)}
	for _, t := range r.targets {
		one := relayResult{Proto: t.proto, Listen: t.listen.String(), Server: t.name}
		if t.proto == "tcp" {
			one.TCP, state.TCP = &state.TCP[0], state.TCP[1:]
		} else {
			one.UDP, state.UDP = &state.UDP[0], state.UDP[1:]
		}
		res.Relays = append(res.Relays, one)
	}
	if slices.ContainsFunc(r.targets, func(t *relayTarget) bool { return t.proto == "tcp" }) {
		res.TCP = &struct {
			Clients sim.TCPStats `json:"clients"`
			Servers sim.TCPStats `json:"servers"`
		}{state.Host[0], state.Host[1]}
	}
	return res
}

// writeJSON prints the results.
func (res *relayResults) writeJSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(res)
}

// line is the results in one line, while the relay runs.
func (res *relayResults) line() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%.0f s", res.Duration)
	for _, w := range []struct {
		name string
		*linkState
	}{{"up", &res.Link.Up}, {"down", &res.Link.Down}} {
		fmt.Fprintf(&b, "  %s: %d packets, %.1f %% lost", w.name, w.Offered, 100*w.lossShare())
	}
	for _, r := range res.Relays {
		if r.TCP != nil {
			fmt.Fprintf(&b, "  tcp %s: %d connected", r.Listen, r.TCP.Active)
		} else {
			fmt.Fprintf(&b, "  udp %s: %d clients", r.Listen, r.UDP.Clients-r.UDP.Forgotten)
		}
	}
	return b.String() + "  late: " + report.FormatSeconds(res.Lateness.P99) + " at most for 99 %"
}

// writeText prints the summary.
func (res *relayResults) writeText(w io.Writer) error {
	fmt.Fprintf(w, "%s after %s (seed %d)\n", res.Ended, report.FormatSeconds(res.Duration), res.Seed)
	for _, r := range res.Relays {
		fmt.Fprintf(w, "\n%s %s → %s\n", r.Proto, r.Listen, r.Server)
		if t := r.TCP; t != nil {
			fmt.Fprintf(w, "  %d connections: %d to the server, %d refused by it, %d that the link did not let through, %d reset\n",
				t.Accepted, t.Connected, t.Refused, t.Lost, t.Reset)
			fmt.Fprintf(w, "  %d bytes to the server, %d to clients\n", t.BytesUp, t.BytesDown)
			continue
		}
		u := r.UDP
		fmt.Fprintf(w, "  %d clients (%d forgotten): %d datagrams from them, %d to the server; %d from it, %d to clients\n",
			u.Clients, u.Forgotten, u.FromClient, u.ToServer, u.FromServer, u.ToClient)
		for _, c := range []struct {
			n    uint64
			what string
		}{{u.Refused, "times the server's port was unreachable"}, {u.Unsent, "that the system did not take"},
			{u.Corrupt, "thrown away: a checksum was wrong"}, {u.Overrun, "thrown away: too many waited for a socket"},
			{u.Stale, "of clients that had been forgotten"}} {
			if c.n > 0 {
				fmt.Fprintf(w, "  %d %s\n", c.n, c.what)
			}
		}
	}
	fmt.Fprintln(w)
	res.Link.Up.writeText(w, "up")
	res.Link.Down.writeText(w, "down")
	if t := res.TCP; t != nil {
		fmt.Fprintf(w, "TCP sent %d segments again up, %d down; %d and %d timeouts\n", t.Clients.Retransmits, t.Servers.Retransmits,
			t.Clients.Timeouts, t.Servers.Timeouts)
	}
	late := res.Lateness
	_, err := fmt.Fprintf(w, "late, beside the link's delay: half of the packets by at most %s, 99 %% by %s, all by %s\n",
		report.FormatSeconds(late.P50), report.FormatSeconds(late.P99), report.FormatSeconds(late.Max))
	return err
}

// history says what the direction has been: "loss 1%; from 2.5 s on delay 20ms".
func (s *linkState) history() string {
	const most = 5 // the latest
	var parts []string
	for i, h := range s.Specs {
		part := orPerfect(h.Spec)
		if h.From > 0 {
			part = fmt.Sprintf("from %s on %s", report.FormatSeconds(h.From), part)
		}
		if i == 0 || i >= len(s.Specs)-most {
			parts = append(parts, part)
		} else if i == 1 {
			parts = append(parts, "…")
		}
	}
	return strings.Join(parts, "; ")
}

// writeText prints one direction.
func (s *linkState) writeText(w io.Writer, name string) {
	fmt.Fprintf(w, "link %s: %s\n", name, s.history())
	fmt.Fprintf(w, "  %d packets offered, %d delivered (%d bytes), %d duplicated, %d corrupted, %d reordered\n", s.Offered, s.Delivered,
		s.Bytes, s.Duplicated, s.Corrupted, s.Reordered)
	for _, by := range slices.Sorted(maps.Keys(s.Causes)) {
		fmt.Fprintf(w, "  %d lost: %s\n", s.Causes[by], by)
	}
}
