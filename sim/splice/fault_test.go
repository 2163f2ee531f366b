package splice

import (
	"bytes"
	"errors"
	"io"
	"net"
	"runtime"
	"syscall"
	"testing"
	"time"

	"lossylab/netem"
)

// served puts the link in front of a server that does f with its first connection.
func served(t testing.TB, r *rig, f func(*net.TCPConn)) *net.TCPConn {
	t.Helper()
	l := listen(t)
	go func() {
		if c, err := l.AcceptTCP(); err == nil {
			f(c)
		}
	}()
	return dial(t, r.tcp(l.Addr()))
}

// Either side may end its direction and go on in the other.
func TestHalfClose(t *testing.T) {
	t.Run("client first", func(t *testing.T) {
		r := newRig(t, "loss 5%")
		c := served(t, r, func(s *net.TCPConn) { // speaks when the client has ended
			all, _ := io.ReadAll(s)
			s.Write(bytes.ToUpper(all))
			s.Close()
		})
		c.Write([]byte("question"))
		c.CloseWrite()
		if got, err := io.ReadAll(c); string(got) != "QUESTION" || err != nil {
			t.Errorf("%q, %v", got, err)
		}
	})
	t.Run("server first", func(t *testing.T) {
		r := newRig(t, "loss 5%")
		heard := make(chan string, 1)
		c := served(t, r, func(s *net.TCPConn) {
			s.Write([]byte("greeting"))
			s.CloseWrite()
			all, _ := io.ReadAll(s)
			heard <- string(all)
			s.Close()
		})
		if got, err := io.ReadAll(c); string(got) != "greeting" || err != nil {
			t.Errorf("%q, %v", got, err)
		}
		c.Write([]byte("late answer"))
		c.CloseWrite()
		if got := <-heard; got != "late answer" {
			t.Errorf("the server heard %q", got)
		}
		for r.State().TCP[0].Active > 0 {
			time.Sleep(time.Millisecond)
		}
		if n := r.State().TCP[0]; n.Reset != 0 || n.Connected != 1 {
			t.Errorf("%+v", n)
		}
	})
}

// reset says whether an error is what a reset looks like.
func reset(err error) bool {
	return errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) || errors.Is(err, syscall.ECONNABORTED)
}

func TestResetsArePassedOn(t *testing.T) {
	t.Run("by the server", func(t *testing.T) {
		r := newRig(t, "delay 1ms")
		c := served(t, r, func(s *net.TCPConn) {
			io.ReadFull(s, make([]byte, 4))
			s.SetLinger(0)
			s.Close()
		})
		c.Write([]byte("four"))
		if _, err := io.ReadAll(c); !reset(err) {
			t.Errorf("the client met %v", err)
		}
	})
	t.Run("by the client", func(t *testing.T) {
		r := newRig(t, "delay 1ms")
		met, began := make(chan error, 1), make(chan bool)
		c := served(t, r, func(s *net.TCPConn) {
			io.ReadFull(s, make([]byte, 4))
			close(began)
			_, err := io.ReadAll(s)
			met <- err
		})
		c.Write([]byte("four"))
		<-began
		c.SetLinger(0)
		c.Close()
		if err := <-met; !reset(err) {
			t.Errorf("the server met %v", err)
		}
		for r.State().TCP[0].Active > 0 {
			time.Sleep(time.Millisecond)
		}
	})
}

// A server that is down resets the client, which has been let in before anybody could know; the next one finds it up.
func TestAServerThatIsDown(t *testing.T) {
	r := newRig(t, "")
	l := listen(t)
	addr := l.Addr()
	l.Close()
	at := r.tcp(addr)
	c, err := net.Dial("tcp", at)
	if err == nil {
		_, err = io.ReadAll(c)
		c.Close()
	}
	if !reset(err) {
		t.Errorf("the client met %v", err)
	}
	for r.State().TCP[0].Active > 0 {
		time.Sleep(time.Millisecond)
	}
	if n := r.State().TCP[0]; n.Refused != 1 || n.Connected != 0 || r.told.Load() != 1 {
		t.Errorf("%+v, told %d times", n, r.told.Load())
	}
}

