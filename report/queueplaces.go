package report

import (
	"strconv"
	"strings"

	"lossylab/netem"
)

// queuePlaces follows the queues of a link: one, or those of its parts, which events name by their place.
type queuePlaces struct {
	names  []string // "hop 2"; of a link without parts: ""
	queues []*queueSampler
}

func (q *queuePlaces) observe(e netem.Event) {
	switch {
	case e.Kind == netem.Dequeued:
		q.at(e.By).observe(e)
	case e.Kind == netem.Dropped && ofQueue(e.By):
		_, place, _ := strings.Cut(e.By, " on ")
		q.at(place).observe(e)
	}
}

// at returns the queue of a place.
func (q *queuePlaces) at(place string) *queueSampler {
	for i, name := range q.names {
		if name == place {
			return q.queues[i]
		}
	}
	q.names, q.queues = append(q.names, place), append(q.queues, &queueSampler{})
	return q.queues[len(q.queues)-1]
}

// finish returns what figures show: the queue that packets waited longest in.
func (q *queuePlaces) finish(r *LinkResult) LinkSamples {
	most, name, longest := &queueSampler{}, "", queueView{sojourn: -1}
	for i, queue := range q.queues {
		v := newQueueView(nil, LinkSamples{Queue: queue.bins})
		if v.sojourn > longest.sojourn || v.sojourn == longest.sojourn && v.drops > longest.drops {
			most, name, longest = queue, q.names[i], v
		}
	}
	s := most.finish(r)
	s.Place = name
	if name != "" && name != "the shared link" {
		s.Limit = limitAt(r.Spec, name)
	}
	return s
}

// limitAt returns the limit of a part of a link, zero where it is not known.
func limitAt(spec, place string) netem.Limit {
	whole, err := netem.Parse(spec)
	what, number, _ := strings.Cut(strings.TrimSuffix(place, " of the shared link"), " ")
	n, e := strconv.Atoi(number)
	parts := map[string][]netem.Spec{"hop": whole.Hops, "path": whole.Paths}[what]
	if err != nil || e != nil || n < 1 || n > len(parts) {
		return netem.Limit{}
	}
	part := parts[n-1]
	if part.Limit == (netem.Limit{}) && part.Queue == nil && part.TC == nil {
		return netem.Limit{Packets: netem.DefaultLimit}
	}
	return part.Limit
}

// Network gathers what figures show of links that several flows share: the queue that all their packets wait in.
type Network struct{ samples sampler }

// Observe implements netem.Observer: it is to be told of every packet.
func (n *Network) Observe(e netem.Event) { n.samples.observe(e) }

// Finish returns the samples of a network whose links are as the specs say, when its last flow was over.
func (n *Network) Finish(end netem.Time, upSpec, downSpec string) *Samples {
	s := n.samples.finish(end, nil, &LinkResult{Spec: upSpec, Offered: 1}, &LinkResult{Spec: downSpec, Offered: 1})
	return &s
}
