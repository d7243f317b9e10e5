//go:build race

package main

// raceOn says that the race detector is at work, which makes long evaluations
// take ten times as long.
const raceOn = true
