package fetch

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"

	"newsfold"
)

// compressors write a content encoding.
var compressors = map[string]func(io.Writer) io.WriteCloser{
	"gzip": func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) },
	"br":   func(w io.Writer) io.WriteCloser { return brotli.NewWriter(w) },
	"zstd": func(w io.Writer) io.WriteCloser { z, _ := zstd.NewWriter(w); return z },
	"deflate": func(w io.Writer) io.WriteCloser {
		return zlib.NewWriter(w)
	},
	"deflate-raw": func(w io.Writer) io.WriteCloser { z, _ := flate.NewWriter(w, 6); return z },
	"identity":    func(w io.Writer) io.WriteCloser { return nopCloser{w} },
}

type nopCloser struct{ io.Writer }

func (nopCloser) Close() error { return nil }

func pack(t *testing.T, name string, body io.Reader) []byte {
	t.Helper()
	var b bytes.Buffer
	z := compressors[name](&b)
	if _, err := io.Copy(z, body); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestContentEncodingsAreUndone(t *testing.T) {
	for name := range compressors {
		t.Run(name, func(t *testing.T) {
			body := pack(t, name, strings.NewReader(rss("a", "b")))
			s := newSite(t, func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Encoding", strings.TrimSuffix(name, "-raw"))
				_, _ = w.Write(body)
			})
			out := poll(t, newClient(t, Options{}), feedAt(s.URL))
			wantResult(t, out, newsfold.Updated)
			if len(out.Entries) != 2 {
				t.Errorf("%d entries, want 2", len(out.Entries))
			}
			if got := s.last(t).Header.Get("Accept-Encoding"); got != "gzip, br, zstd" {
				t.Errorf("Accept-Encoding %q", got)
			}
		})
	}
}

func TestMislabelledEncodingsAreRead(t *testing.T) {
	plain := rss("a")
	gz := string(pack(t, "gzip", strings.NewReader(plain)))
	for _, tc := range []struct {
		name, encoding, body string
		want                 newsfold.Result
	}{
		{"gzip that says nothing", "", gz, newsfold.Updated},
		{"plain that says gzip", "gzip", plain, newsfold.Updated},
		{"x-gzip in capitals", "X-GZIP", gz, newsfold.Updated},
		{"gzip twice", "gzip, gzip", string(pack(t, "gzip", strings.NewReader(gz))), newsfold.Updated},
		{"bytes after gzip", "gzip", gz + "trailing rubbish", newsfold.Updated},
		{"gzip cut short", "gzip", gz[:len(gz)-20], newsfold.Failed},
		{"gzip damaged", "gzip", gz[:len(gz)-8] + "xxxx" + gz[len(gz)-4:], newsfold.Failed},
		{"br that is none", "br", plain, newsfold.Failed},
		{"a word that is no encoding", "utf-8", plain, newsfold.Updated},
		{"gzip under such a word", "binary", gz, newsfold.Updated},
		{"unknown", "compress", "\x1f\x9d\x90\x3c\xe4", newsfold.Failed},
		{"three layers", "gzip, gzip, gzip", plain, newsfold.Failed},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := newSite(t, func(w http.ResponseWriter, r *http.Request) {
				if tc.encoding != "" {
					w.Header().Set("Content-Encoding", tc.encoding)
				}
				w.Header().Set("ETag", `"x"`)
				_, _ = io.WriteString(w, tc.body)
			})
			out := poll(t, newClient(t, Options{}), feedAt(s.URL))
			wantResult(t, out, tc.want)
			if tc.want == newsfold.Failed && out.Feed.Poll.ETag != "" {
				t.Error("validator kept from an answer that was refused")
			}
		})
	}
}

// zeros is an endless feed of nothing.
type zeros struct{ n int64 }

func (z *zeros) Read(p []byte) (int, error) {
	if z.n <= 0 {
		return 0, io.EOF
	}
	n := int(min(int64(len(p)), z.n))
	clear(p[:n])
	z.n -= int64(n)
	return n, nil
}

func TestBombsAreRefused(t *testing.T) {
	size := uint64(64 << 20)
	if raceOn {
		size = 32 << 20
	}
	for _, name := range []string{"gzip", "br", "zstd", "deflate", "deflate-raw"} {
		t.Run(name, func(t *testing.T) {
			bomb := pack(t, name, &zeros{int64(size)})
			s := newSite(t, func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Encoding", strings.TrimSuffix(name, "-raw"))
				_, _ = w.Write(bomb)
			})
			c := newClient(t, Options{MaxBody: 256 << 20})
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			out := poll(t, c, feedAt(s.URL))
			runtime.ReadMemStats(&after)
			wantResult(t, out, newsfold.Failed)
			if !strings.Contains(out.Feed.Poll.Error, "exhaust") {
				t.Errorf("error %q", out.Feed.Poll.Error)
			}
			if used := after.TotalAlloc - before.TotalAlloc; used > size {
				t.Errorf("%d MB were used", used>>20)
			}
		})
	}
}

