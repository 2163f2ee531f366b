package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/pflag"

	"lossylab/sim/scenariofile"
)

// streams are the command's standard input and outputs.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

// The exit statuses.
const (
	exitDone        = 0
	exitFailed      = 1   // the run failed
	exitUsage       = 2   // the input was wrong: nothing was written
	exitInterrupted = 130 // what was finished is kept
)

// command is one subcommand.
type command struct {
	name     string
	synopsis string // of its arguments
	short    string // one line
	run      func(ctx context.Context, args []string, s streams) error
	help     func(w io.Writer)
}

// commands returns all subcommands in the order of help.
func commands() []command {
	return []command{
		{"run", "[flags] [SCENARIO.yaml]", "one experiment: client and server pairs over a lossy link", runCommand, runHelp},
		{"try", "[flags] SPEC", "what does this link do? The link alone: paced datagrams in, statistics and warnings out", tryCommand, tryHelp},
		{"exec", "[flags] [SPEC | UP DOWN] -- SERVER ARGUMENTS ::: CLIENT ARGUMENTS", "any two programs, as they are, over a lossy link (Linux)", execCommand, execHelp},
		{"mask", "SENT RECEIVED | DIR [flags]", "the losses of a run, or between two captures, for a link to replay", maskCommand, maskHelp},
		{"report", "FILE [FILE] | DIR [flags]", "figures, tables and a page of captures made anywhere, at one end of the way or at both", reportCommand, reportHelp},
		{"server", "[PROTOCOL] [ADDRESS:PORT] [flags]", "a server on this machine's own sockets, TCP and UDP: it returns what it gets, in upper case", serverCommand, serverHelp},
		{"client", "PROTOCOL ADDRESS:PORT [LINE ...] [flags]", "a client on this machine's own sockets: it sends lines and prints the answers", clientCommand, clientHelp},
		{"relay", "tcp|udp LISTEN SERVER … [flags]", "put the link in front of programs that already run, in real time", relayCommand, relayHelp},
		{"presets", "[NAME] [--json]", "list links that others have measured or chosen, with their sources", presetsCommand, presetsHelp},
		{"sweep", "[SCENARIO.yaml] --vary KEY=VALUES … [flags]", "a grid of experiments under many seeds, in parallel: tables and figures with intervals", sweepCommand, sweepHelp},
		{"merge", "DIR [flags]", "make the results of a sweep that was run in parts", mergeCommand, mergeHelp},
		{"shrink", "[SCENARIO.yaml] --expect WORDS [flags]", "the fewest faults with which a run still does what it does, as a scenario", shrinkCommand, shrinkHelp},
		{"schema", "", "print the JSON Schema of scenario files, for editors", schemaCommand, nil},
		{"version", "", "print the version of lossylab and of its TCP/IP stack", versionCommand, nil},
		{"help", "[COMMAND]", "print help, also of a command", nil, nil},
	}
}

// usageError is wrong input: it names the place and the remedy.
type usageError struct{ error }

func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// statusError ends a command with the exit status of a program that it ran, without a word of its own.
type statusError int

// Error implements error.
func (e statusError) Error() string { return fmt.Sprintf("exit status %d", int(e)) }

// errInterrupted ends a command that was interrupted and has kept what was finished.
var errInterrupted = errors.New("interrupted")

// interruption is errInterrupted with the note that the results have on it, and where they are.
func interruption(note, dir string) error {
	more, ok := strings.CutPrefix(note, errInterrupted.Error())
	if !ok {
		more = ": " + note
	}
	return fmt.Errorf("%w%s; what was finished is in %s", errInterrupted, more, dir)
}

// run is the command without the process round it: it returns the exit status.
func run(ctx context.Context, args []string, s streams) int {
	err := dispatch(ctx, args, s)
	var usage usageError
	var status statusError
	switch {
	case errors.As(err, &status):
		return int(status)
	case err == nil:
		return exitDone
	case errors.Is(err, errInterrupted):
		fmt.Fprintln(s.err, "lossylab: "+err.Error())
		return exitInterrupted
	case errors.As(err, &usage):
		fmt.Fprintln(s.err, "lossylab: "+oneLine(err))
		return exitUsage
	}
	var problems scenariofile.Problems
	if errors.As(err, &problems) {
		for _, p := range problems {
			fmt.Fprintln(s.err, "lossylab: "+oneLine(p))
		}
		return exitUsage
	}
	fmt.Fprintln(s.err, "lossylab: "+oneLine(err))
	return exitFailed
}

func oneLine(err error) string { return strings.ReplaceAll(err.Error(), "\n", "; ") }

func dispatch(ctx context.Context, args []string, s streams) error {
	if len(args) == 0 {
		overview(s.out)
		return nil
	}
	switch args[0] {
	case "help", "-h", "--help":
		return helpCommand(args[1:], s)
	case "--version":
		return versionCommand(ctx, nil, s)
	}
	for _, c := range commands() {
		if c.name == args[0] && c.run != nil {
			err := c.run(ctx, args[1:], s)
			if errors.Is(err, pflag.ErrHelp) {
				return helpCommand(args[:1], s)
			}
			return err
		}
	}
	return usagef("unknown command %q%s: 'lossylab help' lists the commands", args[0], didYouMean(args[0], commandNames(), ""))
}

func commandNames() (names []string) {
	for _, c := range commands() {
		names = append(names, c.name)
	}
	return names
}

func helpCommand(args []string, s streams) error {
	if len(args) == 0 {
		overview(s.out)
		return nil
	}
	for _, c := range commands() {
		if c.name != args[0] {
			continue
		}
		fmt.Fprintf(s.out, "lossylab %s %s\n\n%s.\n", c.name, c.synopsis, upperFirst(c.short))
		if c.help != nil {
			c.help(s.out)
		}
		return nil
	}
	return usagef("no help for %q: there is no such command%s; 'lossylab help' lists the commands", args[0], didYouMean(args[0], commandNames(), ""))
}

func overview(w io.Writer) {
	fmt.Fprint(w, "lossylab: a laboratory for unreliable networks\n\nUsage: lossylab COMMAND [flags]\n\n")
	for _, c := range commands() {
		fmt.Fprintf(w, "  %-9s %s\n", c.name, c.short)
	}
	fmt.Fprint(w, `
Begin with 'lossylab run': UDP and TCP side by side through the same lossy link, in a few seconds. It leaves captures for
Wireshark, figures and tables in ./lossylab-out. 'lossylab help run' explains every flag.
`)
}

func upperFirst(s string) string { return strings.ToUpper(s[:1]) + s[1:] }
