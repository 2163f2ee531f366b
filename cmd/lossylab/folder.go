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
	"strconv"
	"strings"
)

// folder is where results go. Until they are complete they stand in a folder of another name beside it, so that whatever
// happens to the process, no half file is ever found where results are looked for.
type folder struct {
	flag    string // that asked for it: out, report
	name    string // as it was asked for
	path    string // absolute
	partial string
	open    []*os.File
	keep    bool // the partial results are complete
}

// manifestName marks a folder as a run's results.
const manifestName = "manifest.json"

// runningName marks a folder of results that are being written, and holds the number of the process that writes them.
const runningName = ".lossylab-running"

// newFolder checks that results can be written to the folder called name and begins. It replaces an earlier run's results
// at commit, and refuses to replace anything else.
func newFolder(name string) (*folder, error) { return newFolderOf("out", name) }

// newFolderOf is newFolder for a flag of another name.
func newFolderOf(flag, name string) (*folder, error) {
	path, err := folderPath(flag, name)
	if err != nil {
		return nil, err
	}
	f := &folder{flag: flag, name: name, path: path, partial: path + ".partial"}
	if err := f.begin(); err != nil {
		return nil, usagef("--%s %s: %v", flag, name, err)
	}
	return f, nil
}

// folderPath returns the absolute path of the folder called name, and refuses one that results must not replace.
func folderPath(flag, name string) (string, error) {
	if strings.TrimSpace(name) == "" {
		return "", usagef("--%s %q: name a folder", flag, name)
	}
	path, err := filepath.Abs(name)
	if err != nil {
		return "", usagef("--%s %s: %v: choose another folder", flag, name, err)
	}
	path = unlinked(path)
	if err := replaceable(path); err != nil {
		return "", usagef("--%s %s: %v", flag, name, err)
	}
	return path, nil
}

// replaceable refuses a path at which there is anything but an earlier run's results as they were written.
func replaceable(path string) error {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return fmt.Errorf("%v: choose another folder", plain(err))
	case !info.IsDir():
		return errors.New("it is a file: choose another name, or remove it")
	}
	if wd, err := os.Getwd(); err == nil && (wd == path || strings.HasPrefix(wd, path+string(filepath.Separator))) {
		return errors.New("results replace the folder as a whole, and this is where you are: name another, such as results")
	}
	files, err := readManifest(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("its %s is not lossylab's: choose another name", manifestName)
	}
	return filepath.WalkDir(path, func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return fmt.Errorf("%v: choose another folder", plain(err))
		}
		name, _ := filepath.Rel(path, file)
		if name = filepath.ToSlash(name); !d.IsDir() && name != manifestName && files[name] == "" {
			return fmt.Errorf("the folder holds %s, which lossylab did not write: choose another name, or move it", name)
		}
		return nil
	})
}

// readManifest returns the files that a run has left in a folder.
func readManifest(path string) (files map[string]string, err error) {
	b, err := os.ReadFile(filepath.Join(path, manifestName))
	if err != nil {
		return nil, err
	}
	var m struct { // a manifest of another version too
		Version, Stack string
		Files          map[string]string
	}
	if err := json.Unmarshal(b, &m); err != nil || m.Version == "" || m.Stack == "" || len(m.Files) == 0 {
		return nil, errors.New("not a manifest")
	}
	return m.Files, nil
}

// begin makes the folder for the partial results. What a run that was killed has left there goes.
func (f *folder) begin() error {
	if err := os.MkdirAll(filepath.Dir(f.path), 0o777); err != nil {
		return fmt.Errorf("%v: choose another folder", plain(err))
	}
	err := os.Mkdir(f.partial, 0o777)
	if errors.Is(err, fs.ErrExist) {
		if err := f.clear(); err != nil {
			return err
		}
		err = os.Mkdir(f.partial, 0o777)
	}
	if err != nil {
		return fmt.Errorf("%v: choose another folder", plain(err))
	}
	if err := os.WriteFile(filepath.Join(f.partial, runningName), strconv.AppendInt(nil, int64(os.Getpid()), 10), 0o666); err != nil {
		os.RemoveAll(f.partial)
		return fmt.Errorf("%v: choose another folder", plain(err))
	}
	return nil
}

// clear removes the partial results of a run that was killed; those of one that is still running, and what is nobody's
// partial results, it leaves.
func (f *folder) clear() error {
	partial := f.name + ".partial"
	b, err := os.ReadFile(filepath.Join(f.partial, runningName))
	if err != nil {
		return fmt.Errorf("%s is in the way, and lossylab did not make it: choose another name, or move it", partial)
	}
	if pid, err := strconv.Atoi(string(b)); err == nil && pid != os.Getpid() && alive(pid) {
		return fmt.Errorf("process %d is writing results there: wait for it, choose another name, or remove %s", pid, partial)
	}
	if err := os.RemoveAll(f.partial); err != nil {
		return fmt.Errorf("%v: remove %s", plain(err), partial)
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
	if err := os.Remove(filepath.Join(f.partial, runningName)); err != nil {
		return err
	}
	if err := f.replace(); err != nil {
		f.keep = true
		return fmt.Errorf("the results could not be moved to %s: %v: they are complete in %s.partial", f.name, plain(err), f.name)
	}
	return nil
}

// replace puts the partial results in the place of the earlier ones.
func (f *folder) replace() error {
	if err := os.Rename(f.partial, f.path); err == nil {
		return nil // there were none
	}
	old, err := os.MkdirTemp(filepath.Dir(f.path), filepath.Base(f.path)+".old-")
	if err != nil {
		return err
	}
	earlier := filepath.Join(old, "results")
	if err := os.Rename(f.path, earlier); err != nil {
		return errors.Join(err, os.Remove(old))
	}
	if err := os.Rename(f.partial, f.path); err != nil {
		return errors.Join(err, os.Rename(earlier, f.path), os.Remove(old))
	}
	return os.RemoveAll(old)
}

// discard removes what has been written.
func (f *folder) discard() {
	f.closeFiles()
	if !f.keep {
		os.RemoveAll(f.partial)
	}
}

// manifest is manifest.json: what made the results, and the SHA-256 of every other file.
type manifest struct {
	Version  string            `json:"version"`
	Stack    string            `json:"stack"`
	Seed     uint64            `json:"seed"`
	Scenario any               `json:"scenario"`
	Files    map[string]string `json:"files"` // name, with slashes, to SHA-256 in hexadecimal
}

func (f *folder) sums() (map[string]string, error) {
	sums := map[string]string{}
	err := filepath.WalkDir(f.partial, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || d.Name() == runningName {
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
	if f.keep {
		return err
	}
	return fmt.Errorf("writing the results to %s: %v: nothing was kept; make room, or choose another --%s", f.name, plain(err), f.flag)
}
