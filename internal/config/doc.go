// Package config reads the one optional configuration file and says what a
// program's settings come to.
//
// A setting has a key, such as "daemon.listen", and may be given in four places,
// of which the first that has it counts: on the command line (--listen), in the
// environment (NEWSFOLD_DAEMON_LISTEN), in the file
//
//	[daemon]
//	listen = "127.0.0.1:8080"
//
// and by default. The package knows no settings: whoever has flags hands them
// over as [Setting], one each, and [Apply] gives them their values. So a new flag
// is a new key and a new variable without anyone writing it down a second time.
//
// The file is TOML 1.0 (https://toml.io/en/v1.0.0). Errors name the file and the
// line, and what was probably meant.
package config
