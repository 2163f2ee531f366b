package report

import "lossylab/netem"

// unit is an SI unit that makes a range of numbers easy to read.
type unit struct {
	name string
	size float64 // in the unit that the numbers come in
}

// pick returns the largest of the units, which are given in falling order, of which max is at least low.
func pick(max, low float64, units ...unit) unit {
	for _, u := range units {
		if max >= u.size*low {
			return u
		}
	}
	return units[len(units)-1]
}

// timeUnit returns the unit for an axis of the given length.
func timeUnit(length netem.Time) unit {
	return pick(float64(length), 2, unit{"s", 1e9}, unit{"ms", 1e6}, unit{"µs", 1e3})
}

// axisLength returns the length of a time axis for what took that long: some, even for nothing.
func axisLength(t netem.Time) netem.Time {
	if t > 0 {
		return t
	}
	return 1e6
}

// byteUnit returns the unit for an axis of that many bytes.
func byteUnit(n float64) unit {
	return pick(n, 2, unit{"GB", 1e9}, unit{"MB", 1e6}, unit{"kB", 1e3}, unit{"B", 1})
}

// rateUnit returns the unit for an axis of that many bits per second.
func rateUnit(bps float64) unit {
	return pick(bps, .2, unit{"Gbit/s", 1e9}, unit{"Mbit/s", 1e6}, unit{"kbit/s", 1e3})
}

func (u unit) of(v float64) float64 { return v / u.size }

func (u unit) time(t netem.Time) float64 { return float64(t) / u.size }
