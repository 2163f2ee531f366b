package netstack

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"runtime"
	"testing"
	"time"

	"lossylab/netem"
)

type pureDelay struct {
	q    []*netem.Packet
	at   []netem.Time
	h    io.Writer
	drop func(i int) bool
	n    int
}

func (s *pureDelay) Send(now netem.Time, p *netem.Packet) {
	s.n++
	fmt.Fprint(s.h, now)
	s.h.Write(p.Data)
	if s.drop != nil && s.drop(s.n) {
		return
	}
	s.q = append(s.q, p)
	s.at = append(s.at, now.Add(20*time.Millisecond))
}
func (s *pureDelay) Next() (netem.Time, bool) {
	if len(s.q) == 0 {
		return 0, false
	}
	return s.at[0], true
}
func (s *pureDelay) Recv(now netem.Time) *netem.Packet {
	if len(s.q) == 0 || s.at[0] > now {
		return nil
	}
	p := s.q[0]
	s.q, s.at = s.q[1:], s.at[1:]
	return p
}

func TestEcho(t *testing.T) {
	for i := 0; i < 3; i++ {
		h := sha256.New()
		before := runtime.NumGoroutine()
		w, err := NewWorld(WorldConfig{Seed: 1}, &pureDelay{h: h, drop: func(i int) bool { return i%7 == 0 }}, &pureDelay{h: h})
		if err != nil {
			t.Fatal(err)
		}
		w.Server.Go(func() {
			ln, err := w.Server.Listen("tcp", ":7")
			if err != nil {
				t.Error(err)
				return
			}
			for {
				c, err := ln.Accept()
				if err != nil {
					t.Error(err)
					return
				}
				w.Server.Go(func() {
					defer c.Close()
					buf := make([]byte, 100)
					for {
						n, err := c.Read(buf)
						if err != nil {
							return
						}
						c.Write(bytes.ToUpper(buf[:n]))
					}
				})
			}
		})
		for i := range 5 {
			w.Start(func() {
				c, err := w.Client.Dial(context.Background(), "tcp", "10.0.0.2:7")
				if err != nil {
					t.Error(err)
					return
				}
				defer c.Close()
				buf := make([]byte, 100)
				for j := range 20 {
					fmt.Fprintf(c, "hello %d %d", i, j)
					n, err := c.Read(buf)
					if err != nil {
						t.Error(err)
						return
					}
					if i == 4 && j == 19 {
						t.Logf("%s %v %v", buf[:n], w.Loop.Now(), w.Client.Stats())
					}
				}
			})
		}
		if err := w.Run(context.Background(), netem.Time(100*time.Second)); err != nil {
			t.Fatal(err)
		}
		t.Log(w.Loop.Now(), w.Finished(), w.idle(), w.Loop.Calls())
		w.Close()
		t.Log(before, runtime.NumGoroutine())
		t.Logf("%x", h.Sum(nil)[:8])
	}
}
