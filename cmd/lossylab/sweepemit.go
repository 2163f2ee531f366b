package main

import (
	"context"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/template"
	"time"

	"github.com/spf13/pflag"

	"lossylab/sim/sweep"
)

// The bounds of --shards: an array of Slurm has at most 1000 elements from 1 on unless its MaxArraySize, 1001, is raised.
const maxEmitShards = 1000

// emitters make the job for a cluster.
var emitters = []struct {
	name  string
	check func(*sweepSettings) error // more than all have; or nil
	write func(io.Writer, *clusterJob) error
}{
	{"slurm", nil, writeSlurm},
	{"k8s", (*sweepSettings).checkVolume, writeKubernetes},
	{"parallel", nil, writeParallel},
}

// clusterJob is a sweep in parts, which machines run that see one folder.
type clusterJob struct {
	Name    string   // in letters, digits and hyphens
	Runs    string   // the folder of the journals
	Parts   int      // the shards
	Workers int      // worlds that one runs at once
	Size    string   // how much it is, for people
	Part    []string // the command of a part, without its --shard
	Merge   []string // the command that makes the results
}

// checkEmit looks at --emit and --shards, before anything is measured.
func (w *sweepSettings) checkEmit() error {
	if !w.set.Changed("emit") {
		if w.set.Changed("shards") {
			return usagef("--shards %d: it is for --emit; to run one part, write --shard 1/%[1]d", w.flags.shards)
		}
		return nil
	}
	var names []string
	for _, e := range emitters {
		names = append(names, e.name)
	}
	i := slices.Index(names, w.flags.emit)
	switch {
	case i < 0:
		return usagef("--emit %q: there are slurm, k8s and parallel%s", w.flags.emit, didYouMean(w.flags.emit, names, ""))
	case w.set.Changed("shard"):
		return usagef("--shard %s and --emit %s: the job has all parts: leave --shard out, and say with --shards how many", w.flags.shard, w.flags.emit)
	case emitters[i].check != nil:
		return emitters[i].check(w)
	}
	return nil
}

// emit prints the job for a cluster.
func (w *sweepSettings) emit(ctx context.Context, plan *sweep.Plan, s streams) error {
	j := &clusterJob{Name: jobName(w.outputs.dir), Runs: notFlag(filepath.ToSlash(runsFolder(w.outputs.dir))), Workers: max(1, w.flags.workers), Merge: w.mergeArguments()}
	var err error
	if j.Part, err = w.partArguments(j.Workers); err != nil {
		return err
	}
	if err := w.cut(ctx, plan, j); err != nil {
		return err
	}
	for _, e := range emitters {
		if e.name == w.flags.emit {
			return e.write(s.out, j)
		}
	}
	return nil
}

// cut decides how many parts there are.
func (w *sweepSettings) cut(ctx context.Context, plan *sweep.Plan, j *clusterJob) error {
	jobs := plan.Jobs()
	j.Parts, j.Size = w.flags.shards, counted(jobs, "run")+" in "+counted(w.flags.shards, "part")
	if w.set.Changed("shards") {
		if most := min(jobs, maxEmitShards); j.Parts < 1 || j.Parts > most {
			return usagef("--shards %d: want a number from 1 to %d for the %s of this grid", j.Parts, most, counted(jobs, "run"))
		}
		return nil
	}
	e, err := w.measure(ctx, plan)
	if err != nil {
		return err
	}
	j.Parts = partsOf(jobs, j.Workers, e.Each)
	each := time.Duration(float64(e.Each) * float64(jobs) / float64(j.Parts*j.Workers))
	j.Size = fmt.Sprintf("%s in %s of about %s: a run took %s here, in the mean of %d", counted(jobs, "run"), counted(j.Parts, "part"),
		roughly(each), roughly(e.Each), e.Sampled)
	return nil
}

// partTime is what a part should last at least. Slurm begins jobs in waves of some seconds: twenty of 0.2 s take three quarters
// of a minute.
const partTime = time.Minute

