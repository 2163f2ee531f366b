package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"syscall"
)

// relayTarget is one relay: what it listens on, and the server.
type relayTarget struct {
	proto  string
	listen netip.AddrPort
	name   string // of the server, as it was written
	server netip.AddrPort

	tcp *net.TCPListener
	udp *net.UDPConn
}

// parseTargets reads "tcp LISTEN SERVER udp LISTEN SERVER …".
func parseTargets(ctx context.Context, args []string, remote bool) (targets []*relayTarget, err error) {
	if len(args) == 0 {
		return nil, usagef("relay what? For example: lossylab relay tcp 127.0.0.1:8080 127.0.0.1:80")
	}
	for ; len(args) > 0; args = args[3:] {
		if args[0] != "tcp" && args[0] != "udp" {
			return nil, usagef("relay %q: want tcp or udp, and then LISTEN and SERVER; flags stand anywhere", args[0])
		}
		if len(args) < 3 {
			return nil, usagef("relay %s needs LISTEN and SERVER: %s 127.0.0.1:8080 127.0.0.1:80", strings.Join(args, " "), args[0])
		}
		t := &relayTarget{proto: args[0], name: args[2]}
		if t.listen, err = listenAddress(args[1], "relay "+args[0]+" "+args[1], remote); err != nil {
			return nil, err
		}
		if t.server, err = serverAddress(ctx, t.proto, t.name); err != nil {
			return nil, err
		}
		if t.server == t.listen {
			return nil, usagef("relay %s %s %s: the server would be the relay itself: name the server's own port", args[0], args[1], args[2])
		}
		if slices.ContainsFunc(targets, t.meets) {
			return nil, usagef("relay %s %s: there is another relay at this port: give each a port of its own", t.proto, args[1])
		}
		targets = append(targets, t)
	}
	return targets, nil
}

// listenAddress reads an address of this machine, which only this machine may reach unless remote.
func listenAddress(text, place string, remote bool) (a netip.AddrPort, err error) {
	host, port, err := net.SplitHostPort(text)
	if err == nil && strings.EqualFold(host, "localhost") {
		text = net.JoinHostPort("127.0.0.1", port)
	}
	if err == nil && host == "" { // all addresses
		text = net.JoinHostPort("::", port)
	}
	if a, err = netip.ParseAddrPort(text); err != nil {
		return a, usagef("%s: want an IP address and a port, such as 127.0.0.1:8080 or [::1]:8080", place)
	}
	if !remote && !a.Addr().Unmap().IsLoopback() {
		return a, usagef("%s: other machines could reach that: listen on 127.0.0.1 or [::1], or say --allow-remote", place)
	}
	return a, nil
}

// serverAddress finds a server.
func serverAddress(ctx context.Context, proto, text string) (a netip.AddrPort, err error) {
	host, port, err := net.SplitHostPort(text)
	if err != nil || host == "" {
		return a, usagef("server %q: want a host and a port, such as 127.0.0.1:80 or example.org:443", text)
	}
	n, err := net.DefaultResolver.LookupPort(ctx, proto, port)
	if err != nil || n == 0 {
		return a, usagef("server %q: the port %q is none: want a number from 1 to 65535", text, port)
	}
	addrs, err := net.DefaultResolver.LookupNetIP(ctx, "ip", host)
	if err != nil || len(addrs) == 0 {
		return a, usagef("server %q: no address of the host is known: %v", text, err)
	}
	return netip.AddrPortFrom(addrs[0].Unmap(), uint16(n)), nil
}

// open takes the port.
func (t *relayTarget) open() (err error) {
	if t.proto == "tcp" {
		t.tcp, err = net.ListenTCP("tcp", net.TCPAddrFromAddrPort(t.listen))
	} else {
		t.udp, err = net.ListenUDP("udp", net.UDPAddrFromAddrPort(t.listen))
	}
	if err != nil {
		return listenFailure(fmt.Sprintf("relay %s %s", t.proto, t.listen), err)
	}
	if t.proto == "tcp" {
		t.listen = t.tcp.Addr().(*net.TCPAddr).AddrPort()
	} else {
		t.listen = t.udp.LocalAddr().(*net.UDPAddr).AddrPort()
	}
	return nil
}

// listenFailure says why there is no listening at an address.
func listenFailure(place string, err error) error {
	if errors.Is(err, syscall.EADDRINUSE) {
		return usagef("%s: another program has this port: name another, or 0 for one that is free", place)
	}
	return usagef("%s: %s: name another address", place, reason(err))
}

// reason is what a socket's error says of why, without the call and the addresses.
func reason(err error) string {
	var number syscall.Errno
	var timeout net.Error
	var op *net.OpError
	switch {
	case errors.As(err, &number):
		return number.Error()
	case errors.As(err, &timeout) && timeout.Timeout():
		return "no answer came"
	case errors.As(err, &op):
		return op.Err.Error()
	}
	return err.Error()
}

// unreachedServer is a connection that a relay could not make.
type unreachedServer struct {
	*relayTarget
	error
}

// Error names the relay and the server.
func (u *unreachedServer) Error() string {
	return fmt.Sprintf("relay tcp %s: the server %s cannot be reached: %s: is it running?", u.listen, u.name, reason(u.error))
}

// meets reports whether two relays would listen at the same port of the same address.
func (t *relayTarget) meets(o *relayTarget) bool {
	a, b := t.listen, o.listen
	return t.proto == o.proto && a.Port() == b.Port() && a.Port() > 0 &&
		(a.Addr() == b.Addr() || a.Addr().IsUnspecified() || b.Addr().IsUnspecified())
}

// close lets go of the port.
func (t *relayTarget) close() {
	if t.tcp != nil {
		t.tcp.Close()
	}
	if t.udp != nil {
		t.udp.Close()
	}
}

// dial connects to the server.
func (t *relayTarget) dial(ctx context.Context) (net.Conn, error) {
	var d net.Dialer
	c, err := d.DialContext(ctx, "tcp", t.server.String())
	if err != nil {
		return nil, &unreachedServer{t, err}
	}
	return c, nil
}
