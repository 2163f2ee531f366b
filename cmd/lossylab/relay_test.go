package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"lossylab/netem"
	"lossylab/report/capturefile"
)

// sharedText is a writer that others may read meanwhile.
type sharedText struct {
	mu   sync.Mutex
	text []byte
}

func (w *sharedText) Write(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.text = append(w.text, b...)
	return len(b), nil
}

func (w *sharedText) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return string(w.text)
}

// relaying is a relay that runs within this process.
type relaying struct {
	t        testing.TB
	out, err sharedText
	cancel   context.CancelFunc
	code     chan int
	listen   []string // of each relay
	control  string
	token    string
}

var relayLine = regexp.MustCompile(`(?m)^relay: (?:tcp|udp) (\S+) `)

// relays starts a relay, and waits until clients can come.
func relays(t testing.TB, args ...string) *relaying {
	t.Helper()
	r := &relaying{t: t, code: make(chan int, 1)}
	ctx, cancel := context.WithCancel(context.Background())
	r.cancel = cancel
	go func() { r.code <- run(ctx, append([]string{"relay"}, args...), streams{os.Stdin, &r.out, &r.err}) }()
	t.Cleanup(cancel)
	for !strings.Contains(r.err.String(), "(seed ") {
		select {
		case code := <-r.code:
			t.Fatalf("exit status %d: %s", code, r.err.String())
		case <-time.After(time.Millisecond):
		}
	}
	said := r.err.String()
	for _, m := range relayLine.FindAllStringSubmatch(said, -1) {
		r.listen = append(r.listen, m[1])
	}
	if m := regexp.MustCompile(`control: (\S+)/link\n(?:token: (\S+)\n)?`).FindStringSubmatch(said); m != nil {
		r.control, r.token = m[1], m[2]
	}
	return r
}

// stop interrupts the relay and returns its exit status.
func (r *relaying) stop() int {
	r.cancel()
	return <-r.code
}

// shoutingServer is a server of TCP and UDP that returns what it gets in upper case, by lines and by datagrams.
func shoutingServer(t testing.TB) (tcp, udp string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	u, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close(); u.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				buf := make([]byte, 64<<10)
				for {
					n, err := c.Read(buf)
					c.Write(bytes.ToUpper(buf[:n]))
					if err != nil {
						return
					}
				}
			}()
		}
	}()
	go func() {
		buf := make([]byte, 64<<10)
		for {
			n, from, err := u.ReadFromUDPAddrPort(buf)
			if err != nil {
				return
			}
			u.WriteToUDPAddrPort(bytes.ToUpper(buf[:n]), from)
		}
	}()
	return l.Addr().String(), u.LocalAddr().String()
}

// shout says something by TCP and returns the whole answer.
func shout(t testing.TB, addr, text string) string {
	t.Helper()
	c, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	go func() {
		io.WriteString(c, text)
		c.(*net.TCPConn).CloseWrite()
	}()
	answer, err := io.ReadAll(c)
	if err != nil {
		t.Fatal(err)
	}
	return string(answer)
}

// shoutUDP says something by UDP until an answer comes.
func shoutUDP(t testing.TB, addr, text string) string {
	t.Helper()
	c, err := net.Dial("udp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	for b := make([]byte, 64<<10); ; {
		io.WriteString(c, text)
		c.SetReadDeadline(time.Now().Add(200 * time.Millisecond))
		if n, err := c.Read(b); err == nil {
			return string(b[:n])
		}
	}
}

