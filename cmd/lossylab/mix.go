package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"lossylab/netem"
	"lossylab/sim/netstack"
	"lossylab/sim/scenariofile"
)

// mix is several kinds of traffic that share one network at once: a call beside a download.
type mix struct {
	Clients []clientHost `json:"clients"`
	Traffic []part       `json:"traffic"`
}

// clientHost is a client with its access link, which packets cross beside the shared one.
type clientHost struct {
	Name string `json:"name"`
	Up   string `json:"access_up,omitempty"`
	Down string `json:"access_down,omitempty"`

	up, down netem.Spec
}

// part is one kind of traffic of a mix.
type part struct {
	Name   string   `json:"name"`
	Client string   `json:"client"` // the name of the host
	Start  duration `json:"start"`
	traffic

	host int // its number
}

// maxMix bounds how many kinds of traffic there are: each has a port.
const maxMix = 100

// names returns the names of the traffic.
func (m *mix) names() (names []string) {
	for _, p := range m.Traffic {
		names = append(names, p.Name)
	}
	return names
}

// mixReader gathers what is wrong with a mix.
type mixReader struct {
	*scenarioFile
	s    *scenario
	mix  mix
	errs []error
}

// newMix reads a file's clients and traffic.
func newMix(s *scenario, f *runFlags, set *pflag.FlagSet) (*mix, []error) {
	r := &mixReader{scenarioFile: s.file, s: s}
	clients, traffic := s.file.root.Get("clients"), s.file.root.Get("traffic")
	if traffic == nil {
		r.problem(clients.Place, "clients: nothing says what they do: add traffic, with a client's name in each element")
		return nil, r.errs
	}
	for _, name := range trafficFlags {
		if at, ok := s.file.places[name]; ok {
			r.problem(at, "%s: beside traffic it says nothing: write it into the elements of traffic", name)
		}
	}
	if clients != nil {
		r.clients(clients)
	}
	if n := len(traffic.Items); n > maxMix {
		r.problem(traffic.Place, "traffic: %d elements: write at most %d", n, maxMix)
		return nil, r.errs
	}
	for _, n := range traffic.Items {
		r.part(n, f)
	}
	return &r.mix, r.errs
}

func (r *mixReader) problem(at scenariofile.Place, format string, args ...any) {
	r.errs = append(r.errs, scenariofile.Problem{File: r.name, Place: at, Msg: fmt.Sprintf(format, args...)})
}

// clients reads the hosts.
func (r *mixReader) clients(list *scenariofile.Node) {
	if n := len(list.Items); n > netstack.MaxClients {
		r.problem(list.Place, "clients: %d of them: write at most %d", n, netstack.MaxClients)
		return
	}
	for _, n := range list.Items {
		c := clientHost{}
		if name := n.Get("name"); name != nil {
			c.Name = r.unique(name, r.clientNames())
		}
		if link := n.Get("link"); link != nil {
			up, down := link, link
			if link.Kind == scenariofile.Map {
				up, down = link.Get("up"), link.Get("down")
			}
			c.up, c.down = r.spec(up), r.spec(down)
		}
		c.Up, c.Down = c.up.String(), c.down.String()
		r.mix.Clients = append(r.mix.Clients, c)
	}
	if r.accesses() && len(list.Items) > 60 {
		r.problem(list.Place, "clients: %d of them with access links: write at most 60", len(list.Items))
	}
}

func (r *mixReader) clientNames() (names []string) {
	for _, c := range r.mix.Clients {
		names = append(names, c.Name)
	}
	return names
}

// accesses reports whether any client has an access link.
func (m *mix) accesses() bool {
	return slices.ContainsFunc(m.Clients, func(c clientHost) bool { return c.Up != "" || c.Down != "" })
}

func (r *mixReader) accesses() bool { return r.mix.accesses() }

// spec reads an access link.
func (r *mixReader) spec(n *scenariofile.Node) (s netem.Spec) {
	if n == nil {
		return s
	}
	s, err := netem.ParseWith(n.Text, func(name string) ([]byte, error) {
		return r.s.LinkFiles.openAt(r.scenarioFile.beside(name), name)
	})
	if err != nil {
		r.problem(n.Place, "link: %s", strings.TrimPrefix(err.Error(), "netem: "))
	}
	return s
}

