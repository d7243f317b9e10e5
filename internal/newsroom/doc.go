// Package newsroom is a dozen outlets that never were, served on loopback, so
// that newsfold can be shown and tested without a network.
//
// The outlets do to their news what real ones do: Northwire, an agency, is
// reprinted under its dateline, under new titles, with bylines and copyright
// lines and "Leave a comment" around it; one outlet cuts everything short, one
// has three feeds that overlap and issues GUIDs twice, one aggregates and
// credits, one translates, one translates by machine and credits in Arabic. And
// there are articles that look alike and are not the same: the results of two
// companies from one mould, the sixth and the seventh relief flight, two
// reports of one event by different hands. [Newsroom.Truth] knows which are
// which.
//
//	n, err := newsroom.Listen(ctx, newsroom.Options{})
//	if err != nil {
//		return err
//	}
//	defer n.Close()
//	client, err := fetch.New(fetch.Options{Transport: n.Transport()})
//	// subscribe to n.Feeds() …
//
// Each outlet is a host of its own under "localhost": a browser on the same
// machine follows the links without any set-up, and rules that go by host see
// a dozen publishers. Not every system resolves such names for programs, so
// these come through [Newsroom.Transport], which can reach nothing else.
// Feeds are RSS 2.0, RSS 1.0, Atom and JSON Feed, with ETag and Last-Modified.
// All that is served depends on the time and the port alone.
//
// [Load] serves any number of generated articles in the same way, for tests of
// quantity.
package newsroom
