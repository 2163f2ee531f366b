package main

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"syscall"

	"lossylab/netem"
)

// defaultEndpoint is where the server announces unless it is told otherwise.
const defaultEndpoint = "127.0.0.1:9000"

// protocolOf reads the first argument of server and client.
func protocolOf(command, word string, all ...string) (string, error) {
	for _, p := range all {
		if word == p {
			return p, nil
		}
	}
	return "", usagef("%s: %q: the protocol comes first, %s%s", command, word, strings.Join(all[:len(all)-1], ", ")+" or "+all[len(all)-1],
		didYouMean(strings.ToLower(word), all, ""))
}

// splitEndpoint reads ADDRESS:PORT, ":PORT" or "PORT".
func splitEndpoint(command, text string, least int) (host string, port int, err error) {
	if _, err := strconv.Atoi(text); err == nil {
		text = ":" + text
	}
	host, digits, err := net.SplitHostPort(text)
	if err != nil {
		if a, parse := netip.ParseAddr(text); parse == nil {
			return "", 0, usagef("%s: %q has no port: write %s", command, text, netip.AddrPortFrom(a, 9000))
		}
		return "", 0, usagef("%s: %q: want ADDRESS:PORT, such as %s or [::1]:9000", command, text, defaultEndpoint)
	}
	port, err = strconv.Atoi(digits)
	if err != nil || port < least || port > 65535 {
		return "", 0, usagef("%s: %q: the port is a number from %d to 65535, not %q", command, text, least, digits)
	}
	return host, port, nil
}

// serverEndpoint reads where a server announces. Other machines are let in only by remote.
func serverEndpoint(text string, remote bool) (string, error) {
	host, port, err := splitEndpoint("server", text, 0)
	if err != nil {
		return "", err
	}
	switch {
	case host == "" && remote:
		return fmt.Sprintf(":%d", port), nil
	case host == "" || host == "localhost":
		host = "127.0.0.1"
	}
	addr, err := netip.ParseAddr(host)
	if err != nil {
		return "", usagef("server: %q: a server announces on an IP address of this machine, such as %s or [::1]:9000", text, defaultEndpoint)
	}
	if !addr.Unmap().IsLoopback() && !remote {
		return "", usagef("server: %s is not a loopback address, and other machines could reach the server: add --allow-remote if they shall", host)
	}
	return netip.AddrPortFrom(addr, uint16(port)).String(), nil
}

// socketFailure says in a line what became of a socket, and what to do about it.
func socketFailure(command, proto, at string, err error) error {
	server := fmt.Sprintf("'lossylab server %s %s'", proto, at)
	for _, f := range []struct {
		error
		words string
	}{
		{syscall.ECONNREFUSED, "connection refused: is the server running? Start it with " + server},
		{syscall.EADDRINUSE, "the address is in use: choose another port, or 0 for any that is free"},
		{syscall.EADDRNOTAVAIL, "this machine has no such address: 'ip address' lists those that it has"},
		{syscall.EACCES, "permission denied: ports below 1024 are for the system, choose a greater one"},
		{syscall.ECONNRESET, "the server broke the connection off"},
		{syscall.EPIPE, "the server has closed the connection"},
		{syscall.ENETUNREACH, "there is no way to that network: is the address right?"},
		{syscall.EHOSTUNREACH, "there is no way to that machine: is the address right?"},
		{syscall.EMSGSIZE, "too long for a datagram: use tcp, or shorter lines"},
		{syscall.EAFNOSUPPORT, "this machine has no sockets of that kind: is IPv6 switched off?"},
	} {
		if errors.Is(err, f.error) {
			return fmt.Errorf("%s: %s %s: %s", command, proto, at, f.words)
		}
	}
	var op *net.OpError
	if errors.As(err, &op) {
		err = op.Err
	}
	return fmt.Errorf("%s: %s %s: %v", command, proto, at, err)
}

// durationFlag reads a flag that is a time, of more than nothing unless zero is one too.
func durationFlag(flag, text string, zero bool) (d duration, err error) {
	v, err := netem.ParseDuration(text)
	if err != nil {
		return 0, place(flag, err)
	}
	if v == 0 && !zero {
		return 0, usagef("--%s %s: want more than nothing, such as 1s", flag, text)
	}
	return duration(v), nil
}
