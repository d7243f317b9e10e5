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
//	GET  /                                  the river, newest first; ?unread=1, ?starred=1, ?feed=ID, ?find=WORDS, ?after=POSITION
//	GET  /story/{id}                        one story: its text, copies, evidence, and how it spread
//	GET  /story/{id}/compare/{article}      what is new in one copy
//	GET  /feeds                             the health of every feed
//	POST /story/{id}/mark                   do=read, unread, star or unstar
//	POST /mark                              do=read for ids=1,2,3, and upto=ID for those above it
//	POST /undo                              take back a mark that covered several stories
//	GET  /static/{file}                     style sheet, script and icon
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
// anew from a short list of elements before it is shown, and images become
// links, so that no publisher learns who reads. A content security policy
// forbids inline scripts, foreign requests and frames should both fail.
//
// The handler knows no passwords: it is made for loopback. Forms from other
// sites are refused ([net/http.CrossOriginProtection]), and so are requests
// under a host name that is neither a loopback name, nor an IP address, nor
// one of [Options.Hosts]: a foreign name that resolves to this machine (DNS
// rebinding) gets no answer.
package web
