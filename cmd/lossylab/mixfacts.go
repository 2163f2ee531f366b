package main

import "fmt"

// facts say what shares the link, and over which access links, names and values.
func (m *mix) facts() (all [][2]string) {
	for i := range m.Traffic {
		p := &m.Traffic[i]
		what := fmt.Sprintf("%s, over %s", p.title(), p.Protos[0])
		if p.Client != p.Name {
			what += ", on " + p.Client
		}
		if p.Start > 0 {
			what += ", from " + text(p.Start)
		}
		all = append(all, [2]string{p.Name, what})
	}
	for _, c := range m.Clients {
		switch {
		case c.Up == "" && c.Down == "":
		case c.Up == c.Down:
			all = append(all, [2]string{"access of " + c.Name, c.Up})
		default:
			all = append(all, [2]string{"access of " + c.Name, "up " + orPerfect(c.Up) + "; down " + orPerfect(c.Down)})
		}
	}
	return all
}
