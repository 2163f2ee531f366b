package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// A name and a SPEC in which shells, GNU parallel, Slurm and Kubernetes all find something of theirs.
const (
	hardName = `it's "my" $(touch x) $HOME {} {.} {= die =} {#} 50% %A \ ;&|<>*?~!` + "`touch y`"
	hardSpec = `link.up=tc "delay 10ms loss 3% 25%" | ( loss 5% ) then ( delay 3ms ) | loss 1%`
)

// emitted is a job that was printed in a folder with a scenario file of a hard name, and programs that write what they are told
// into the file told.
type emitted struct {
	dir, text string
	args      []string // of the sweep
}

func emit(t *testing.T, system string) *emitted {
	t.Helper()
	if _, err := exec.LookPath("sh"); err != nil {
		t.Skip("there is no shell: install one")
	}
	j := &emitted{dir: t.TempDir()}
	t.Chdir(j.dir)
	scenario := "a " + hardName + ".yaml"
	j.args = []string{"sweep", scenario, "--vary", hardSpec, "-6", "--sack=false", "--repeat=2", "--out", hardName}
	write := func(name, text string, mode os.FileMode) {
		if err := os.WriteFile(name, []byte(text), mode); err != nil {
			t.Fatal(err)
		}
	}
	write(scenario, "messages: 20\nconfidence: 90%\nfigures: none\n", 0o666)
	if err := os.Mkdir("bin", 0o777); err != nil {
		t.Fatal(err)
	}
	write("bin/lossylab", "#!/bin/sh\nfor a in lossylab \"$@\"; do printf '%s\\n' \"$a\"; done >>\"$TOLD\"\n", 0o777)
	write("bin/sbatch", "#!/bin/sh\nfor a in sbatch \"$@\"; do printf '%s\\n' \"$a\"; done >>\"$TOLD\"\necho '41;cluster'\n", 0o777)
	j.text, _ = output(t, context.Background(), exitDone, append(j.args, "--emit", system, "--shards", "3", "--json")...)
	t.Setenv("PATH", filepath.Join(j.dir, "bin")+string(os.PathListSeparator)+os.Getenv("PATH"))
	t.Setenv("TOLD", filepath.Join(j.dir, "told"))
	return j
}

// told runs a command and returns what the programs were told by it.
func (j *emitted) told(t *testing.T, command string, args ...string) []string {
	t.Helper()
	os.Remove("told")
	if out, err := exec.Command(command, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s %q: %v: %s", command, args, err, out)
	}
	return strings.Split(strings.TrimSuffix(string(read(t, "told")), "\n"), "\n")
}

// part is the command of a part, as it is to arrive.
func (j *emitted) part(shard string) []string {
	return []string{"lossylab", "sweep", j.args[1], "--vary", hardSpec, "--ipv6=true", "--sack=false", "--repeat", "2", "--out", hardName,
		"--workers", "1", "--yes", "--quiet", "--shard", shard}
}

// merge is the command that merges: with what the scenario file says of results.
var hardMerge = []string{"lossylab", "merge", hardName, "--figures", "none", "--confidence", "90%"}

func expectWords(t *testing.T, what string, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: told\n%q\nwant\n%q", what, got, want)
	}
}

// Whatever stands in names and SPECs, the commands of the Slurm script arrive as they were typed.
func TestSlurmScriptQuotes(t *testing.T) {
	j := emit(t, "slurm")
	if err := os.WriteFile("job.sh", []byte(j.text), 0o666); err != nil {
		t.Fatal(err)
	}
	log := "--output=" + strings.ReplaceAll(hardName, "%", "%%") + ".runs/slurm-%A_%a.log"
	expectWords(t, "submitting", j.told(t, "sh", "job.sh", "2,3"), []string{"sbatch", "--parsable", "--array=2,3", log, "job.sh",
		"sbatch", "--array=0", "--dependency=afterany:41", log, "job.sh"})
	expectWords(t, "submitting all", j.told(t, "sh", "job.sh")[2:3], []string{"--array=1-3"})
	if !exists(hardName + ".runs") {
		t.Error("the folder of the logs is not there")
	}
	t.Setenv("SLURM_ARRAY_TASK_ID", "2")
	expectWords(t, "element 2", j.told(t, "sh", "job.sh"), j.part("2/3"))
	t.Setenv("SLURM_ARRAY_TASK_ID", "0")
	expectWords(t, "element 0", j.told(t, "sh", "job.sh"), hardMerge)
	if exists("x") || exists("y") {
		t.Error("a shell has run a piece of a name")
	}
}

