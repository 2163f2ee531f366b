package main

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// folder is where results go. Until they are complete they stand in a folder of another name beside it, so that whatever
// happens to the process, no half file is ever found where results are looked for.
type folder struct {
	name    string // as it was asked for
	path    string // absolute
	partial string
	open    []*os.File
}

// manifestName marks a folder as a run's results.
const manifestName = "manifest.json"

// newFolder checks that results can be written to path and begins. It replaces an earlier run's results at commit, and
// refuses to replace anything else.
func newFolder(name string) (*folder, error) {
	path, err := filepath.Abs(name)
	if err != nil {
		return nil, usagef("--out %s: %v: choose another folder", name, err)
	}
	switch info, err := os.Stat(path); {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return nil, usagef("--out %s: %v: choose another folder", name, plain(err))
	case !info.IsDir():
		return nil, usagef("--out %s: it is a file: choose another name, or remove it", name)
	default:
		if err := replaceable(name, path); err != nil {
			return nil, err
		}
	}
	f := &folder{name: name, path: path, partial: path + ".partial"}
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return nil, usagef("--out %s: %v: choose another folder", name, plain(err))
	}
	if err := os.RemoveAll(f.partial); err != nil { // of a run that was killed
		return nil, usagef("--out %s: %v: remove %s", name, plain(err), f.partial)
	}
	if err := os.Mkdir(f.partial, 0o777); err != nil {
		return nil, usagef("--out %s: %v: choose another folder", name, plain(err))
	}
	return f, nil
}

// replaceable refuses a folder that holds something, but not a run's results; and one that cannot be renamed.
func replaceable(name, path string) error {
	entries, err := os.ReadDir(path)
	if err != nil {
		return usagef("--out %s: %v: choose another folder", name, plain(err))
	}
	if len(entries) == 0 {
		return nil
	}
	if _, err := os.Stat(filepath.Join(path, manifestName)); err != nil {
		return usagef("--out %s: the folder holds other files, and no results of lossylab: choose another name", name)
	}
	return nil
}

// plain leaves out of a file system's error what its reader knows already: the call and the path.
func plain(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

// create begins a file of the results, named with slashes.
func (f *folder) create(name string) (*os.File, error) {
	path := filepath.Join(f.partial, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return nil, err
	}
	file, err := os.Create(path)
	if err == nil {
		f.open = append(f.open, file)
	}
	return file, err
}

// write makes a whole file.
func (f *folder) write(name string, fill func(io.Writer) error) error {
	file, err := f.create(name)
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(file, 64<<10)
	if err := fill(w); err != nil {
		return err
	}
	return w.Flush()
}

// closeFiles closes what create has opened, and returns the first error: some file systems tell only now that a disk is
// full.
func (f *folder) closeFiles() error {
	var errs []error
	for _, file := range f.open {
		errs = append(errs, file.Close())
	}
	f.open = nil
	return errors.Join(errs...)
}

// commit writes the manifest and puts the results in their place.
func (f *folder) commit(m *manifest) error {
	if err := f.closeFiles(); err != nil {
		return err
	}
	var err error
	if m.Files, err = f.sums(); err != nil {
		return err
	}
	if err := f.write(manifestName, func(w io.Writer) error {
		e := json.NewEncoder(w)
		e.SetIndent("", "  ")
		e.SetEscapeHTML(false)
		return e.Encode(m)
	}); err != nil {
		return err
	}
	if err := f.closeFiles(); err != nil {
		return err
	}
	old := f.path + ".old"
	if err := os.RemoveAll(old); err != nil {
		return err
	}
	if err := os.Rename(f.path, old); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.Rename(f.partial, f.path); err != nil {
		return errors.Join(err, os.Rename(old, f.path))
	}
	return os.RemoveAll(old)
}

// discard removes what has been written.
func (f *folder) discard() {
	f.closeFiles()
	os.RemoveAll(f.partial)
}

// manifest is manifest.json: what made the results, and the SHA-256 of every other file.
type manifest struct {
	Version  string            `json:"version"`
	Stack    string            `json:"stack"`
	Seed     uint64            `json:"seed"`
	Scenario *scenario         `json:"scenario"`
	Files    map[string]string `json:"files"` // name, with slashes, to SHA-256 in hexadecimal
}

func (f *folder) sums() (map[string]string, error) {
	sums := map[string]string{}
	err := filepath.WalkDir(f.partial, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		sum, err := sumFile(path)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(f.partial, path)
		sums[filepath.ToSlash(name)] = sum
		return err
	})
	return sums, err
}

func sumFile(path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer file.Close()
	h := sha256.New()
	if _, err := io.Copy(h, file); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// list names the files of the results for a person: folders with what they hold.
func (m manifest) list() []string {
	var names []string
	for name := range m.Files {
		if dir, _, ok := strings.Cut(name, "/"); ok {
			name = dir + "/"
		}
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// diskError says that results could not be written.
func diskError(f *folder, err error) error {
	return fmt.Errorf("writing the results to %s: %v: nothing was kept; make room, or choose another --out", f.name, plain(err))
}
