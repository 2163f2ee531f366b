//go:build !linux

package main

import (
	"context"
	"runtime"
)

// execCommand is lossylab exec, which needs Linux.
func execCommand(context.Context, []string, streams) error {
	return usagef("exec needs Linux, and this is %s: use lossylab relay", runtime.GOOS)
}
