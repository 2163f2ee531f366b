package main

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"lossylab/sim/netstack"
	"lossylab/sim/scenariofile"
)

// schemaCommand is lossylab schema.
func schemaCommand(_ context.Context, args []string, s streams) error {
	set := newFlagSet("schema")
	if err := set.Parse(args); err != nil {
		return flagError(set, err)
	}
	if set.NArg() > 0 {
		return usagef("schema takes no arguments, but there is %q", set.Arg(0))
	}
	_, err := s.out.Write(scenarioShape().Schema("A scenario of lossylab"))
	return err
}

// scenarioShape says what a scenario file looks like. All that run's flags say stands there by the same names.
func scenarioShape() *scenariofile.Shape {
	var f runFlags
	set := f.set()
	s := &scenariofile.Shape{Kind: scenariofile.Map, Doc: "An experiment: what is sent over which link between which hosts, and what is kept of it. Keys are the flags of 'lossylab run'; 'lossylab help run' explains them."}
	add := func(name string, shape scenariofile.Shape) {
		s.Keys = append(s.Keys, scenariofile.Key{Name: name, Shape: shape})
	}
	add("name", scenariofile.Shape{Doc: "The experiment's name, for titles."})
	for _, g := range runGroups {
		for _, name := range g.flags {
			switch name {
			case "link":
				add(name, linkShape(set))
			case "up", "down":
				add(name, wayShape(set.Lookup(name)))
			default:
				add(name, flagShape(set.Lookup(name)))
			}
		}
		if slices.Contains(g.flags, "cc") {
			add("tcp", scenariofile.Shape{Kind: scenariofile.Map, Doc: "TCP's options: cc and sack, as by themselves.",
				Keys: keysOf(set, "cc", "sack")})
		}
	}
	add("clients", clientsShape(set))
	add("traffic", trafficShape(set))
	add("expect", scenariofile.Shape{Kind: scenariofile.List, Doc: "What the results must be, each a line: 'udp.app.lost > 0'. If one is not so, the exit status is 1. 'lossylab help run' has the forms.",
		Items: &scenariofile.Shape{Example: "tcp.app.lost == 0"}, Or: []scenariofile.Shape{{Example: "tcp.app.lost == 0"}}})
	add("sweep", sweepShape())
	return s
}

// flagShape is the shape of what a flag says.
func flagShape(f *pflag.Flag) scenariofile.Shape {
	_, usage := pflag.UnquoteUsage(f)
	s := scenariofile.Shape{Doc: usage}
	switch f.Value.Type() {
	case "int", "uint64":
		s.Type = scenariofile.Integer
	case "bool":
		s.Type = scenariofile.Boolean
	}
	if d := f.DefValue; d != "" && d != "0" && !strings.Contains(usage, "(default") {
		s.Doc += " (default " + d + ")"
	}
	return s
}

func keysOf(set *pflag.FlagSet, names ...string) (keys []scenariofile.Key) {
	for _, name := range names {
		keys = append(keys, scenariofile.Key{Name: name, Shape: flagShape(set.Lookup(name))})
	}
	return keys
}

// wayShape is that of a link in one direction: a SPEC, or those of its hops.
func wayShape(f *pflag.Flag) scenariofile.Shape {
	s := flagShape(f)
	s.Or = []scenariofile.Shape{{Kind: scenariofile.List, Doc: "The hops, one behind the other.", Items: &scenariofile.Shape{Example: "rate 10mbit limit 100 delay 20ms"}}}
	return s
}

// linkShape is that of link: a SPEC, or the words of its flags by name.
func linkShape(set *pflag.FlagSet) scenariofile.Shape {
	s := wayShape(set.Lookup("link"))
	s.Example = defaultLink
	words := scenariofile.Shape{Kind: scenariofile.Map, Doc: "The directions, and words of both."}
	for _, name := range linkFlags {
		switch name {
		case "link":
		case "up", "down":
			words.Keys = append(words.Keys, scenariofile.Key{Name: name, Shape: wayShape(set.Lookup(name))})
		default:
			words.Keys = append(words.Keys, keysOf(set, name)...)
		}
	}
	s.Or = append(s.Or, words)
	return s
}

func clientsShape(set *pflag.FlagSet) scenariofile.Shape {
	access := scenariofile.Shape{Doc: "Its access link, which its packets cross beside the shared one: a SPEC for both directions.", Example: "rate 2mbit delay 5ms"}
	access.Or = []scenariofile.Shape{{Kind: scenariofile.Map, Keys: []scenariofile.Key{
		{Name: "up", Shape: scenariofile.Shape{Doc: "From the client, as a SPEC."}}, {Name: "down", Shape: scenariofile.Shape{Doc: "To the client, as a SPEC."}}}}}
	one := scenariofile.Shape{Kind: scenariofile.Map, Keys: []scenariofile.Key{
		{Name: "name", Shape: scenariofile.Shape{Doc: "By which traffic says where it runs.", Example: "alice"}, Required: true},
		{Name: "link", Shape: access},
	}}
	return scenariofile.Shape{Kind: scenariofile.List, Doc: "The client hosts, 1 to " + strconv.Itoa(netstack.MaxClients) + ", all before the shared link: their names and access links. Without: one for each traffic.", Items: &one}
}

func trafficShape(set *pflag.FlagSet) scenariofile.Shape {
	one := scenariofile.Shape{Kind: scenariofile.Map, Keys: []scenariofile.Key{
		{Name: "name", Shape: scenariofile.Shape{Doc: "By which results and expectations speak of it.", Example: "video"}, Required: true},
		{Name: "client", Shape: scenariofile.Shape{Doc: "The client host on which it runs (default: one of its own, or the first of clients)."}},
		{Name: "start", Shape: scenariofile.Shape{Doc: "When it starts (default 0s).", Example: "2s"}},
	}}
	one.Keys = append(one.Keys, keysOf(set, trafficFlags...)...)
	return scenariofile.Shape{Kind: scenariofile.List, Doc: "Several kinds of traffic that share the link: each says with the flags' names what is sent, over tcp or udp.", Items: &one}
}

// sweepShape is that of a sweep's words.
func sweepShape() scenariofile.Shape {
	values := scenariofile.Shape{Kind: scenariofile.List, Doc: "The values.", Items: &scenariofile.Shape{},
		Or: []scenariofile.Shape{{Doc: "The values as --vary has them: 0.1%,1%,5% or 10ms..100ms step 10ms or 0.01%..10% log 7."}}}
	return scenariofile.Shape{Kind: scenariofile.Map, Doc: "The grid of 'lossylab sweep'.", Keys: []scenariofile.Key{
		{Name: "vary", Shape: scenariofile.Shape{Kind: scenariofile.Map, Doc: "Keys and the values that they take.", Others: &values}},
		{Name: "repeat", Shape: scenariofile.Shape{Type: scenariofile.Integer, Doc: "How many seeds each cell is run with (default 10).", Example: "20"}},
		{Name: "metrics", Shape: scenariofile.Shape{Kind: scenariofile.List, Doc: "What is kept of each run, by its path in results.json, beside what is always kept.",
			Items: &scenariofile.Shape{Example: "tcp.app.goodput_bps"}}},
		{Name: "compare", Shape: scenariofile.Shape{Doc: "The key whose values are compared pairwise.", Example: "tcp.cc"}},
	}}
}
