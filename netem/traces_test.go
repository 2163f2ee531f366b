package netem_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"lossylab/netem"
)

// The files of testdata/traces are made here, and nowhere copied from: `go test ./netem -run TracesAreMade -update`.
func TestTracesAreMade(t *testing.T) {
	for name, content := range map[string]string{
		"steady-12mbit.trace": steady(),
		"cellular.trace":      cellular(),
		"train.csv":           train,
	} {
		path := "../testdata/traces/" + name
		if *update {
			if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := os.ReadFile(path); err != nil || string(got) != content {
			t.Errorf("%s is not what is made here: %v", path, err)
		}
	}
}

// steady is one packet of 1500 bytes each millisecond.
func steady() string {
	var b strings.Builder
	for ms := range 10 {
		fmt.Fprintln(&b, ms+1)
	}
	return b.String()
}

// cellular is 20 s of a made-up radio link: every 100 ms the rate goes up or down by up to two fifths and then an eighth of
// the way back to 5 Mbit/s, and for 400 ms from 8 s and from 15 s on there is no coverage.
func cellular() string {
	var b strings.Builder
	rng := netem.Stream(1, "cellular.trace")
	rate, owed := 4000, 0 // kbit/s, and bits that the rate has given and no packet has taken
	for ms := 1; ms <= 20_000; ms++ {
		if ms%100 == 0 {
			rate = (7*rate*(60+int(rng.Uint64()%81))/100 + 5000) / 8
		}
		if ms > 8000 && ms <= 8400 || ms > 15_000 && ms <= 15_400 {
			continue
		}
		for owed += rate; owed >= 12_000; owed -= 12_000 {
			fmt.Fprintln(&b, ms)
		}
	}
	return b.String()
}

// train is a made-up ride: out of a station, along a line of masts, through a tunnel, and into the next station.
const train = `# A made-up train ride, for lossylab's tests and examples.
time,rate,delay,loss
0s,20mbit,25ms,0%
10s,12mbit,35ms,0.1%
20s,5mbit,60ms,0.5%
24s,0,60ms,0.5%
27s,2mbit,90ms,2%
30s,10mbit,40ms,0.2%
40s,20mbit,25ms,0%
`
