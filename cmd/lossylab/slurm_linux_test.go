package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

// slurmGrid is what runs on the cluster: 24 runs, and a value with spaces and parentheses.
var slurmGrid = []string{"sweep", "--messages", "50", "--vary", "link.up=loss 5% | ( loss 1% ) then ( delay 3ms ) | loss 2% burst 3", "--repeat", "8",
	"--figures", "svg", "--confidence", "90%"}

// A real Slurm runs what --emit slurm prints. One element of the array is cancelled: the merge begins nevertheless and says what
// is missing; that part is submitted again, and then the results have the bytes of those of one machine.
//
// The cluster is Debian's slurm-wlm with two nodes, all on this machine, in namespaces of processes, network and mounts of its own: it
// takes no port that anybody else has, and whatever becomes of the test, its processes and files go together.
func TestSlurm(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can run Slurm's daemons: run as root")
	}
	for _, tool := range []string{"slurmctld", "slurmd", "sbatch", "scontrol", "scancel", "squeue", "munged", "ip"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("no %s: apt-get install slurm-wlm munge iproute2", tool)
		}
	}
	runtime.LockOSThread() // the death of the thread is the signal to the child
	defer runtime.UnlockOSThread()
	dir, shell := t.TempDir(), `"$0" "$@"; exit $?` // process 1 is a shell, which reaps what Slurm leaves behind
	c := exec.Command("sh", "-c", shell, os.Args[0], "-test.run=^TestSlurmWithin$", "-test.timeout=4m")
	c.Env = append(os.Environ(), "LOSSYLAB_TEST_SLURM="+dir)
	c.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWPID | syscall.CLONE_NEWNET | syscall.CLONE_NEWNS, Pdeathsig: syscall.SIGKILL}
	out, err := c.CombinedOutput()
	if errors.Is(err, syscall.EPERM) {
		t.Skip("this root may not make namespaces: run with CAP_SYS_ADMIN")
	}
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	t.Logf("%s", out)
}

// TestSlurmWithin is what happens in the namespaces.
func TestSlurmWithin(t *testing.T) {
	dir := os.Getenv("LOSSYLAB_TEST_SLURM")
	if dir == "" {
		return // only for the other test
	}
	c := startSlurm(t, dir)
	t.Chdir(dir)
	output(t, context.Background(), exitDone, append(slurmGrid, "--quiet", "--out", "one machine")...)
	script, _ := output(t, context.Background(), exitDone, append(slurmGrid, "--out", "a cluster", "--emit", "slurm", "--shards", "4")...)
	if err := os.WriteFile("job 1.sh", []byte(script), 0o666); err != nil {
		t.Fatal(err)
	}

	c.do("scontrol", "update", "PartitionName=all", "State=DOWN") // so that nothing begins yet
	parts, merge := c.submit("job 1.sh")
	c.do("scancel", parts+"_3")
	c.do("scontrol", "update", "PartitionName=all", "State=UP")
	c.ended(merge)
	said := c.log(merge + "_0")
	if !strings.Contains(said, "lossylab: 6 of 24 runs are missing: all 6 of part 3/4; these: ") || exists("a cluster") {
		t.Fatalf("with part 3 cancelled, the merge said %q; results: %v", said, exists("a cluster"))
	}

	_, merge = c.submit("job 1.sh", "3")
	c.ended(merge)
	if got, want := manifestText(t, "a cluster"), manifestText(t, "one machine"); got != want {
		t.Errorf("on the cluster:\n%s\non one machine:\n%s\nthe merge said %s", got, want, c.log(merge+"_0"))
	}
	for i := 1; i <= 4; i++ {
		if said := c.log(fmt.Sprint("*_", i)); said != "" {
			t.Errorf("part %d said %q", i, said)
		}
	}
}

// slurm is the cluster.
type slurm struct {
	t   *testing.T
	dir string
}

// slurmConf is for two nodes of a processor each; %[1]s is the host, %[2]s the folder.
const slurmConf = `ClusterName=test
SlurmctldHost=%[1]s(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=%[2]s/munge/socket
CredType=cred/munge
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerType=sched/backfill
SchedulerParameters=batch_sched_delay=0,sched_interval=1,bf_interval=1
ReturnToService=2
SlurmctldPidFile=%[2]s/slurmctld.pid
SlurmdPidFile=%[2]s/slurmd.%%n.pid
SlurmctldLogFile=%[2]s/slurmctld.log
SlurmdLogFile=%[2]s/slurmd.%%n.log
SlurmdSpoolDir=%[2]s/spool.%%n
StateSaveLocation=%[2]s/state
NodeName=n[1-2] NodeHostname=%[1]s NodeAddr=127.0.0.1 Port=17001-17002 CPUs=1 State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
`

