package netem

import "time"

// Traffic is a stream of packets of one size, evenly spaced, about which an Expectation speaks.
type Traffic struct {
	Spacing time.Duration // from one packet to the next
	Size    int           // bytes, as the link counts them
}

// Expectation is what a link does to Traffic in the long run, by theory: the stationary values of its models. NaN is a
// value that nothing closed is known for, and one that has no meaning, as the mean length of bursts of nothing.
type Expectation struct {
	Loss       float64 // share of the packets sent that are lost
	MeanBurst  float64 // mean length of a run of losses, packets
	LossACF1   float64 // autocorrelation of the loss indicator at lag 1
	Duplicates float64 // further copies for each packet sent
	Corrupted  float64 // share with bits turned over, of the packets that arrive
	AtOnce     float64 // share sent at once, ahead of the others (tc's reorder), of the packets that arrive
	DelayMean  float64 // ns, of packets that arrive: propagation, jitter and, while no queue builds up, transmission
	DelaySD    float64 // ns
	DelayACF1  float64 // autocorrelation of the delays of successive packets
	Reordered  float64 // RFC 4737's ratio
	Rate       float64 // bits a second that arrive at most; +Inf where nothing limits them
}
