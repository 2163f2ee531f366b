package netem

import "testing"

// The first numbers of the kernel's generator for two seeds.
func TestTausVectors(t *testing.T) {
	for seed, want := range map[uint64][4]uint32{
		1:  {276959246, 18909696, 2298495022, 9442690},
		42: {3053367555, 794645456, 722109529, 489076602},
	} {
		g := newTaus(seed)
		for i, w := range want {
			if got := g.next(); got != w {
				t.Errorf("seed %d: number %d is %d, want %d", seed, i, got, w)
			}
		}
	}
}