// startSlurm starts the daemons and waits until both nodes are ready.
func startSlurm(t *testing.T, dir string) *slurm {
	c := &slurm{t, filepath.Join(dir, "slurm")}
	host, err := os.Hostname()
	host, _, _ = strings.Cut(host, ".")
	err = errors.Join(err, syscall.Mount("", "/", "", syscall.MS_REC|syscall.MS_PRIVATE, ""), syscall.Mount("proc", "/proc", "proc", 0, ""),
		syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=64m"))
	for _, d := range []string{"", "munge", "state", "spool.n1", "spool.n2"} {
		err = errors.Join(err, os.MkdirAll(filepath.Join(c.dir, d), 0o755))
	}
	key := make([]byte, 128)
	rand.Read(key)
	conf, munge := filepath.Join(c.dir, "slurm.conf"), filepath.Join(c.dir, "munge")
	err = errors.Join(err, os.WriteFile(conf, fmt.Appendf(nil, slurmConf, host, c.dir), 0o644), os.WriteFile(munge+"/key", key, 0o400))
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("SLURM_CONF", conf)
	c.do("ip", "link", "set", "lo", "up")
	c.do("ip", "address", "add", "192.0.2.1/32", "dev", "lo") // with loopback alone, glibc finds no address of any name
	// Forced, since the test's folder is for root alone.
	c.daemon("munged", "--foreground", "--force", "--key-file="+munge+"/key", "--socket="+munge+"/socket", "--pid-file="+munge+"/pid",
		"--log-file="+munge+"/log", "--seed-file="+munge+"/seed")
	c.until("munge answers", func() bool { return exec.Command("munge", "-n", "-S", munge+"/socket").Run() == nil })
	c.daemon("slurmctld", "-D", "-f", conf)
	c.daemon("slurmd", "-D", "-f", conf, "-N", "n1")
	c.daemon("slurmd", "-D", "-f", conf, "-N", "n2")
	c.until("both nodes are idle", func() bool {
		out, err := exec.Command("sinfo", "--noheader", "--format=%t %D").Output()
		return err == nil && string(bytes.TrimSpace(out)) == "idle 2"
	})
	return c
}

// daemon starts a program that ends with the namespace.
func (c *slurm) daemon(name string, args ...string) {
	log, err := os.CreateTemp(c.dir, name+"*.out")
	if err != nil {
		c.t.Fatal(err)
	}
	d := exec.Command(name, args...)
	d.Stdout, d.Stderr = log, log
	if err := d.Start(); err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(func() {
		d.Process.Kill()
		d.Wait()
		log.Close()
	})
}

// do runs a command of Slurm and returns what it prints.
func (c *slurm) do(name string, args ...string) string {
	c.t.Helper()
	out, err := exec.Command(name, args...).CombinedOutput()
	if err != nil {
		c.t.Fatalf("%s %q: %v: %s", name, args, err, out)
	}
	return string(out)
}

// submit runs the script outside of a job, and returns the numbers of the two that it has submitted.
func (c *slurm) submit(args ...string) (parts, merge string) {
	c.t.Helper()
	said := c.do("sh", args...)
	m := regexp.MustCompile(`^parts: job (\d+)\nSubmitted batch job (\d+)\n$`).FindStringSubmatch(said)
	if m == nil {
		c.t.Fatalf("submitting said %q", said)
	}
	return m[1], m[2]
}

// ended waits until a job is no longer in the queue.
func (c *slurm) ended(job string) {
	c.until("job "+job+" has ended", func() bool {
		out, err := exec.Command("squeue", "--noheader", "--jobs="+job, "--states=PENDING,RUNNING,COMPLETING,CONFIGURING").CombinedOutput()
		return err == nil && len(bytes.TrimSpace(out)) == 0
	})
}

// log returns what an element of an array has printed.
func (c *slurm) log(element string) string {
	files, err := filepath.Glob("a cluster.runs/slurm-" + element + ".log")
	if err != nil || len(files) == 0 {
		c.t.Errorf("no log of %s", element)
	}
	var all []byte
	for _, f := range files {
		all = append(all, read(c.t, f)...)
	}
	return string(all)
}

// until asks again and again: the daemons tell nobody. A machine that is busy takes its time.
func (c *slurm) until(what string, holds func() bool) {
	c.t.Helper()
	for end := time.Now().Add(time.Minute); !holds(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			logs, _ := filepath.Glob(c.dir + "/*.[lo][ou][gt]")
			for _, f := range logs {
				c.t.Logf("%s:\n%s", f, read(c.t, f))
			}
			c.t.Fatalf("a minute later it is still not so that %s", what)
		}
	}
}
