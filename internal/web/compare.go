package web

import (
	"net/http"
)

func (s *server) compare(w http.ResponseWriter, r *http.Request) error {
	return &fault{http.StatusNotFound, "There is no page at this address."}
}
