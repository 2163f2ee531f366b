package main

import (
	"lossylab/sim/sweep"
)

// emit prints the job for a cluster.
func (w *sweepSettings) emit(*sweep.Plan, streams) error {
	return usagef("--emit %q: there are slurm, k8s and parallel", w.flags.emit)
}