// partsOf returns the number of parts of which each takes partTime or somewhat more.
func partsOf(jobs, workers int, each time.Duration) int {
	all := each.Seconds() * float64(jobs) / float64(workers)
	return int(math.Max(1, math.Min(float64(min(jobs, maxEmitShards)), math.Floor(all/partTime.Seconds()))))
}

// measure runs a few of the runs, on one worker, and leaves nothing behind.
func (w *sweepSettings) measure(ctx context.Context, plan *sweep.Plan) (e sweep.Estimate, err error) {
	dir, err := os.MkdirTemp("", "lossylab-")
	if err != nil {
		return e, fmt.Errorf("--emit %s: %v: say with --shards how many parts there are", w.flags.emit, plain(err))
	}
	defer os.RemoveAll(dir)
	journal, err := sweep.OpenJournal(filepath.Join(dir, journalName(sweep.Shard{})), plan, sweep.Shard{})
	if err != nil {
		return e, fmt.Errorf("--emit %s: %v: say with --shards how many parts there are", w.flags.emit, err)
	}
	defer journal.Close()
	began := time.Now()
	x := &sweeping{sweepSettings: w, plan: plan}
	x.sweep = sweep.Sweep{Journal: journal, Func: x.runCell, Workers: 1, Clock: func() time.Duration { return time.Since(began) }}
	return x.sweep.Probe(ctx, 16, 10*time.Second)
}

// notForParts are the flags that the command of a part has of its own, or does without.
var notForParts = []string{"emit", "shards", "shard", "workers", "yes", "quiet", "json"}

// partArguments returns the command of a part without its --shard: what was typed, each flag as a word and its value.
func (w *sweepSettings) partArguments(workers int) ([]string, error) {
	args := []string{"lossylab", "sweep"}
	if w.file != nil {
		args = append(args, notFlag(w.set.Arg(0)))
	}
	err := new(sweepFlags).set().ParseAll(w.args, func(f *pflag.Flag, value string) error {
		switch {
		case slices.Contains(notForParts, f.Name):
		case f.Value.Type() == "bool":
			args = append(args, "--"+f.Name+"="+value)
		default:
			args = append(args, "--"+f.Name, value)
		}
		return nil
	})
	return append(args, "--workers", fmt.Sprint(workers), "--yes", "--quiet"), err
}

// mergeArguments returns the command that makes the results of the parts: with what the sweep's flags and its file say of them.
func (w *sweepSettings) mergeArguments() []string {
	args := []string{"lossylab", "merge", notFlag(w.outputs.dir)}
	for _, name := range mergeShows {
		if f := w.set.Lookup(name); f.Changed && f.Value.Type() != "bool" {
			args = append(args, "--"+name, f.Value.String())
		}
	}
	return args
}

// notFlag keeps a name from being read as a flag.
func notFlag(name string) string {
	if strings.HasPrefix(name, "-") {
		return "./" + name
	}
	return name
}

// jobName makes a name of the folder of results that Slurm and Kubernetes take: RFC 1123 section 2.1's letters, digits and
// hyphens, and short, since Kubernetes puts the number of the part behind it and has room for 63.
func jobName(dir string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(filepath.Base(dir)) {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			b.WriteRune(r)
		} else if s := b.String(); s != "" && !strings.HasSuffix(s, "-") {
			b.WriteByte('-')
		}
	}
	name := b.String()
	name = strings.TrimRight(name[:min(len(name), 40)], "-")
	if name == "" || name[0] < 'a' {
		name = strings.TrimRight("sweep-"+name, "-")
	}
	return name
}

// counted writes "1 run", "2 runs".
func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// shellWord quotes a word for a POSIX shell.
func shellWord(word string) string {
	const safe = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789%+,-./:=@_"
	if word != "" && strings.Trim(word, safe) == "" {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

// shellWords quotes a command.
func shellWords(words []string) string {
	var quoted []string
	for _, word := range words {
		quoted = append(quoted, shellWord(word))
	}
	return strings.Join(quoted, " ")
}

// emitTemplate makes a template of a job.
func emitTemplate(text string) *template.Template {
	return template.Must(template.New("").Funcs(template.FuncMap{"word": shellWord, "words": shellWords,
		"slurmName": slurmName, "yaml": yamlWords}).Parse(text))
}
