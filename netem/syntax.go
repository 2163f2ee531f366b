package netem

import (
	"fmt"
	"strconv"
)

// SyntaxError is what Parse, Set and the parsers of units return: what is wrong, where, and what to write instead, in one
// line.
type SyntaxError struct {
	Pos   int    // byte in the text, from 1; 0 where there is no text or the text is the token
	Token string // what is wrong, as it was written
	Msg   string
}

// Error returns one line: `at 6 "150%": a probability lies between 0% and 100%: write 5% or 0.05`.
func (e *SyntaxError) Error() string {
	token := e.Token
	if r := []rune(token); len(r) > maxToken {
		token = string(r[:maxToken]) + "…"
	}
	s := strconv.Quote(token) + ": " + e.Msg // quoted, so that whatever was written stays on one line
	if e.Pos > 0 {
		s = fmt.Sprintf("at %d %s", e.Pos, s)
	}
	return s
}

// maxToken is how many letters of what was written an error repeats.
const maxToken = 40

// wrong returns an error about a word or value that has no place in a text.
func wrong(token, msg string) error { return &SyntaxError{Token: token, Msg: msg} }

// wrongf is wrong with a message to be formatted.
func wrongf(token, format string, args ...any) error {
	return wrong(token, fmt.Sprintf(format, args...))
}
