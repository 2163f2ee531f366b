// Package relay runs a Stage by the wall clock, and brings the datagrams of real sockets to it and back. It is the only clock
// and the only sockets below netem.
//
//	clients ── socket ──▶ UDP ── IP packet ──▶ up: Switch ──▶ UDP ── a socket for each client ──▶ server
//	   ▲                   │                      │            │                                    │
//	   └───── socket ──────┘ ◀── down: Switch ◀───┼────────────┘ ◀──────────────────────────────────┘
//	                             Wall: one lock, one clock, one timer
//
// All that happens to packets happens under the lock of a Wall, in the time of what it drives, which stands still in
// between: so a packet that is handed on late was due at its own instant all the same, and the lateness can be told. System
// calls are made outside the lock.
package relay
