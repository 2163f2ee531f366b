package report

import (
	"testing"
	"time"
)

func TestQuantiles(t *testing.T) {
	var q Quantiles
	if q.Summary() != nil || q.At(.5) != 0 {
		t.Error("an empty distribution has a summary")
	}
	for i := 100; i > 0; i-- {
		q.Add(time.Duration(i) * time.Millisecond)
	}
	want := Summary{Min: .001, Mean: .0505, P50: .05, P95: .095, P99: .099, Max: .1}
	if got := *q.Summary(); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	q.Add(-time.Second)
	if got := q.Summary().Min; got != 0 {
		t.Errorf("a negative sample counts as %v", got)
	}
}
