package fetch

import (
	"bytes"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

func TestClockIsReadFromHeadersAlone(t *testing.T) {
	noon := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Date", noon.Format(http.TimeFormat))
		switch r.URL.Path {
		case "/endless":
			for {
				if _, err := w.Write(bytes.Repeat([]byte("x"), 1<<16)); err != nil {
					return
				}
			}
		case "/broken":
			w.WriteHeader(http.StatusInternalServerError)
		case "/timeless":
			w.Header()["Date"] = nil
		case "/inside":
			http.Redirect(w, r, "http://10.0.0.1/", http.StatusFound)
		}
	}))
	defer srv.Close()
	c := newClient(t, Options{Gap: -1})
	for path, want := range map[string]time.Time{"/endless": noon, "/broken": noon, "/timeless": {}} {
		if at, err := c.Clock(t.Context(), srv.URL+path); err != nil || !at.Equal(want) {
			t.Errorf("%s: %v, %v; want %v", path, at, err, want)
		}
	}
	var e *Error
	if _, err := c.Clock(t.Context(), srv.URL+"/inside"); !errors.As(err, &e) || e.Kind != Forbidden {
		t.Errorf("a redirect to a private address: %v", err)
	}
}
