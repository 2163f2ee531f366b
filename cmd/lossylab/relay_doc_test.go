package main

import (
	"bytes"
	"regexp"
	"strings"
	"testing"
)

// wordsOfShell splits a command line at spaces, quotes aside.
func wordsOfShell(line string) (words []string) {
	for _, m := range regexp.MustCompile(`(?:[^\s"']|"[^"]*"|'[^']*')+`).FindAllString(line, -1) {
		words = append(words, strings.NewReplacer(`"`, "", `'`, "").Replace(m))
	}
	return words
}

// The commands of docs/relay.md and of the help are commands: their flags, links and addresses are read. The bodies that curl
// sends are changes of a link.
func TestRelayDocument(t *testing.T) {
	var help bytes.Buffer
	relayHelp(&help)
	text := string(read(t, "../../docs/relay.md")) + help.String()
	relays, bodies := 0, 0
	for _, line := range strings.Split(text, "\n") {
		line = strings.TrimPrefix(strings.TrimSpace(line), "$ ")
		if _, args, ok := strings.Cut(line, "lossylab relay "); ok && line == "lossylab relay "+args {
			relays++
			var f relayFlags
			set := f.set()
			if err := set.Parse(wordsOfShell(args)); err != nil {
				t.Errorf("%s: %v", line, flagError(set, err))
				continue
			}
			if _, err := f.check(set); err != nil {
				t.Errorf("%s: %v", line, err)
			}
			for i, word := range set.Args() {
				if i%3 == 1 {
					if _, err := listenAddress(word, line, f.allowRemote); err != nil {
						t.Error(err)
					}
				}
			}
			if n := set.NArg(); n == 0 || n%3 != 0 {
				t.Errorf("%s: %d words", line, n)
			}
		}
		if _, body, ok := strings.Cut(line, " -d '"); ok {
			bodies++
			if _, wrong := parseControl("application/x-www-form-urlencoded", []byte(strings.TrimSuffix(body, "'"))); wrong != nil {
				t.Errorf("%s: %v", line, wrong)
			}
		}
	}
	if relays < 12 || bodies != 2 {
		t.Errorf("%d commands and %d bodies were found", relays, bodies)
	}
}
