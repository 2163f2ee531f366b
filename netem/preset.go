package netem

import (
	"slices"
	"strings"
)

// Preset is a link that somebody else has measured or chosen, with the source of each number. What the source does not
// say, the link does not have: most name no loss, and none the length of the queue.
type Preset struct {
	Name     string // "wpt-3g"
	Title    string // "3G", as its source calls it
	Up, Down string // SPECs: client to server, and back
	Source   *Source
}

// Source says where the numbers of presets come from, and how they were read.
type Source struct {
	Name    string // who says so
	Address string // where
	Date    string // of what is there: "as of 2026-11" is when it was read
	Reading string // what its words were taken to mean
}

// Presets returns all presets, grouped by their sources.
func Presets() []Preset {
	var all []Preset
	for _, group := range presetGroups {
		for _, r := range group.rows {
			all = append(all, r.preset(group.prefix, group.source))
		}
	}
	return all
}

// FindPreset returns the preset of that name. The error suggests another.
func FindPreset(name string) (Preset, error) {
	all := Presets()
	i := slices.IndexFunc(all, func(p Preset) bool { return p.Name == name })
	if i >= 0 {
		return all[i], nil
	}
	var names []string
	for _, p := range all {
		names = append(names, p.Name)
	}
	if near := Nearest(name, names); near != "" {
		return Preset{}, wrongf(name, "no such preset: did you mean %s?", near)
	}
	return Preset{}, wrong(name, "no such preset: 'lossylab presets' lists them, such as "+all[0].Name)
}

// presetRow is one line of a source's table: rates down and up, half a round trip, and a loss.
type presetRow struct {
	name, title string
	down, up    string // rates; empty: not limited
	halfRTT     string
	loss        string // in each direction; empty: none
}

func (r presetRow) preset(prefix string, s *Source) Preset {
	return Preset{Name: prefix + r.name, Title: r.title, Up: r.spec(r.up), Down: r.spec(r.down), Source: s}
}

// spec returns the words of one direction.
func (r presetRow) spec(rate string) string {
	var words []string
	if rate != "" {
		words = append(words, "rate "+rate)
	}
	words = append(words, "delay "+r.halfRTT)
	if r.loss != "" {
		words = append(words, "loss "+r.loss)
	}
	return strings.Join(words, " ")
}

// readPreset reads preset NAME [up|down]. What the other words say, wherever they stand, replaces what the preset says.
func (p *parser) readPreset(t token) error {
	found, err := value(p, t, FindPreset)
	if err != nil {
		return err
	}
	text := found.Up
	if _, ok := p.accept("down"); ok {
		text = found.Down
	} else if _, ok := p.accept("up"); !ok && found.Up != found.Down {
		return t.wrong("the two directions of " + found.Name + " differ: write preset " + found.Name + " up, or down")
	}
	p.preset, err = Parse(text)
	return err
}

// finishPreset puts what the preset says where no word has said it.
func (p *parser) finishPreset() {
	said := func(word string) bool {
		return slices.ContainsFunc(p.seen, func(t token) bool { return t.text == word })
	}
	if !said("rate") {
		p.spec.Rate = max(p.spec.Rate, p.preset.Rate)
	}
	for _, m := range p.preset.Models {
		if !said(kind(m)) {
			p.spec.put(m)
		}
	}
}
