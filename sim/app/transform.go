package app

import (
	"bytes"
	"slices"
	"unicode"
	"unicode/utf8"
)

// Transformation is what a server does to what it gets.
type Transformation struct {
	Name string // "upper"
	What string // in a few words

	change func(b []byte) []byte // returns other bytes than b
	lines  bool                  // needs a whole line: what has come of one says nothing about the answer
}

// Transformations are all that a server can do, the first unless it is told otherwise.
var Transformations = []Transformation{
	{"upper", "letters become capitals", Transform, false},
	{"lower", "letters become small", lower, false},
	{"reverse", "each line is turned round, letter by letter", eachLine(reversed), true},
	{"rot13", "each letter from A to Z becomes the one 13 places on", rot13, false},
	{"title", "the first letter of each word becomes a capital", eachLine(title), true},
	{"none", "nothing: what comes is returned as it is", bytes.Clone, false},
}

// FindTransformation returns the transformation of that name.
func FindTransformation(name string) (Transformation, bool) {
	i := slices.IndexFunc(Transformations, func(t Transformation) bool { return t.Name == name })
	if i < 0 {
		return Transformation{}, false
	}
	return Transformations[i], true
}

// Apply returns what becomes of b. The zero Transformation is the first.
func (t Transformation) Apply(b []byte) []byte {
	if t.change == nil {
		return Transform(b)
	}
	return t.change(b)
}

// Transform is what a server does to a line unless it is told otherwise: it turns letters into capitals. Bytes that are no
// UTF-8 stay as they are.
func Transform(line []byte) []byte {
	if utf8.Valid(line) {
		return bytes.ToUpper(line) // the same, and faster
	}
	return eachRune(line, unicode.ToUpper)
}

func lower(b []byte) []byte { return eachRune(b, unicode.ToLower) }

func rot13(b []byte) []byte {
	return eachRune(b, func(r rune) rune {
		switch {
		case 'a' <= r && r <= 'z':
			return 'a' + (r-'a'+13)%26
		case 'A' <= r && r <= 'Z':
			return 'A' + (r-'A'+13)%26
		}
		return r
	})
}

// title capitalizes what follows anything but a letter, a digit or an apostrophe.
func title(b []byte) []byte {
	within := false
	return eachRune(b, func(r rune) rune {
		before := within
		within = unicode.IsLetter(r) || unicode.IsDigit(r) || r == '\''
		if before {
			return r
		}
		return unicode.ToTitle(r)
	})
}

// eachRune changes every letter, and leaves bytes that are none as they are.
func eachRune(b []byte, change func(rune) rune) []byte {
	out := make([]byte, 0, len(b))
	for len(b) > 0 {
		r, n := utf8.DecodeRune(b)
		if r == utf8.RuneError && n == 1 {
			out = append(out, b[0])
		} else {
			out = utf8.AppendRune(out, change(r))
		}
		b = b[n:]
	}
	return out
}

func reversed(b []byte) []byte {
	out := make([]byte, 0, len(b))
	for len(b) > 0 {
		_, n := utf8.DecodeLastRune(b)
		out = append(out, b[len(b)-n:]...)
		b = b[:len(b)-n]
	}
	return out
}

// eachLine leaves the ends of lines, LF or CR LF, where they are.
func eachLine(change func([]byte) []byte) func([]byte) []byte {
	return func(b []byte) []byte {
		out := make([]byte, 0, len(b))
		for _, line := range bytes.SplitAfter(b, []byte("\n")) {
			text := bytes.TrimSuffix(bytes.TrimSuffix(line, []byte("\n")), []byte("\r"))
			out = append(append(out, change(text)...), line[len(text):]...)
		}
		return out
	}
}

// whole returns how much of b, which is the beginning of what will come, can be transformed already: all but a letter of which
// some bytes are still to come.
func whole(b []byte) int {
	for i := len(b) - 1; i >= 0 && i >= len(b)-utf8.UTFMax+1; i-- {
		if utf8.RuneStart(b[i]) {
			if utf8.FullRune(b[i:]) {
				return len(b)
			}
			return i
		}
	}
	return len(b)
}
