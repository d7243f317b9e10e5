// Package terminal is the reader in a terminal: the river of stories, a story, its
// copies, and how a copy differs from the lead, word by word, driven by keys like
// newsboat's. It knows nothing of the store: it asks a control client, so it does
// the same with and without a daemon.
//
//	err := terminal.Run(ctx, terminal.Options{
//		Client: client, // of internal/control
//		In:     os.Stdin,
//		Out:    os.Stdout,
//	})
//
// What it promises:
//
//   - The terminal is as it was before, whatever happens: an error of the client, a
//     panic, a signal. What went wrong is what [Run] returns.
//   - Nothing a publisher wrote reaches the terminal but as text: control
//     characters, direction overrides and what terminals measure differently
//     (joined emoji) are taken out first, and text from right to left is isolated,
//     so that columns stay where they are.
//   - A mark is shown at once and written in the order of the keys; leaving waits
//     until all are written.
//   - Addresses are handed to a browser as an argument, never to a shell, and only
//     those of http and https.
//
// One model, in one goroutine, holds all there is; what may take time runs as a
// command beside it and comes back as a message (The Elm Architecture, by Bubble
// Tea). Pages lie on a stack: the river at its bottom, what was opened above it.
package terminal
