package main

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
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

// The examples of docs/netem.md are what the command prints and draws now. A block that begins with ```console has commands
// behind "$ ", each followed by what it prints; one that begins with ```file NAME is a file that they read. Commands run in a
// folder of their own, in the order of the document; their figures are in docs/images.
func TestNetemDocument(t *testing.T) {
	const path, images = "../../docs/netem.md", "../../docs/images"
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	document := string(read(t, path))
	t.Chdir(t.TempDir())
	if err := os.MkdirAll("docs/images", 0o777); err != nil {
		t.Fatal(err)
	}
	rest, got, commands := document, "", 0
	for {
		before, block, ok := strings.Cut(rest, "\n```")
		got += before
		if !ok {
			break
		}
		info, block, _ := strings.Cut(block, "\n")
		body, after, _ := strings.Cut(block, "```\n")
		if name, ok := strings.CutPrefix(info, "file "); ok {
			if err := os.WriteFile(name, []byte(body), 0o666); err != nil {
				t.Fatal(err)
			}
		}
		if info == "console" {
			commands += strings.Count("\n"+body, "\n$ ")
			body = console(t, body)
		}
		got += "\n```" + info + "\n" + body + "```\n"
		rest = after
	}
	figures, err := filepath.Glob("docs/images/*.svg")
	drawn := map[string][]byte{}
	for _, f := range figures {
		drawn[filepath.Base(f)] = read(t, f)
	}
	t.Chdir(here)
	if err != nil || commands < 20 || len(figures) < 3 {
		t.Errorf("the document has %d commands and %d figures: %v", commands, len(figures), err)
	}
	compare(t, path, []byte(got))
	for name, b := range drawn {
		compare(t, filepath.Join(images, name), b)
		if !strings.Contains(document, "images/"+name+")") {
			t.Errorf("%s is drawn and not shown", name)
		}
	}
}

// console runs the commands of a block and returns it with what they print now, errors too. Behind a command may stand
// "| grep TEXT" or "| head -n N", of which the text is plain.
func console(t *testing.T, block string) string {
	t.Helper()
	var b strings.Builder
	for _, line := range strings.Split(block, "\n") {
		command, ok := strings.CutPrefix(line, "$ lossylab ")
		if !ok {
			continue
		}
		b.WriteString(line + "\n")
		command, filter, _ := strings.Cut(command, " | ")
		var out, errs writer
		run(context.Background(), fields(command), streams{os.Stdin, &out, &errs})
		b.WriteString(sifted(string(out.text)+string(errs.text), filter))
	}
	return b.String()
}

// sifted returns the lines that a filter leaves.
func sifted(text, filter string) string {
	verb, value, _ := strings.Cut(filter, " ")
	most, err := strconv.Atoi(strings.TrimPrefix(value, "-n "))
	var b strings.Builder
	for i, line := range strings.SplitAfter(text, "\n") {
		if verb == "" || verb == "head" && err == nil && i < most || verb == "grep" && strings.Contains(line, strings.Trim(value, "'")) {
			b.WriteString(line)
		}
	}
	return b.String()
}

// fields cuts a command at its spaces, but not within quotes.
func fields(command string) (all []string) {
	var quote rune
	word, begun := "", false
	for _, r := range command + " " {
		switch {
		case quote != 0 && r == quote:
			quote = 0
		case quote != 0:
			word += string(r)
		case r == '"' || r == '\'':
			quote, begun = r, true
		case r != ' ':
			word, begun = word+string(r), true
		case begun:
			all, word, begun = append(all, word), "", false
		}
	}
	return all
}
