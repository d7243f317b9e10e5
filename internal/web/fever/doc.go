// Package fever speaks the Fever API, version 3: one address, and arguments that
// say what is wanted (https://feedafever.com/api, and what apps make of it).
//
//	h := fever.New(fever.Options{DB: db, Gate: gate})
//	mux.Handle("/fever/", h)
//
// An app shows the MD5 of name and password as api_key in the body of each
// request; all else may stand in the body or in the address. A wrong key gets an
// answer with auth 0, as the protocol has it. Items come fifty at a time, by ID.
// Folders are groups; their numbers are made of their names.
package fever
