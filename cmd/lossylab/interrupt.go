package main

import (
	"context"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
)

// interrupts are an interrupt (or SIGTERM) and those that follow it. The first cancels the context that carries them. The second ends
// the process, unless the command has asked to be told of it: then the third does. They count where the process was started with
// interrupts ignored, too, as a script's background jobs are.
type interrupts struct {
	again chan struct{} // closed by the second
	asked atomic.Bool
}

type interruptsKey struct{}

// interruptible returns the context of a command, and what ends the watching. Exit ends the process.
func interruptible(exit func(code int)) (ctx context.Context, stop func()) {
	signals := make(chan os.Signal, 3)
	signal.Notify(signals, interruptSignals()...)
	i := &interrupts{again: make(chan struct{})}
	ctx, cancel := context.WithCancel(context.WithValue(context.Background(), interruptsKey{}, i))
	over := make(chan struct{})
	next := func() bool {
		select {
		case <-signals:
			return true
		case <-over:
			return false
		}
	}
	go func() {
		if !next() {
			return
		}
		cancel()
		if next() && i.asked.Load() {
			close(i.again)
			next()
		}
		select {
		case <-over:
		default:
			exit(exitInterrupted)
		}
	}()
	return ctx, func() {
		close(over)
		signal.Stop(signals)
		cancel()
	}
}

// interruptSignals returns the signals that interrupt a command. A terminal that is closed does too, unless whoever started the
// command has seen to it that it does not, as nohup does.
func interruptSignals() []os.Signal {
	all := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) {
		all = append(all, syscall.SIGHUP)
	}
	return all
}

// secondInterrupt asks to be told of the second interrupt: the channel is closed then. It is nil if there is nobody who tells.
func secondInterrupt(ctx context.Context) <-chan struct{} {
	i, ok := ctx.Value(interruptsKey{}).(*interrupts)
	if !ok {
		return nil
	}
	i.asked.Store(true)
	return i.again
}

// untilAgain returns a context that goes on when ctx has been cancelled, and ends at the second interrupt, unless that has come
// already and has ended something before.
func untilAgain(ctx context.Context, again <-chan struct{}) (context.Context, context.CancelFunc) {
	on, cancel := context.WithCancel(context.WithoutCancel(ctx))
	select {
	case <-again:
		return on, cancel
	default:
	}
	go func() {
		select {
		case <-again:
			cancel()
		case <-on.Done():
		}
	}()
	return on, cancel
}
