// Command newsfold reads news feeds and shows each story once.
//
// A file is a command: list.go has newList, which makes `newsfold list`, and what prints
// its answer. A command that needs the store does its work in a function for [app.with],
// which hands it a client of the daemon or, without one, of this process; so each is
// written once. What flags, variables and the configuration file say is settled before
// (config.go), and whatever error comes back is given its exit code in one place
// (exit.go). Results go to standard output, whole or not at all where that is a file
// (output.go); remarks go to standard error.
//
// The daemon (daemon.go, site.go, reload.go) opens everything and passes it down: no
// package has state of its own.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], streams{os.Stdin, os.Stdout, os.Stderr})
	stop()
	os.Exit(code)
}
