//go:build !race

package main

// raceOn says that the race detector is at work.
const raceOn = false
