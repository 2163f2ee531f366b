package main

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/spf13/pflag"

	"lossylab/sim/scenariofile"
)

// scenarioSchema compiles what 'lossylab schema' prints, which must itself be as the draft's schema says.
func scenarioSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	text, _ := output(t, t.Context(), exitDone, "schema")
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader([]byte(text)))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("scenario.json", doc); err != nil {
		t.Fatal(err)
	}
	return c.MustCompile("scenario.json")
}

// scenarioFiles returns the paths of testdata/scenarios.
func scenarioFiles(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("../../testdata/scenarios/*.yaml")
	if err != nil || len(files) < 3 {
		t.Fatal(files, err)
	}
	return files
}

// TestScenariosFitSchema holds each file of testdata/scenarios against the schema that editors use, and reads it.
func TestScenariosFitSchema(t *testing.T) {
	schema := scenarioSchema(t)
	for _, name := range scenarioFiles(t) {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var v any
		if err := yaml.Unmarshal(data, &v); err != nil {
			t.Errorf("%s: %v", name, err)
		} else if err := schema.Validate(v); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if _, problems := scenariofile.Read(name, data, scenarioShape()); len(problems) > 0 {
			t.Error(problems)
		}
	}
}

// misshapen are files that the schema refuses and the reader too.
var misshapen = []string{
	"ap: stream", "app: [stream]", "messages: many", "messages: 1.5", "sack: perhaps", "size:", "link: 5", "link: {delay: [1ms]}",
	"link: []", "link: [[delay 5ms]]", "link: {losss: 5%}", "link: {up: {delay: 5ms}}", "tcp: cubic", "tcp: {rack: true}", "up: {delay: 5ms}",
	"clients: near", "clients: [{link: delay 5ms}]", "clients: [{name: a, link: {sideways: delay 5ms}}]",
	"traffic: {name: a}", "traffic: [{proto: udp}]", "traffic: [{name: a, cc: reno}]", "traffic: []",
	"expect: {a: b}", "expect: []", "sweep: {vary: [a]}", "sweep: {vary: {loss: {a: b}}}", "sweep: {repeat: often}", "sweep: {every: 3}",
	"[]", "stream", "help: true",
}

// TestMisshapen has the schema and the reader refuse the same files. A link that is a number is for the SPEC's grammar.
func TestMisshapen(t *testing.T) {
	schema := scenarioSchema(t)
	for _, text := range misshapen {
		var v any
		if err := yaml.Unmarshal([]byte(text), &v); err != nil {
			t.Fatal(err)
		}
		_, problems := scenariofile.Read("x.yaml", []byte(text), scenarioShape())
		if err := schema.Validate(v); text != "link: 5" && (err == nil || len(problems) == 0) {
			t.Errorf("%s: the schema says %v, the reader %v", text, err, problems)
		}
	}
}

// TestShapeHasFlags finds a key for each flag of run, and a flag, or a meaning of its own, for each key.
func TestShapeHasFlags(t *testing.T) {
	own := []string{"name", "tcp", "clients", "traffic", "expect", "sweep"}
	shape := scenarioShape()
	var keys []string
	for _, k := range shape.Keys {
		if slices.Contains(keys, k.Name) {
			t.Errorf("%s is there twice", k.Name)
		}
		if k.Doc == "" {
			t.Errorf("%s says nothing of itself to editors", k.Name)
		}
		keys = append(keys, k.Name)
	}
	var f runFlags
	set := f.set()
	set.VisitAll(func(flag *pflag.Flag) {
		if !slices.Contains(keys, flag.Name) {
			t.Errorf("--%s is no key of scenario files: add it to a group of runGroups", flag.Name)
		}
	})
	for _, k := range keys {
		if set.Lookup(k) == nil && !slices.Contains(own, k) {
			t.Errorf("the key %s is no flag, and has no meaning that a test knows", k)
		}
	}
}
