// Package access decides who may use what the daemon serves over TCP.
//
// The store belongs to one person. As long as no password is set, whoever can
// reach the daemon may read: that is for loopback, and the daemon listens
// nowhere else then. Once there is a password, there are four ways in, each for
// its kind of client:
//
//   - the password, which opens a session for a browser ([Gate.Login]). It is
//     kept as an argon2id hash (RFC 9106).
//   - the app password, for sync APIs ([Gate.App], [Gate.Digest]). Apps keep it
//     in clear text and some send an MD5 of it, so it is not the person's own
//     but made here, long and random, and can be replaced alone.
//   - tokens, one for each purpose ([Gate.Token]): in the address of a feed, in
//     a header of the JSON API. They are derived from a secret of the store and
//     end when that is renewed.
//   - what a proxy in front has found out, which is not this package's concern.
//
// Failures are counted by address, and whoever fails too often waits
// ([ErrWait]).
//
//	gate, err := access.Open(ctx, access.Options{DB: db})
//	…
//	err = gate.SetPassword(ctx, "reader", "correct horse battery staple")
//	session, err := gate.Login(ctx, "203.0.113.7", "reader", password)
package access
