package splice

import "testing"

// Clients that come while the end does are let in or not, and the end does not wait for them.
func TestCloseWhileClientsCome(t *testing.T) {
	server := udpSocket(t).LocalAddr()
	for range 100 {
		r := newRig(t, "")
		at := r.udp(server)
		for range 5 {
			client(t, at).Write([]byte("let me in"))
		}
		r.Close()
	}
}
