package sweep

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A journal is lines of text. Each ends in a space and eight digits: CRC-32C of what is before. That of a row begins with
// the header's, so that a row of another plan or shard, pasted into a journal, is a damaged line.
//
//	{"journal":"lossylab sweep","format":1,"shard":"1/1","plan":{…}} 0123abcd
//	0 0.25 NaN 1e-09 89abcdef
//	1 0.5 3 +Inf "the connection was reset" 01234567

// Row is what one job gave.
type Row struct {
	Job    int
	Values []float64 // one for each column; NaN: not known
	Note   string    // why the run is not complete, or empty
}

// same says whether two rows are the same in every bit that a journal keeps.
func (r *Row) same(other *Row) bool {
	if r.Job != other.Job || r.Note != other.Note || len(r.Values) != len(other.Values) {
		return false
	}
	for i, v := range r.Values {
		w := other.Values[i]
		if math.Float64bits(v) != math.Float64bits(w) && (!math.IsNaN(v) || !math.IsNaN(w)) {
			return false
		}
	}
	return true
}

const (
	magic    = "lossylab sweep"
	format   = 1
	maxNote  = 1000         // bytes of a note; the rest of a longer one is cut off
	sumBytes = len(" ") + 8 // of a line
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// header is the first line of a journal.
type header struct {
	Journal string `json:"journal"`
	Format  int    `json:"format"`
	Shard   string `json:"shard"`
	Plan    Plan   `json:"plan"`
}

// encodeHeader returns the first line, and what the checksums of rows begin with. The plan has been checked.
func encodeHeader(p *Plan, s Shard) (line []byte, salt uint32, err error) {
	line, err = json.Marshal(header{magic, format, s.String(), *p})
	if err != nil {
		return nil, 0, err
	}
	salt = crc32.Checksum(line, castagnoli)
	return seal(line, 0, 0), salt, nil
}

var errNoJournal = errors.New("not a journal of a sweep: give another file")

// decodeHeader reads a first line, without the end of the line.
func decodeHeader(line []byte) (*Plan, Shard, uint32, error) {
	text, ok := unseal(line, 0)
	if !ok {
		if bytes.HasPrefix(line, []byte(`{"journal":"`+magic+`"`)) {
			return nil, Shard{}, 0, errors.New("the first line is damaged, and so it cannot be told whose rows these are: move the journal away and begin anew")
		}
		return nil, Shard{}, 0, errNoJournal
	}
	var h header
	if err := json.Unmarshal(text, &h); err != nil || h.Journal != magic {
		return nil, Shard{}, 0, errNoJournal
	}
	if h.Format != format {
		return nil, Shard{}, 0, fmt.Errorf("a journal of format %d, and this version writes %d: use the version that began it (%s)", h.Format, format, shorten(h.Plan.Version))
	}
	s, err := ParseShard(h.Shard)
	if err == nil {
		err = h.Plan.Check()
	}
	return &h.Plan, s, crc32.Checksum(text, castagnoli), err
}

// seal appends the checksum of buf from start on, and ends the line.
func seal(buf []byte, start int, salt uint32) []byte {
	sum := crc32.Update(salt, castagnoli, buf[start:])
	buf = append(buf, ' ')
	for shift := 28; shift >= 0; shift -= 4 {
		buf = append(buf, "0123456789abcdef"[sum>>shift&15])
	}
	return append(buf, '\n')
}

// unseal returns what was sealed, if it is whole; line is without the end of the line.
func unseal(line []byte, salt uint32) (text []byte, ok bool) {
	at := len(line) - sumBytes
	if at < 0 {
		return nil, false
	}
	var again [sumBytes + 1]byte
	text = line[:at]
	sum := seal(again[:0], 0, crc32.Update(salt, castagnoli, text))
	return text, bytes.Equal(sum[:sumBytes], line[at:])
}

// appendRow appends the line of a row. Numbers have the fewest digits that read back exactly.
func appendRow(buf []byte, r *Row, salt uint32) []byte {
	start := len(buf)
	buf = strconv.AppendInt(buf, int64(r.Job), 10)
	for _, v := range r.Values {
		buf = append(buf, ' ')
		buf = strconv.AppendFloat(buf, v, 'g', -1, 64)
	}
	if r.Note != "" {
		buf = append(buf, ' ')
		buf = strconv.AppendQuoteToASCII(buf, r.Note)
	}
	return seal(buf, start, salt)
}

// cutNote shortens a note to what a journal keeps.
func cutNote(note string) string {
	if len(note) <= maxNote {
		return note
	}
	cut := maxNote - len("…")
	for cut > 0 && !utf8.RuneStart(note[cut]) {
		cut--
	}
	return note[:cut] + "…"
}

// parseRow reads what appendRow wrote, unsealed.
func parseRow(text string, columns int) (Row, bool) {
	first, rest, _ := strings.Cut(text, " ")
	job, err := strconv.Atoi(first)
	if err != nil || job < 0 {
		return Row{}, false
	}
	r := Row{Job: job, Values: make([]float64, columns)}
	for i := range r.Values {
		first, rest, _ = strings.Cut(rest, " ")
		if r.Values[i], err = strconv.ParseFloat(first, 64); err != nil {
			return Row{}, false
		}
	}
	if rest != "" {
		if r.Note, err = strconv.Unquote(rest); err != nil {
			return Row{}, false
		}
	}
	return r, true
}

// maxRow bounds the line of a row: the job, numbers of at most 24 digits, and a note whose bytes may take four each.
func maxRow(columns int) int { return 64 + 25*columns + 4*(maxNote+4) }

// lines reads the lines of a file without taking more memory than a line may have.
type lines struct {
	r   *bufio.Reader
	off int64 // of what is read next
}

func newLines(r io.Reader, off int64, longest int) *lines {
	return &lines{bufio.NewReaderSize(r, max(longest+1, 16<<10)), off}
}

// next returns a line without its end, nil for one that is too long to be of a journal, and io.EOF after the last line
// that has an end. The line is valid until the next call.
func (l *lines) next() ([]byte, error) {
	line, err := l.r.ReadSlice('\n')
	l.off += int64(len(line))
	if err == nil {
		return line[:len(line)-1], nil
	}
	for errors.Is(err, bufio.ErrBufferFull) {
		line, err = l.r.ReadSlice('\n')
		l.off += int64(len(line))
	}
	return nil, err
}
