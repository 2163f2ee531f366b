package netem_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"lossylab/netem"
)

// samples are some.
func samples(t *testing.T) *netem.Samples {
	t.Helper()
	s, err := netem.ParseSamples([]byte("1 2 3"))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Specs made as literals can hold what no words say; NewLink refuses them with the word to blame.
func TestNewLinkRefuses(t *testing.T) {
	with := func(m netem.Model) netem.Spec { return netem.Spec{Models: []netem.Model{m}} }
	for _, c := range []struct {
		spec netem.Spec
		want string
	}{
		{netem.Spec{MTU: netem.MTU{Bytes: 67}}, `"mtu": an MTU is 68 to 65535 bytes`},
		{netem.Spec{MTU: netem.MTU{TooBig: netem.Blackhole}}, `"mtu": an MTU is 68 to 65535 bytes`},
		{netem.Spec{MTU: netem.MTU{Bytes: 1400, TooBig: 3}}, `"mtu": no such way with packets that are too big`},
		{netem.Spec{Rate: -1}, `link up: "rate": a rate is not negative`},
		{netem.Spec{Limit: netem.Limit{Packets: -1}}, `"limit": a queue holds at least one packet`},
		{netem.Spec{Limit: netem.Limit{Packets: 1, Bytes: 1}}, `"limit": a queue is limited in packets or in bytes, not both`},
		{netem.Spec{Order: 7}, `"order": no such order`},
		{netem.Spec{Bucket: netem.Bucket{Burst: 5000}}, `"burst": there is no rate to exceed`},
		{netem.Spec{Rate: 1, Bucket: netem.Bucket{Burst: -1}}, `"burst": a burst is 1B to 1GiB`},
		{netem.Spec{Rate: 1, Bucket: netem.Bucket{Burst: math.MaxInt}}, `"burst": a burst is 1B to 1GiB`},
		{netem.Spec{Rate: 1, Bucket: netem.Bucket{Peak: 2}}, `"peakrate": it is the rate of bursts`},
		{netem.Spec{Rate: 1, Bucket: netem.Bucket{Burst: 1, Peak: -1}}, `"peakrate": a burst is faster than the rate`},
		{netem.Spec{Queue: netem.CoDel{Target: -1}}, `"queue": a time lies between 0 and 24h`},
		{netem.Spec{Queue: netem.CoDel{Interval: math.MaxInt64}}, `"queue": a time lies`},
		{netem.Spec{Queue: netem.FQCoDel{CEThreshold: -1}}, `"queue": a time lies`},
		{netem.Spec{Queue: netem.FQCoDel{Flows: -1}}, `"queue": fq_codel has 1 to 65536 flows`},
		{netem.Spec{Queue: netem.FQCoDel{Quantum: -1}}, `"queue": a quantum is 256B to 1MiB`},
		{netem.Spec{Queue: netem.PIE{Target: -1}}, `"queue": a time lies`},
		{netem.Spec{Queue: netem.PIE{TUpdate: -1}}, `"queue": pie is updated every 1ms to 24h`},
		{netem.Spec{Queue: netem.PIE{Beta: -1}}, `"queue": pie's alpha and beta are 1 to 32`},
		{netem.Spec{Queue: netem.RED{Probability: math.NaN()}}, `"queue": a probability lies between 0 and 1, not at NaN`},
		{netem.Spec{Queue: netem.RED{Min: -1}}, `"queue": red's queue is at most 1TiB`},
		{netem.Spec{Queue: netem.RED{Max: math.MaxInt}}, `"queue": red's queue is at most 1TiB`},
		{netem.Spec{Queue: netem.RED{}, Limit: netem.Limit{Bytes: math.MaxInt}}, `"queue": red's queue is at most 1TiB`},
		{netem.Spec{Queue: netem.RED{Min: 2, Max: 1}}, `"queue": red's min 2B is not below its max 1B`},
		{netem.Spec{Queue: netem.RED{AvPkt: -1}}, `"queue": red's average packet is 1B to 65535B`},
		{netem.Spec{Queue: netem.RED{Burst: -1}}, `"queue": red's burst is 1 to 1000000 packets`},
		{with(nil), "model 0 of the spec is nil"},
		{with(&netem.Loss{P: 1.5}), `"loss": a probability lies between 0 and 1, not at 1.5`},
		{with(&netem.Loss{P: math.NaN()}), `"loss": a probability lies between 0 and 1, not at NaN`},
		{with(&netem.Loss{P: .5, Rho: 1}), `"loss": a correlation lies between 0% and below 100%`},
		{with(&netem.Burst{P: .02}), `"loss": a burst is 1 to 1000000 packets long`},
		{with(&netem.Burst{P: .9, Mean: 5}), `"loss": bursts this short cannot lose so many packets`},
		{with(&netem.Burst{P: 1, Mean: 5}), `"loss": bursts this short cannot lose so many packets`},
		{with(&netem.GilbertElliott{P: .1, R: .1, H1: 100}), `"loss": a probability`},
		{with(&netem.Markov{P13: .6, P14: .6}), `"loss": p13 and p14, and p31 and p32, add up to at most 100%`},
		{with(&netem.Markov{P23: 1.5}), `"loss": a probability`},
		{with(&netem.List{}), `"loss": a list of no packets`},
		{with(&netem.List{Lost: netem.PacketSet{{First: 0, Last: 3}}}), `"loss": packet numbers go up, in ranges that do not touch: 0-3 cannot come after 0`},
		{with(&netem.List{Lost: netem.PacketSet{{First: 5, Last: 3}}}), `"loss": packet numbers go up`},
		{with(&netem.List{Lost: netem.PacketSet{{First: 5, Last: 7}, {First: 8, Last: 8}}}), `8 cannot come after 7`},
		{with(&netem.Mask{Sent: 6, Lost: netem.PacketSet{{First: 5, Last: 7}}}), `"loss": packet 7 cannot be lost of 6 sent`},
		{with(&netem.Mask{Lost: netem.PacketSet{{First: 5, Last: 1 << 63}}}), `"loss": packet numbers go up`},
		{with(&netem.Every{}), `"loss": each packet or each so many`},
		{with(&netem.Pattern{}), `"loss": a pattern is a 1 for each packet lost`},
		{with(&netem.Pattern{Bits: "01 "}), `"loss": a pattern is a 1 for each packet lost`},
		{with(&netem.Delay{Jitter: 1, Rho: 1.5}), `"delay": a correlation lies between 0% and 100%`},
		{with(&netem.Delay{Jitter: 1, Rho: math.NaN()}), `"delay": a correlation lies between 0% and 100%`},
		{with(&netem.Delay{Jitter: 1, Samples: new(netem.Samples)}), `"delay": samples without values`},
		{with(&netem.Delay{Jitter: 1, Samples: samples(t), Distribution: netem.Normal}), `"delay": samples are a distribution, and normal is another`},
		{with(&netem.Duplicate{P: .1, Rho: 1}), `"duplicate": a correlation lies between 0% and below 100%`},
		{with(&netem.Corrupt{P: .1, Rho: -1}), `"corrupt": a correlation`},
		{with(&netem.Reorder{P: .1, Rho: 2}), `"reorder": a correlation`},
		{with(&netem.Delay{Mean: -1}), `"delay": a time lies between 0 and 24h, not at -1ns`},
		{with(&netem.Delay{Jitter: math.MaxInt64}), `"delay": a time lies`},
		{with(&netem.Delay{Distribution: 9}), `"delay": no such distribution`},
		{with(&netem.Reorder{P: -.1}), `"reorder": a probability`},
		{with(&netem.Reorder{P: .1, By: -1}), `"reorder": a packet is displaced by 1 to`},
		{with(&netem.Reorder{P: .1, By: 1, Late: 1}), `"reorder": displaced by packets or by time, not both`},
		{with(&netem.Reorder{P: .1, Within: -1}), `"reorder": a time lies`},
		{netem.Spec{Order: netem.Keep, Models: []netem.Model{&netem.Reorder{P: .1, Late: time.Second}}},
			`"reorder": order keep lets no packet be late alone`},
		{with(&netem.Duplicate{P: 2}), `"duplicate": a probability`},
		{with(&netem.Corrupt{P: 2}), `"corrupt": a probability`},
	} {
		l, err := netem.NewLink("up", c.spec, 1, nil)
		if err == nil || l != nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%v, want %s", err, c.want)
		}
	}
}
