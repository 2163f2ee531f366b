// Package match finds out what a network did to packets, from captures at two points of their way: which were lost, doubled,
// overtaken or damaged, and how long each took.
//
//	capture of the sender ────▶ sighting: time, digests ──┐
//	                                                      ├─▶ matcher ─▶ Result, and the Fate of each packet in order
//	capture of the receiver ──▶ sighting: time, digests ──┘
//
// A packet is recognized by all that does not change on its way: addresses, protocol, IPv4 identification, lengths, the
// transport's header and what it carries. Time to live, traffic class, checksums and a SYN's segment size are left out.
// Packets that are the same in all of this are told apart by time.
//
// Nothing is asked of the two clocks but that they run: how they differ is learned from packets that are unlike all others.
// A way is not asked to keep order. Neither is all of each packet needed: as much of it counts as both captures have kept.
//
// What it cannot do: know a packet again that was cut into fragments or segments on its way, or in a network card behind the
// point of capture (turn segmentation offload off), or that was given other addresses or ports; and tell whether a packet
// whose IPv6 header was damaged has arrived, for there is no checksum over that.
package match
