package netem

import (
	"math/rand/v2"
	"strings"
)

// List loses the packets whose numbers are in it, and no others. Packets are numbered from 1 as this model judges them.
type List struct {
	Lost PacketSet

	counter counter
}

// Judge implements Model. It draws nothing.
func (l *List) Judge(Time, *rand.Rand, *Packet) Verdict { return Verdict{Drop: l.counter.hit(l.Lost)} }

// String implements Model: "loss list 3,7,10-12".
func (l *List) String() string {
	var s strings.Builder
	for i, r := range l.Lost {
		if i > 0 {
			s.WriteByte(',')
		}
		s.WriteString(r.String())
	}
	return "loss list " + s.String()
}

// Clone implements Cloner. The numbers are shared: nothing changes them.
func (l *List) Clone() Model { return &List{Lost: l.Lost} }

// Validate implements Validator.
func (l *List) Validate() error {
	if len(l.Lost) == 0 {
		return wrong("loss", "a list of no packets: write loss list 3,7,10-12")
	}
	return l.Lost.validate()
}

// parseList reads "3,7,10-12".
func parseList(s string) (all PacketSet, err error) {
	for part := range strings.SplitSeq(s, ",") {
		r, err := parsePackets(part)
		switch {
		case err != nil && part == s:
			return nil, err
		case err != nil:
			return nil, wrong(s, err.Error()) // which names the part
		}
		if !all.add(r) {
			return nil, wrongf(s, "packet numbers go up, and %s does not: write loss list 3,7,10-12", r)
		}
	}
	return all, nil
}
