// Package fetch asks publishers for feeds and pages, politely, and reads what
// they answer.
//
// A [Client] has three verbs. [Client.Poll] asks one feed once for what is new
// and decides when to ask again. [Client.Page] gets an article's page.
// [Client.Find] looks for the feeds that a URL leads to. All of them share one
// budget for each host: few requests under way, a gap between their starts,
// silence for as long as the host asks for it. A host is a site, whatever its
// names, the platform that it belongs to, and the server that answers for it. So
// there is one client in a process, used by as many goroutines as there are feeds
// to be asked; [Client.Queue] helps them not to crowd before one host.
//
// doc/fetch.md lists how publishers are treated, with the test of each point.
//
// # One poll
//
// A poll sends one GET for exactly the URL it was given, with the validators
// of the last answer byte for byte, and takes in whatever comes back: entries,
// "not modified", a redirect, a refusal, nonsense, silence. All of it is data:
// the outcome is the feed with its polling state renewed, to be stored by the
// caller. Only a cancelled context is an error. The time of the next poll and
// the reason for it in words are part of that state:
//
//	out, err := client.Poll(ctx, feed, known)
//	if err != nil {
//		return err // ctx was cancelled; nothing was learned
//	}
//	fmt.Println(out.Feed.Poll.Next, out.Feed.Poll.Why)
//
// What else was learned (rates, redirects, lying validators) is in Poll.State;
// [Recall] tells an owner of it.
//
// # When to ask
//
// Options.Interval is a budget: one poll for each feed and interval on the
// whole. It is shared out so that the sum of all delays from publication to
// discovery is least, which takes polls in proportion to the square root of
// the rate at which a feed publishes, by the hour and the weekday, while no
// feed is made to wait much longer than the plain interval would make it.
// [Client.Resume] tells a new client of the feeds that share the budget. An
// interval below five minutes is taken at its word instead.
//
// What the publisher says (Cache-Control, Expires, Retry-After, ttl,
// skipHours, updatePeriod) only ever lengthens the wait. Failures back off by
// their kind up to a day and never end polling; only "410 Gone" does. When
// most hosts are out of reach at once, the trouble is taken to be on this
// machine's side and no feed is blamed. A permanent redirect is adopted once it
// led to the feed on three polls in a row.
//
// # Hostile answers
//
// Whatever answers may be hostile: every connection is checked against the
// special-purpose address blocks when it is dialled, so neither redirects nor
// names that change their address lead into private networks; bodies,
// headers, redirects and times have limits, on the wire and decompressed; and
// no credentials leave the host they were given for. Errors are sentences for
// a person and never hold credentials; use [Redact] for URLs that are shown or
// logged.
//
// [Parse] is the part that needs no network: bytes to entries.
package fetch
