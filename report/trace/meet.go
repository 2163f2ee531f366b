package trace

import (
	"errors"
	"fmt"
	"time"

	"lossylab/report/match"
)

// Meeting says which frame of one vantage point is which of the other, for one conversation.
type Meeting struct {
	Client, Server match.Capture
	Of             *Conversation
	Clock          Clock
	Confidence     float64           // of the intervals of Both, such as 0.95, which it is if nothing is said
	Up, Down       *match.Comparison // nil where nothing went this way, or nothing of it arrived

	Steps []string // where clocks were set, in sentences

	up, down crossings
	last     int64 // when the last packet of the conversation passed either point, by the client's clock
}

// ErrApart says that no packet of a conversation is in both captures.
var ErrApart = errors.New("no packet is in both")

// Meet matches two captures of a conversation. If what the captures show cannot be unless the second is the client's, they
// change places. The error is that of a capture, which it names, or ErrApart.
func Meet(client, server Side, of *Conversation) (*Meeting, error) {
	m, err := meetInOrder(client, server, of)
	if err == ErrApart {
		return meetTranslated(client, server, of)
	}
	return m, err
}

// meetTranslated is Meet for captures between which addresses or ports were rewritten. Those of the first count.
func meetTranslated(client, server Side, of *Conversation) (*Meeting, error) {
	there, ok, err := translated(client.Capture, server.Capture, of)
	if err != nil {
		return nil, err
	}
	if !ok || there == of.up() {
		return nil, ErrApart
	}
	m, err := meetInOrder(client, Side{Capture: translation(server.Capture, there, of.up())}, of)
	if err == nil {
		m.Steps = append(m.Steps, fmt.Sprintf("addresses or ports were rewritten between the captures: %v > %v in %s is %v > %v in %s, as all but these tell, and has those of the former here",
			of.Client, of.Server, client.Capture.Name, there.src, there.dst, server.Capture.Name))
	}
	return m, err
}

// meetInOrder finds out which of the captures is the client's.
func meetInOrder(client, server Side, of *Conversation) (*Meeting, error) {
	m, err := meet(client, server, of)
	if err == nil && m.swapped(!client.cut() && !server.cut()) {
		m, err = meet(server, client, of)
	}
	if err != nil {
		return nil, err
	}
	zero := m.zero()
	m.setClock(learnClock(&m.up.hull, &m.down.hull, zero, max(m.up.sentLast, m.down.arrivedLast)-zero))
	return m, nil
}

// zero returns when the first packet passed the client, by its clock.
func (m *Meeting) zero() int64 {
	if m.up.first != 0 {
		return m.up.first
	}
	if len(m.down.hull.corners) > 0 {
		p := m.down.hull.corners[0]
		return p.at + p.took
	}
	return 0
}

// SetOffset takes the server's clock to show so much more than the client's, instead of what was found out.
func (m *Meeting) SetOffset(d time.Duration) {
	m.setClock(Clock{Offset: d, Method: "the offset was given", zero: m.zero()})
}

func (m *Meeting) setClock(c Clock) {
	m.Clock = c
	m.last = max(m.up.sentLast, m.down.arrivedLast)
	if t := max(m.up.arrivedLast, m.down.sentLast); t > 0 {
		m.last = max(m.last, c.client(t))
	}
}

func meet(client, server Side, of *Conversation) (*Meeting, error) {
	m := &Meeting{Client: client.Capture, Server: server.Capture, Of: of, up: newCrossings(), down: newCrossings()}
	// Both directions are known by the client's port, as a server has one for many.
	there := match.Filter{Proto: of.up().proto, Port: of.Client.Port(), From: of.Client.Addr()}
	back := there
	back.From = of.Server.Addr()
	if there.From == back.From {
		there.FromPort, back.FromPort = of.Client.Port(), of.Server.Port()
	}
	atClient, err := client.surveys(there, back)
	if err != nil {
		return nil, err
	}
	atServer, err := server.surveys(there, back)
	if err != nil {
		return nil, err
	}
	if err := m.mend(&atClient, &atServer, [2]Side{client, server}, there, back); err != nil {
		return nil, err
	}
	if err := m.match(match.Task{Filter: there, Sent: atClient[0], Received: atServer[0]}, match.Task{Filter: back, Sent: atServer[1], Received: atClient[1]}); err != nil {
		return nil, err
	}
	if m.Up == nil && m.Down == nil {
		return nil, ErrApart
	}
	return m, nil
}

// match compares both ways in one reading, or, where one would have to wait for too much of the other, one after the other.
func (m *Meeting) match(there, back match.Task) (err error) {
	there.Config, back.Config = m.up.config(), m.down.config()
	var ok bool
	m.Up, m.Down, ok, err = match.CompareBoth(m.Client, m.Server, there, back)
	if ok || err != nil {
		return err
	}
	m.up, m.down = newCrossings(), newCrossings()
	if m.Up, err = common(match.CompareSurveyed(m.Client, m.Server, there)); err != nil {
		return err
	}
	m.Down, err = common(match.CompareSurveyed(m.Server, m.Client, back))
	return err
}

// config makes a comparison tell c.
func (c *crossings) config() match.Config { return match.Config{Observe: c.observe, Copied: c.copied} }

// common makes nothing of nothing in common, which is no error of one direction.
func common(c *match.Comparison, err error) (*match.Comparison, error) {
	if errors.Is(err, match.ErrNothingSent) || errors.Is(err, match.ErrNothingCommon) {
		return nil, nil
	}
	return c, err
}

// swapped reports whether the first capture is the server's: then packets arrive before they are sent, by any clock, or more
// of them arrive than are sent, unless that may be because a capture ends early.
func (m *Meeting) swapped(whole bool) bool {
	if m.Up != nil && m.Down != nil {
		return m.up.hull.n > 0 && m.down.hull.n > 0 && m.up.hull.least(0, 0)+m.down.hull.least(0, 0) < -int64(time.Microsecond)
	}
	if !whole {
		return false
	}
	if m.Up != nil {
		return m.Up.Unknown > m.Up.LostCount
	}
	return m.Down.Unknown > m.Down.LostCount
}

// doubts says what may make the matching wrong.
func (m *Meeting) doubts() (notes []string) {
	for _, way := range []struct {
		name string
		*match.Comparison
	}{{"up", m.Up}, {"down", m.Down}} {
		c := way.Comparison
		if c == nil {
			continue
		}
		if c.Ambiguous > 0 {
			notes = append(notes, fmt.Sprintf("%d packets %s were like others in all that counts: time told which they were", c.Ambiguous, way.name))
		}
		if c.Unknown > 0 {
			notes = append(notes, fmt.Sprintf("%d packets arrived %s that the sender's capture has not: they count nowhere", c.Unknown, way.name))
		}
		if c.Bytes > 0 {
			notes = append(notes, fmt.Sprintf("the captures are cut, so that %d bytes of each packet %s were compared, and damage behind them does not show", c.Bytes, way.name))
		}
		if a, b := c.Sent.Longest, c.Received.Longest; a != b && max(a, b) > 1500 {
			notes = append(notes, fmt.Sprintf("the longest packet %s has %d bytes where it was sent and %d where it arrived: if a network card cuts or joins segments, turn that off with ethtool -K", way.name, a, b))
		}
	}
	return notes
}
