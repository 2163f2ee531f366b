package main

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"lossylab/report"
)

// programs runs lossylab exec with a folder for its results, or skips the test where that is not possible or one of the tools
// is missing. It returns what was printed, and the folder.
func programs(t *testing.T, code int, tools []string, args ...string) (stdout, stderr, dir string) {
	t.Helper()
	for _, tool := range tools {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skip(err)
		}
	}
	dir = filepath.Join(t.TempDir(), "out")
	var out, errs writer
	got := run(context.Background(), append([]string{"exec", "--figures", "none", "--out", dir}, args...), streams{os.Stdin, &out, &errs})
	if strings.Contains(string(errs.text), "needs root or") {
		t.Skip(string(errs.text))
	}
	if got != code {
		t.Fatalf("lossylab exec %q: exit status %d, want %d; %s%s", args, got, code, out.text, errs.text)
	}
	return string(out.text), string(errs.text), dir
}

// execResultsOf reads what a run has left.
func execResultsOf(t *testing.T, dir string) (r report.Results) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, "results.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &r); err != nil {
		t.Fatal(err)
	}
	return r
}

// hasWords fails the test unless a text has all of some words.
func hasWords(t *testing.T, text string, words ...string) {
	t.Helper()
	for _, w := range words {
		if !strings.Contains(text, w) {
			t.Errorf("%q is not in:\n%s", w, text)
		}
	}
}

const programsDir = "testdata/programs/"

