package fetch

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestPicturesAreFetchedWithinLimits(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/small":
			w.Header().Set("Content-Type", "image/png")
			_, _ = w.Write([]byte("\x89PNG small"))
		case "/large":
			w.Header().Set("Content-Type", "image/png")
			_, _ = w.Write([]byte(strings.Repeat("x", 3000)))
		case "/page":
			w.Header().Set("Content-Type", "text/html")
			_, _ = w.Write([]byte("<html>"))
		case "/inside":
			http.Redirect(w, r, "http://10.0.0.1/secret.png", http.StatusFound)
		default:
			http.NotFound(w, r)
		}
	}))
	defer srv.Close()
	c, err := New(Options{Allow: []string{"127.0.0.1"}, Gap: -1})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if b, err := c.Picture(t.Context(), srv.URL+"/small", 2000); err != nil || string(b) != "\x89PNG small" {
		t.Errorf("a picture is %q, %v", b, err)
	}
	for path, want := range map[string]Kind{"/large": TooLarge, "/page": NotPage, "/nothing": Status, "/inside": Forbidden} {
		var e *Error
		if _, err := c.Picture(t.Context(), srv.URL+path, 2000); !errors.As(err, &e) || e.Kind != want {
			t.Errorf("%s fails with %v, want kind %s", path, err, want)
		}
	}
	var e *Error
	if _, err := c.Picture(t.Context(), "http://192.168.1.1/a.png", 2000); !errors.As(err, &e) || e.Kind != Forbidden {
		t.Errorf("a private address fails with %v", err)
	}
}
