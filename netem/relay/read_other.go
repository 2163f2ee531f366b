//go:build !unix

package relay

// read brings what the server answers to the link.
func (f *flow) read() {
	defer f.at.udp.readers.Done()
	r := &room{}
	for {
		n, err := f.server.Read(r.space())
		if err == nil {
			f.fromServer(r, n)
		} else if !f.failed(err) {
			return
		}
	}
}
