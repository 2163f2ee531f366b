package sweep

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// write makes a file and returns its path.
func write(t testing.TB, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "journal")
	if err := os.WriteFile(path, content, 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

// Every number reads back in every bit, and so does every note.
func TestRow(t *testing.T) {
	values := []float64{0, math.Copysign(0, -1), 0.1, 1.0 / 3, math.NaN(), math.Inf(1), math.Inf(-1), math.MaxFloat64, math.SmallestNonzeroFloat64, 1e21, -5e-324}
	for _, note := range []string{"", " ", "a b\n\"c\" \\", "\xff\x00é\U0001f600", strings.Repeat("é", 500)} {
		r := Row{41, values, note}
		line := appendRow([]byte("before"), &r, 99)[len("before"):]
		text, ok := unseal(line[:len(line)-1], 99)
		got, ok2 := parseRow(string(text), len(values))
		if !ok || !ok2 || !got.same(&r) || len(line) > maxRow(len(values)) || bytes.Count(line, []byte("\n")) != 1 {
			t.Errorf("%q: %+v", line, got)
		}
	}
	if got := cutNote(strings.Repeat("é", 501)); len(got) > maxNote || !strings.HasSuffix(got, "é…") {
		t.Errorf("%d bytes, %q", len(got), got[990:])
	}
}

// Wherever a small journal is cut, and whichever of its bytes is another, nothing panics and no wrong row is read; a
// sweep that can go on from it ends with what an undisturbed one has, and otherwise the file is left as it is.
func TestDamagedJournal(t *testing.T) {
	p, f := grid(3, 2, 2), numbers(2)
	want := expected(t, p, f)
	for _, s := range []Shard{{}, {1, 2}} {
		path := filepath.Join(t.TempDir(), "j")
		sweepInto(t, path, p, s, f)
		whole, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		other := write(t, nil)
		sweepInto(t, other, p, Shard{0, 2}, f)
		head := bytes.IndexByte(whole, '\n') + 1
		path = write(t, nil)
		try := func(damaged []byte, mustGoOn, goOn bool) {
			t.Helper()
			if err := os.WriteFile(path, damaged, 0o666); err != nil {
				t.Fatal(err)
			}
			if r, err := OpenReader(path); err == nil {
				for row, err := range r.Rows() {
					var again Row
					if err == nil {
						cell, seed := p.Cell(row.Job)
						values, note, _ := f(context.Background(), cell, seed)
						again = Row{row.Job, values, note}
					}
					if err != nil || !row.same(&again) {
						t.Fatalf("a wrong row: %+v, %v, of %q", row, err, damaged)
					}
				}
				r.Close()
			}
			if !goOn {
				return
			}
			j, err := OpenJournal(path, p, s)
			if err != nil {
				now, _ := os.ReadFile(path)
				if mustGoOn || !bytes.Equal(now, damaged) || strings.Contains(err.Error(), "\n") {
					t.Fatalf("%v: %q of %q", err, now, damaged)
				}
				return
			}
			if err := errors.Join((&Sweep{Journal: j, Func: f, Clock: still}).Run(context.Background()), j.Close()); err != nil {
				t.Fatal(err)
			}
			if got := readOut(t, path, other); got != want {
				t.Fatalf("%q became %q", damaged, got)
			}
		}
		for n := range whole {
			try(whole[:n], true, n >= head || n%20 == 0)
			for _, flip := range []byte{0x01, 0x20, 0xff, whole[n] ^ '\n', whole[n] ^ ' '} {
				if flip != 0 {
					b := bytes.Clone(whole)
					b[n] ^= flip
					try(b, n >= head, flip == 0x01)
				}
			}
			if n >= head {
				try(append(bytes.Clone(whole[:n]), whole[n+1:]...), true, n%5 == 1)
				try(append(append(bytes.Clone(whole[:n]), '\n'), whole[n:]...), true, n%5 == 0)
				try(append(bytes.Clone(whole[:n]), make([]byte, 5000)...), true, n%5 == 2) // as after a power failure
			}
		}
		try(append(bytes.Clone(whole), bytes.Repeat([]byte("x"), 100_000)...), true, true)
		try(append(append(bytes.Clone(whole), bytes.Repeat([]byte("x"), 100_000)...), whole[head:]...), true, true)
		try(append(bytes.Clone(whole), whole[head:]...), true, true)
		try(append(bytes.Clone(whole), whole...), true, true)
	}
}

// A journal of something else is refused, with a line that says in what it differs, and left as it is.
func TestOtherJournal(t *testing.T) {
	p := grid(3, 2, 2)
	path := filepath.Join(t.TempDir(), "j")
	sweepInto(t, path, p, Shard{}, numbers(2))
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for want, change := range map[string]func(p *Plan, s *Shard){
		"other version (0.1, not 0.2): give":                                func(p *Plan, _ *Shard) { p.Version = "0.2" },
		"other scenario: give":                                              func(p *Plan, _ *Shard) { p.Scenario += " " },
		"other axes (x, not x, y): give":                                    func(p *Plan, _ *Shard) { p.Axes = append(p.Axes, Axis{"y", []string{"1"}}) },
		"other axes (x=v0,v1,v2, not x=v0,v1), seeds (7 to 8, not 7): give": func(p *Plan, _ *Shard) { p.Axes[0].Values, p.Repeat = p.Axes[0].Values[:2], 1 },
		"other axes (x, not none): give":                                    func(p *Plan, _ *Shard) { p.Axes = nil },
		"other seeds (7 to 8, not 6 to 7): give":                            func(p *Plan, _ *Shard) { p.Seed-- },
		"other columns: give":                                               func(p *Plan, _ *Shard) { p.Columns[0] = "c" },
		"other input (identity 1f, not 2f): give":                           func(p *Plan, _ *Shard) { p.Identity = "2f" },
		"other shard (1/1, not 2/3): give":                                  func(_ *Plan, s *Shard) { *s = Shard{1, 3} },
	} {
		q, s := grid(3, 2, 2), Shard{}
		change(q, &s)
		_, err := OpenJournal(path, q, s)
		if err == nil || !strings.HasPrefix(err.Error(), path+": the journal of another sweep: ") || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%v; want %s", err, want)
		}
	}
	for _, text := range []string{"x", "results\n", "{}\n", "{\"journal\":\"lossylab sweep\"\n", string(before) + "x"} {
		other := write(t, []byte(strings.Replace(text, `"format":1`, `"format":2`, 1)))
		if _, err := OpenJournal(other, p, Shard{}); err == nil {
			t.Errorf("%q was taken", text)
		}
	}
	sealed := string(seal([]byte(`{"journal":"lossylab sweep","format":2,"plan":{"version":"9"}}`), 0, 0))
	if _, err := OpenJournal(write(t, []byte(sealed)), p, Shard{}); err == nil || !strings.Contains(err.Error(), "format 2, and this version writes 1: use the version that began it (9)") {
		t.Error(err)
	}
	if _, err := OpenJournal(t.TempDir(), p, Shard{}); err == nil {
		t.Error("a directory was taken")
	}
	q := grid(3, 2, 2)
	q.Version = "0.2"
	second := filepath.Join(t.TempDir(), "k")
	sweepInto(t, second, q, Shard{}, numbers(2))
	if _, err := OpenReader(path, second); err == nil || err.Error() != second+": of another sweep than "+path+": other version (0.2, not 0.1): leave one of them out" {
		t.Error(err)
	}
	if after, err := os.ReadFile(path); err != nil || !bytes.Equal(after, before) {
		t.Error("the journal was changed", err)
	}
}

