// Package sweep runs grids of experiments: every cell of a product of axes under the same seeds, on all processors, and in
// shards on several machines. It knows nothing of experiments: a Func runs one cell under one seed and returns numbers.
//
//	Plan ──▶ Sweep: workers call Func ──▶ Journal: a row as soon as it is there ──▶ Reader: rows in order of jobs
//	axes, seeds        jobs in order             (one per shard; survives kill -9)         (of one or all shards)
//
// A job is a cell and a seed. Jobs are numbered cell by cell, the last axis fastest, and within a cell seed by seed. What
// is read does not depend on the number of workers, on interruptions, or on how the plan was cut into shards. Memory does
// not grow with the number of jobs.
package sweep
