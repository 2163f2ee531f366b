//go:build !windows && (!unix || solaris || illumos || aix)

package sweep

import "os"

// openLocked opens a file for reading and writing and makes it if it is not there. Here nothing keeps a second process
// from it.
func openLocked(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o666)
}
