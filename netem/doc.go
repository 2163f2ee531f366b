// Package netem is what a network does to packets: it loses, delays, duplicates, corrupts and reorders them, and makes
// them wait in a queue for a link that has only so many bits a second.
//
//	          ┌────────────────────────── Link ──────────────────────────┐
//	Send ──▶  │ queue ──▶ transmitter ──▶ models judge ──▶ propagation   │ ──▶ Recv
//	          │ (limit)    (rate)         (loss, delay …)  (a delay line) │
//	          └─────┬───────────┬──────────────┬──────────────┬──────────┘
//	                ▼           ▼              ▼              ▼
//	                        Observer: every Event, with its cause
//
// A Model judges and the Link acts. There is no clock, no goroutine, no socket and no log here: time is an argument, and
// so is chance.
//
// # Parts
//
// A Spec says what a link is, in words or as a literal; NewLink makes a Link of it, which is a Stage; a Queue, of which a
// Discipline says the kind, and Models are what it is made of. Packets go in and come out, and Events tell all that
// happened on the way.
//
// An MTU stands before the queue: what is larger is fragmented, or dropped and answered by an ICMP error, or dropped
// without a word. The error goes back to the sender at once: the link is an Answerer, whose owner fetches it.
//
// A Qdisc is a Stage too: Linux's netem with a line of tc, quirks included. A TC is that line, and says in Warnings where
// it does something else than it promises, in Expect what it will do in the long run, and in NearestPlain what that is in
// plain words; Spec.NearestTC is the way back. NewStage makes whichever of the two a Spec asks for, or several of them:
// paths side by side, and hops one behind the other, which look like one link to whoever observes them.
//
// A link may change: a Change holds from an instant on, for a time, again and again or at random; a Trace says when packets
// leave; and a link may Follow a file.
//
// # Faults
//
// A Fault meets packets that are named and not drawn, by what they are in their flow: "drop data 5", "drop retransmission
// 1 of data 5", "delay ack 3 by 2". Those that met none are told by Unmet. Only confines a model to some packets: "loss 5%
// for udp".
//
// Expect says what a Spec does to a steady stream in the long run, by theory: an Expectation, to stand beside what was
// measured.
//
// # Time
//
// What happens at the same instant happens in this order: what changes has changed before anything else; a transmission
// that ends makes room before the next packet is offered to the queue; packets arrive in the order in which they were
// sent, a copy just behind its original, and a packet that was held back just behind the last one to overtake it.
//
// # Chance
//
// Each model of a link draws from a stream of its own, which depends on the seed, the link's name and the kind of model
// and on nothing else; and so does its queue. (The times of random changes do not depend on the direction: an outage hits
// both.) So adding loss moves no jitter, the packets lost at "loss 1%" are among those lost at "loss 5%", and two
// protocols can be sent through the same mask. Nothing here differs from machine to machine, floating point included.
//
// # Words
//
// The words of a SPEC are those of tc-netem(8) where they fit; Parse reads them and String writes them. Where tc-netem
// does something else than its words promise (a correlation that all but stops the loss), the words here do what they
// say, and the model's comment names the difference. A Spec of the one word tc, with a line in quotes, is that line to
// the letter.
package netem
