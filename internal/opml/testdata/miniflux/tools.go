//go:build tools

// Package miniflux pins the version of Miniflux, a feed reader, with which
// subscription lists are exchanged in tests. It is a module of its own: newsfold
// depends on none of it.
package miniflux

import _ "miniflux.app"
