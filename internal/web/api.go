package web

import (
	_ "embed"
	"net/http"
	"strings"

	"newsfold/internal/access"
)

// apiCalls are the calls of the control interface that programs may make over
// TCP. Those that concern the machine (passwords, backups, checks) are left to
// its socket.
var apiCalls = []string{
	"GET /v1/status",
	"GET /v1/feeds", "POST /v1/feeds", "DELETE /v1/feeds", "GET /v1/preview", "POST /v1/import", "GET /v1/export", "POST /v1/fetch",
	"GET /v1/stories", "GET /v1/stories/{id}", "GET /v1/articles/{id}/history", "GET /v1/search", "GET /v1/events", "POST /v1/mark",
	"POST /v1/split", "POST /v1/merge", "POST /v1/lead", "POST /v1/never-fold", "POST /v1/refold", "POST /v1/undo", "GET /v1/explain", "GET /v1/digest",
}

// openAPI describes these calls.
//
//go:embed openapi.json
var openAPI []byte

// api serves the control interface to programs that show their token.
func (s *server) api(control http.Handler) http.Handler {
	mux := http.NewServeMux()
	checked := http.StripPrefix("/api", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		if ok {
			var err error
			if ok, err = s.gate.Holds(r.Context(), access.ForAPI, token); err != nil {
				s.refuseAPI(w, http.StatusInternalServerError, "internal", "the store cannot be read")
				return
			}
		}
		if !ok {
			w.Header().Set("WWW-Authenticate", `Bearer realm="newsfold"`)
			s.refuseAPI(w, http.StatusUnauthorized, "unauthorized", "this needs the token that newsfold token prints, as a bearer token")
			return
		}
		control.ServeHTTP(w, r)
	}))
	for _, call := range apiCalls {
		method, path, _ := strings.Cut(call, " ")
		mux.Handle(method+" /api"+path, checked)
	}
	mux.HandleFunc("GET /api/v1/openapi.json", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(openAPI)
	})
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		s.refuseAPI(w, http.StatusNotFound, "not_found", "there is no such call; /api/v1/openapi.json lists them")
	})
	return mux
}

func (s *server) refuseAPI(w http.ResponseWriter, status int, kind, text string) {
	writeJSON(w, status, map[string]any{"error": map[string]string{"kind": kind, "message": text}})
}
