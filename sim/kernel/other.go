//go:build !linux

package kernel

import (
	"errors"
	"runtime"
)

// Supported says why there can be no world here.
func Supported() error {
	return errors.New("the kernel engine needs Linux, and this is " + runtime.GOOS + ": use --engine netstack")
}
