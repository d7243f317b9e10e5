package fetch

import (
	"context"
	"errors"
	"net/http"
	"time"
)

// Clock asks the server of a URL for it, reads nothing but the headers of the
// answer, whatever its status, and returns the time that the server says it is;
// zero when it does not say. Failures to get any answer are *[Error], but for
// those of ctx. For finding out whether the network and the clock are well.
func (c *Client) Clock(ctx context.Context, url string) (time.Time, error) {
	unread := func(string) bool { return false }
	a, err := c.get(ctx, ask{url: url, accept: acceptFeed, limit: 1, readable: unread, other: NotFeed})
	defer a.free()
	var e *Error
	if err != nil && (!errors.As(err, &e) || e.Kind != NotFeed) {
		return time.Time{}, err
	}
	at, err := http.ParseTime(a.header.Get("Date"))
	if err != nil {
		return time.Time{}, nil // it does not have to say
	}
	return at, nil
}
