package report

import (
	"strconv"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// ladderLook is what the width of a ladder decides.
type ladderLook struct {
	width     vg.Length
	length    int       // packets at most
	row       vg.Length // height of a row
	least     vg.Length // between client and server; what else there is gives way
	label     style
	cause     style
	frame     style
	time      style
	timeLeast vg.Length // of the column of times
	frames    vg.Length // the width of a column of frame numbers; 0 for none
	causes    vg.Length // longer causes are cut; 0 leaves them out
	losses    bool      // the causes of losses and damage only
}

// wideLadder is the look in two columns: a line for each event on a page.
var wideLadder = ladderLook{
	width: figureWidth, length: ladderLength, row: ladderRowHeight,
	label: style{sizeSmall, false, ink}, cause: style{sizeSmall, false, red}, frame: style{5.5, false, grey}, time: style{sizeSmall, false, grey},
	timeLeast: 36, frames: 20, causes: 70,
}

// singleLadder is the look in one column: fewer packets and larger rows, so that the letters can be read.
var singleLadder = ladderLook{
	width: singleWidth, length: 28, row: 8, least: 60,
	label: style{sizeSingle, false, ink}, cause: style{sizeSingle, false, red}, frame: style{sizeSingle, false, grey}, time: style{sizeSingle, false, grey},
	timeLeast: 24, frames: 20, causes: 70, losses: true,
}

// leastCause is the width below which a cause says nothing any more.
const leastCause = vg.Length(22)

// settle lets the causes of losses, and then the frame numbers, give way until the arrows have room.
func (l *ladder) settle() {
	if l.look.least == 0 {
		return
	}
	widest := vg.Length(0)
	for _, t := range l.transits {
		for _, n := range []int{t.SentFrame, t.RecvFrame} {
			if n > 0 {
				widest = max(widest, l.look.frame.width(strconv.Itoa(n))+6)
			}
		}
	}
	l.look.frames = widest
	for l.span() < l.look.least && l.look.causes > 0 {
		if l.look.causes -= 4; l.look.causes < leastCause {
			l.look.causes = 0
		}
	}
	if l.span() < l.look.least*.75 {
		l.look.frames = 0
	}
}

// span returns what lies between client and server.
func (l ladder) span() vg.Length {
	left, right := l.margins()
	return l.look.width - l.timeWidth() - left - right
}

// heading is the lines over client and server, in one column, where there is no room for them between the two.
func (l ladder) heading() []string {
	return broken(l.note(), style{size: sizeTick}, style{size: sizeHead, bold: true}.width(l.proto)+6, l.look.width-2)
}

// over returns the room that the heading takes.
func (l ladder) over() vg.Length {
	if l.look.width == figureWidth {
		return 0
	}
	return 3 + vg.Length(len(l.heading()))*noteHeight
}

// writeHeading writes the lines over client and server.
func (l ladder) writeHeading(c draw.Canvas) {
	at := vg.Point{X: c.Min.X + 1, Y: c.Max.Y - 10}
	x := at.X + style{sizeHead, true, ink}.write(c, at, 0, l.proto) + 6
	for _, line := range l.heading() {
		style{sizeTick, false, ink}.write(c, vg.Point{X: x, Y: at.Y}, 0, line)
		x, at.Y = at.X, at.Y-noteHeight
	}
}

// single is the ladder at the width of one column.
func (l ladder) single() variant {
	return variant{caption: l.caption(), height: l.height(l.keys()), draw: l.draw}
}
