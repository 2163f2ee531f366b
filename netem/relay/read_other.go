//go:build !unix

package relay

// reader reads datagrams one by one.
type reader struct {
	conn *socket
	room room
}

func newReader(c *socket, connected bool) (*reader, error) { return &reader{conn: c}, nil }

// next returns the next datagram, to be given back by done.
func (r *reader) next() (*room, error) {
	n, from, err := r.conn.ReadFromUDPAddrPort(r.room.space())
	if err != nil {
		return nil, err
	}
	r.room.keep(n, from)
	return &r.room, nil
}

// done takes a batch's room back. If the batch is gone, nobody holds its packets any more.
func (r *reader) done(room *room, gone bool) { room.done(gone) }
