//go:build !race

package netstack

const (
	race = false
	runs = 30
)
