package capturefile

import (
	"math"
	"testing"
)

func TestClock(t *testing.T) {
	for _, c := range []struct {
		r      resolution
		offset int64
		ticks  uint64
		want   int64
	}{
		{6, 0, 1_700_000_000_123_456, 1_700_000_000_123_456_000},
		{9, 0, 1_700_000_000_123_456_789, 1_700_000_000_123_456_789},
		{0, 0, 1_700_000_000, 1_700_000_000_000_000_000}, // seconds
		{3, 0, 1_700_000_000_123, 1_700_000_000_123_000_000},
		{12, 0, 18_000_000_123_456_789_999, 18_000_000_123_456_789}, // picoseconds, rounded down
		{19, 0, math.MaxUint64, 1_844_674_407},
		{20, 0, math.MaxUint64, 184_467_440},
		{28, 0, math.MaxUint64, 1},
		{29, 0, math.MaxUint64, 0},
		{127, 0, math.MaxUint64, 0},
		{0x80, 0, 1_700_000_000, 1_700_000_000_000_000_000},
		{0x80 | 10, 0, 1_024*7 + 512, 7_500_000_000},
		{0x80 | 32, 0, 3<<32 | 1<<31, 3_500_000_000},
		{0x80 | 63, 0, math.MaxUint64, 1_999_999_999},
		{0x80 | 64, 0, math.MaxUint64, 999_999_999},
		{0x80 | 65, 0, math.MaxUint64, 499_999_999},
		{0x80 | 127, 0, math.MaxUint64, 0},
		{6, 1_000_000_000, 5, 1_000_000_000_000_005_000},
		{6, -10, 5, -9_999_995_000},
		{6, 9_223_372_035, 999_999, 9_223_372_035_999_999_000},
	} {
		if got, ok := (clock{c.r, c.offset}).nanoseconds(c.ticks); got != c.want || !ok {
			t.Errorf("resolution %#x, offset %d, %d ticks: %d %v, want %d", uint8(c.r), c.offset, c.ticks, got, ok, c.want)
		}
	}
	for _, c := range []struct {
		r      resolution
		offset int64
		ticks  uint64
	}{
		{0, 0, 9_223_372_036}, {0, 0, math.MaxUint64}, {0x80, 0, 1 << 63}, {6, math.MaxInt64, 0}, {6, math.MinInt64, 0},
		{0, math.MaxInt64, 1 << 62}, {0, math.MinInt64, math.MaxUint64},
	} {
		if got, ok := (clock{c.r, c.offset}).nanoseconds(c.ticks); ok {
			t.Errorf("resolution %#x, offset %d, %d ticks: %d, want none", uint8(c.r), c.offset, c.ticks, got)
		}
	}
}
