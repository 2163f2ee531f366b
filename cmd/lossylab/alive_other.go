//go:build !unix

package main

import "os"

// alive reports whether there is a process of that number: on Windows one that is not there is not found.
func alive(pid int) bool {
	p, err := os.FindProcess(pid)
	if err != nil {
		return false
	}
	p.Release()
	return true
}