func TestLargeBodiesAreRefused(t *testing.T) {
	const limit = 1 << 20
	for _, tc := range []struct {
		name  string
		serve http.HandlerFunc
		want  newsfold.Result
	}{
		{"just below", func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprint(w, rss("a"), "<!--", strings.Repeat("x", limit-2000), "-->")
		}, newsfold.Updated},
		{"announced 200 MB", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", strconv.Itoa(200<<20))
			_, _ = io.Copy(w, &zeros{200 << 20})
		}, newsfold.Failed},
		{"endless", func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(w, &zeros{1 << 40})
		}, newsfold.Failed},
		{"too large when decompressed", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			for i := range 3 * limit / 40 { // far from a bomb: a tenth of it, compressed
				if _, err := fmt.Fprintf(z, "<!-- line %x of a long feed in the sun -->\n", uint32(i)*0x9e3779b9); err != nil {
					return
				}
			}
			z.Close()
		}, newsfold.Failed},
		{"endless empty gzip members", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			var b bytes.Buffer
			gzip.NewWriter(&b).Close()
			for range 4 * limit / b.Len() {
				if _, err := w.Write(b.Bytes()); err != nil {
					return
				}
			}
		}, newsfold.Failed},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := newSite(t, tc.serve)
			out := poll(t, newClient(t, Options{MaxBody: limit}), feedAt(s.URL))
			wantResult(t, out, tc.want)
			if tc.want == newsfold.Failed && !strings.Contains(out.Feed.Poll.Error, "larger than the limit (more than 1 MiB)") {
				t.Errorf("error %q", out.Feed.Poll.Error)
			}
		})
	}
}

// raw serves connections by hand, for what net/http would not send.
func raw(t *testing.T, handle func(net.Conn)) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	go func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				_, _ = conn.Read(make([]byte, 4096))
				handle(conn)
			}()
		}
	}()
	return "http://" + ln.Addr().String() + "/feed"
}

func TestHostileConnectionsEndInTime(t *testing.T) {
	const noAnswer, slowBody = "too slow", "the body came too slowly"
	drip := func(conn net.Conn, s string) {
		for i := 0; ; i++ {
			if _, err := conn.Write([]byte{s[i%len(s)]}); err != nil {
				return
			}
			time.Sleep(5 * time.Millisecond)
		}
	}
	for _, tc := range []struct {
		name, want string
		handle     func(net.Conn)
	}{
		{"never answers", noAnswer, func(c net.Conn) { _, _ = c.Read(make([]byte, 1)) }},
		{"drips its headers", noAnswer, func(c net.Conn) {
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\n")
			drip(c, "X-A: b\r\n")
		}},
		{"drips its body", slowBody, func(c net.Conn) {
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n\r\n")
			drip(c, rss("a"))
		}},
		{"stalls in its body", slowBody, func(c net.Conn) {
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"+rss("a"))
			_, _ = c.Read(make([]byte, 1))
		}},
		{"floods headers", "headers are larger", func(c net.Conn) {
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\n")
			for {
				if _, err := io.WriteString(c, "X-Flood: "+strings.Repeat("y", 1000)+"\r\n"); err != nil {
					return
				}
			}
		}},
		{"has one endless header", "headers are larger", func(c net.Conn) {
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nX: ")
			for {
				if _, err := io.WriteString(c, strings.Repeat("y", 1000)); err != nil {
					return
				}
			}
		}},
		{"sends 1xx without end", "", func(c net.Conn) {
			for {
				if _, err := io.WriteString(c, "HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n"); err != nil {
					return
				}
			}
		}},
		{"hangs up", "hung up", func(c net.Conn) {}},
		{"is cut short", "cut short", func(c net.Conn) {
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nETag: \"x\"\r\nContent-Length: 100000\r\n\r\n"+rss("a"))
		}},
		{"cuts its chunks short", "cut short", func(c net.Conn) {
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffff\r\n"+rss("a"))
		}},
		{"speaks no HTTP", "malformed", func(c net.Conn) { _, _ = io.WriteString(c, "220 mail.example ESMTP\r\n") }},
		{"resets", "", func(c net.Conn) { _ = c.(*net.TCPConn).SetLinger(0) }},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			url := raw(t, tc.handle)
			limit := time.Minute // what ends at once has time for it on a busy machine
			switch tc.want {
			case noAnswer:
				limit = time.Second
			case slowBody:
				limit = 8 * time.Second // half of it is what a body may stall
			}
			out := poll(t, newClient(t, Options{Timeout: limit}), feedAt(url))
			wantResult(t, out, newsfold.Failed)
			if !strings.Contains(out.Feed.Poll.Error, tc.want) {
				t.Errorf("error %q does not say %q", out.Feed.Poll.Error, tc.want)
			}
			if out.Feed.Poll.ETag != "" {
				t.Error("validator kept from a broken answer")
			}
		})
	}
}
