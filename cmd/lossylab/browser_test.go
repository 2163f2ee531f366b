package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// browser is a headless Chromium, spoken to in the DevTools protocol over a pair of pipes: objects with a zero byte
// behind each.
type browser struct {
	t        *testing.T
	in       *os.File
	out      *bufio.Reader
	id       int
	session  string
	problems []string // errors of the console and uncaught exceptions
}

// newBrowser starts Chromium, and skips the test where there is none.
func newBrowser(t *testing.T) *browser {
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if p, err := exec.LookPath(name); err == nil {
			path = p
			break
		}
	}
	if path == "" {
		t.Skip("no Chromium here: install it to have the page tried in a browser")
	}
	theirIn, in, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	out, theirOut, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command(path, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
		"--disable-component-update", "--disable-sync", "--window-size=1100,900", "--user-data-dir="+t.TempDir(), "--remote-debugging-pipe")
	c.ExtraFiles = []*os.File{theirIn, theirOut} // 3 and 4, where Chromium looks for them
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	theirIn.Close()
	theirOut.Close()
	b := &browser{t: t, in: in, out: bufio.NewReader(out)}
	t.Cleanup(func() {
		b.session = ""
		b.call("Browser.close", nil)
		in.Close()
		var exit *exec.ExitError
		if err := c.Wait(); err != nil && !errors.As(err, &exit) {
			t.Error(err)
		}
		out.Close()
	})
	return b
}

// message is what the browser says: an answer or an event.
type message struct {
	ID     int             `json:"id"`
	Method string          `json:"method"`
	Params json.RawMessage `json:"params"`
	Result json.RawMessage `json:"result"`
	Error  json.RawMessage `json:"error"`
}

// call calls a method and returns its result. What the console says meanwhile is noted.
func (b *browser) call(method string, params map[string]any) json.RawMessage {
	b.t.Helper()
	b.id++
	m := map[string]any{"id": b.id, "method": method, "params": params}
	if b.session != "" {
		m["sessionId"] = b.session
	}
	line, err := json.Marshal(m)
	if err != nil {
		b.t.Fatal(err)
	}
	if _, err := b.in.Write(append(line, 0)); err != nil {
		b.t.Fatalf("%s: %v", method, err)
	}
	for {
		got := b.next()
		switch {
		case got.ID != b.id:
			b.note(got)
		case got.Error != nil:
			b.t.Fatalf("%s: %s", method, got.Error)
		default:
			return got.Result
		}
	}
}

func (b *browser) next() (m message) {
	b.t.Helper()
	line, err := b.out.ReadBytes(0)
	if err != nil {
		b.t.Fatalf("the browser has gone: %v", err)
	}
	if err := json.Unmarshal(line[:len(line)-1], &m); err != nil {
		b.t.Fatal(err)
	}
	return m
}

func (b *browser) note(m message) {
	switch m.Method {
	case "Runtime.exceptionThrown", "Log.entryAdded":
		b.problems = append(b.problems, string(m.Params))
	case "Runtime.consoleAPICalled":
		if strings.Contains(string(m.Params), `"type":"error"`) {
			b.problems = append(b.problems, string(m.Params))
		}
	}
}

// open loads a file and waits until it is all there.
func (b *browser) open(file string) {
	b.t.Helper()
	var target struct{ TargetID string }
	b.unpack(b.call("Target.createTarget", map[string]any{"url": "about:blank"}), &target)
	var session struct{ SessionID string }
	b.unpack(b.call("Target.attachToTarget", map[string]any{"targetId": target.TargetID, "flatten": true}), &session)
	b.session = session.SessionID
	for _, domain := range []string{"Page", "Runtime", "Log"} {
		b.call(domain+".enable", nil)
	}
	b.call("Page.navigate", map[string]any{"url": "file://" + file})
	for m := b.next(); m.Method != "Page.loadEventFired"; m = b.next() {
		b.note(m)
	}
}

func (b *browser) unpack(from json.RawMessage, to any) {
	b.t.Helper()
	if err := json.Unmarshal(from, to); err != nil {
		b.t.Fatal(err)
	}
}

