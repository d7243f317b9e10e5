package web

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"mime"
	"net/http"
	"path"
	"time"
)

//go:embed static
var staticFiles embed.FS

// asset is an embedded file as it is served.
type asset struct {
	body []byte
	mime string
	hash string
}

func assets() (map[string]asset, error) {
	dir, err := staticFiles.ReadDir("static")
	if err != nil {
		return nil, err
	}
	all := map[string]asset{}
	for _, e := range dir {
		body, err := staticFiles.ReadFile("static/" + e.Name())
		if err != nil {
			return nil, err
		}
		sum := sha256.Sum256(body)
		all[e.Name()] = asset{body: body, mime: mediaType(e.Name()), hash: hex.EncodeToString(sum[:8])}
	}
	return all, nil
}

// mediaType does not ask the system's tables for what is served here: they
// differ between machines.
func mediaType(name string) string {
	switch path.Ext(name) {
	case ".css":
		return "text/css; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	}
	return mime.TypeByExtension(path.Ext(name))
}

// staticURL names a file together with what it holds, so that a browser may
// keep it for ever and still gets the next version at once.
func (s *server) staticURL(name string) string {
	return "/static/" + name + "?v=" + s.static[name].hash
}

func (s *server) serveStatic(w http.ResponseWriter, r *http.Request) {
	a, ok := s.static[r.PathValue("file")]
	if !ok {
		s.fault(w, r, &fault{http.StatusNotFound, "There is no page at this address."})
		return
	}
	h := w.Header()
	h.Set("Content-Type", a.mime)
	h.Set("ETag", `"`+a.hash+`"`)
	if r.URL.Query().Get("v") == a.hash {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	} else {
		h.Set("Cache-Control", "no-cache")
	}
	if r.Header.Get("If-None-Match") == "" && r.Header.Get("Range") == "" {
		send(w, r, http.StatusOK, a.body)
		return
	}
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(a.body))
}
