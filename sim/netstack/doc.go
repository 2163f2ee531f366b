// Package netstack makes hosts out of gVisor's netstack, a production TCP/IP stack in Go, and lets them live in virtual
// time. It is the only importer of gVisor.
//
// The stack handles TCP segments on a goroutine of its own. After each packet and each timer the loop waits until that
// goroutine has nothing left to do, and so one thing happens at a time. The stack takes its clock and its randomness from
// us. Six places where its TCP does other than Linux and the RFCs are mended in correct.go, clock.go and pmtu.go, which also
// has what its UDP needs for paths with a smaller MTU.
package netstack

// Version is the stack's, as go.mod has it: part of every result, since another version may send other packets.
const Version = "gvisor v0.0.0-20260905035102-160fafc42237"
