// Package splice carries the connections of real TCP sockets over a link between two userspace hosts. A proxy of bytes
// cannot lose packets; so each connection becomes three: the client's to the relay, one of the hosts' own across the link,
// and one to the server.
//
//	client ── real ──▶ end ══ host ── packets over the link ── host ══ end ── real ──▶ server
//
// What the link loses, the hosts' TCP sends again: bytes are late and never missing. The end of either direction, a reset,
// and a reader that does not read are passed on through all three.
package splice
