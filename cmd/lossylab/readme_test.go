package main

import (
	"context"
	"os"
	"strings"
	"testing"
)

// The README shows what the command prints and draws now.
func TestReadme(t *testing.T) {
	const path = "../../README.md"
	const before = "<!-- what the command prints: kept true by a test -->\n```\n"
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	readme := string(read(t, path))
	t.Chdir(t.TempDir())
	out, _ := output(t, context.Background(), exitDone, "run")
	order := read(t, "lossylab-out/figures/order.png")
	t.Chdir(here)
	head, rest, ok := strings.Cut(readme, before)
	_, tail, ok2 := strings.Cut(rest, "```\n")
	if !ok || !ok2 {
		t.Fatal("the README has no place for what the command prints")
	}
	compare(t, path, []byte(head+before+out+"```\n"+tail))
	compare(t, "../../docs/images/order.png", order)
}
