package fetch

import (
	"context"
	"mime"
	"net/http"
	"strings"
)

const acceptPicture = "image/avif, image/webp, image/png, image/jpeg, image/gif;q=0.9"

// Picture fetches an image of at most limit bytes, for a person who looks at
// the page that it is on: so robots.txt is not asked. Failures are *[Error], but
// for those of ctx; what is served as something else is of kind NotPage.
func (c *Client) Picture(ctx context.Context, url string, limit int64) ([]byte, error) {
	a, err := c.get(ctx, ask{url: url, accept: acceptPicture, limit: min(limit, c.opts.MaxBody), readable: pictureType, other: NotPage, hop: c.welcome})
	defer a.free()
	if err != nil {
		return nil, err
	}
	if a.status != http.StatusOK {
		return nil, &Error{Kind: Status, URL: a.url, Status: a.status}
	}
	return append([]byte(nil), a.body...), nil
}

// pictureType reports whether a media type may be that of a picture; many
// servers know no better than that it is bytes.
func pictureType(contentType string) bool {
	t, _, err := mime.ParseMediaType(contentType)
	return err != nil || t == "" || strings.HasPrefix(t, "image/") || t == "application/octet-stream" || t == "binary/octet-stream"
}
