module newsfold/bench/refresh

go 1.26.0

require (
	github.com/mmcdole/gofeed v1.4.2
	go.etcd.io/bbolt v1.5.0
	newsfold v0.0.0
)

require (
	github.com/mmcdole/goxpp/v2 v2.0.0 // indirect
	golang.org/x/net v0.62.0 // indirect
	golang.org/x/sys v0.49.0 // indirect
	golang.org/x/text v0.43.0 // indirect
)

replace newsfold => ../..
