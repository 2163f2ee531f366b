package main

import (
	"context"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

var update = flag.Bool("update", false, "write golden files and the pictures of docs anew")

// TestMain lets scripts run the command, and lets a test run it in a process of its own, or as a helper of the kernel engine.
func TestMain(m *testing.M) {
	if helped() {
		return
	}
	testscript.Main(m, map[string]func(){"lossylab": main})
}

// TestScripts runs testdata/script: what a user types and what comes of it.
func TestScripts(t *testing.T) {
	testdata, err := filepath.Abs("../../testdata")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{Dir: "testdata/script", UpdateScripts: *update, Cmds: socketCommands(), Condition: socketCondition, Setup: func(e *testscript.Env) error {
		e.Setenv("TESTDATA", testdata)
		socketSetup(e)
		return nil
	}})
}

// output runs the command within this process and returns what it printed.
func output(t testing.TB, ctx context.Context, code int, args ...string) (stdout, stderr string) {
	t.Helper()
	var out, errs writer
	if got := run(ctx, args, streams{os.Stdin, &out, &errs}); got != code {
		t.Fatalf("lossylab %q: exit status %d, want %d; %s", args, got, code, errs.text)
	}
	return string(out.text), string(errs.text)
}

type writer struct{ text []byte }

func (w *writer) Write(b []byte) (int, error) {
	w.text = append(w.text, b...)
	return len(b), nil
}
