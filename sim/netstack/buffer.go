package netstack

// mendBuffer lets the socket buffer for sending grow with the window, as Linux's does: room for twice what the window has
// ever been, of which two thirds at least are kept full. The stack wakes a program that waits when half is free, so that it
// takes 8/3 of the window here. Its own tuning has room for twice the window and looks when half is free: then nothing is left
// that could be sent. A buffer that is large from the start would keep a program's bytes for as long as it takes to empty: 4
// MiB at 1 Mbit/s, half a minute, which is no delay of the network.
func (s *sender) mendBuffer(in inner) {
	if size := int64(8 * in.window() * in.state.MaxPayloadSize / 3); size > s.buffer {
		s.buffer = size
		if o := s.ep.SocketOptions(); size > o.GetSendBufferSize() {
			o.SetSendBufferSize(min(size, maxBuffer), true)
		}
	}
}
