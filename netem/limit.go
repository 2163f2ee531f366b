package netem

import "fmt"

// DefaultLimit is how many packets a queue holds when nothing is said, as in tc-netem.
const DefaultLimit = 1000

// Limit is how much a queue holds, in packets or in bytes but not both. The zero value is DefaultLimit packets, or
// what the Discipline says. Unlike tc-netem's limit it counts neither the packet in transmission nor those under way.
type Limit struct {
	Packets int
	Bytes   int
}

// String returns the limit in words of a SPEC: "limit 100" is packets, "limit 64KiB" is bytes.
func (l Limit) String() string {
	switch {
	case l.Bytes != 0:
		return "limit " + FormatSize(l.Bytes)
	case l.Packets != 0: // also when it is DefaultLimit: what was said is said again
		return fmt.Sprintf("limit %d", l.Packets)
	}
	return fmt.Sprintf("limit %d", DefaultLimit)
}

// Validate says what is wrong with a limit made as a literal.
func (l Limit) Validate() error {
	switch {
	case l.Packets < 0 || l.Bytes < 0:
		return wrong("limit", "a queue holds at least one packet: write limit 100 or limit 64KiB")
	case l.Packets > 0 && l.Bytes > 0:
		return wrong("limit", "a queue is limited in packets or in bytes, not both: write limit 100 or limit 64KiB")
	}
	return nil
}

// ParseLimit reads a limit: a bare number is packets, "64KiB" and "3000B" are bytes.
func ParseLimit(s string) (Limit, error) {
	number, unit := splitNumber(s)
	n, err := ParseSize(s)
	switch {
	case err == nil && n == 0:
		return Limit{}, wrong(s, "a queue of nothing would drop every packet: write limit 1 or more")
	case err == nil && unit == "":
		return Limit{Packets: n}, nil
	case err == nil:
		return Limit{Bytes: n}, nil
	case number == "" || unit == "":
		return Limit{}, wrong(s, "a limit is whole packets or bytes with their unit: write limit 100 or limit 64KiB")
	}
	return Limit{}, err
}

// exceeded says whether so much is more than the limit, which is not zero.
func (l Limit) exceeded(packets, bytes int) bool {
	if l.Bytes > 0 {
		return bytes > l.Bytes
	}
	return packets > l.Packets
}

// or returns the limit, or so many packets if it says nothing.
func (l Limit) or(packets int) Limit {
	if l == (Limit{}) {
		l.Packets = packets
	}
	return l
}
