//go:build linux

package kernel

import (
	"errors"
	"os"
)

type program struct{}
type programs struct{}

func (h *helper) program(r *request, a *reply, files []*os.File) error {
	return errors.New("not here yet")
}

func (h *helper) mounts() error { return nil }