// Relays of both protocols share a link; at the end there are a summary, captures, numbers that agree with them, and a report.
func TestRelay(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "out")
	page := dir + "-page"
	tcp, udp := shoutingServer(t)
	r := relays(t, "tcp", "127.0.0.1:0", tcp, "udp", "localhost:0", udp, "tcp", "[::1]:0", tcp,
		"--link", "delay 1ms loss 2% duplicate 1%", "--out", dir, "--report", page, "--json", "--drain", "1min")
	text := strings.Repeat("all of this comes back. ", 5000)
	for _, i := range []int{0, 2} {
		if got := shout(t, r.listen[i], text); got != strings.ToUpper(text) {
			t.Errorf("relay %d: %d of %d bytes came back", i, len(got), len(text))
		}
	}
	if got := shoutUDP(t, r.listen[1], "datagram"); got != "DATAGRAM" {
		t.Errorf("came back: %q", got)
	}
	if exists(dir) {
		t.Error("there are results before the end")
	}
	if code := r.stop(); code != exitInterrupted {
		t.Errorf("exit status %d: %s", code, r.err.String())
	}
	var res relayResults
	if err := json.Unmarshal([]byte(r.out.String()), &res); err != nil {
		t.Fatalf("%v in %s", err, r.out.String())
	}
	kept := read(t, filepath.Join(dir, "results.json"))
	if string(kept) != r.out.String() {
		t.Error("what was printed is not what was kept")
	}
	for _, i := range []int{0, 2} {
		if c := res.Relays[i].TCP; c == nil || c.Accepted != 1 || c.Connected != 1 || c.BytesUp != uint64(len(text)) || c.BytesDown != c.BytesUp {
			t.Errorf("relay %d: %+v", i, c)
		}
	}
	if u := res.Relays[1].UDP; u == nil || u.Clients != 1 || u.FromClient == 0 || u.ToClient == 0 {
		t.Errorf("%+v", u)
	}
	for name, counts := range map[string]linkState{"up": res.Link.Up, "down": res.Link.Down} {
		under := counts.Offered + counts.Duplicated - counts.Delivered - counts.Dropped // way when the end came: the last acknowledgments
		if counts.Offered == 0 || under > 10 || counts.Dropped != counts.DroppedBy["loss"] {
			t.Errorf("%s: %+v", name, counts)
		}
	}
	for _, c := range []struct {
		name   string
		frames uint64
	}{{"client", res.Link.Up.Offered + res.Link.Down.Delivered}, {"server", res.Link.Down.Offered + res.Link.Up.Delivered}} {
		if n := relayFrames(t, filepath.Join(dir, c.name+".pcapng")); n != c.frames {
			t.Errorf("the %s's capture has %d frames, want %d", c.name, n, c.frames)
		}
	}
	if page := string(read(t, filepath.Join(page, "report.html"))); !strings.Contains(page, "</html>") {
		t.Error("there is no whole page")
	}
}

// relayFrames counts the frames of a capture.
func relayFrames(t testing.TB, name string) (n uint64) {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	c, err := capturefile.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := c.Next(); err == io.EOF {
			return n
		} else if err != nil {
			t.Fatal(err)
		}
		n++
	}
}

// For a person there is a summary, and a relay with a duration ends by itself.
func TestRelaySummary(t *testing.T) {
	tcp, udp := shoutingServer(t)
	r := relays(t, "tcp", "127.0.0.1:0", tcp, "udp", "127.0.0.1:0", udp, "--loss", "1%", "--duration", "20ms")
	if code := <-r.code; code != exitDone {
		t.Errorf("exit status %d: %s", code, r.err.String())
	}
	for _, want := range []string{"ended after", "tcp " + r.listen[0] + " → " + tcp, "0 connections: 0 to the server, 0 refused", "udp " + r.listen[1],
		"0 clients (0 forgotten)", "link up: loss 1%", "link down: loss 1%", "late, beside"} {
		if !strings.Contains(r.out.String(), want) {
			t.Errorf("%q is not in\n%s", want, r.out.String())
		}
	}
}

// An interrupt lets nobody in any more, and what is under way arrives.
func TestRelayDrains(t *testing.T) {
	tcp, _ := shoutingServer(t)
	r := relays(t, "tcp", "127.0.0.1:0", tcp, "--delay", "100ms", "--drain", "1h", "--control", "127.0.0.1:0")
	c, err := net.Dial("tcp", r.listen[0])
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	io.WriteString(c, "the last words")
	for res := (relayResults{}); res.Link.Up.Offered == 0; { // under way
		_, answer := r.ask("GET", "/counters", r.token, "", "")
		json.Unmarshal([]byte(answer), &res)
	}
	r.cancel()
	for err = nil; err == nil; { // until the relay has heard
		var late net.Conn
		if late, err = net.Dial("tcp", r.listen[0]); err == nil {
			late.Close()
		}
	}
	c.(*net.TCPConn).CloseWrite()
	if answer, err := io.ReadAll(c); string(answer) != "THE LAST WORDS" || err != nil {
		t.Errorf("%q, %v", answer, err)
	}
	if code := <-r.code; code != exitInterrupted {
		t.Errorf("exit status %d", code)
	}
}

