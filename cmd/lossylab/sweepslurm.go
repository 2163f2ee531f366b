package main

import (
	"io"
	"strings"
)

// slurmScript is one file that is the array, its merge, and what submits both. The merge is element 0 of an array of its own:
// so it needs no second quoting. It depends by afterany, since with afterok one element that was cancelled would keep it from
// beginning for ever.
var slurmScript = emitTemplate(`#!/bin/sh
#SBATCH --job-name={{.Name}}
#SBATCH --array=1-{{.Parts}}
#SBATCH --ntasks=1
#SBATCH --cpus-per-task={{.Workers}}
#SBATCH --requeue
#SBATCH --open-mode=append
#
# lossylab sweep, {{.Size}}.
# Submit it in the folder from which the names below go out; all nodes see it, and have lossylab in their PATH.
#
#   sh THIS-FILE          submits all parts, and a merge that begins when all have ended, however they ended
#   sh THIS-FILE 3,7-9    the same for these parts: a part goes on where it was, so it may be ended, requeued and submitted again
#   sbatch THIS-FILE      submits the parts alone
#
# The merge writes the results, or says in its log which runs are missing, and of which parts. Logs are in the folder
# of the parts' rows. Add what the cluster asks for, such as #SBATCH --partition, --account, --time or --mem-per-cpu; where arrays
# are kept small, put the most parts that may run at once behind the array: 1-{{.Parts}}%50.

case ${SLURM_ARRAY_TASK_ID-submit} in
submit)
	log={{slurmName .Runs}}/slurm-%A_%a.log
	mkdir -p {{word .Runs}} &&
	parts=$(sbatch --parsable --array="${1-1-{{.Parts}}}" --output="$log" "$0") &&
	echo "parts: job ${parts%%;*}" &&
	sbatch --array=0 --dependency="afterany:${parts%%;*}" --output="$log" "$0"
	;;
0)
	exec {{words .Merge}}
	;;
*)
	exec {{words .Part}} --shard "$SLURM_ARRAY_TASK_ID/{{.Parts}}"
	;;
esac
`)

func writeSlurm(w io.Writer, j *clusterJob) error { return slurmScript.Execute(w, j) }

// slurmName quotes a name within the pattern of a file of Slurm, in which % stands for what it replaces.
func slurmName(name string) string { return shellWord(strings.ReplaceAll(name, "%", "%%")) }
