package main

import (
	"encoding/json"
	"slices"
	"strings"

	"lossylab/report"
)

// flowsAbout returns what a plan says of the flows of its columns: what is the same in all cells.
func (a *planScenario) flowsAbout(columns []string) (flows []report.GridFlow) {
	type one struct {
		Name   string   `json:"name"`
		App    string   `json:"app"`
		Protos []string `json:"protos"`
		Flows  int      `json:"flows"`
	}
	var s struct {
		one
		CC      string `json:"cc"`
		Traffic []one  `json:"traffic"`
	}
	_ = json.Unmarshal(a.Scenario, &s) // what it does not say is not told
	for _, c := range columns {
		name, ok := strings.CutSuffix(c, "."+keptAlways[0])
		if !ok {
			continue
		}
		f := report.GridFlow{Name: name, Proto: "udp", App: s.App, CC: s.CC, Clients: max(1, s.Flows)}
		for _, t := range s.Traffic {
			if t.Name == name {
				f.App, f.Clients = t.App, max(1, t.Flows)
			}
		}
		if slices.Contains(columns, name+"."+keptTCP[0]) {
			f.Proto = "tcp"
		}
		flows = append(flows, f)
	}
	return flows
}

// askedBeside returns the measures, without their flows, that --metric added.
func askedBeside(flows []report.GridFlow, columns []string) (paths []string) {
	for _, c := range columns {
		for _, f := range flows {
			path, ok := strings.CutPrefix(c, f.Name+".")
			if ok && !slices.Contains(keptAlways, path) && !slices.Contains(keptTCP, path) && !slices.Contains(paths, path) {
				paths = append(paths, path)
			}
		}
	}
	return paths
}
