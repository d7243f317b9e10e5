// Package miniflux speaks the part of Miniflux's REST API that reading apps use
// (https://miniflux.app/docs/api.html): for apps that know neither of the older
// APIs, and for programs written with its client library.
//
//	h := miniflux.New(miniflux.Options{DB: db, Gate: gate, Control: client})
//	mux.Handle("/v1/", h)
//
// Entries are items (package reading) and feeds are feeds; categories are
// folders, of which a feed has just one here: its first. A feed in no folder is
// in the category "All". Whoever asks shows name and app password (HTTP Basic),
// or the token that belongs to them (X-Auth-Token).
//
// Entries are sorted by ID, which is by when they came in, whatever the argument
// order says; direction is obeyed. What is not offered here (users, keys,
// integrations, icons) is a 404.
package miniflux
