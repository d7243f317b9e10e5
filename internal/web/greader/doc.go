// Package greader speaks the Google Reader API, as FreshRSS, Miniflux and the
// apps made for them do. The service itself ended in 2013; what it spoke is
// what most reading apps sync over.
//
//	h := greader.New(greader.Options{DB: db, Gate: gate, Control: client})
//	mux.Handle("/accounts/", h)
//	mux.Handle("/reader/", h)
//	mux.Handle("/api/greader.php/", h) // what FreshRSS calls it, and apps append
//
// There has never been a specification. What is followed here are the notes of
// those who read the protocol off the service and its clients
// (https://github.com/mihaip/google-reader-api,
// https://feedhq.readthedocs.io/en/latest/api/), and what today's apps do.
// Where they disagree, every form that an app is known to send is taken:
//
//   - Item IDs come as decimal numbers, as 16 hexadecimal digits, and as those
//     behind "tag:google.com,2005:reader/item/".
//   - The token of a POST comes in its header, in its field T, or in both; T may
//     also be empty or "x" beside a header.
//   - Streams are named by number or by the URL of the feed, escaped or not.
//   - Times have ten digits, sixteen, or nineteen: seconds, µs, ns.
//
// What is sent has the one form that all apps read: "user/-/state/…" with the
// dash, long item IDs in contents and decimal ones in lists, bodies of exactly
// "OK". An endpoint that is not there is a 404, never an empty list.
package greader
