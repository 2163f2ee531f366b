package main

import (
	"context"
	"errors"
	"net"
	"net/netip"
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
	switch {
	case err == nil:
	case errors.Is(err, syscall.EADDRINUSE):
		return usagef("relay %s %s: another program has this port: name another, or 0 for one that is free", t.proto, t.listen)
	default:
		var cause *net.OpError
		if errors.As(err, &cause) {
			err = cause.Err
		}
		return usagef("relay %s %s: %v: name another address", t.proto, t.listen, err)
	}
	if t.proto == "tcp" {
		t.listen = t.tcp.Addr().(*net.TCPAddr).AddrPort()
	} else {
		t.listen = t.udp.LocalAddr().(*net.UDPAddr).AddrPort()
	}
	return nil
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
		return nil, err
	}
	return c, nil
}
