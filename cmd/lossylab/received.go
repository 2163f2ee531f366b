package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"

	"lossylab/report"
	"lossylab/sim/app"
)

// received writes what arrives of the input, each piece to its place: what is lost stays a hole of zeros.
type received struct {
	name  string // of the input
	input []byte
	files []receivedFile // by flow
	err   error          // the first
}

type receivedFile struct {
	name string
	file *os.File
	have []bool // by message
	got  int64
}

// newReceived begins received/FLOW-NAME, and for further clients received/PROTO-2-NAME and so on.
func newReceived(dir *folder, s *traffic, flow string) (*received, error) {
	r := &received{name: s.Input, input: s.input}
	for n := range s.Flows {
		name := fmt.Sprintf("received/%s-%s", flow, s.Input)
		if n > 0 {
			name = fmt.Sprintf("received/%s-%d-%s", flow, n+1, s.Input)
		}
		file, err := dir.create(name)
		if err != nil {
			return nil, err
		}
		if err := file.Truncate(int64(len(s.input))); err != nil {
			return nil, err
		}
		r.files = append(r.files, receivedFile{name: name, file: file})
	}
	return r, nil
}

// Observe implements app.Observer.
func (r *received) Observe(e app.Event) {
	if e.Kind != app.Received {
		return
	}
	f := &r.files[e.Flow]
	for len(f.have) <= e.Seq {
		f.have = append(f.have, false)
	}
	if f.have[e.Seq] {
		return
	}
	f.have[e.Seq] = true
	f.got += int64(len(e.Data))
	if _, err := f.file.WriteAt(e.Data, e.Offset); err != nil && r.err == nil {
		r.err = err
	}
}

// results compares what was sent with what arrived.
func (r *received) results() ([]report.InputResult, error) {
	if r.err != nil {
		return nil, r.err
	}
	sum := sha256.Sum256(r.input)
	sent := hex.EncodeToString(sum[:])
	var results []report.InputResult
	for _, f := range r.files {
		h := sha256.New()
		if _, err := io.Copy(h, io.NewSectionReader(f.file, 0, int64(len(r.input)))); err != nil {
			return nil, err
		}
		arrived := hex.EncodeToString(h.Sum(nil))
		results = append(results, report.InputResult{Name: r.name, Bytes: int64(len(r.input)), SHA256: sent, Received: f.name,
			Missing: int64(len(r.input)) - f.got, Arrived: arrived, Same: arrived == sent})
	}
	return results, nil
}

// answers prints an echo's answers as they come.
type answers struct {
	w     io.Writer
	label string
	many  bool // clients
}

// Observe implements app.Observer.
func (a answers) Observe(e app.Event) {
	label := a.label
	if a.many {
		label = fmt.Sprintf("%s %d", label, e.Flow)
	}
	switch e.Kind {
	case app.Received:
		fmt.Fprintf(a.w, "%s> %s\n", label, e.Data)
	case app.GaveUp:
		fmt.Fprintf(a.w, "%s> (no answer to line %d)\n", label, e.Seq)
	}
}
