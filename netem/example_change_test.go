package netem_test

import (
	"fmt"
	"time"

	"lossylab/netem"
)

// arrivalsOf prints in which order packets arrive that are sent every 10 ms.
func arrivalsOf(words string, packets int) {
	spec, err := netem.Parse(words)
	if err != nil {
		fmt.Println(err)
		return
	}
	link, err := netem.NewStage("up", spec, 1, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	for id := range packets {
		at := netem.Time(id) * netem.Time(10*time.Millisecond)
		for link.Recv(at) != nil { // nothing arrives before 100 ms here
		}
		link.Send(at, &netem.Packet{ID: uint64(id), Data: make([]byte, 1000)})
	}
	var order []uint64
	for at, ok := link.Next(); ok; at, ok = link.Next() {
		for p := link.Recv(at); p != nil; p = link.Recv(at) {
			order = append(order, p.ID)
		}
	}
	fmt.Println(order)
}

// A route that becomes shorter at 50 ms: what is sent then overtakes what is under way, unless the link keeps the order.
func ExampleChange() {
	arrivalsOf("delay 130ms; at 50ms delay 105ms", 10)
	arrivalsOf("order keep delay 130ms; at 50ms delay 105ms", 10)
	// Output:
	// [0 1 2 5 3 6 4 7 8 9]
	// [0 1 2 3 4 5 6 7 8 9]
}

// Every other packet takes the longer path.
func ExampleSplitting() {
	arrivalsOf("split per-packet ( delay 100ms ) ( delay 125ms )", 10)
	arrivalsOf("split per-packet 3:1 ( delay 100ms ) ( delay 125ms )", 10)
	// Output:
	// [0 2 1 4 3 6 5 8 7 9]
	// [0 1 3 4 2 5 7 8 6 9]
}

// A trace has a line for each packet that may leave, with the millisecond at which it may.
func ExampleParseTrace() {
	trace, err := netem.ParseTrace("cell.trace", []byte("2\n4\n4\n10\n"))
	fmt.Println(trace, trace.Rate(), err)
	_, err = netem.ParseTrace("cell.trace", []byte("2\n4ms\n"))
	fmt.Println(err)
	// Output:
	// trace cell.trace 4.8mbit <nil>
	// line 2: "4ms": a line is a whole number of milliseconds: write 20
}
