// Lossylab is a laboratory for unreliable networks: real TCP and UDP client and server pairs exchange real packets through
// a link that drops, delays, duplicates, corrupts and reorders them, and what UDP loses and TCP repairs becomes visible in
// captures, figures and numbers.
//
//	lossylab run                                   the whole point in a few seconds, in ./lossylab-out
//	lossylab run --app echo --loss 20%             lines, returned in upper case
//	lossylab run --input picture.ppm --loss 5%     a picture, sent both ways
//	lossylab try "delay 20ms 4ms loss 2% burst 5"  what a link does, alone: expected beside measured
//	lossylab help run                              every option, with its unit and default
package main

import (
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
)

// lazyCollection lets garbage grow to several times what is in use, within bounds. A run holds little, so that the
// collector would otherwise start anew every few thousand packets: a fifth of all instructions.
func lazyCollection() {
	if os.Getenv("GOGC") == "" && os.Getenv("GOMEMLIMIT") == "" {
		debug.SetGCPercent(1000)
		debug.SetMemoryLimit(160 << 20)
	}
}

func main() {
	lazyCollection()
	if helped() { // before all else: a helper of the kernel engine is no command
		return
	}
	ctx, stop := interruptible(os.Exit)
	signal.Ignore(syscall.SIGPIPE) // a reader that has seen enough does not keep the results from being written
	code := run(ctx, os.Args[1:], streams{os.Stdin, os.Stdout, os.Stderr})
	stop()
	os.Exit(code)
}
