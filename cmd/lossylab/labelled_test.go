package main

import "testing"

// A line that is printed in parts stays one as long as nobody else prints, and what goes on later is marked.
func TestLabelledLines(t *testing.T) {
	var w writer
	to := &printing{}
	client, server := &labelled{to: to, label: "client", w: &w}, &labelled{to: to, label: "server", w: &w}
	client.print([]byte("one\ntwo, "))
	client.print([]byte("and more\n\n> "))
	server.print([]byte("three\n"))
	client.print([]byte("typed\nfour"))
	server.print([]byte("five"))
	client.end()
	server.end()
	want := "client| one\nclient| two, and more\nclient| \nclient| > \nserver| three\nclient|… typed\nclient| four\nserver| five\n"
	if got := string(w.text); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
