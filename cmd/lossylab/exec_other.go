//go:build !linux

package main

import (
	"context"

	"lossylab/sim/kernel"
)

// execCommand is lossylab exec, which needs Linux.
func execCommand(context.Context, []string, streams) error { return usageError{kernel.Supported()} }