// ask makes a request of the control.
func (r *relaying) ask(method, path, token, kind, body string) (status int, answer string) {
	r.t.Helper()
	q, err := http.NewRequest(method, r.control+path, strings.NewReader(body))
	if err != nil {
		r.t.Fatal(err)
	}
	if token != "" {
		q.Header.Set("Authorization", "Bearer "+token)
	}
	q.Header.Set("Content-Type", kind)
	a, err := http.DefaultClient.Do(q)
	if err != nil {
		r.t.Fatal(err)
	}
	defer a.Body.Close()
	b, err := io.ReadAll(a.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	return a.StatusCode, string(b)
}

func TestRelayControl(t *testing.T) {
	_, udp := shoutingServer(t)
	r := relays(t, "udp", "127.0.0.1:0", udp, "--link", "loss 1%", "--control", "127.0.0.1:0")
	if len(r.token) < 20 {
		t.Fatalf("the token is %q", r.token)
	}
	const asJSON, text = "application/json", "text/plain; charset=utf-8"
	for _, c := range []struct {
		method, path, token, kind, body string
		status                          int
		want                            string
	}{
		{"GET", "/link", "", asJSON, "", 401, "say the token"},
		{"GET", "/link", r.token + "x", asJSON, "", 401, "say the token"},
		{"PATCH", "/link", "guess", asJSON, `{"link": "loss 100%"}`, 401, "say the token"},
		{"GET", "/link", r.token, asJSON, "", 200, `"up": "loss 1%"`},
		{"PATCH", "/link", r.token, asJSON, `{"up": "delay 5ms los 3%"}`, 400, `"position": 11`},
		{"PATCH", "/link", r.token, asJSON, `{"up": "loss 3%", "down": "loss 150%"}`, 400, `"field": "down"`},
		{"PATCH", "/link", r.token, text, "loss 1%%", 400, `"field": "link"`},
		{"PATCH", "/link", r.token, asJSON, `{"up": "trace /etc/passwd"}`, 400, "no files are read here"},
		{"PATCH", "/link", r.token, asJSON, `{}`, 400, "nothing is to change"},
		{"PATCH", "/link", r.token, asJSON, `{"sideways": "loss 1%"}`, 400, "sideways"},
		{"PATCH", "/link", r.token, asJSON, `{"up": "loss 1%"} {}`, 400, "more than one value"},
		{"PATCH", "/link", r.token, asJSON, strings.Repeat(" ", maxControl+1), 413, "longer than"},
		{"DELETE", "/link", r.token, asJSON, "", 405, "GET /link"},
		{"GET", "/", r.token, asJSON, "", 404, "GET /link"},
		{"GET", "/link", r.token, asJSON, "", 200, `"changes": []`}, // nothing of all this has changed anything
		{"PATCH", "/link", r.token, asJSON, `{"down": "loss 2%"}`, 200, `"down": "loss 2%"`},
		{"GET", "/link", r.token, asJSON, "", 200, `"up": "loss 1%"`},
		{"PATCH", "/link", r.token, text, "delay 1ms\n", 200, `"up": "delay 1ms"`},
		{"PATCH", "/link", r.token, text, "", 200, `"down": ""`},
		{"PATCH", "/link", r.token, asJSON, `{"link": "loss 100%"}`, 200, `"down": "loss 100%"`},
	} {
		status, answer := r.ask(c.method, c.path, c.token, c.kind, c.body)
		if status != c.status || !strings.Contains(answer, c.want) {
			t.Errorf("%s %s %.60s: %d %s; want %d with %s", c.method, c.path, c.body, status, answer, c.status, c.want)
		}
	}
	c, err := net.Dial("udp", r.listen[0])
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	for res := (relayResults{}); res.Link.Up.Causes["loss 100%"] < 3; { // the changed link holds
		c.Write([]byte("x"))
		_, answer := r.ask("GET", "/counters", r.token, asJSON, "")
		if err := json.Unmarshal([]byte(answer), &res); err != nil || res.Link.Up.Delivered != 0 || len(res.Changes) != 4 {
			t.Fatalf("%v: %s", err, answer)
		}
	}
	if code := r.stop(); code != exitInterrupted {
		t.Errorf("exit status %d", code)
	}
}

// The token may be given, and is then not printed.
func TestRelayTokenGiven(t *testing.T) {
	_, udp := shoutingServer(t)
	file := filepath.Join(t.TempDir(), "token")
	os.WriteFile(file, []byte("from-the-file\n"), 0o600)
	t.Setenv("LOSSYLAB_CONTROL_TOKEN", "from-the-environment")
	for _, c := range []struct{ token, args string }{{"from-the-environment", ""}, {"from-the-file", "--token-file " + file}} {
		r := relays(t, append([]string{"udp", "127.0.0.1:0", udp, "--control", "127.0.0.1:0"}, strings.Fields(c.args)...)...)
		if status, _ := r.ask("GET", "/link", c.token, "", ""); status != 200 || strings.Contains(r.err.String(), c.token) {
			t.Errorf("%d for %s; printed: %s", status, c.token, r.err.String())
		}
		r.stop()
	}
}

// A port that another program has is named, and nothing is left behind.
func TestRelayPortInUse(t *testing.T) {
	tcp, udp := shoutingServer(t)
	dir := filepath.Join(t.TempDir(), "out")
	for _, args := range [][]string{{"tcp", tcp, "127.0.0.1:9"}, {"udp", udp, "127.0.0.1:9"}, {"udp", "127.0.0.1:0", udp, "--control", tcp}} {
		_, said := output(t, context.Background(), exitUsage, append([]string{"relay", "--out", dir}, args...)...)
		if !strings.Contains(said, "name another") || strings.Count(said, "\n") != 1 {
			t.Errorf("%q: %s", args, said)
		}
	}
	if exists(dir) || exists(dir+".partial") {
		t.Error("something was written")
	}
}

// Killed, a relay leaves nothing where its results would be, and the next one is not hindered.
func TestRelayKilled(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "out")
	tcp, _ := shoutingServer(t)
	c := exec.Command(os.Args[0], "-test.run=^TestRelayChild$")
	c.Env = append(os.Environ(), fmt.Sprintf("LOSSYLAB_RELAY_CHILD=relay tcp 127.0.0.1:0 %s --out %s", tcp, dir))
	said, err := c.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	line := make([]byte, 200)
	n, err := said.Read(line)
	m := relayLine.FindSubmatch(line[:n])
	if err != nil || m == nil {
		t.Fatalf("%q, %v", line[:n], err)
	}
	if got := shout(t, string(m[1]), "so that there is something to keep"); got == "" {
		t.Error("nothing came back")
	}
	c.Process.Kill()
	c.Wait()
	if exists(dir) || !exists(dir+".partial") {
		t.Errorf("results: %v, partial results: %v", exists(dir), exists(dir+".partial"))
	}
	r := relays(t, "tcp", "127.0.0.1:0", tcp, "--out", dir, "-q", "--duration", "1ms", "--control", "127.0.0.1:0")
	if code := <-r.code; code != exitDone || !exists(filepath.Join(dir, "manifest.json")) || exists(dir+".partial") {
		t.Errorf("exit status %d: %s", code, r.err.String())
	}
}

// Whatever comes as a change, it is read or refused with words, and never half.
func FuzzControl(f *testing.F) {
	for _, s := range []string{`{"up": "loss 5%"}`, `{"link": "rate 10mbit", "down": ""}`, `{"up": "trace /etc/passwd"}`, `{`, `[]`, `null`,
		"delay 20ms loss 1%", `{"up": "split per-packet ( delay 1ms ) ( loss 2% )"}`, `{"up": null}`, "preset wpt-3g up"} {
		f.Add("application/json", []byte(s))
		f.Add("text/plain", []byte(s))
	}
	f.Fuzz(func(t *testing.T, kind string, body []byte) {
		to, wrong := parseControl(kind, body)
		if wrong != nil {
			if wrong.Message == "" || to != [2]*netem.Spec{} || wrong.Position < 0 || wrong.Position > len(body)+1 {
				t.Errorf("%+v with %v", wrong, to)
			}
			return
		}
		if to[0] == nil && to[1] == nil {
			t.Error("nothing is to change, and nobody says so")
		}
		for _, spec := range to {
			if spec != nil && spec.Validate() != nil {
				t.Errorf("%v is taken: %v", spec, spec.Validate())
			}
		}
	})
}
