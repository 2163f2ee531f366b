package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// saveFile writes the file that a flag names. What was there before is replaced when the new one is whole; what is no regular
// file, such as /dev/stdout, is written to.
func saveFile(flag, path string, write func(io.Writer) error) error {
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return overwrite(flag, path, write)
	}
	file, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".partial-")
	if err != nil {
		return usagef("--%s %s: %v: name another file", flag, path, plain(err))
	}
	err = errors.Join(file.Chmod(0o644), write(file), file.Close())
	if err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		os.Remove(file.Name())
		return fmt.Errorf("--%s %s: %v: nothing was written", flag, path, plain(err))
	}
	return nil
}

func overwrite(flag, path string, write func(io.Writer) error) error {
	file, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err == nil {
		err = errors.Join(write(file), file.Close())
	}
	if err != nil {
		return fmt.Errorf("--%s %s: %v", flag, path, plain(err))
	}
	return nil
}
