package capturefile

import "math/bits"

// clock is how an interface of a pcapng file counts time.
type clock struct {
	resolution resolution
	offset     int64 // seconds to add: if_tsoffset, section 4.2 of the draft
}

// resolution is if_tsresol, section 4.2: a tick is a negative power of 10, or of 2 "if the most significant bit is equal to 1".
type resolution uint8

// microseconds hold where an interface does not say: "if this option is not present, a resolution of 10^-6 is assumed".
var microseconds = clock{resolution: 6}

const second = 1_000_000_000

// nanoseconds returns a time since 1970, rounded down. It is false if 64 bits do not hold it.
func (c clock) nanoseconds(ticks uint64) (ns int64, ok bool) {
	const most = 9_223_372_035                                  // seconds, beside which a part of one still fits
	if c == (clock{resolution: 9}) && ticks < (most+1)*second { // as most captures have it that care for nanoseconds
		return int64(ticks), true
	}
	whole, part := c.resolution.split(ticks)
	if whole > 1<<62 {
		return 0, false
	}
	whole += uint64(c.offset) // wraps round as two's complement does
	if s := int64(whole); s < -most || s > most {
		return 0, false
	}
	return int64(whole)*second + int64(part), true
}

// split returns whole seconds and nanoseconds.
func (r resolution) split(ticks uint64) (seconds, ns uint64) {
	if n := uint(r & 0x7f); r&0x80 != 0 {
		return splitBinary(ticks, n)
	}
	n := int(r)
	if n > 19 {
		return 0, scaleDown(ticks, n-9) // 2^64 ticks are less than a second
	}
	perSecond := power(n)
	seconds, ns = ticks/perSecond, ticks%perSecond
	if n <= 9 {
		return seconds, ns * power(9-n)
	}
	return seconds, ns / power(n-9)
}

// splitBinary splits ticks of 2^-n seconds.
func splitBinary(ticks uint64, n uint) (seconds, ns uint64) {
	if n >= 64 { // less than a second
		hi, _ := bits.Mul64(ticks, second)
		return 0, hi >> (n - 64)
	}
	hi, lo := bits.Mul64(ticks&(1<<n-1), second)
	return ticks >> n, lo>>n | hi<<(64-n)
}

// scaleDown divides by a power of ten.
func scaleDown(x uint64, n int) uint64 {
	if n > 19 {
		return 0
	}
	return x / power(n)
}

// power returns 10 to the n, n at most 19.
func power(n int) uint64 { return powers[n] }

var powers = func() (p [20]uint64) {
	p[0] = 1
	for i := range p[1:] {
		p[i+1] = 10 * p[i]
	}
	return p
}()
