//go:build race

package netstack

// Under the race detector everything takes ten times as long.
const (
	race = true
	runs = 3
)
