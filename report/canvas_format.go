package report

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/png"
	"io"
	"time"

	"codeberg.org/go-pdf/fpdf"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgpdf"
)

// dpi is the resolution of PNG figures, as journals and universities ask for it.
const dpi = 300

// fpdf keeps these settings for the whole process: without them a PDF has the wall clock and the order of a map in it.
func init() {
	epoch := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	fpdf.SetDefaultCreationDate(epoch)
	fpdf.SetDefaultModificationDate(epoch)
	fpdf.SetDefaultCatalogSort(true)
}

// newCanvas returns an empty canvas that write can turn into the format.
func newCanvas(format string, w, h vg.Length) (*canvas, error) {
	c := &canvas{m: identity}
	switch format {
	case "png":
		c.out = vgimg.NewWith(vgimg.UseWH(w, h), vgimg.UseDPI(dpi))
	case "svg":
		c.out = newSVG(w, h)
	case "pdf":
		c.out, c.cubic = vgpdf.New(w, h), true
	default:
		return nil, fmt.Errorf("figure format %q is not one of png, svg and pdf", format)
	}
	return c, nil
}

// write ends the drawing. Title and description are for those who cannot see an SVG.
func (c *canvas) write(w io.Writer, title, description string) error {
	switch out := c.out.(type) {
	case *vgimg.Canvas:
		return writePNG(w, out)
	case *svg:
		return out.write(w, title, description)
	default:
		_, err := out.(io.WriterTo).WriteTo(w)
		return err
	}
}

// writePNG writes the picture with its resolution, which the PNG package leaves out and without which it is taken for
// a picture of 72 or 96 dpi. The fast compression saves most of the time and costs little room.
func writePNG(w io.Writer, c *vgimg.Canvas) error {
	var b bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&b, paletted(c.Image().(*image.RGBA))); err != nil {
		return err
	}
	const header = 8 + 25 // signature and IHDR chunk, which must come before pHYs
	phys := binary.BigEndian.AppendUint32([]byte{0, 0, 0, 9}, 0x70485973)
	const perMetre = dpi * 10000 / 254 // pixels
	phys = binary.BigEndian.AppendUint32(phys, perMetre)
	phys = binary.BigEndian.AppendUint32(phys, perMetre)
	phys = append(phys, 1) // the unit is the metre
	phys = binary.BigEndian.AppendUint32(phys, crc32.ChecksumIEEE(phys[4:]))
	for _, part := range [][]byte{b.Bytes()[:header], phys, b.Bytes()[header:]} {
		if _, err := w.Write(part); err != nil {
			return err
		}
	}
	return nil
}
