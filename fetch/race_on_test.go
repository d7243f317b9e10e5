//go:build race

package fetch

// raceOn says that the race detector is at work, which makes what one goroutine
// does ten times slower.
const raceOn = true
