package sweep

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Journal is the file of a plan's shard, to which rows are appended as soon as they are there. It is the state of a
// sweep: opened again, it goes on where it was.
//
// A process may be killed at any moment: rows that were written are there, a torn one is cut off. The disk is told to
// make rows safe (fsync) with the first row that comes a second or more after the last time, and at the end; so a power
// failure may cost the rows of the last second before the newest row. Lines that are damaged are passed over, and
// their jobs are run again.
//
// Only one process has a journal at a time. Where the system has no such lock (Solaris, AIX, Plan 9) nothing
// keeps a second one out.
type Journal struct {
	*content
	path     string
	file     file
	have     spans // places in the shard of the jobs that have a row
	size     int64 // up to here the file is whole
	buf      []byte
	synced   time.Duration // on the caller's clock
	unsynced bool
	broken   error // why nothing more is written
}

// file is what a journal asks of its file.
type file interface {
	io.Writer // at the end
	Truncate(size int64) error
	Sync() error
	Close() error
}

// ErrLocked is OpenJournal's error where another process has the journal.
var ErrLocked = errors.New("another process is writing to it: wait for its end, or give each part a journal of its own")

// syncEvery is the longest time between the first row that is not safe and the last.
const syncEvery = time.Second

// OpenJournal opens the journal of a plan's shard, or makes it where there is none, with its first line. A file that is
// anything else, or the journal of another plan or shard, is refused with a line that says what differs, and left as it is.
func OpenJournal(path string, p *Plan, s Shard) (*Journal, error) {
	j, err := openJournal(path, p, s)
	if err != nil {
		return nil, inFile(path, err)
	}
	return j, nil
}

// inFile puts the path before an error that does not have it.
func inFile(path string, err error) error {
	if e := (*os.PathError)(nil); errors.As(err, &e) {
		return fmt.Errorf("%s: %s: %w", path, e.Op, e.Err)
	}
	return fmt.Errorf("%s: %w", path, err)
}

func openJournal(path string, p *Plan, s Shard) (*Journal, error) {
	if err := p.Check(); err != nil {
		return nil, err
	}
	if err := s.check(); err != nil {
		return nil, err
	}
	f, err := openLocked(path)
	if err != nil {
		return nil, err
	}
	j, err := begin(f, path, p, s)
	if err != nil {
		f.Close()
		return nil, err
	}
	return j, nil
}

// begin reads what is in the file and brings it to where rows can be appended.
func begin(f *os.File, path string, p *Plan, s Shard) (*Journal, error) {
	st, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !st.Mode().IsRegular() {
		return nil, errors.New("not a file that could be read again: give the name of an ordinary file")
	}
	c, err := readHeader(f, st.Size())
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return create(f, path, st.Size(), p, s)
	}
	if err != nil {
		return nil, err
	}
	if err := c.mustBe(p, s); err != nil {
		return nil, err
	}
	j := &Journal{content: c, path: path, file: f}
	if err := c.scan(f, st.Size(), j.have.add); err != nil {
		return nil, err
	}
	j.size = c.end
	if st.Size() > c.end {
		if err := f.Truncate(c.end); err != nil {
			return nil, err
		}
	}
	_, err = f.Seek(c.end, io.SeekStart)
	return j, err
}

// mustBe refuses a journal that is not of this plan and shard.
func (c *content) mustBe(p *Plan, s Shard) error {
	in := c.plan.differs(p)
	if c.shard.String() != s.String() {
		in = append(in, fmt.Sprintf("shard (%s, not %s)", c.shard, s))
	}
	if in != nil {
		return fmt.Errorf("the journal of another sweep: other %s: give it another name, or sweep as it says", strings.Join(in, ", "))
	}
	return nil
}

// create writes the first line, over the beginning of the same line if the process was killed in it.
func create(f *os.File, path string, size int64, p *Plan, s Shard) (*Journal, error) {
	line, salt, err := encodeHeader(p, s)
	if err != nil {
		return nil, err
	}
	there := make([]byte, min(size, int64(len(line))))
	if _, err := f.ReadAt(there, 0); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	if size > int64(len(line)) || !bytes.HasPrefix(line, there) {
		return nil, errNoJournal
	}
	if _, err := f.WriteAt(line, 0); err != nil {
		return nil, err // what is torn is written over the next time
	}
	if err := f.Sync(); err != nil {
		return nil, err
	}
	if dir, err := os.Open(filepath.Dir(path)); err == nil {
		dir.Sync() // the name; not every system can
		dir.Close()
	}
	c := &content{plan: p, shard: s, salt: salt, end: int64(len(line))}
	if _, err := f.Seek(c.end, io.SeekStart); err != nil {
		return nil, err
	}
	return &Journal{content: c, path: path, file: f, size: c.end}, nil
}

// Plan returns the plan; it is not to be changed.
func (j *Journal) Plan() *Plan { return j.plan }

// Jobs returns how many jobs the journal will have when it is complete, and how many it has. Not during a Run.
func (j *Journal) Jobs() (total, done int) { return j.shard.Jobs(j.plan.Jobs()), j.have.len() }

// Damaged returns how many lines were found damaged, a torn last one apart: what was in them is run again.
func (j *Journal) Damaged() int { return j.damaged }

// append writes rows, and makes them safe when it is time. now is of a steady clock.
func (j *Journal) append(rows []Row, now time.Duration) error {
	if j.broken != nil {
		return j.broken
	}
	j.buf = j.buf[:0]
	for i := range rows {
		j.buf = appendRow(j.buf, &rows[i], j.salt)
	}
	n, err := j.file.Write(j.buf)
	if err == nil && n < len(j.buf) {
		err = io.ErrShortWrite
	}
	if err != nil {
		// Whole rows that came through stay. What is torn goes, and if that fails too, it goes when it is opened again.
		j.size += int64(bytes.LastIndexByte(j.buf[:n], '\n') + 1)
		j.file.Truncate(j.size)
		j.file.Sync()
		return j.fail(err)
	}
	j.size += int64(n)
	for i := range rows {
		k, _ := j.shard.place(rows[i].Job)
		j.have.add(k)
	}
	j.unsynced = true
	if now-j.synced >= syncEvery {
		return j.sync(now)
	}
	return nil
}

// sync makes what was written safe.
func (j *Journal) sync(now time.Duration) error {
	if !j.unsynced {
		return nil
	}
	if err := j.file.Sync(); err != nil {
		return j.fail(err)
	}
	j.synced, j.unsynced = now, false
	return nil
}

// fail ends the writing.
func (j *Journal) fail(err error) error {
	if e := (*os.PathError)(nil); errors.As(err, &e) {
		err = e.Err
	}
	j.broken = fmt.Errorf("%s: a row could not be written: %w: the rows before it are kept: make room and start again, it goes on from there", j.path, err)
	return j.broken
}

// Close makes all rows safe, closes the file and lets others have it.
func (j *Journal) Close() error {
	var err error
	if j.broken == nil {
		err = j.sync(j.synced)
	}
	if e := j.file.Close(); err == nil && e != nil {
		err = inFile(j.path, e)
	}
	return err
}
