package relay

import (
	"net/netip"
	"syscall"
	"testing"
)

// An address that the system has told is told back as it was.
func TestAddressesComeBack(t *testing.T) {
	for _, text := range []string{"127.0.0.1:53", "192.0.2.7:65535", "[::1]:1", "[::ffff:192.0.2.7]:7000", "[2001:db8::7]:443", "[fe80::1%3]:80"} {
		want := netip.MustParseAddrPort(text)
		var a syscall.RawSockaddrInet6
		if size := toRaw(&a, want); size != 16 && want.Addr().Is4() || size != 28 && !want.Addr().Is4() {
			t.Errorf("%s has %d bytes", want, size)
		}
		if got := fromRaw(&a); got != want {
			t.Errorf("%s came back as %s", want, got)
		}
	}
}
