package fetch

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestTransportOfTheOwnersServersReachesLoopbackAndNoOtherPrivateAddress(t *testing.T) {
	srv := httptest.NewServer(http.NotFoundHandler())
	defer srv.Close()
	trip, err := NewTransport(nil)
	if err != nil {
		t.Fatal(err)
	}
	defer trip.CloseIdleConnections()
	client := http.Client{Transport: trip}
	res, err := client.Get(srv.URL)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	for _, private := range []string{"http://192.168.7.7/", "http://10.0.0.1:8080/", "http://[fd00::1]/"} {
		if _, err := client.Get(private); err == nil || !strings.Contains(err.Error(), "a private network") {
			t.Errorf("%s: %v", private, err)
		}
	}
	if _, err := NewTransport([]string{"10.0.0.0/99"}); err == nil {
		t.Error("a network that is none was allowed")
	}
}