// GNU parallel replaces nothing but the number of the part. It reads its command by two shells.
func TestParallelLineQuotes(t *testing.T) {
	if _, err := exec.LookPath("parallel"); err != nil {
		t.Skip("no parallel: apt-get install parallel")
	}
	j := emit(t, "parallel")
	text := strings.Replace(j.text, "--jobs 100%", "--jobs 1", 1) // in order
	expectWords(t, "the line", j.told(t, "sh", "-c", text), slices.Concat(j.part("1/3"), j.part("2/3"), j.part("3/3"), hardMerge))
	expectWords(t, "the line again", j.told(t, "sh", "-c", text), hardMerge)
}

// A pod gets the words of its command as they were typed. What becomes of $ in them is in the definition of Container (v1): "Double
// $$ are reduced to a single $, which allows for escaping the $(VAR_NAME) syntax".
func TestKubernetesQuotes(t *testing.T) {
	j := emit(t, "k8s")
	jobs := documents(t, j.text)
	t.Setenv("JOB_COMPLETION_INDEX", "1")
	for i, want := range [][]string{j.part("2/3"), hardMerge} {
		containers := at(jobs[i], "spec.template.spec.containers").([]any)
		var command []string
		for _, word := range at(containers[0], "command").([]any) {
			command = append(command, regexp.MustCompile(`\$\$|\$\([A-Z_]+\)`).ReplaceAllStringFunc(word.(string), func(s string) string {
				if s == "$$" {
					return "$"
				}
				return os.Getenv(s[2 : len(s)-1])
			}))
		}
		expectWords(t, "the pod", j.told(t, command[0], command[1:]...), want)
	}
}

// The parts of an emitted job are parts of the sweep that was asked for: what makes their plan is the same.
func TestEmittedPartsAreOfTheSweep(t *testing.T) {
	j := emit(t, "slurm")
	plan := func(args []string) string {
		w, err := newSweepSettings(args)
		if err != nil {
			t.Fatal(err)
		}
		p, err := w.plan()
		if err != nil {
			t.Fatal(err)
		}
		return p.Identity + p.Scenario
	}
	if plan(j.args[1:]) != plan(j.part("2/3")[2:]) {
		t.Error("another plan")
	}
}

// GNU parallel runs the line that is printed for it, and the results have the bytes of those of one machine.
func TestParallel(t *testing.T) {
	if _, err := exec.LookPath("parallel"); err != nil {
		t.Skip("no parallel: apt-get install parallel")
	}
	t.Chdir(t.TempDir())
	args := []string{"sweep", "--messages", "50", "--vary", "link.up=loss 5% | ( loss 1% ) then ( delay 3ms )", "--repeat", "6", "--figures", "svg"}
	output(t, context.Background(), exitDone, append(args, "--quiet", "--out", "one machine")...)
	line, _ := output(t, context.Background(), exitDone, append(args, "--out", "two parts", "--emit", "parallel", "--shards", "2")...)
	if out, err := exec.Command("sh", "-c", line).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if got, want := manifestText(t, "two parts"), manifestText(t, "one machine"); got != want {
		t.Errorf("by GNU parallel:\n%s\non one machine:\n%s", got, want)
	}
}

// A part takes a minute or somewhat more, on its workers, within what Slurm and the grid allow.
func TestPartsOf(t *testing.T) {
	for _, c := range []struct {
		jobs, workers int
		each          time.Duration
		want          int
	}{
		{180, 1, 150 * time.Millisecond, 1}, // 27 s
		{1000, 1, time.Second, 16},          // 62.5 s each
		{1000, 4, time.Second, 4},
		{1_000_000, 1, time.Second, 1000},
		{5, 1, time.Hour, 5},
		{5, 1, 0, 1},
	} {
		if got := partsOf(c.jobs, c.workers, c.each); got != c.want {
			t.Errorf("%d runs of %v on %d workers: %d parts, want %d", c.jobs, c.each, c.workers, got, c.want)
		}
	}
}

// Without --shards a few runs are measured, and nothing is left behind by that.
func TestEmitMeasures(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	t.Setenv("TMPDIR", dir)
	out, _ := output(t, context.Background(), exitDone, "sweep", "--messages", "20", "--vary", "loss=1%,2%", "--emit", "slurm")
	if !strings.Contains(out, "\n# lossylab sweep, 20 runs in 1 part of about ") || !strings.Contains(out, "in the mean of 16.\n") {
		t.Errorf("printed\n%s", out)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v (%v)", left, err)
	}
}