// eval returns the string that a JavaScript expression makes.
func (b *browser) eval(expression string) string {
	b.t.Helper()
	var r struct {
		Result           struct{ Value any }
		ExceptionDetails json.RawMessage
	}
	b.unpack(b.call("Runtime.evaluate", map[string]any{"expression": "String(" + expression + ")", "returnByValue": true}), &r)
	if r.ExceptionDetails != nil {
		b.t.Fatalf("%s: %s", expression, r.ExceptionDetails)
	}
	s, _ := r.Result.Value.(string)
	return s
}

// key presses a key.
func (b *browser) key(name string, code int) {
	for _, kind := range []string{"keyDown", "keyUp"} {
		b.call("Input.dispatchKeyEvent", map[string]any{"type": kind, "key": name, "code": name, "windowsVirtualKeyCode": code})
	}
}

// The page works in a browser, with the mouse and with the keyboard, and has no error to tell the console.
func TestPageInBrowser(t *testing.T) {
	b := newBrowser(t)
	dir := filepath.Join(t.TempDir(), "out")
	output(t, context.Background(), exitDone, "run", "--quiet", "--out", dir, "--figures", "svg")
	b.open(filepath.Join(dir, "report.html"))
	for _, check := range []struct{ what, expression, want string }{
		{"the program ran to its end", "document.documentElement.dataset.ready", "yes"},
		{"two ladders", "document.querySelectorAll('svg.ladder').length", "2"},
		{"one diagram", "document.querySelectorAll('#sequence-plot canvas').length", "1"},
		{"each picture is there and has a text", "[...document.images].filter(i => !(i.complete && i.naturalWidth > 100 && i.alt.length > 40)).length", "0"},
		{"headings in order", "[...document.querySelectorAll('h1,h2,h3')].map(h => +h.tagName[1]).every((n, i, all) => i == 0 ? n == 1 : n - all[i-1] <= 1)", "true"},
		{"each section has a name", "[...document.querySelectorAll('section')].every(s => document.getElementById(s.getAttribute('aria-labelledby')))", "true"},
		{"each link leads somewhere", "[...document.querySelectorAll('a[href^=\"#\"]')].every(a => document.getElementById(a.hash.slice(1)))", "true"},
		{"no ID twice", "(ids => ids.length == new Set(ids).size)([...document.querySelectorAll('[id]')].map(e => e.id))", "true"},
		{"nothing is chosen yet", "document.getElementById('detail').hidden", "true"},
	} {
		if got := b.eval(check.expression); got != check.want {
			t.Errorf("%s: %s is %s, want %s", check.what, check.expression, got, check.want)
		}
	}
	// The mouse: the first packet that was lost, in the second ladder.
	b.eval("[...document.querySelectorAll('svg.ladder')[1].querySelectorAll('g.p')].find(g => g.getAttribute('aria-label').includes('lost')).dispatchEvent(new MouseEvent('click', {bubbles: true}))")
	if got := b.eval("document.getElementById('detail').textContent"); !strings.Contains(got, "it was lost (loss 3%)") || !strings.Contains(got, "frame ") {
		t.Errorf("the story of a packet that was lost: %q", got)
	}
	// The keyboard: on to a packet, Enter, and Escape.
	b.eval("document.querySelectorAll('svg.ladder')[0].querySelector('g.p').focus()")
	b.key("Enter", 13)
	if got := b.eval("document.getElementById('detail').textContent"); !strings.Contains(got, "datagram") {
		t.Errorf("Enter on a datagram: %q", got)
	}
	b.key("Escape", 27)
	if got := b.eval("document.getElementById('detail').hidden"); got != "true" {
		t.Error("Escape does not close the story")
	}
	// Every button does its work: the stretch of time that is shown changes, or the diagram's.
	for _, label := range []string{"Next event", "Later", "Earlier", "Zoom in", "Zoom out", "All"} {
		before := b.eval("document.querySelector('output').textContent")
		b.eval("[...document.querySelectorAll('button')].find(e => e.textContent == '" + label + "').click()")
		if after := b.eval("document.querySelector('output').textContent"); after == before {
			t.Errorf("%s: still %s", label, after)
		}
	}
	if len(b.problems) > 0 {
		t.Errorf("the console: %s", strings.Join(b.problems, "\n"))
	}
}