// unique returns a name that fits into file names and paths of results and is not taken.
func (r *mixReader) unique(n *scenariofile.Node, taken []string) string {
	switch {
	case len(n.Text) > 40 || strings.Trim(n.Text, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" || strings.Trim(n.Text, "-") == "":
		r.problem(n.Place, "name %s: it becomes part of file names: write small letters, digits and hyphens, such as video-1", n.Text)
	case slices.Contains(taken, n.Text):
		r.problem(n.Place, "name %s is taken: write another", n.Text)
	}
	return n.Text
}

// part reads one kind of traffic.
func (r *mixReader) part(n *scenariofile.Node, f *runFlags) {
	p := part{}
	if name := n.Get("name"); name != nil {
		p.Name = r.unique(name, r.mix.names())
	}
	flags, places := new(runFlags), map[string]scenariofile.Place{}
	set := flags.set()
	own := &scenarioFile{name: r.name, root: n, places: places}
	own.apply(set)
	r.edit(p.Name, set, f.partEdits)
	for _, problem := range own.problems {
		r.errs = append(r.errs, problem)
	}
	flags.seed = f.seed
	var errs []error
	p.traffic, errs = newTraffic(flags, set, &r.s.up)
	if at, ok := places["input"]; ok && flags.input == "-" {
		r.problem(at, "input -: a scenario's traffic does not read standard input: name a file")
	}
	p.Input = flags.input // until it is read
	for _, err := range errs {
		r.problem(places[flagOf(err)], "%s", strings.ReplaceAll(err.Error(), "--", ""))
	}
	if len(errs) == 0 && len(p.Protos) != 1 {
		r.problem(n.Place, "%s: traffic shares a network, so each has one protocol: write proto: tcp or proto: udp", p.Name)
	}
	if start := n.Get("start"); start != nil {
		d, err := netem.ParseDuration(start.Text)
		if err != nil {
			r.problem(start.Place, "start: %s", strings.TrimPrefix(err.Error(), "netem: "))
		}
		if p.Start = duration(d); err == nil && p.Start >= r.s.TimeLimit && r.s.TimeLimit > 0 {
			r.problem(start.Place, "start: %s is not before the time limit of %s: begin sooner, or raise time-limit", start.Text, text(r.s.TimeLimit))
		}
	}
	r.host(&p, n.Get("client"))
	r.mix.Traffic = append(r.mix.Traffic, p)
}

// host finds the client that a traffic runs on: the one that is named, the first of those that the file lists, or a new one.
func (r *mixReader) host(p *part, client *scenariofile.Node) {
	listed := r.root.Get("clients") != nil
	switch {
	case client == nil && listed:
		p.host = 0
	case client == nil:
		p.host = len(r.mix.Clients)
		r.mix.Clients = append(r.mix.Clients, clientHost{Name: p.Name})
	default:
		p.host = slices.Index(r.clientNames(), client.Text)
		if p.host < 0 && listed {
			r.problem(client.Place, "client %s: there is no such client: clients lists %s", client.Text, strings.Join(r.clientNames(), ", "))
			return
		}
		if p.host < 0 {
			p.host = len(r.mix.Clients)
			r.mix.Clients = append(r.mix.Clients, clientHost{Name: r.unique(client, nil)})
		}
	}
	if p.host < len(r.mix.Clients) {
		p.Client = r.mix.Clients[p.host].Name
	}
}

// tree returns the links of a mix whose clients have access links.
func (m *mix) tree(shared netem.Spec, spread bool) netem.Tree {
	t := netem.Tree{Shared: shared, Spread: spread, Branch: func(p *netem.Packet) int {
		return min(netstack.ClientOf(p), len(m.Clients)-1) // a corrupt address may be anybody's
	}}
	for _, c := range m.Clients {
		branch := c.up
		if spread {
			branch = c.down
		}
		t.Branches, t.Names = append(t.Branches, branch), append(t.Names, c.Name)
	}
	return t
}

// public is what results say of a scenario.
func (s *scenario) public() any {
	if s.mix == nil {
		return s
	}
	return struct {
		App  string `json:"app"`
		Name string `json:"name,omitempty"`
		*mix
		Link      any       `json:"link"`
		LinkFiles linkFiles `json:"link_files,omitempty"`
		CC        string    `json:"cc"`
		SACK      bool      `json:"sack"`
		MTU       int       `json:"mtu"`
		IPv6      bool      `json:"ipv6"`
		TimeLimit duration  `json:"time_limit"`
	}{"mix", s.name, s.mix, s.Link, s.LinkFiles, s.CC, s.SACK, s.MTU, s.IPv6, s.TimeLimit}
}
