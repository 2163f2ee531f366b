package match

// contents finds the flights of a content. It is a hash table of its own, as each flight can say where in it its twins stand:
// only a packet that is sent or arrives is looked for by its digest, and a map would be asked six times for each. With
// hundreds of thousands of contents what it costs is how much memory is touched: of a digest that is not there, one slot.
type contents struct {
	slots []slot // at most half are in use; a digest stands in the first that was free from its home on
	pages []*contentPage
	free  int32 // the first place that was in use and is not any more, 0 for none
	fresh int32 // the places from here on have never been in use; 0 for none at all
	n     int
}

// slot is where a digest has its place, and half of it.
type slot struct {
	low   uint32
	place int32 // 0: the slot is not in use
}

type contentPage [pageSize]content

// content is the place of a digest. Number 0 is never in use.
type content struct {
	twins
	key  digest
	live bool
	next int32 // of those not in use
}

func (c *contents) at(place int32) *content { return &c.pages[place/pageSize][place%pageSize] }

// home is where a digest would stand best.
func (c *contents) home(low uint32) int { return int(low) & (len(c.slots) - 1) }

// after is the next slot, round the end.
func (c *contents) after(i int) int { return (i + 1) & (len(c.slots) - 1) }

// find returns the place of a digest, 0 if it has none.
func (c *contents) find(key digest) int32 {
	if c.n == 0 {
		return 0
	}
	low := uint32(key)
	for i := c.home(low); c.slots[i].place != 0; i = c.after(i) {
		if s := c.slots[i]; s.low == low && c.at(s.place).key == key {
			return s.place
		}
	}
	return 0
}

// place is find, and gives the digest a place if it has none.
func (c *contents) place(key digest) int32 {
	if at := c.find(key); at != 0 {
		return at
	}
	if 2*c.n >= len(c.slots) {
		c.grow()
	}
	at := c.free
	if at == 0 {
		if at = max(1, c.fresh); int(at) >= len(c.pages)*pageSize {
			c.pages = append(c.pages, new(contentPage))
		}
		c.fresh = at + 1
	} else {
		c.free = c.at(at).next
	}
	*c.at(at) = content{key: key, live: true}
	c.put(slot{uint32(key), at})
	c.n++
	return at
}

func (c *contents) put(s slot) {
	i := c.home(s.low)
	for c.slots[i].place != 0 {
		i = c.after(i)
	}
	c.slots[i] = s
}

// remove takes a place out, and moves up those behind its slot that stand better there.
func (c *contents) remove(at int32) {
	i := c.home(uint32(c.at(at).key))
	for c.slots[i].place != at {
		i = c.after(i)
	}
	for j := c.after(i); c.slots[j].place != 0; j = c.after(j) {
		if home, mask := c.home(c.slots[j].low), len(c.slots)-1; (j-home)&mask >= (j-i)&mask {
			c.slots[i] = c.slots[j]
			i = j
		}
	}
	c.slots[i] = slot{}
	*c.at(at) = content{next: c.free}
	c.free = at
	c.n--
}

func (c *contents) grow() {
	old := c.slots
	c.slots = make([]slot, max(1024, 2*len(old)))
	for _, s := range old {
		if s.place != 0 {
			c.put(s)
		}
	}
}
