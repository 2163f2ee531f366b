package netem

// fifo is packets in the order in which they came, up to a limit: what most queues are made of.
type fifo struct {
	limit Limit
	wait  ring
	bytes int
}

// push adds p at the end, whether there is room or not.
func (f *fifo) push(p *Packet) {
	f.wait.push(p)
	f.bytes += p.Size()
}

// pop removes the packet that has waited longest and returns it, nil if there is none.
func (f *fifo) pop() *Packet {
	p := f.wait.pop()
	if p != nil {
		f.bytes -= p.Size()
	}
	return p
}

// full says whether there is no room for p. A limit in bytes never lets in a packet larger than itself.
func (f *fifo) full(p *Packet) bool { return f.limit.exceeded(f.wait.n+1, f.bytes+p.Size()) }

// over says whether more waits than the limit allows.
func (f *fifo) over() bool { return f.limit.exceeded(f.wait.n, f.bytes) }

// Len implements Queue.
func (f *fifo) Len() int { return f.wait.n }

// Bytes implements Queue.
func (f *fifo) Bytes() int { return f.bytes }
