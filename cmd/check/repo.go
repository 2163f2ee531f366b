package main

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"io/fs"
	"iter"
	"path"
	"regexp"
	"strings"
)

// repo is a module: every Go file in it, whatever system it is for, but for testdata and hidden directories.
type repo struct {
	module   string // its import path
	packages []*pkg // in order of dir
	broken   []finding
}

// pkg is a directory with Go files. An external test package belongs to the package that it tests.
type pkg struct {
	dir   string // with slashes, from the root of the module
	files []*file
}

type file struct {
	path   string
	source []byte
	set    *token.FileSet
	syntax *ast.File
}

var moduleLine = regexp.MustCompile(`(?m)^module (\S+)`)

// load parses the module in fsys.
func load(fsys fs.FS) (*repo, error) {
	mod, err := fs.ReadFile(fsys, "go.mod")
	if err != nil {
		return nil, err
	}
	name := moduleLine.FindSubmatch(mod)
	if name == nil {
		return nil, errors.New("go.mod has no module line")
	}
	r := &repo{module: string(name[1])}
	err = fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && hidden(d.Name()):
			return fs.SkipDir
		case d.IsDir() || path.Ext(name) != ".go":
			return nil
		}
		source, err := fs.ReadFile(fsys, name)
		if err != nil {
			return err
		}
		r.add(name, source)
		return nil
	})
	return r, err
}

// hidden says of a directory what the go command says: no package is in it or below it.
func hidden(dir string) bool {
	return dir == "testdata" || dir != "." && (dir[0] == '.' || dir[0] == '_')
}

// add parses a file into the package of its directory.
func (r *repo) add(name string, source []byte) {
	f := &file{path: name, source: source, set: token.NewFileSet()}
	var err error
	f.syntax, err = parser.ParseFile(f.set, name, source, parser.ParseComments)
	if err != nil {
		r.broken = append(r.broken, syntaxFinding(name, err))
		return
	}
	dir := path.Dir(name)
	for _, p := range r.packages {
		if p.dir == dir {
			p.files = append(p.files, f)
			return
		}
	}
	r.packages = append(r.packages, &pkg{dir: dir, files: []*file{f}})
}

func syntaxFinding(name string, err error) finding {
	found := finding{file: name, line: 1, what: err.Error(), instead: "mend it: the other rules have not read this file"}
	var list scanner.ErrorList
	if errors.As(err, &list) && len(list) > 0 {
		found.line, found.what = list[0].Pos.Line, list[0].Msg
	}
	return found
}

// all yields every file with its package.
func (r *repo) all() iter.Seq2[*pkg, *file] {
	return func(yield func(*pkg, *file) bool) {
		for _, p := range r.packages {
			for _, f := range p.files {
				if !yield(p, f) {
					return
				}
			}
		}
	}
}

// within says whether the package is in one of dirs or below it.
func (p *pkg) within(dirs []string) bool {
	for _, d := range dirs {
		if p.dir == d || strings.HasPrefix(p.dir, d+"/") {
			return true
		}
	}
	return false
}

// isMain says whether the package is a command. Its files agree on that, so the first that is no test decides.
func (p *pkg) isMain() bool {
	for _, f := range p.files {
		if !f.isTest() {
			return f.syntax.Name.Name == "main"
		}
	}
	return false
}

func (f *file) isTest() bool { return strings.HasSuffix(f.path, "_test.go") }

func (f *file) line(p token.Pos) int { return f.set.Position(p).Line }

// at returns a finding at a place in the file. What is formatted with args.
func (f *file) at(p token.Pos, instead, what string, args ...any) finding {
	return finding{f.path, f.line(p), fmt.Sprintf(what, args...), instead}
}
