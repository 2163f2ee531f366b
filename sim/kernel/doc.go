// Package kernel makes hosts out of Linux: two network namespaces with a link between them through which every packet
// passes, in real time. Connections are the kernel's own, and so is all that TCP does.
//
//	this process                         helper (the same program, started anew)
//	────────────                         ─────────────────────────────────────────
//	programs, sockets  ◀── sockets ────  namespace "client"        namespace "server"
//	                       (SCM_RIGHTS)     TUN  ──▶ ┌───────────┐ ──▶  TUN
//	observers  ◀── events, in order ──────           │   relay   │
//	                       (pipe)           TUN  ◀── │  netem    │ ◀──  TUN
//	                                                 └───────────┘
//
// The helper owns the namespaces and runs the relay on a thread of its own, so that nothing that this process does holds
// packets up. It ends with this process, whatever ends it, and nothing remains of namespaces, interfaces and programs.
//
// Time is the kernel's monotonic clock, counted from the start of the relay. A packet's times are those at which the relay
// took it from one host and gave it to the other; how much later than due that was is counted for each, and so is what
// was lost anywhere but on the link.
package kernel
