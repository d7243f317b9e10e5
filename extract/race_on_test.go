//go:build race

package extract

// raceOn says that the race detector is at work.
const raceOn = true
