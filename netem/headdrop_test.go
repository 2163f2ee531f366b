package netem_test

import (
	"testing"

	"lossylab/netem"
)

// Who comes last gets in, and who came first goes.
func TestHeadDrop(t *testing.T) {
	s := newStation(netem.HeadDrop{}, netem.Limit{Packets: 2})
	s.put(0, 4, 100, 1, 0)
	const by = " at 0 by queue headdrop limit 2"
	told(t, s.told, "drop 1"+by, "drop 2"+by)
	if a, b, c := s.take(0), s.take(0), s.take(0); a != 3 || b != 4 || c != 0 {
		t.Errorf("left: %d %d %d", a, b, c)
	}
}

// As many go as make room, and none for a packet that would never fit.
func TestHeadDropCountsBytes(t *testing.T) {
	s := newStation(netem.HeadDrop{}, netem.Limit{Bytes: 1000})
	s.put(0, 3, 300, 1, 0)
	s.put(0, 1, 500, 1, 0)
	s.put(0, 1, 1001, 1, 0)
	const by = " at 0 by queue headdrop limit 1KB"
	told(t, s.told, "drop 1"+by, "drop 2"+by, "drop 5"+by)
}
