package netem

import (
	"slices"
	"strings"
)

// elsewhere are words that some will try, and what to say of them.
var elsewhere = [...]phrase{
	{"gap", `goes with tc: write reorder 5% by 3 or tc "delay 20ms reorder 25% gap 5"`},
	{"slot", `goes with tc: write tc "slot 10ms 20ms"`},
	{"seed", `no part of a link, but of a tc line: write tc "loss 5% seed 42"`},
	{"ecn", `goes with queue or tc: write queue codel ecn or tc "loss 5% ecn"`},
	{"by", "goes with reorder: write reorder 5% by 3"},
	{"for", "goes behind a model, at or every: write loss 5% for udp, or ; every 10s for 500ms down"},
	{"flow", "goes with drop: write drop data 5 flow 1"},
	{"of", "goes with drop retransmission: write drop retransmission 1 of data 5"},
	{"late", "goes with reorder: write reorder 5% late 8ms"},
	{"within", "goes with reorder by: write reorder 5% by 3 within 200ms"},
	{"gemodel", "goes with loss: write loss gemodel 1% 10%"},
	{"state", "goes with loss: write loss state 1% 30%"},
	{"list", "goes with loss: write loss list 3,7,10-12"},
	{"pattern", "goes with loss: write loss pattern 0010110"},
	{"every", "goes with loss: write loss every 10"},
	{"from", "goes with loss every: write loss every 10 from 3"},
	{"mask", "goes with loss: write loss mask FILE"},
	{"random", "goes with loss: write loss 3%"},
	{"normal", "goes with distribution: write delay 20ms 4ms distribution normal"},
	{"uniform", "goes with distribution: write delay 20ms 4ms distribution uniform"},
	{"fragment", "goes with mtu: write mtu 1400 fragment"},
	{"blackhole", "goes with mtu: write mtu 1400 blackhole"},
	{"pareto", "goes with distribution: write delay 20ms 4ms distribution pareto"},
	{"paretonormal", "goes with distribution: write delay 20ms 4ms distribution paretonormal"},
	{"table", "goes with distribution: write delay 20ms 4ms distribution table FILE"},
	{"samples", "goes with distribution: write delay 20ms 4ms distribution samples FILE"},
	{"stall", "goes with a time: write ; at 2s stall or ; every 10s for 500ms stall"},
	{"resume", "the word is up: write ; at 2.5s up"},
	{"about", "goes with randomly every: write ; randomly every 10s for about 500ms down"},
	{"interpolate", "goes with follow: write follow link.csv interpolate linear"},
	{"linear", "goes with follow: write follow link.csv interpolate linear"},
	{"repeat", "goes with follow: write follow link.csv repeat"},
	{"per-packet", "goes with split: write split per-packet ( rate 5mbit ) ( rate 5mbit delay 40ms )"},
	{"per-flow", "goes with split: write split per-flow ( rate 5mbit ) ( rate 5mbit delay 40ms )"},
	{"then", "goes between parentheses: write " + hopsUsage},
	{"(", "parentheses are for a link made of several: write " + hopsUsage + " or split per-packet ( rate 5mbit ) ( delay 40ms )"},
	{")", "no parenthesis has begun: write " + hopsUsage},
}

// stray returns the error about a token where a word should stand.
func (p *parser) stray(t token) error {
	if isNumber(t.text) {
		if p.last.text == "" {
			return t.wrong("a value without its word: the words are " + allWords())
		}
		return t.wrong("more than " + p.last.text + " takes: write " + usage(p.last.text))
	}
	for _, e := range elsewhere {
		if e.word == t.text {
			return t.wrong(e.usage)
		}
	}
	if slices.Contains(subjects[:], t.text) {
		return t.wrong("goes with drop, delay, duplicate or corrupt: write " + usage("drop"))
	}
	if slices.Contains(wordsOf(conditions[:]), t.text) {
		return t.wrong("goes with for: write " + usageIn(conditions[:], t.text))
	}
	if usage, ok := ofQueue(t.text); ok {
		return t.wrong("goes with queue: write " + usage)
	}
	if near := nearest(t.text, phrases[:]); near != "" {
		return t.wrong("no such word: did you mean " + near + "? write " + usage(near))
	}
	return t.wrong("no such word: the words are " + allWords())
}

// allWords lists the words in canonical order.
func allWords() string { return strings.Join(wordsOf(phrases[:]), " ") }

func wordsOf(phrases []phrase) (words []string) {
	for _, p := range phrases {
		words = append(words, p.word)
	}
	return words
}

// nearest is Nearest among the words of phrases.
func nearest(s string, phrases []phrase) string { return Nearest(s, wordsOf(phrases)) }

// Nearest returns the word that s is most likely meant to be, "" if it is like none: at most a third of its letters may be
// wrong. Capitals count as small letters. The first of equals wins.
func Nearest(s string, words []string) string {
	best, least := "", len(s)/3+1
	for _, w := range words {
		if len(s) > 2*len(w) {
			continue // nor would the distance be cheap
		}
		if d := distance(strings.ToLower(s), w); d < least {
			best, least = w, d
		}
	}
	return best
}

// distance returns how many letters have to be inserted, deleted, replaced or swapped with their neighbour to make b of
// a (optimal string alignment).
func distance(a, b string) int {
	var last, above []int // the rows of i-2 and i-1
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		last, above, row = above, row, make([]int, len(b)+1)
		row[0] = i
		for j := 1; j <= len(b); j++ {
			change := above[j-1]
			if a[i-1] != b[j-1] {
				change++
			}
			row[j] = min(change, above[j]+1, row[j-1]+1)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], last[j-2]+1)
			}
		}
	}
	return row[len(b)]
}
