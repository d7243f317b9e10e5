// Package web serves the reader page: the river of stories, each story with its
// copies and the reasons for folding them, and the health of the feeds.
//
// [New] gives an [net/http.Handler]; who listens, and with which timeouts, is
// the caller's business:
//
//	h, err := web.New(web.Options{DB: db, Log: log, Version: "1.0"})
//	if err != nil {
//		return err
//	}
//	srv := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second}
//
// # Pages
//
//	GET  /                                  the river, newest first; ?unread=1, ?starred=1, ?feed=ID, ?folder=NAME, ?lang=TAG, ?find=WORDS, ?after=POSITION, ?skip=N
//	GET  /story/{id}                        one story: its text, copies, evidence, and how it spread
//	GET  /story/{id}/compare/{article}      what is new in one copy
//	POST /story/{id}/split, merge           correct folds; lead, apart: choose the lead, keep two feeds apart
//	POST /folds/undo                        take back the last such correction
//	GET  /events                            what several outlets reported in their own words
//	GET  /event/{id}                        the stories on one happening, by language and time
//	GET  /feeds                             the health of every feed, and what it brings
//	GET  /feeds/{id}                        one feed; POST edit, remove
//	GET  /add                               the form to add feeds; POST: preview, subscribe
//	POST /import                            a list of another reader (OPML)
//	GET  /login                             and POST /login, POST /logout
//	POST /story/{id}/mark                   do=read, unread, star or unstar
//	POST /mark                              do=read for ids=1,2,3, and upto=ID for those above it
//	POST /undo                              take back a mark that covered several stories
//	GET  /static/{file}                     style sheet, script and icon
//	GET  /image/{signature}                 a picture of an article, passed on
//
// Beside the pages there are other doors, for programs:
//
//	/accounts/, /reader/, /api/greader.php  the Google Reader API (package greader)
//	/fever/, /api/fever.php                 the Fever API (package fever)
//	/v1/                                    the Miniflux API (package miniflux)
//	/out                                    every view of the river as Atom, RSS or JSON Feed, with a token
//	/api/v1/                                the control interface, with a token; openapi.json describes it
//	/metrics                                counters for Prometheus
//
// Pages are made on the server and work without JavaScript. The script adds
// the keyboard and marks without loading the page anew: it sends the same
// forms and asks for JSON in return. Reading never changes anything by a GET:
// only a POST marks.
//
// # What it trusts
//
// Nothing that came from outside. Fields are escaped by html/template. The text
// of an article was sanitised when it was stored; it is still parsed and built
// anew from a short list of elements before it is shown. Images are passed on
// under signed addresses, or become links, so that no publisher learns who
// reads; those that are there to count readers are dropped. A content security
// policy forbids inline scripts, foreign requests and frames should both fail.
//
// Who may read is decided by [Options.Gate]. While no password is set, everybody
// may who reaches the handler: that is for loopback. Then forms from other sites
// are refused ([net/http.CrossOriginProtection]), and so are requests
// under a host name that is neither a loopback name, nor an IP address, nor
// one of [Options.Hosts]: a foreign name that resolves to this machine (DNS
// rebinding) gets no answer. With a password, pages need a session, forms a token
// of it, and the other doors a token or the password made for apps.
package web