// The programs of every textbook on sockets, TCP's.
func TestExecTCPProgramsInPython(t *testing.T) {
	out, _, dir := programs(t, 0, []string{"python3"}, "--loss", "3%", "--delay", "2ms", "--",
		"python3", programsDir+"tcp_server.py", ":::", "python3", programsDir+"tcp_client.py", "10.0.0.2")
	hasWords(t, out, "client| same\n", "server| served 10.0.0.1\n", "client 10.0.0.1:")
	r := execResultsOf(t, dir)
	if b, err := json.Marshal(r.Scenario); err != nil || string(b) != `{"app":"exec","cc":"cubic","client":["python3","`+programsDir+`tcp_client.py","10.0.0.2"],`+
		`"ipv6":false,"link":{"down":"delay 2ms loss 3%","up":"delay 2ms loss 3%"},"mtu":1500,"sack":true,"server":["python3","`+programsDir+`tcp_server.py"],`+
		`"timeout":"10s","wait_port":"any"}` {
		t.Errorf("%v: %s", err, b)
	}
	f := r.Flows[0]
	if len(r.Flows) != 1 || f.Proto != "tcp" || f.App.Received != f.App.Sent || f.TCP.Retransmits == 0 || f.Timing == nil {
		t.Errorf("%d flows, the first %+v, %+v", len(r.Flows), f.App, f.TCP)
	}
	for _, name := range []string{"ip/client.pcapng", "ip/server.pcapng", "events.csv", "report.html", "report.md", "manifest.json"} {
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.Size() == 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// And UDP's: what is not answered is what the links dropped.
func TestExecUDPProgramsInPython(t *testing.T) {
	out, _, dir := programs(t, 0, []string{"python3"}, "--link", "loss list 5,10-12,50 delay 1ms", "--down", "loss list 3 delay 1ms", "--",
		"python3", programsDir+"udp_server.py", ":::", "python3", programsDir+"udp_client.py")
	hasWords(t, out, "client| answers: 94\n")
	if r := execResultsOf(t, dir); r.Link["up"].Offered != 100 || r.Link["up"].Dropped != 5 || r.Link["down"].Offered != 95 || r.Link["down"].Dropped != 1 {
		t.Errorf("up %+v, down %+v", r.Link["up"], r.Link["down"])
	}
}

// What a server's socket has no room for is lost all the same: the headline says so, and TCP has nothing to do with it.
func TestExecUDPLostOutsideTheLink(t *testing.T) {
	out, _, dir := programs(t, 0, []string{"python3"}, "--delay", "1ms", "--wait-port", "80", "--", "python3", "-c", `import socket
u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
u.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
u.bind(("", 7))
socket.create_server(("", 80)).accept()[0].recv(1)`, ":::", "python3", "-c", `import socket
u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for i in range(100):
    u.sendto(bytes(1000), ("server", 7))
socket.create_connection(("server", 80)).send(b"x")`)
	r := execResultsOf(t, dir)
	udp, tcp := r.Flows[0].Timing.Lost(), r.Flows[1].Timing.Lost()
	if udp == 0 || tcp != 0 || r.Timing.Lost() != udp {
		t.Errorf("UDP lost %d outside the link, TCP %d, all %d", udp, tcp, r.Timing.Lost())
	}
	hasWords(t, out, fmt.Sprintf("\nUDP lost none of 100 packets up on the link and %d outside it; TCP lost none of ", udp))
}

func TestExecDNS(t *testing.T) {
	out, _, _ := programs(t, 0, []string{"python3"}, "--loss", "20%", "--delay", "5ms", "--",
		"python3", programsDir+"dns_server.py", ":::", "python3", "-u", programsDir+"dns_client.py")
	for i := range 10 {
		hasWords(t, out, fmt.Sprintf("client| host%d.example 192.0.2.1\n", i))
	}
}

// A download is whole, and the report is about the way that the data took, from the server. That is still the server, and its
// link that down.
func TestExecCurlDownloadsWhole(t *testing.T) {
	www := t.TempDir()
	data := make([]byte, 500_000)
	for i := range data {
		data[i] = byte(i * i >> 3)
	}
	if err := os.WriteFile(filepath.Join(www, "file"), data, 0o666); err != nil {
		t.Fatal(err)
	}
	got := filepath.Join(www, "got")
	_, _, dir := programs(t, 0, []string{"python3", "curl"}, "--up", "delay 4ms", "--down", "loss 2% delay 5ms", "--cc", "reno", "--",
		"python3", "-m", "http.server", "-d", www, "80", ":::", "curl", "-sS", "-o", got, "http://server/file")
	b, err := os.ReadFile(got)
	if err != nil || sha256.Sum256(b) != sha256.Sum256(data) {
		t.Errorf("%d bytes of %d came, or others: %v", len(b), len(data), err)
	}
	r := execResultsOf(t, dir)
	f := r.Flows[0]
	if f.App.Bytes < int64(len(data)) || f.Sender != "server" || len(f.Notes) != 1 || !strings.Contains(f.Notes[0], "most data came from the server, 10.0.0.2:80") {
		t.Errorf("%d bytes, from %s, notes %q", f.App.Bytes, f.Sender, f.Notes)
	}
	for way, spec := range map[string]string{"up": "delay 4ms", "down": "delay 5ms loss 2%"} {
		all, l := r.Link[way], f.Link[way]
		if l.Spec != spec || all.Spec != spec || l.Offered != all.Offered || l.Dropped != all.Dropped || f.Metrics.Packets[way].Loss.Packets != l.Dropped {
			t.Errorf("%s: %+v, of all packets %+v", way, l, all)
		}
	}
	if w := f.Metrics.TCP.WindowMin; w < 10_000 {
		t.Errorf("the least window is %d bytes: it is not scaled", w)
	}
	page, err := os.ReadFile(filepath.Join(dir, "report.md"))
	if err != nil {
		t.Fatal(err)
	}
	hasWords(t, string(page), " ms | → SYN | 1 | 1 |", " ms | ← SYN, ACK | 2 | 2 |", " ms | → data, ", " ms | ← data 1 | ", "; the data shown are those from the server, and times",
		"lost "+fmt.Sprint(f.Link["down"].Dropped)+" of "+fmt.Sprint(f.Link["down"].Offered)+" packets down", "Frames are those of `ip/server.pcapng`", "in the server's capture")
}

// iperf3's own figures and ours are of the same connection. iperf3 looks at its sockets a moment before they are closed.
func TestExecIperfAgrees(t *testing.T) {
	log := filepath.Join(t.TempDir(), "log")
	_, _, dir := programs(t, 0, []string{"iperf3"}, "--rate", "20mbit", "--delay", "5ms", "--loss", "1%", "--queue", "100", "--",
		"iperf3", "-s", "-1", ":::", "iperf3", "-c", "server", "-n", "3M", "-J", "--logfile", log)
	var theirs struct {
		End struct {
			Sent     struct{ Bytes, Retransmits int64 } `json:"sum_sent"`
			Received struct{ Bytes int64 }              `json:"sum_received"`
		}
	}
	b, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &theirs); err != nil {
		t.Fatal(err)
	}
	const cookie = 37 // bytes, with which iperf3 opens each connection
	f, e := execResultsOf(t, dir).Flows[0], theirs.End
	if f.App.Bytes < e.Received.Bytes+cookie || f.App.Bytes > e.Sent.Bytes+cookie || int64(f.TCP.Retransmits) < e.Sent.Retransmits || e.Sent.Retransmits == 0 {
		t.Errorf("%d bytes, sent again %d; iperf3 sent %d, received %d, sent again %d", f.App.Bytes, f.TCP.Retransmits, e.Sent.Bytes, e.Received.Bytes, e.Sent.Retransmits)
	}
	if f.TCP.CwndMax < 10 || f.TCP.SRTT == nil {
		t.Errorf("window %d, %v", f.TCP.CwndMax, f.TCP.SRTT)
	}
}

// Of several connections to one port of the server, the window that is shown is that of the one that is shown.
func TestExecTellsConnectionsToOnePortApart(t *testing.T) {
	_, _, dir := programs(t, 0, []string{"iperf3"}, "--rate", "20mbit", "--delay", "5ms", "--figures", "png", "--",
		"iperf3", "-s", "-1", ":::", "iperf3", "-c", "server", "-R", "-n", "1M")
	b, err := os.ReadFile(filepath.Join(dir, "figures/cwnd.csv"))
	if err != nil {
		t.Fatal(err)
	}
	const initial = 10 // segments, RFC 6928
	largest := 0
	for _, line := range strings.Split(strings.TrimSpace(string(b)), "\n")[1:] {
		n, err := strconv.Atoi(strings.Split(line, ",")[1])
		if err != nil || n == initial && largest > n {
			t.Fatalf("%v: a window of %d behind one of %d:\n%s", err, n, largest, b)
		}
		largest = max(largest, n)
	}
	if largest <= initial {
		t.Errorf("the window was never larger than %d", largest)
	}
}

// Times are those of a report on the captures: they count from the first packet, whenever the server was ready.
func TestExecCountsFromTheFirstPacket(t *testing.T) {
	_, _, dir := programs(t, 0, []string{"iperf3"}, "--rate", "10mbit", "--delay", "2ms", "--", "sh", "-c",
		"sleep 1; exec iperf3 -s -1", ":::", "iperf3", "-c", "server", "-n", "200K")
	again := filepath.Join(t.TempDir(), "report")
	var errs writer
	if code := run(context.Background(), []string{"report", "-q", "--figures", "none", "--clock-offset", "0s", "--out", again, filepath.Join(dir, "ip")}, streams{nil, &errs, &errs}); code != 0 {
		t.Fatalf("exit status %d: %s", code, errs.text)
	}
	f, theirs := execResultsOf(t, dir).Flows[0], execResultsOf(t, again).Flows[0]
	if f.Start < 1 || f.Duration != theirs.Duration || f.App.Goodput != theirs.App.Goodput || f.App.Latency.P50 != theirs.App.Latency.P50 {
		t.Errorf("from %v s on for %v s, %v bit/s, p50 %v s; a report on the captures has %v s, %v bit/s, p50 %v s", f.Start, f.Duration, f.App.Goodput,
			f.App.Latency.P50, theirs.Duration, theirs.App.Goodput, theirs.App.Latency.P50)
	}
	for _, name := range []string{"summary.csv", "rtt.csv"} {
		ours, err := os.ReadFile(filepath.Join(dir, "tables", name))
		if err != nil {
			t.Fatal(err)
		}
		if b, err := os.ReadFile(filepath.Join(again, "tables", name)); err != nil || string(b) != string(ours) {
			t.Errorf("%s: %v\n%sa report on the captures has\n%s", name, err, ours, b)
		}
	}
}

func TestExecPing(t *testing.T) {
	out, _, dir := programs(t, 0, []string{"ping"}, "--delay", "10ms", "--wait-port", "none", "--",
		"sleep", "60", ":::", "ping", "-c", "3", "-i", "0.2", "server")
	hasWords(t, out, "3 packets transmitted, 3 received", "All packets up: 3 offered, 3 delivered, 0 dropped")
	if r := execResultsOf(t, dir); len(r.Flows) != 0 || r.Verdict != "There was neither UDP nor TCP." {
		t.Errorf("%d flows, %s", len(r.Flows), r.Verdict)
	}
	page, err := os.ReadFile(filepath.Join(dir, "report.html"))
	if err != nil {
		t.Fatal(err)
	}
	hasWords(t, string(page), "There was neither UDP nor TCP. All packets are counted at the top of the page.",
		"Frame numbers here are those of <code>ip/client.pcapng</code>, <code>ip/server.pcapng</code>.")
	if strings.Contains(string(page), `<table class="summary">`) {
		t.Error("the page has a summary of nothing")
	}
	read(t, dir, report.ColourFile) // of which the page speaks
}

// Programs find their way by names and by variables, over IPv6 too.
func TestExecNamesAndVariables(t *testing.T) {
	out, _, _ := programs(t, 0, []string{"getent"}, "-6", "--wait-port", "none", "--", "sh", "-c", "echo $LOSSYLAB_CLIENT; exec sleep 60",
		":::", "sh", "-c", "getent hosts server; echo $LOSSYLAB_SERVER")
	hasWords(t, out, "server| fd00::1\n", "client| fd00::2         server\n", "client| fd00::2\n")
}

func TestExecEndsAsTheClientDoes(t *testing.T) {
	for _, c := range []struct {
		code int
		sh   string
	}{{7, "exit 7"}, {143, "kill $$"}, {0, "true"}} {
		programs(t, c.code, nil, "--wait-port", "none", "--", "sleep", "60", ":::", "sh", "-c", c.sh)
	}
}

// A server that fails while the client goes on is told of, and how both ended is in the results.
func TestExecServerThatFailsUnderWay(t *testing.T) {
	out, _, dir := programs(t, 4, []string{"python3"}, "--", "python3", "-c",
		"import socket, sys; s = socket.create_server(('', 80)); s.accept(); sys.exit(5)", ":::",
		"python3", "-c", "import socket, sys; socket.create_connection(('server', 80)).recv(1) and 1 > 2; sys.exit(4)")
	hasWords(t, out, "\nNote: the server ended with status 5\n", "\nNote: the client ended with status 4\n")
	if p := execResultsOf(t, dir).Programs; p["server"] != (report.ProgramResult{Status: 5}) || p["client"] != (report.ProgramResult{Status: 4}) {
		t.Errorf("%+v", p)
	}
	hasWords(t, string(read(t, dir, "results.json")), `recv(1) and 1 > 2; sys.exit(4)"`)
	page, err := os.ReadFile(filepath.Join(dir, "report.md"))
	if err != nil {
		t.Fatal(err)
	}
	hasWords(t, string(page), "| the server ended with status 5 |")
	out, _, dir = programs(t, 0, nil, "--wait-port", "none", "--", "sleep", "60", ":::", "true")
	if p := execResultsOf(t, dir).Programs; p["server"] != (report.ProgramResult{Status: 143, Stopped: true}) || strings.Contains(out, "status") {
		t.Errorf("%+v\n%s", p, out)
	}
}

// What can go wrong with programs is told in one line, and what was started is ended.
func TestExecProgramsThatGoWrong(t *testing.T) {
	for _, c := range []struct {
		code int
		args []string
		want string
	}{
		{1, []string{"--", "sh", "-c", "exit 3", ":::", "true"}, "the server ended with exit status 3 before it waited for clients"},
		{1, []string{"--timeout", "200ms", "--", "sleep", "60", ":::", "true"}, "the server waits on no port after 200ms"},
		{2, []string{"--", "no-such-program", ":::", "true"}, "the server no-such-program: executable file not found in $PATH: install it"},
		{2, []string{"--", "true", ":::", "no-such-program"}, "the client no-such-program: executable file not found"},
		{2, []string{"--", "true"}, "there is no ::: between"},
		{2, []string{"--", "true", ":::"}, "there is no client behind :::"},
		{2, []string{"true", ":::", "true"}, "write -- before the server"},
		{2, []string{"--cc", "nosuch", "--", "true", ":::", "true"}, "--cc nosuch: this kernel has"},
		{2, []string{"--wait-port", "70000", "--", "true", ":::", "true"}, "--wait-port \"70000\""},
		{2, []string{"loss 5%", "loss 6%", "loss 7%", "--", "true", ":::", "true"}, "there are 3 SPECs"},
		{2, []string{"loss", "5%", "--", "true", ":::", "true"}, `SPEC "loss": put its words in quotes: lossylab exec "loss 5%" -- …`},
		{2, []string{"loss", "5%", "delay", "2ms", "--", "true", ":::", "true"}, `lossylab exec "loss 5% delay 2ms" -- …`},
		{2, []string{"loss 5%", "dely 5ms", "--", "true", ":::", "true"}, `SPEC "dely 5ms": `},
		{2, []string{"--up", "loss 5%", "loss 6%", "delay 5ms", "--", "true", ":::", "true"}, `--up and the SPEC "loss 6%" both say`},
	} {
		_, stderr, dir := programs(t, c.code, nil, c.args...)
		hasWords(t, stderr, c.want)
		if _, err := os.Stat(dir); err == nil {
			t.Errorf("%q: there are results", c.args)
		}
	}
}

// What the programs have left behind in their host does not outlive them, although it holds their output, which is all printed.
func TestExecEndsWhatProgramsLeaveBehind(t *testing.T) {
	const leave = "(trap '' TERM HUP; setsid sh -c 'sleep 20; echo too late') & "
	out, _, dir := programs(t, 0, []string{"setsid"}, "--wait-port", "none", "--", "sh", "-c", leave+"exec sleep 60", ":::",
		"sh", "-c", leave+"head -c 300000 /dev/zero | tr '\\0' '\\n'; echo last")
	if n := strings.Count(out, "client| \n"); n != 300_000 || !strings.Contains(out, "client| last\n") || strings.Contains(out, "| too late\n") {
		t.Errorf("%d of 300000 lines, or what was left behind went on:\n…%s", n, out[max(0, len(out)-500):])
	}
	execResultsOf(t, dir)
}

// An interrupt that comes when the programs have ended already, as one typed at a terminal does, is told once and with its time.
func TestExecInterrupted(t *testing.T) {
	ctx, interrupt := context.WithCancel(context.Background())
	defer interrupt()
	out, errs := &interrupter{at: "client| ready\n", cancel: interrupt}, &writer{}
	code := run(ctx, []string{"exec", "--figures", "none", "--out", filepath.Join(t.TempDir(), "out"), "--wait-port", "none",
		"--", "sleep", "60", ":::", "sh", "-c", "echo ready"}, streams{os.Stdin, out, errs})
	if strings.Contains(string(errs.text), "needs root or") {
		t.Skip(string(errs.text))
	}
	if code != exitInterrupted || !regexp.MustCompile(`^lossylab: interrupted after \d+\.\d s; what was finished is in .*/out\n$`).Match(errs.text) {
		t.Errorf("exit status %d: %s", code, errs.text)
	}
	hasWords(t, out.String(), "\nNot complete: interrupted after ")
}

// stuck is a place to print to that takes nothing, and says when it is asked to.
type stuck struct{ asked, end chan struct{} }

// Write implements io.Writer.
func (s *stuck) Write(b []byte) (int, error) {
	close(s.asked)
	<-s.end
	return len(b), nil
}

// An interrupt ends a run also when output cannot be got rid of.
func TestExecIsInterruptedWhileOutputStandsStill(t *testing.T) {
	ctx, interrupt := context.WithCancel(context.Background())
	out, errs := &stuck{make(chan struct{}), make(chan struct{})}, &writer{}
	defer close(out.end)
	go func() {
		<-out.asked
		interrupt()
	}()
	defer interrupt()
	code := run(ctx, []string{"exec", "-q", "--figures", "none", "--out", filepath.Join(t.TempDir(), "out"), "--wait-port", "none",
		"--", "sleep", "60", ":::", "echo", "hello"}, streams{os.Stdin, out, errs})
	if strings.Contains(string(errs.text), "needs root or") {
		t.Skip(string(errs.text))
	}
	if code != exitInterrupted {
		t.Errorf("exit status %d: %s", code, errs.text)
	}
	hasWords(t, string(errs.text), "interrupted after ")
}

// Programs may print as much as they like: nothing is held in memory, and each line has its label.
func TestExecProgramsThatPrintMuch(t *testing.T) {
	const lines = 200_000
	out, _, _ := programs(t, 0, nil, "--wait-port", "none", "--", "sleep", "60", ":::", "sh", "-c",
		fmt.Sprintf("yes 0123456789012345678901234567890123456789 | head -n %d; printf prompt; head -c 100000 /dev/zero | tr '\\0' x", lines))
	if n := strings.Count(out, "client| 0123456789012345678901234567890123456789\n"); n != lines {
		t.Errorf("%d of %d lines", n, lines)
	}
	if !strings.Contains(out, "\nclient| prompt"+strings.Repeat("x", 100_000)+"\n") {
		t.Error("a long line is cut")
	}
}

// A quiet run passes on what the client prints, and with --json standard output has nothing but the results.
func TestExecQuietAndJSON(t *testing.T) {
	ready := filepath.Join(t.TempDir(), "ready")
	args := []string{"--wait-port", "none", "--", "sh", "-c", "echo from the server; echo wrong at the server >&2; touch " + ready + "; exec sleep 60", ":::",
		"sh", "-c", "until rm " + ready + " 2>/dev/null; do sleep 0.01; done; printf 'a\\0b'; printf wrong >&2; exit 3"}
	out, errs, _ := programs(t, 3, nil, append([]string{"-q"}, args...)...)
	if out != "a\x00b" || errs != "wrong" {
		t.Errorf("quiet: %q, %q", out, errs)
	}
	out, errs, dir := programs(t, 3, nil, append([]string{"--json"}, args...)...)
	b, err := os.ReadFile(filepath.Join(dir, "results.json"))
	if err != nil || out != string(b) {
		t.Errorf("%v: %d bytes on standard output, %d in results.json", err, len(out), len(b))
	}
	hasWords(t, errs, "client| a\x00b\n", "client| wrong\n", "server| from the server\n", "server| wrong at the server\n")
	out, errs, dir = programs(t, 3, nil, append([]string{"--json", "-q"}, args...)...)
	if b, err := os.ReadFile(filepath.Join(dir, "results.json")); err != nil || out != string(b) || errs != "" {
		t.Errorf("%v: %d bytes on standard output, %d in results.json, errors %q", err, len(out), len(b), errs)
	}
}

// A shell stands on the client's host.
func TestExecShell(t *testing.T) {
	t.Setenv("SHELL", "/bin/sh")
	t.Setenv("PS1", "")
	dir := t.TempDir()
	in, out := filepath.Join(dir, "in"), filepath.Join(dir, "printed")
	if err := os.WriteFile(in, []byte("echo at $LOSSYLAB_CLIENT\necho on $(uname -n), prompt $PS1\nexit 5\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	stdin, err := os.Open(in)
	if err != nil {
		t.Fatal(err)
	}
	defer stdin.Close()
	printed, err := os.Create(out)
	if err != nil {
		t.Fatal(err)
	}
	defer printed.Close()
	code := run(context.Background(), []string{"exec", "--shell", "--figures", "none", "--out", filepath.Join(dir, "out")}, streams{stdin, printed, printed})
	b, err := os.ReadFile(out)
	if strings.Contains(string(b), "needs root or") {
		t.Skip(string(b))
	}
	if err != nil || code != 5 {
		t.Errorf("exit status %d, %v:\n%s", code, err, b)
	}
	hasWords(t, string(b), "\nat 10.0.0.1\n", "\non client, prompt client$\n", "All packets up: 0 offered")
}

// Programs that know nothing of congestion control use the one that was asked for, at both ends.
func TestExecCongestionControl(t *testing.T) {
	for _, cc := range []string{"reno", "cubic"} {
		out, _, _ := programs(t, 0, []string{"python3"}, "--delay", "1ms", "--cc", cc, "--",
			"python3", "-u", programsDir+"cc_server.py", ":::", "python3", programsDir+"cc_client.py")
		hasWords(t, out, "server| "+cc+"\n", "client| "+cc+"\n")
	}
}
