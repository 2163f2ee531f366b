package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestScenariosMeetExpectations runs all of testdata/scenarios: what they expect is so, and the README tells of each.
func TestScenariosMeetExpectations(t *testing.T) {
	readme, err := os.ReadFile("../../testdata/scenarios/README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range scenarioFiles(t) {
		t.Run(filepath.Base(name), func(t *testing.T) {
			stdout, _ := output(t, t.Context(), exitDone, append([]string{"run", name, "--out", filepath.Join(t.TempDir(), "out")}, quickly...)...)
			if strings.Contains(stdout, "Not complete") {
				t.Error(stdout)
			}
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			if n := strings.Count(stdout, ": met, it is "); n == 0 && !strings.Contains(string(data), "\nsweep:") {
				t.Errorf("%s expects nothing", name)
			}
			if !strings.Contains(string(readme), "("+filepath.Base(name)+")") {
				t.Errorf("the README does not tell of %s", name)
			}
			if !strings.HasPrefix(string(data), "# yaml-language-server: $schema=lossylab.schema.json\n") {
				t.Errorf("%s does not name its schema in its first line", name)
			}
		})
	}
}

// TestSchemaFile holds the schema that lies beside the scenarios against what 'lossylab schema' prints.
func TestSchemaFile(t *testing.T) {
	const name = "../../testdata/scenarios/lossylab.schema.json"
	schema, _ := output(t, t.Context(), exitDone, "schema")
	if *update {
		if err := os.WriteFile(name, []byte(schema), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	b, err := os.ReadFile(name)
	if err != nil || string(b) != schema {
		t.Errorf("%s is not what 'lossylab schema' prints: write it with go test ./cmd/lossylab -run SchemaFile -update (%v)", name, err)
	}
}
