package main

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"mime"
	"net"
	"net/http"
	"net/netip"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"lossylab/netem"
)

// control lets a relay's link be looked at and changed by HTTP:
//
//	GET /link       the link as it is: {"up": SPEC, "down": SPEC, …}
//	PATCH /link     {"link": SPEC} or {"up": SPEC, "down": SPEC}, or as text/plain one SPEC for both directions
//	GET /counters   the results so far
//
// Who asks must know the token: "Authorization: Bearer TOKEN".
type control struct {
	run    *relayRun
	token  string
	server *http.Server
	one    sync.Mutex // changes come one after the other
}

// maxControl is the longest request body, bytes.
const maxControl = 64 << 10

// newControl listens, and begins to answer once serve is called.
func newControl(f *relayFlags, run *relayRun) (c *control, l net.Listener, shown bool, err error) {
	at, err := listenAddress(f.control, "--control "+f.control, f.allowRemote)
	if err != nil {
		return nil, nil, false, err
	}
	if own := (&relayTarget{proto: "tcp", listen: at}); slices.ContainsFunc(run.targets, own.meets) {
		return nil, nil, false, usagef("--control %s: a relay listens there: name another address", f.control)
	}
	c = &control{run: run}
	if c.token, shown, err = controlToken(f.tokenFile); err != nil {
		return nil, nil, false, err
	}
	if l, err = net.Listen("tcp", netip.AddrPort(at).String()); err != nil {
		return nil, nil, false, listenFailure("--control "+f.control, err)
	}
	c.server = &http.Server{Handler: c, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second,
		WriteTimeout: 10 * time.Second, IdleTimeout: time.Minute, MaxHeaderBytes: 16 << 10, ErrorLog: log.New(io.Discard, "", 0)}
	return c, l, shown, nil
}

// controlToken returns the token, and whether it is to be printed since nobody knows it yet.
func controlToken(file string) (token string, shown bool, err error) {
	token = os.Getenv("LOSSYLAB_CONTROL_TOKEN")
	if file != "" {
		b, err := os.ReadFile(file)
		if err != nil {
			return "", false, usagef("--token-file %s: %v: name a file with a token in it", file, plain(err))
		}
		token = strings.TrimSpace(string(b))
	}
	switch {
	case token == "" && file != "":
		return "", false, usagef("--token-file %s: there is no token in it: write one line of 8 letters or more", file)
	case token == "":
		return rand.Text(), true, nil // 128 bits
	case len(token) < 8:
		return "", false, usagef("the token for --control has %d letters: want 8 at least; leave it out for a new one", len(token))
	}
	return token, false, nil
}

// close ends it at once.
func (c *control) close() {
	if c != nil {
		c.server.Close()
	}
}

// ServeHTTP implements http.Handler.
func (c *control) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	switch route := q.Method + " " + q.URL.Path; {
	case !c.knows(q):
		h.Set("WWW-Authenticate", "Bearer")
		c.fail(w, http.StatusUnauthorized, &controlError{Message: "say the token: Authorization: Bearer TOKEN"})
	case route == "GET /link":
		c.answer(w, c.link())
	case route == "GET /counters":
		res := c.run.results()
		c.answer(w, &res)
	case route == "PATCH /link":
		c.patch(w, q)
	case q.URL.Path == "/link" || q.URL.Path == "/counters":
		h.Set("Allow", "GET, PATCH")
		c.fail(w, http.StatusMethodNotAllowed, &controlError{Message: "there are GET /link, PATCH /link and GET /counters"})
	default:
		c.fail(w, http.StatusNotFound, &controlError{Message: "there are GET /link, PATCH /link and GET /counters"})
	}
}

// knows says whether a request has the token. How long that takes does not depend on how much of it is right.
func (c *control) knows(q *http.Request) bool {
	said, ok := strings.CutPrefix(q.Header.Get("Authorization"), "Bearer ")
	a, b := sha256.Sum256([]byte(said)), sha256.Sum256([]byte(c.token))
	return subtle.ConstantTimeCompare(a[:], b[:]) == 1 && ok
}

// controlError is what is wrong with a request.
type controlError struct {
	Field    string `json:"field,omitempty"`    // of the body: link, up or down
	Position int    `json:"position,omitempty"` // byte in the field's SPEC, from 1
	Token    string `json:"token,omitempty"`    // what is wrong there
	Message  string `json:"message"`
}

// Error returns the error in one line.
func (e *controlError) Error() string { return e.Message }

func (c *control) fail(w http.ResponseWriter, status int, e *controlError) {
	w.WriteHeader(status)
	c.answer(w, map[string]any{"error": e})
}

func (c *control) answer(w http.ResponseWriter, v any) {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	e.Encode(v)
}

// link is what GET /link answers.
func (c *control) link() any {
	ways, changes := c.run.link.state()
	return map[string]any{"up": ways[0].Spec, "down": ways[1].Spec, "now_s": inSeconds(c.run.net.Wall.Now()), "changes": changes}
}

// patch changes the link. Where anything is wrong, it stays as it is.
func (c *control) patch(w http.ResponseWriter, q *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, q.Body, maxControl))
	if err != nil {
		c.fail(w, http.StatusRequestEntityTooLarge, &controlError{Message: fmt.Sprintf("the body is longer than %d bytes, or broke off", maxControl)})
		return
	}
	to, wrong := parseControl(q.Header.Get("Content-Type"), body)
	if wrong != nil {
		c.fail(w, http.StatusBadRequest, wrong)
		return
	}
	c.one.Lock()
	defer c.one.Unlock()
	change, err := c.run.link.change(to)
	if err != nil {
		c.fail(w, http.StatusBadRequest, &controlError{Message: err.Error()})
		return
	}
	c.answer(w, change)
}

// parseControl reads the body of a PATCH: what up and down are to be, nil for what stays. SPECs name no files here.
func parseControl(contentType string, body []byte) (to [2]*netem.Spec, wrong *controlError) {
	if kind, _, _ := mime.ParseMediaType(contentType); kind == "text/plain" {
		to[0], wrong = parseField("link", strings.TrimSpace(string(body)))
		if wrong == nil {
			down := to[0].Clone()
			to[1] = &down
		}
		return to, wrong
	}
	var fields struct{ Link, Up, Down *string }
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(&fields); err != nil || d.More() {
		return to, &controlError{Message: fmt.Sprintf(`want JSON such as {"up": "loss 5%%"}, with link, up and down, or text/plain: %v`, oneOf(err, "more than one value"))}
	}
	for _, f := range []struct {
		name string
		text *string
		to   []int
	}{{"link", fields.Link, []int{0, 1}}, {"up", fields.Up, []int{0}}, {"down", fields.Down, []int{1}}} {
		for _, i := range f.to {
			if f.text == nil {
				continue
			}
			if to[i], wrong = parseField(f.name, *f.text); wrong != nil {
				return [2]*netem.Spec{}, wrong
			}
		}
	}
	if to[0] == nil && to[1] == nil {
		return to, &controlError{Message: `nothing is to change: say {"link": SPEC}, or up or down`}
	}
	return to, nil
}

// oneOf returns err, or else the words.
func oneOf(err error, words string) error {
	if err != nil {
		return err
	}
	return errors.New(words)
}

// parseField reads one SPEC.
func parseField(field, text string) (*netem.Spec, *controlError) {
	spec, err := netem.Parse(text)
	if err == nil {
		return &spec, nil
	}
	e := &controlError{Field: field, Message: err.Error()}
	var syntax *netem.SyntaxError
	if errors.As(err, &syntax) {
		e.Position, e.Token = syntax.Pos, syntax.Token
	}
	return nil, e
}
