//go:build !linux

package main

import (
	"lossylab/netem"
	"lossylab/sim"
	"lossylab/sim/kernel"
)

func helped() bool { return false }

func kernelVersion() string { return "" }

func newKernelWorld(*scenario, netem.Observers, func(sim.TCPInfo)) (world, error) {
	return nil, usageError{kernel.Supported()}
}

func checkKernel(string) error { return usageError{kernel.Supported()} }
