package match

import (
	"encoding/binary"

	"lossylab/report/capturefile"
)

// Content is a digest of what a UDP or TCP packet says whatever its addresses and ports are: its length, TCP's numbers and
// flags, and the beginning of what it carries. It is not ok for packets that say too little to be told from others' by it: those
// without payload but for SYN, and those of which too little was captured.
func Content(r *capturefile.Record) (d uint64, ok bool) {
	v, ok := look(r)
	if !ok || v.Fragment > 0 || v.Proto != TCP && v.Proto != UDP || v.payload-v.Transport < 8 {
		return 0, false
	}
	kept := len(v.ip) - v.payload
	if kept < sampledPayload && !v.whole() || kept == 0 && !v.syn {
		return 0, false
	}
	h := begin.word(uint64(v.Proto)<<32 | uint64(v.length))
	if v.Proto == TCP {
		b := v.ip[v.Transport:]
		h = h.word(binary.LittleEndian.Uint64(b[4:])).word(uint64(b[13]))
	}
	return uint64(h.bytes(v.ip[v.payload:min(len(v.ip), v.payload+sampledPayload)])), true
}
