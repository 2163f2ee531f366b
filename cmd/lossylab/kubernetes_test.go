package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

// What --emit k8s prints are Jobs as Kubernetes defines them, and obey what it asks for beyond the types.
func TestKubernetesJobs(t *testing.T) {
	var s schemas
	if err := json.Unmarshal(read(t, "testdata/kubernetes/job.json"), &s); err != nil {
		t.Fatal(err)
	}
	out, _ := output(t, context.Background(), exitDone, "sweep", "--vary", "link=loss 5% | tc \"delay 10ms loss 3% 25%\"", "--out", "grid",
		"--workers", "3", "--emit", "k8s", "--shards", "20")
	docs := documents(t, out)
	if len(docs) != 2 {
		t.Fatalf("%d documents, want the parts and the merge", len(docs))
	}
	for i, doc := range docs {
		for _, wrong := range s.check("", doc, schema{Ref: "io.k8s.api.batch.v1.Job"}) {
			t.Errorf("document %d: %s", i, wrong)
		}
	}
	for path, want := range map[string]string{
		"spec.completionMode": "Indexed", "spec.completions": "20",
		// "It can only be set when Job's completionMode=Indexed, and the Pod's restart policy is Never."
		"spec.backoffLimitPerIndex": "3", "spec.template.spec.restartPolicy": "Never",
		// "This field is immutable" and "the parallelism is 1 if it is not specified": so it is.
		"spec.parallelism": "20",
	} {
		if got := fmt.Sprint(at(docs[0], path)); got != want {
			t.Errorf("%s is %s, want %s", path, got, want)
		}
	}
	if at(docs[1], "spec.suspend") != true || at(docs[1], "metadata.name") != "grid-merge" {
		t.Errorf("the merge begins by itself, or is called %v", at(docs[1], "metadata.name"))
	}
	// RFC 1123 section 2.1: what a pod's host is called.
	for dir, want := range map[string]string{"my grid 50%/": "my-grid-50", "Gitter_2": "gitter-2", "…": "sweep", "3": "sweep-3",
		"a/b.c-": "b-c", strings.Repeat("x", 39) + "--y": strings.Repeat("x", 39)} {
		if got := jobName(dir); got != want {
			t.Errorf("%s is called %q, want %q", dir, got, want)
		}
	}
}

// The checker finds what is wrong: otherwise that it finds nothing would mean nothing.
func TestKubernetesChecker(t *testing.T) {
	var s schemas
	if err := json.Unmarshal(read(t, filepath.Join("testdata", "kubernetes", "job.json")), &s); err != nil {
		t.Fatal(err)
	}
	doc := documents(t, `
spec:
  completions: many
  paralelism: 3
  template:
    spec:
      containers:
      - image: x
        command: sh
        resources: {requests: {cpu: [1]}}
`)[0]
	got := s.check("", doc, schema{Ref: "io.k8s.api.batch.v1.Job"})
	slices.Sort(got)
	const in = ".spec.template.spec.containers[0]"
	want := []string{".spec.completions: many is no integer", ".spec.paralelism: there is no such name", in + ".command: sh is no array",
		in + ".resources.requests.cpu: [1] is neither of its types", in + ": there is no name"}
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("found\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// documents reads all documents of a YAML file.
func documents(t *testing.T, text string) (all []map[string]any) {
	t.Helper()
	d := yaml.NewDecoder(bytes.NewReader([]byte(text)))
	for {
		var doc map[string]any
		err := d.Decode(&doc)
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, doc)
	}
}

// at returns what stands at a path, or nil.
func at(doc any, path string) any {
	for _, name := range strings.Split(path, ".") {
		m, _ := doc.(map[string]any)
		doc = m[name]
	}
	return doc
}

// schema is as much of OpenAPI 3 as Kubernetes uses.
type schema struct {
	Ref        string            `json:"$ref"`
	AllOf      []schema          `json:"allOf"` // one, in the place of a reference
	OneOf      []schema          `json:"oneOf"`
	Type       string            `json:"type"`
	Properties map[string]schema `json:"properties"`
	Additional *schema           `json:"additionalProperties"`
	Items      *schema           `json:"items"`
	Required   []string          `json:"required"`
}

type schemas map[string]schema

// check returns what is wrong with a value.
func (s schemas) check(place string, value any, as schema) (wrong []string) {
	for as.Ref != "" || len(as.AllOf) > 0 {
		if len(as.AllOf) > 0 {
			as = as.AllOf[0]
			continue
		}
		as = s[strings.TrimPrefix(as.Ref, "#/components/schemas/")]
	}
	if len(as.OneOf) > 0 {
		if !slices.ContainsFunc(as.OneOf, func(one schema) bool { return s.check(place, value, one) == nil }) {
			wrong = append(wrong, fmt.Sprintf("%s: %v is neither of its types", place, value))
		}
		return wrong
	}
	ok := false
	switch v := value.(type) {
	case map[string]any:
		ok = as.Type == "object"
		wrong = s.checkObject(place, v, as)
	case []any:
		if ok = as.Type == "array"; ok {
			for i, item := range v {
				wrong = append(wrong, s.check(fmt.Sprintf("%s[%d]", place, i), item, *as.Items)...)
			}
		}
	case string:
		ok = as.Type == "string"
	case bool:
		ok = as.Type == "boolean"
	case uint64, int64, int:
		ok = as.Type == "integer" || as.Type == "number"
	}
	if !ok {
		return append(wrong, fmt.Sprintf("%s: %v is no %s", place, value, as.Type))
	}
	return wrong
}

func (s schemas) checkObject(place string, object map[string]any, as schema) (wrong []string) {
	for _, name := range as.Required {
		if object[name] == nil {
			wrong = append(wrong, fmt.Sprintf("%s: there is no %s", place, name))
		}
	}
	for name, value := range object {
		property, ok := as.Properties[name]
		if !ok && as.Additional != nil {
			property, ok = *as.Additional, true
		}
		if !ok {
			wrong = append(wrong, fmt.Sprintf("%s.%s: there is no such name", place, name))
			continue
		}
		wrong = append(wrong, s.check(place+"."+name, value, property)...)
	}
	return wrong
}
