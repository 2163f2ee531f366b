package report

import (
	"cmp"
	"encoding/binary"
	"image"
	"image/color"
	"slices"
)

// paletted returns img with 256 colours at most. A figure has a dozen colours and the blends at their edges; as a
// picture with a palette it takes a third of the room, and a quarter of the time to compress.
func paletted(img *image.RGBA) *image.Paletted {
	ids, colors := distinct(img)
	groups := grouped(colors)
	out := image.NewPaletted(img.Rect, make(color.Palette, 0, 256))
	for _, g := range groups[:min(len(groups), 256)] {
		out.Palette = append(out.Palette, g.color.rgba())
	}
	index := make([]uint8, len(colors))
	for i, c := range colors {
		index[i] = uint8(out.Palette.Index(c.color.rgba()))
	}
	for i, id := range ids {
		out.Pix[i] = index[id]
	}
	return out
}

// pixel is an opaque colour as it lies in memory: red, green, blue, 255.
type pixel uint32

func (p pixel) rgba() color.RGBA {
	return color.RGBA{uint8(p >> 24), uint8(p >> 16), uint8(p >> 8), 255}
}

// group returns the first five bits of each of the three colours.
func (p pixel) group() int { return int(p>>27<<10 | p>>19&31<<5 | p>>11&31) }

// shade is a colour and the number of its pixels.
type shade struct {
	color pixel
	n     int
}

// distinct returns the colours of a picture in the order of their first pixels, and the index of each pixel's colour.
func distinct(img *image.RGBA) (ids []uint32, colors []shade) {
	known := make(map[pixel]uint32)
	ids = make([]uint32, img.Rect.Dx()*img.Rect.Dy())
	var last pixel
	var id uint32
	for i := range ids {
		p := pixel(binary.BigEndian.Uint32(img.Pix[4*i:]))
		if p != last {
			var ok bool
			if id, ok = known[p]; !ok {
				id = uint32(len(colors))
				known[p] = id
				colors = append(colors, shade{color: p})
			}
			last = p
		}
		ids[i] = id
		colors[id].n++
	}
	return ids, colors
}

// grouped returns the most frequent colour of each group with the number of pixels of the whole group, the largest
// groups first.
func grouped(colors []shade) []shade {
	best, total := make([]shade, 1<<15), make([]int, 1<<15)
	for _, c := range colors {
		g := c.color.group()
		total[g] += c.n
		if b := best[g]; c.n > b.n || c.n == b.n && c.color < b.color {
			best[g] = c
		}
	}
	var groups []shade
	for g := range best {
		if total[g] > 0 {
			groups = append(groups, shade{best[g].color, total[g]})
		}
	}
	slices.SortFunc(groups, func(a, b shade) int { return cmp.Or(cmp.Compare(b.n, a.n), cmp.Compare(a.color, b.color)) })
	return groups
}
