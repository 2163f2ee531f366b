package main

import (
	"context"
	"fmt"
	"runtime"

	"lossylab/sim/netstack"
)

// version is lossylab's. Together with the scenario and the seed it determines every byte of a run's results.
const version = "0.1.0"

func versionCommand(_ context.Context, args []string, s streams) error {
	if len(args) > 0 {
		return usagef("version takes no arguments: leave out %q", args[0])
	}
	_, err := fmt.Fprintf(s.out, "lossylab %s\nTCP/IP stack: %s\nbuilt with %s for %s/%s\n",
		version, netstack.Version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return err
}
