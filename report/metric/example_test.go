package metric_test

import (
	"fmt"
	"time"

	"lossylab/netem"
	"lossylab/report/metric"
)

// Ten packets, sent every 20 ms, of which the fourth arrives 62 ms after the fifth.
func ExampleReceiver() {
	var r metric.Receiver
	for _, seq := range []int64{0, 1, 2, 4, 5, 6, 7, 3, 8, 9} {
		sent := netem.Time(seq) * netem.Time(20*time.Millisecond)
		delay := 68 * time.Millisecond
		if seq == 3 {
			delay = 150 * time.Millisecond
		}
		r.Add(metric.Received{Seq: seq, Sent: sent, At: sent.Add(delay), Bytes: 100})
	}
	density := r.Density.Result()
	fmt.Println("late by", r.LateTime.Offsets.Max(), "and", r.ByteOffset.Max, "bytes")
	fmt.Println("3-reordered:", r.NReordering.Degree(3))
	fmt.Println("reorder density at 0 and -1:", density.RD(0), density.RD(-1))
	fmt.Println("delay variation:", r.PDV.At(.999))
	// Output:
	// late by 62ms and 400 bytes
	// 3-reordered: 0.1
	// reorder density at 0 and -1: 0.5 0.4
	// delay variation: 82ms
}