// A reader that does not read stops the writer at the other end, with a bounded amount under way; then everything arrives.
func TestBackPressure(t *testing.T) {
	for _, spec := range []string{"", "delay 1ms"} {
		r := newRig(t, spec)
		release, sum := make(chan bool), make(chan int64, 1)
		c := served(t, r, func(s *net.TCPConn) {
			<-release
			n, _ := io.Copy(io.Discard, s)
			sum <- n
		})
		var sent int64
		buf := make([]byte, 64<<10)
		for {
			c.SetWriteDeadline(time.Now().Add(time.Second))
			n, err := c.Write(buf)
			if sent += int64(n); err != nil {
				break // for a second there was no room
			}
			if sent > 200<<20 {
				t.Fatal("200 MB are under way")
			}
		}
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		t.Logf("%q: %d bytes were taken, %d MB of heap", spec, sent, m.HeapInuse>>20)
		close(release)
		c.CloseWrite()
		if n := <-sum; n != sent {
			t.Errorf("%d bytes arrived of %d", n, sent)
		}
	}
}

// Connections that the link lets nobody through, and those that wait, end with the relay; nothing is left behind.
func TestCloseLeavesNothing(t *testing.T) {
	before := runtime.NumGoroutine()
	for _, spec := range []string{"", "loss 100%", "delay 10s"} {
		up, down := stages(t, spec)
		r := &rig{t: t}
		r.Net = NewNet(NetConfig{MTU: 1500, CC: "cubic", Idle: time.Hour, Clients: 10, Connections: 2, Tell: func(error) {}}, up, down, spec == "")
		server := listen(t)
		at, over := r.tcp(server.Addr()), r.udp(upper(t))
		for range 4 { // of which two wait in the system's backlog
			c := dial(t, at)
			c.Write([]byte("hello"))
			client(t, over).Write([]byte("hello"))
		}
		for r.State().TCP[0].Accepted < 2 || r.State().UDP[0].FromClient < 4 {
			time.Sleep(time.Millisecond)
		}
		r.Stop()
		r.Drain(time.Millisecond, nil)
		r.Close()
		if n := r.State().TCP[0]; n.Accepted != 2 {
			t.Errorf("%q: %+v", spec, n)
		}
		server.Close()
	}
	for n := 0; runtime.NumGoroutine() > before+3 && n < 10_000; n++ { // three servers of upper
		time.Sleep(time.Millisecond)
	}
	if after := runtime.NumGoroutine(); after > before+3 {
		buf := make([]byte, 1<<16)
		t.Errorf("%d goroutines, %d before\n%s", after, before, buf[:runtime.Stack(buf, true)])
	}
}

// Many connections at once, over a link that changes all the time: every byte arrives, on its own connection.
func TestManyConnectionsOverAChangingLink(t *testing.T) {
	r := newRig(t, "delay 1ms")
	at := r.tcp(echo(t))
	done := make(chan error)
	const n = 30
	for i := range n {
		go func() {
			c, err := net.Dial("tcp", at)
			if err != nil {
				done <- err
				return
			}
			defer c.Close()
			sent := noise(100_000+i, uint64(i))
			go func() {
				c.Write(sent)
				c.(*net.TCPConn).CloseWrite()
			}()
			got, err := io.ReadAll(c)
			if err == nil && !bytes.Equal(got, sent) {
				err = errors.New("other bytes")
			}
			done <- err
		}()
	}
	specs := []string{"loss 2%", "", "delay 2ms reorder 5% by 3", "", "duplicate 5%", "rate 500mbit limit 100"}
	for i, left := 0, n; left > 0; i++ {
		select {
		case err := <-done:
			if left--; err != nil {
				t.Error(err)
			}
		case <-time.After(3 * time.Millisecond):
			spec := specs[i%len(specs)]
			up, down := stages(t, spec)
			r.Change(up, down, func(netem.Time) bool { return spec == "" })
		}
	}
	for r.State().TCP[0].Active > 0 {
		time.Sleep(time.Millisecond)
	}
	if c := r.State().TCP[0]; c.Connected != n || c.Reset != 0 {
		t.Errorf("%+v", c)
	}
}

// Hosts live in the link's time: a machine that stands still for longer than any timer of TCP lasts makes them late, and makes
// nobody send anything again.
func TestABusyMachineIsNoLoss(t *testing.T) {
	r := newRig(t, "delay 1ms")
	c := dial(t, r.tcp(echo(t)))
	sent := noise(3_000_000, 5)
	go func() {
		for b := sent; len(b) > 0; b = b[min(len(b), 500_000):] {
			c.Write(b[:min(len(b), 500_000)])
			r.Wall.Enter()
			time.Sleep(300 * time.Millisecond)
			r.Wall.Leave()
		}
		c.CloseWrite()
	}()
	got, err := io.ReadAll(c)
	if err != nil || !bytes.Equal(got, sent) {
		t.Errorf("%d of %d bytes came back; %v", len(got), len(sent), err)
	}
	for _, h := range r.State().Host {
		if h.Retransmits+h.Timeouts > 0 {
			t.Errorf("%+v", h)
		}
	}
}