// A second process is refused while the first has the journal; here it is a second opening, which the system treats alike.
func TestLocked(t *testing.T) {
	path := filepath.Join(t.TempDir(), "j")
	j, err := OpenJournal(path, grid(2, 1, 1), Shard{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := OpenJournal(path, grid(2, 1, 1), Shard{}); !errors.Is(err, ErrLocked) {
		t.Error(err)
	}
	j.Close()
	sweepInto(t, path, grid(2, 1, 1), Shard{}, numbers(1))
}

// smallDisk is a file on a disk that has room for so many more bytes.
type smallDisk struct {
	file
	room  int
	short bool // it says nothing of it
	syncs int
	fails error // of Sync
}

func (d *smallDisk) Write(b []byte) (int, error) {
	n, err := d.file.Write(b[:min(len(b), d.room)])
	d.room -= n
	if err == nil && n < len(b) && !d.short {
		err = &os.PathError{Op: "write", Path: "j", Err: syscall.ENOSPC}
	}
	return n, err
}

func (d *smallDisk) Sync() error {
	d.syncs++
	return d.fails
}

// A disk that is full, at whatever byte, ends the sweep with a line; the journal has the rows before it and goes on.
func TestFullDisk(t *testing.T) {
	p, f := grid(20, 2, 2), numbers(2)
	want := expected(t, p, f)
	for room := 0; room < len(want)-800; room += 37 {
		path := filepath.Join(t.TempDir(), "j")
		j, err := OpenJournal(path, p, Shard{})
		if err != nil {
			t.Fatal(err)
		}
		disk := &smallDisk{file: j.file, room: room, short: room%2 == 0}
		j.file = disk
		err = (&Sweep{Journal: j, Func: f, Workers: 2, Clock: still}).Run(context.Background())
		cause := error(syscall.ENOSPC)
		if disk.short {
			cause = io.ErrShortWrite
		}
		if !errors.Is(err, cause) || err.Error() != path+": a row could not be written: "+cause.Error()+": the rows before it are kept: make room and start again, it goes on from there" {
			t.Fatal(room, err)
		}
		j.Close()
		if text, _ := os.ReadFile(path); text[len(text)-1] != '\n' {
			t.Errorf("a torn row at %d", room)
		}
		sweepInto(t, path, p, Shard{}, f)
		if readOut(t, path) != want {
			t.Fatalf("went on to something else after %d bytes", room)
		}
	}
}

// Rows are made safe with the first that comes a second after the last time, and at the end; an error of that is one.
func TestSync(t *testing.T) {
	j, err := OpenJournal(filepath.Join(t.TempDir(), "j"), grid(100, 1, 1), Shard{})
	if err != nil {
		t.Fatal(err)
	}
	disk := &smallDisk{file: j.file, room: math.MaxInt}
	j.file = disk
	syncs := []int{0, 0, 1, 1, 1, 2, 2}
	for i, ms := range []int{400, 999, 1000, 1001, 1999, 5000, 5001} {
		if err := j.append([]Row{{Job: i, Values: []float64{1}}}, time.Duration(ms)*time.Millisecond); err != nil || disk.syncs != syncs[i] {
			t.Errorf("%d ms: %d times, %v", ms, disk.syncs, err)
		}
	}
	disk.fails = syscall.EIO
	if err := j.Close(); !errors.Is(err, syscall.EIO) || disk.syncs != 3 {
		t.Error(err, disk.syncs)
	}
}

// Nothing panics on any bytes, and what is read of them can be written.
func FuzzReader(f *testing.F) {
	p := grid(3, 2, 2)
	for _, s := range []Shard{{}, {1, 2}} {
		path := filepath.Join(f.TempDir(), "j")
		sweepInto(f, path, p, s, numbers(2))
		b, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		// Checksums are made right, so that what is behind them is tried too.
		var sealed []byte
		salt := uint32(0)
		for i, line := range bytes.SplitAfter(b, []byte("\n")) {
			if len(line) <= sumBytes || len(line)%7 == 0 {
				sealed = append(sealed, line...)
				continue
			}
			text := line[:len(line)-sumBytes-1]
			if sealed = seal(append(sealed, text...), len(sealed), salt); i == 0 {
				_, _, salt, _ = decodeHeader(sealed[:len(sealed)-1])
			}
		}
		r, err := OpenReader(write(t, sealed))
		if err != nil {
			return
		}
		defer r.Close()
		last := -1
		for row, err := range r.Rows() {
			if err == nil && (row.Job <= last || row.Job >= r.Plan().Jobs()) {
				t.Fatal(row)
			}
			last = row.Job
		}
		r.WriteTo(io.Discard)
		for range r.Missing() {
		}
	})
}
