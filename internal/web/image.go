package web

import (
	"bytes"
	"context"
	"image"
	_ "image/gif" // so that their sizes can be read
	_ "image/jpeg"
	_ "image/png"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/net/html"

	"newsfold/internal/access"
)

// Limits of pictures that are passed on.
const (
	maxPicture  = 8 << 20 // bytes
	pictureTime = 15 * time.Second
	mostAtOnce  = 16
	pixel       = 3 // what is no larger either way is there to count readers
)

// pictureTypes are those that are passed on: no SVG, which can hold scripts.
var pictureTypes = []string{"image/png", "image/jpeg", "image/gif", "image/webp"}

// pictureURL returns the address under which this reader passes a picture on;
// empty when it does not, or the address is none.
func (s *server) pictureURL(src string) string {
	if s.fetchImage == nil || s.gate == nil {
		return ""
	}
	src = outside(src)
	if src == "" || len(src) > 4000 {
		return ""
	}
	return "/image/" + s.gate.Sign(access.ForImage, src) + "?u=" + url.QueryEscape(src)
}

// image passes on a picture of an article, so that its publisher learns of
// this machine only, and of no cookie. Addresses are signed: nobody can have
// anything else fetched through here.
func (s *server) image(w http.ResponseWriter, r *http.Request) {
	src := r.URL.Query().Get("u")
	if s.fetchImage == nil || s.gate == nil || !s.gate.Signed(access.ForImage, src, r.PathValue("sign")) {
		http.Error(w, "no such picture", http.StatusNotFound)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), pictureTime)
	defer cancel()
	select {
	case s.images <- struct{}{}:
		defer func() { <-s.images }()
	case <-ctx.Done():
		http.Error(w, "too many pictures at once", http.StatusServiceUnavailable)
		return
	}
	body, err := s.fetchImage(ctx, src, maxPicture)
	if err != nil {
		http.Error(w, "the picture cannot be fetched", http.StatusBadGateway)
		return
	}
	kind := pictureType(body)
	if kind == "" {
		http.Error(w, "no picture", http.StatusUnsupportedMediaType)
		return
	}
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("Content-Disposition", "inline")
	h.Set("Cache-Control", "private, max-age=86400")
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(body))
}

// pictureType returns the type of a picture by its bytes; empty when it is none
// that is passed on, or a pixel that counts readers.
func pictureType(body []byte) string {
	if len(body) > 12 && string(body[4:12]) == "ftypavif" {
		return "image/avif"
	}
	kind := http.DetectContentType(body)
	if !slices.Contains(pictureTypes, kind) {
		return ""
	}
	if c, _, err := image.DecodeConfig(bytes.NewReader(body)); err == nil && c.Width <= pixel && c.Height <= pixel {
		return ""
	}
	return kind
}

// counts reports whether an img element is there to count readers, by what it
// says of its size.
func counts(n *html.Node) bool {
	for _, key := range []string{"width", "height"} {
		v := strings.TrimSuffix(strings.TrimSpace(attr(n, key)), "px")
		if size, err := strconv.Atoi(v); err == nil && size <= pixel {
			return true
		}
	}
	style := strings.ReplaceAll(strings.ToLower(attr(n, "style")), " ", "")
	return strings.Contains(style, "display:none") || strings.Contains(style, "visibility:hidden")
}
