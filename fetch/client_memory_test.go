package fetch

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

// Many hosts that all answer with the largest body there may be, half of them
// compressed, must not make memory grow with their number.
func TestMemoryStaysBoundedAmongLargeBodies(t *testing.T) {
	if testing.Short() {
		t.Skip("moves half a gigabyte")
	}
	const size = defaultBody - 4096
	ln, err := net.Listen("tcp", "0.0.0.0:0")
	if err != nil {
		t.Fatal(err)
	}
	body := []byte("<rss version=\"2.0\"><channel><title>x</title>" + strings.Repeat("<!-- 0123456789abcdef -->\n", size/26) + "</channel></rss>")
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	_, _ = z.Write(body)
	z.Close()
	srv := &httptest.Server{Listener: ln, Config: &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "z") {
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(zipped.Bytes())
			return
		}
		_, _ = w.Write(body)
	})}}
	srv.Start()
	defer srv.Close()
	_, port, err := net.SplitHostPort(ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	c := newClient(t, Options{})
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	before, peak := m.HeapInuse, uint64(0)
	stop, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(10 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				peak = max(peak, m.HeapInuse)
			case <-stop:
				return
			}
		}
	}()
	var wg sync.WaitGroup
	hosts := 60
	if raceOn {
		hosts = 20
	}
	for i := range hosts {
		wg.Go(func() {
			_, _ = c.Poll(t.Context(), feedAt(fmt.Sprintf("http://127.0.1.%d:%s/%s", i+1, port, []string{"", "z"}[i%2])), nil)
		})
	}
	wg.Wait()
	close(stop)
	<-done
	grown := (peak - min(peak, before)) >> 20
	t.Logf("%d bodies of %d MiB at once: %d MiB at most", hosts, size>>20+1, grown)
	if grown > 256 {
		t.Errorf("%d MiB were in use", grown)
	}
}
