package fetch

import (
	"net/http"
	"time"
)

// NewTransport returns a transport for a server that the owner has named, such as one
// on this machine: loopback addresses are reached, and private ones that allow names as
// [Options] has it. It asks no proxy, and its pool has to be closed by the caller.
func NewTransport(allow []string) (*http.Transport, error) {
	g, err := newGuard(append([]string{"127.0.0.0/8", "::1/128", "localhost"}, allow...))
	if err != nil {
		return nil, err
	}
	return &http.Transport{
		DialContext:            g.dial,
		ForceAttemptHTTP2:      true,
		MaxIdleConnsPerHost:    1,
		IdleConnTimeout:        time.Minute,
		MaxResponseHeaderBytes: 64 << 10,
	}, nil
}
