// Package control is how the command line drives a store: a small JSON
// interface over HTTP, served by the daemon on a unix socket in the store's
// directory, and in-process by a command that opens the store itself. So each
// command is written once and does the same with and without a daemon.
//
// [Server] serves it; [Client] asks for it. Answers that may be long are
// streams of JSON lines that end in an explicit last line, so a connection that
// breaks is never taken for the end.
//
// The socket is private to its owner: it lies in a directory of mode 0700 and
// whoever can open it may do everything.
package control
