// Package fetch asks publishers for feeds and pages, politely, and reads what
// they answer.
//
// A [Client] has three verbs. [Client.Poll] asks one feed once for what is new
// and decides when to ask again. [Client.Page] gets an article's page.
// [Client.Find] looks for the feeds that a URL leads to. All of them share one
// budget for each host: few requests under way, a gap between their starts,
// silence for as long as the host asks for it.
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
// What the publisher says (Cache-Control, Expires, Retry-After, ttl,
// skipHours, updatePeriod) only ever lengthens the wait. Failures back off by
// their kind up to a day and never end polling; only "410 Gone" does. When
// most hosts are out of reach at once, the trouble is taken to be on this
// machine's side and no feed is blamed.
//
// # Hostile answers
//
// Whatever answers may be hostile: every connection is checked against the
// special-purpose address blocks when it is dialled, so neither redirects nor
// names that change their address lead into private networks; bodies,
// headers, redirects and times have limits, on the wire and decompressed; and
// no credentials leave the host they were given for. Errors are sentences for
// a person and never hold credentials.
//
// [Parse] is the part that needs no network: bytes to entries.
package fetch
