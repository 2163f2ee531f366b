package main

import (
	"fmt"
	"io"
	"strings"
)

// parallelLine runs the parts by GNU parallel, and then merges, however they ended. Parallel reads its command as a shell
// does, after replacing {}: hence the second quoting.
var parallelLine = emitTemplate(`# lossylab sweep, {{.Size}}. For sh, in the folder from which the names below go out: as many parts
# at once as there are processors. Given again, it goes on where it was. To share it with machines that see this folder under
# the same name, and have lossylab in their PATH, add to parallel: --sshloginfile FILE --workdir "$PWD"
mkdir -p {{word .Runs}} &&
seq {{.Parts}} | parallel --jobs {{.Percent}}% --joblog {{word .Log}} --resume-failed {{word .Command}}
{{words .Merge}}
`)

func writeParallel(w io.Writer, j *clusterJob) error {
	return parallelLine.Execute(w, struct {
		*clusterJob
		Percent      int // of the processors: jobs at once
		Log, Command string
	}{j, max(1, 100/j.Workers), j.Runs + "/parallel.log", fmt.Sprintf("%s --shard {}/%d", replaceless(shellWords(j.Part)), j.Parts)})
}

// replaceless keeps GNU parallel from replacing anything in a command that has been quoted: its replacement strings begin with
// a brace, and a brace is always within quotes, which may end and begin again behind it.
func replaceless(quoted string) string { return strings.ReplaceAll(quoted, "{", "{''") }
