package netem_test

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"lossylab/netem"
)

// What is written is read back the same, to the last bit. 20,000 values over all magnitudes of each unit.
func TestUnitsReadBack(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for range 20_000 {
		n := rng.Uint64() >> rng.IntN(63)
		p := math.Ldexp(rng.Float64(), -rng.IntN(1074))
		if got, err := netem.ParseProbability(netem.FormatProbability(p)); err != nil || got != p {
			t.Fatalf("%v is written %s and read %v (%v)", p, netem.FormatProbability(p), got, err)
		}
		d := time.Duration(n) % (netem.MaxDuration + 1)
		if d = d.Abs(); d > netem.MaxDuration {
			d = 0
		}
		if got, err := netem.ParseDuration(netem.FormatDuration(d)); err != nil || got != d {
			t.Fatalf("%d is written %s and read %d (%v)", d, netem.FormatDuration(d), got, err)
		}
		r := netem.Rate(n >> 1)
		if got, err := netem.ParseRate(r.String()); err != nil || got != r {
			t.Fatalf("%d is written %v and read %d (%v)", r, r, got, err)
		}
		size := int(n >> 1)
		if got, err := netem.ParseSize(netem.FormatSize(size)); err != nil || got != size {
			t.Fatalf("%d is written %s and read %d (%v)", size, netem.FormatSize(size), got, err)
		}
	}
}

// The parsers by themselves, as flags use them: their errors say what was written and no place.
func TestUnitsAlone(t *testing.T) {
	for _, c := range []struct {
		parse func(string) (any, error)
		text  string
		want  any // or the error
	}{
		{size, "1500", 1500},
		{size, "1500B", 1500},
		{size, "64KB", 64_000},
		{size, "64KiB", 65_536},
		{size, "2MiB", 2 << 20},
		{size, "0", 0},
		{size, "1.5KB", 1500},
		{size, "1.5", `"1.5": a size is a whole number of bytes: write 1500B or 64KiB`},
		{size, "64k", `"64k": k could be powers of 1000 or of 1024: write 64KB or 64KiB`},
		{size, "", `"": not a size: write 1500B or 64KiB`},
		{rate, "10mbit", netem.Rate(1e7)},
		{rate, "10", `"10": a rate needs a unit: write 10mbit, 10kbit or 10MB/s`},
		{rate, "10mbps", `"10mbps": tc reads mbps as bytes a second, most people as bits: write 10mbit or 10MB/s`},
		{duration, "20ms", 20 * time.Millisecond},
		{duration, "0", time.Duration(0)},
		{duration, "24h", 24 * time.Hour},
		{duration, "20", `"20": a time needs a unit: write 20ms or 20s`},
		{duration, "-20ms", `"-20ms": a time is not negative: write 20ms`},
		{duration, "1" + string(make([]byte, 3)), `"1\x00\x00\x00": no such unit of time: write 1us, 1ms, 1s or 1min`},
		{probability, "5%", .05},
		{probability, "0.05", .05},
		{probability, "-0%", 0.},
		{probability, "5", `"5": ambiguous without a percent sign: write 5% or 0.05`},
	} {
		got, err := c.parse(c.text)
		if err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("%q: %v, want %v", c.text, got, c.want)
		}
	}
}

func size(s string) (any, error)        { return netem.ParseSize(s) }
func rate(s string) (any, error)        { return netem.ParseRate(s) }
func duration(s string) (any, error)    { return netem.ParseDuration(s) }
func probability(s string) (any, error) { return netem.ParseProbability(s) }

func TestTimeString(t *testing.T) {
	for at, want := range map[netem.Time]string{0: "0.000000000", 1_250_000_000: "1.250000000", -1: "-0.000000001"} {
		if at.String() != want {
			t.Errorf("%d is written %s, want %s", int64(at), at, want)
		}
	}
}

func TestKindString(t *testing.T) {
	for k := netem.Sent; k <= netem.Answered; k++ {
		if s := k.String(); s == "" || s == "unknown" {
			t.Errorf("kind %d has no name", k)
		}
	}
	if s := (netem.Answered + 1).String(); s != "unknown" {
		t.Errorf("a kind too many is called %s", s)
	}
}
