package main

import "path/filepath"

// unlinked returns an absolute path without symbolic links, as far as there is anything at it.
func unlinked(path string) string {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		return real
	}
	if dir := filepath.Dir(path); dir != path {
		return filepath.Join(unlinked(dir), filepath.Base(path))
	}
	return path
}
