// Package sim is the world that client and server programs run in: a Loop of virtual time, the programs as coroutines of
// it, and Pipes that carry packets through a netem.Stage. Engines (sim/netstack) add hosts; programs (sim/app) see only
// Host, and cannot tell which engine is below.
//
//	   program ── Read, Write ──▶ Host ── packets ──▶ Pipe ── Send ──▶ netem.Stage
//	      ▲                         ▲                   │                  │
//	Park, Wake                   timers              Next, Recv ◀──────────┘
//	      └───────────── Loop ──────┴───────────────────┘
//
// One thing happens at a time, in order of (time, order of scheduling), so a run depends on nothing but its input.
package sim
