// Package metric computes the measures of the field by the documents that define them: each type or function names its
// RFC or paper, says the definition that it follows and how packets are selected. It is told of packets and times, and
// knows neither links nor captures.
//
// A measure is a type whose zero value is ready to use, is told of packets one by one, and gives its result at any time.
// Memory is bounded however long a run is: what is looked up among earlier packets is looked up in a window of stated size,
// and what lies beyond the window is counted as such. Receiver gathers those that look at the packets of one stream as they
// arrive; LossDistance and BurstGap are told which packets were lost, in the order of sending; RoundTrip looks at
// what a sender sends and gets acknowledged; Runs and Reordering look at any sequence. A number that has no meaning, such as
// the mean length of no losses at all, is NaN.
//
// Packets are numbered in the order of sending, from 0. Instants and durations are whole nanoseconds, and no result depends
// on the machine: what is not computed in integers is computed with the four operations and square roots, which IEEE 754
// makes exact to the last bit, and which are never fused.
package metric
