package metric

import (
	"math"
	"reflect"
	"testing"
	"time"

	"lossylab/netem"
)

func ms(n int) netem.Time { return netem.Time(n) * netem.Time(time.Millisecond) }

func one(b bool) int {
	if b {
		return 1
	}
	return 0
}

func compare(t *testing.T, what string, got, want any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Fatalf("%s: got %v, want %v", what, got, want)
	}
}

// near compares with a reference that is rounded.
func near(t *testing.T, what string, got, want, within float64) {
	t.Helper()
	if !(math.Abs(got-want) <= within) {
		t.Errorf("%s: got %.7g, want %.7g", what, got, want)
	}
}
