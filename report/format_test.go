package report

import (
	"math"
	"testing"

	"lossylab/netem"
)

func TestNumbersInTexts(t *testing.T) {
	for _, test := range []struct{ got, want string }{
		{formatCount(0), "0"},
		{formatCount(9999), "9999"},
		{formatCount(10_000), "10 000"},
		{formatCount(1_234_567), "1 234 567"},
		{formatCount(int64(math.MaxInt64)), "9 223 372 036 854 775 807"},
		{count(0, "message"), "0 messages"},
		{count(1, "message"), "1 message"},
		{count(int64(12_345), "message"), "12 345 messages"},
		{plural(uint64(2), "fast recovery", "fast recoveries"), "2 fast recoveries"},
		{number(-12_345.6, 1), "−12\u2009345.6"},

		{formatShare(0, 500), "0"},
		{formatShare(15, 500), "15 (3.0 %)"},
		{formatShare(3, 0), "3"},
		{formatShare(0, 0), "0"},
		{formatShare(500, 500), "500 (100 %)"},
		{formatShare(20, 10), "20 (200.0 %)"}, // more duplicates than messages
		{formatPercent(0), "0"},
		{formatPercent(.000_001), "<0.001"},
		{formatPercent(.000_010_1), "0.0010"},
		{formatPercent(.000_099), "0.0099"},
		{formatPercent(.000_42), "0.042"},
		{formatPercent(.0042), "0.42"},
		{formatPercent(.099), "9.9"},
		{formatPercent(.9994), "99.9"},
		{formatPercent(.9996), ">99.9"},

		{formatRate(0), "0 bit/s"},
		{formatRate(.5), "0.500 bit/s"},
		{formatRate(999.4), "999 bit/s"},
		{formatRate(999.6), "1.00 kbit/s"},
		{formatRate(795_812), "796 kbit/s"},
		{formatRate(9_995_000), "10.0 Mbit/s"},
		{formatRate(123_456_789_012), "123 Gbit/s"},
		{formatRate(1e13), "10000 Gbit/s"},

		{formatTime(0), "0 ms"},
		{formatTime(1), "1.00 ns"},
		{formatTime(500), "500 ns"},
		{formatTime(999_400), "999 µs"},
		{formatTime(999_600), "1.00 ms"},
		{formatTime(ms(9.994)), "9.99 ms"},
		{formatTime(ms(9.996)), "10.0 ms"},
		{formatTime(ms(99.94)), "99.9 ms"},
		{formatTime(ms(99.96)), "100 ms"},
		{formatTime(ms(999.6)), "1.00 s"},
		{formatTime(netem.Time(3600e9)), "3600 s"},
		{formatSeconds(.0214), "21.4 ms"},
		{formatSeconds(0), "0 ms"},

		{unit{"Mbit/s", 1e6}.text(389_412), "0.389 Mbit/s"},
		{stamp(-1), ""},
		{stamp(1_500_000_000), "1.500000000"},
		{bit(true) + bit(false), "10"},
	} {
		if test.got != test.want {
			t.Errorf("got %q, want %q", test.got, test.want)
		}
	}
}
