package report

import (
	"bufio"
	"fmt"
	"io"
)

// colour is a colouring rule: what a filter shows, on a background.
type colour struct {
	Name, Filter string
	Back, Fore   rgb48
}

// rgb48 is a colour as Wireshark writes it: 16 bits for each of red, green and blue.
type rgb48 [3]uint16

func eightBits(r, g, b uint16) rgb48 { return rgb48{r * 257, g * 257, b * 257} }

// colours returns the rules in order: the first whose filter lets a frame through is the one that colours it. Names say
// what was done; the colours tell apart by lightness too.
func colours() []colour {
	black, white := eightBits(0, 0, 0), eightBits(255, 255, 255)
	return []colour{
		{"lossylab lost", `frame.comment contains "lost:" or frame.comment contains "copy lost"`, eightBits(164, 0, 0), white},
		{"lossylab corrupted", `frame.comment contains "corrupted:" or frame.comment contains "corrupted on the way"`, eightBits(92, 53, 102), white},
		{"lossylab sent again", `frame.comment contains "retransmission of"`, eightBits(252, 175, 62), black},
		{"lossylab duplicate", `frame.comment contains "duplicated" or frame.comment contains "duplicate of"`, eightBits(114, 159, 207), black},
		{"lossylab overtaken", `frame.comment contains "overtaken"`, eightBits(252, 233, 79), black},
		{"lossylab marked", `frame.comment contains "marked"`, eightBits(173, 127, 168), black},
		{"lossylab fragments", `frame.comment contains "fragment"`, eightBits(233, 185, 110), black},
		{"lossylab late", `frame.comment contains "late:"`, eightBits(255, 247, 190), black},
		{"lossylab duplicate ACK", `tcp.analysis.duplicate_ack`, eightBits(186, 189, 182), black},
		{"lossylab connection", `tcp.flags.syn == 1 or tcp.flags.fin == 1 or tcp.flags.reset == 1`, eightBits(138, 226, 52), black},
	}
}

// WriteColours writes the colouring rules for lossylab's captures, to be imported into Wireshark.
func WriteColours(w io.Writer) error {
	b := bufio.NewWriter(w)
	fmt.Fprint(b, "# Colouring rules for lossylab's captures. In Wireshark: View, Colouring Rules, Import.\n")
	for _, c := range colours() {
		fmt.Fprintf(b, "@%s@%s@[%d,%d,%d][%d,%d,%d]\n", c.Name, c.Filter, c.Back[0], c.Back[1], c.Back[2], c.Fore[0], c.Fore[1], c.Fore[2])
	}
	return b.Flush()
}
