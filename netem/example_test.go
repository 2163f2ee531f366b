package netem_test

import (
	"bytes"
	"fmt"
	"time"

	"lossylab/netem"
)

// A link in words, and the same words in canonical form.
func ExampleParse() {
	spec, err := netem.Parse("loss 3% rate 10Mbit/s reorder 5% delay 20ms jitter 4ms")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(spec)
	fmt.Println(spec.Rate.Transmission(1500))
	// Output:
	// rate 10mbit delay 20ms 4ms loss 3% reorder 5% by 1
	// 1.2ms
}

// Errors name the place and what to write instead.
func ExampleParse_error() {
	for _, words := range []string{"loss 150%", "rate 10mbps", "delay 20", "dealy 20ms"} {
		_, err := netem.Parse(words)
		fmt.Println(err)
	}
	// Output:
	// at 6 "150%": a probability lies between 0% and 100%: write 5% or 0.05
	// at 6 "10mbps": tc reads mbps as bytes a second, most people as bits: write 10mbit or 10MB/s
	// at 7 "20": a time needs a unit: write 20ms or 20s
	// at 1 "dealy": no such word: did you mean delay? write delay 20ms, delay 20ms 4ms, delay 20ms 4ms 25% or delay 20ms 4ms distribution normal
}

// Flags of a command change one word of a spec.
func ExampleSpec_Set() {
	spec, _ := netem.Parse("rate 10mbit delay 20ms loss 3%")
	spec, _ = spec.Set("loss", "2% burst 5", nil)
	spec, _ = spec.Set("queue", "64KiB", nil)
	fmt.Println(spec)
	// Output:
	// rate 10mbit limit 64KiB delay 20ms loss 2% burst 5
}

// What a link will do to a packet of 1000 bytes each millisecond, before one is sent.
func ExampleSpec_Expect() {
	spec, _ := netem.Parse("rate 10mbit delay 20ms 4ms loss 2% burst 5")
	e := spec.Expect(netem.Traffic{Spacing: time.Millisecond, Size: 1000})
	fmt.Printf("lost %.1f%%, %.0f in a row\n", 100*e.Loss, e.MeanBurst)
	fmt.Printf("delay %.1f ms, standard deviation %.2f ms\n", e.DelayMean/1e6, e.DelaySD/1e6)
	fmt.Printf("reordered %.0f%%\n", 100*e.Reordered)
	// Output:
	// lost 2.0%, 5 in a row
	// delay 20.8 ms, standard deviation 2.31 ms
	// reordered 53%
}

// What one run lost, others can lose again.
func ExampleParseMask() {
	var lost netem.PacketSet
	for _, n := range []uint64{3, 7, 11, 10, 12} {
		lost.Add(n)
	}
	var file bytes.Buffer
	_ = netem.WriteMask(&file, 1000, lost)
	fmt.Print(file.String())
	mask, err := netem.ParseMask(file.Bytes())
	fmt.Println(mask.Lost.Len(), mask.Lost.Has(11), err)
	// Output:
	// sent 1000
	// 3
	// 7
	// 10-12
	// 5 true <nil>
}

// print is an Observer.
type print struct{}

func (print) Observe(e netem.Event) {
	fmt.Printf("%v packet %d %v", e.At, e.Packet.ID, e.Kind)
	if e.By != "" {
		fmt.Printf(" by %s", e.By)
	}
	fmt.Println()
}

// Three packets at once meet a link with room for one more than it transmits. Its owner asks when to come back, and
// comes back then: there is no clock in a Link.
func ExampleLink() {
	link, err := netem.NewLink("up", netem.Spec{
		Rate:   12 * netem.Mbit,
		Limit:  netem.Limit{Packets: 1},
		Models: []netem.Model{&netem.Delay{Mean: 20 * time.Millisecond}},
	}, 1, print{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for id := range uint64(3) {
		link.Send(0, &netem.Packet{ID: id, Data: make([]byte, 1500)})
	}
	for at, ok := link.Next(); ok; at, ok = link.Next() {
		for p := link.Recv(at); p != nil; p = link.Recv(at) {
			fmt.Printf("            packet %d took %v\n", p.ID, at.Sub(p.Sent))
		}
	}
	// Output:
	// 0.000000000 packet 0 sent
	// 0.000000000 packet 0 dequeued
	// 0.000000000 packet 1 sent
	// 0.000000000 packet 2 sent
	// 0.000000000 packet 2 dropped by queue limit 1
	// 0.001000000 packet 1 dequeued
	// 0.021000000 packet 0 delivered
	//             packet 0 took 21ms
	// 0.022000000 packet 1 delivered
	//             packet 1 took 22ms
}

// A line says what it will do before a packet is sent.
func ExampleTC_Warnings() {
	line, err := netem.ParseTC("delay 100ms 10ms 25% loss 0.3% 25%")
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, w := range line.Warnings() {
		fmt.Println(w)
	}
	// Output:
	// loss 0.3% 25% loses less than 0.00001% of the packets, not 0.3%: correlated random numbers are averages, and averages crowd round the middle
	// jitter is uniform and not normal, as the manual has it: 90ms to 110ms, with a standard deviation of 5.77ms
	// jitter reorders: a packet may overtake those sent up to 20ms before it
	// delay 100ms 10ms 25%: the correlation has no such effect: from one packet to the next, delays correlate by 0.00 and not by 0.25: what is kept of a random number is its lower bits
	// limit 1000 counts the packets being delayed too: no more than 10000 a second get through (120mbit with 1500 bytes each)
}

// Faults name packets in TCP's terms, and say which they waited for in vain.
func ExampleFault() {
	spec, err := netem.Parse("drop data 2,5-8 delay ack 3 by 2 drop retransmission of data 5 drop datagram 2")
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, m := range spec.Models {
		fmt.Println(m)
	}
	link, _ := netem.NewLink("up", spec, 1, nil)
	link.Send(0, &netem.Packet{ID: 1, Data: ip4(netem.ProtoUDP, nil, udp("hello"))})
	for _, u := range link.Unmet() {
		fmt.Println(u)
	}
	// Output:
	// drop datagram 2
	// drop data 2,5-8
	// drop retransmission 1 of data 5
	// delay ack 3 by 2
	// drop datagram 2: the longest flow had 1 datagram
	// drop data 2,5-8: there was no flow of TCP
	// drop retransmission 1 of data 5: there was no flow of TCP
	// delay ack 3 by 2: there was no flow of TCP
}

// ExampleOnly has two losses, each for packets of its own, and another model for all.
func ExampleOnly() {
	spec, err := netem.Parse("loss 5% for udp loss 1% for tcp port 80 size 100- duplicate 1%")
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, m := range spec.Models {
		fmt.Println(m)
	}
	// Output:
	// loss 1% for tcp port 80 size 100-
	// loss 5% for udp
	// duplicate 1%
}
