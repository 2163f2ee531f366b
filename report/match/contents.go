package match

// contents finds the flights of a content. It is a hash table of its own, as each flight can say where in it its twins stand:
// only a packet that is sent or arrives is looked for by its digest, and a map would be asked six times for each.
type contents struct {
	heads []int32 // by a digest's low bits: the first place in the chain, 0 for none
	all   []content
	free  int32 // the first place that is not in use
	n     int
}

// content is the place of a digest. The first of all is never in use.
type content struct {
	twins
	key  digest
	next int32 // in the chain, or of those not in use
	live bool
}

// find returns the place of a digest, 0 if it has none.
func (c *contents) find(key digest) int32 {
	if c.n == 0 {
		return 0
	}
	at := c.heads[uint64(key)&uint64(len(c.heads)-1)]
	for at != 0 && c.all[at].key != key {
		at = c.all[at].next
	}
	return at
}

// place is find, and gives the digest a place if it has none.
func (c *contents) place(key digest) int32 {
	if at := c.find(key); at != 0 {
		return at
	}
	if c.n >= len(c.heads) {
		c.grow()
	}
	at := c.free
	if at == 0 {
		at = int32(len(c.all))
		c.all = append(c.all, content{})
	} else {
		c.free = c.all[at].next
	}
	c.all[at] = content{key: key, live: true}
	c.chain(at)
	c.n++
	return at
}

// chain puts a place into the chain of its digest.
func (c *contents) chain(at int32) {
	head := &c.heads[uint64(c.all[at].key)&uint64(len(c.heads)-1)]
	c.all[at].next, *head = *head, at
}

// remove takes a place out.
func (c *contents) remove(at int32) {
	link := &c.heads[uint64(c.all[at].key)&uint64(len(c.heads)-1)]
	for *link != at {
		link = &c.all[*link].next
	}
	*link = c.all[at].next
	c.all[at] = content{next: c.free}
	c.free = at
	c.n--
}

func (c *contents) grow() {
	c.heads = make([]int32, max(1024, 2*len(c.heads)))
	if c.all == nil {
		c.all = make([]content, 1, 1024)
	}
	for at := range c.all {
		if c.all[at].live {
			c.chain(int32(at))
		}
	}
}
