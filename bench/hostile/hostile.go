package main

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// attacks are what the hostile servers do.
var attacks = []http.HandlerFunc{
	silent, slowHeaders, slowBody, endless, packed("gzip"), packed("deflate"), loop, reset, hangUp,
	whole("nested namespaces", nested), whole("never closed", unclosed), headerFlood, turncoat, endlessHeaders, lastByte,
}

// hijack takes the connection over.
func hijack(w http.ResponseWriter) (net.Conn, bool) {
	h, ok := w.(http.Hijacker)
	if !ok {
		return nil, false
	}
	c, _, err := h.Hijack()
	return c, err == nil
}

// silent never answers.
func silent(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

// trickle writes a text byte by byte until the other side has enough.
func trickle(w http.ResponseWriter, text string, pause time.Duration) {
	c, ok := hijack(w)
	if !ok {
		return
	}
	defer func() { _ = c.Close() }()
	for i := 0; ; i++ {
		if _, err := c.Write([]byte{text[i%len(text)]}); err != nil {
			return
		}
		time.Sleep(pause)
	}
}

func slowHeaders(w http.ResponseWriter, _ *http.Request) {
	trickle(w, "HTTP/1.1 200 OK\r\nX-Slow: "+strings.Repeat("x", 10_000), 300*time.Millisecond)
}

func slowBody(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/rss+xml")
	for {
		if _, err := io.WriteString(w, "<"); err != nil {
			return
		}
		if err := http.NewResponseController(w).Flush(); err != nil {
			return
		}
		time.Sleep(200 * time.Millisecond)
	}
}

// lastByte sends all but the end at once.
func lastByte(w http.ResponseWriter, r *http.Request) {
	body := "<rss version=\"2.0\"><channel><title>x</title>" + strings.Repeat("<item><title>x</title></item>", 1000)
	w.Header().Set("Content-Length", fmt.Sprint(len(body)+10))
	_, _ = io.WriteString(w, body)
	_ = http.NewResponseController(w).Flush()
	<-r.Context().Done()
}

func endless(w http.ResponseWriter, _ *http.Request) {
	_, _ = io.WriteString(w, "<rss version=\"2.0\"><channel>")
	chunk := strings.Repeat("<item><title>more and more</title></item>", 1000)
	for {
		if _, err := io.WriteString(w, chunk); err != nil {
			return
		}
	}
}

func endlessHeaders(w http.ResponseWriter, _ *http.Request) {
	c, ok := hijack(w)
	if !ok {
		return
	}
	defer func() { _ = c.Close() }()
	if _, err := io.WriteString(c, "HTTP/1.1 200 OK\r\n"); err != nil {
		return
	}
	for i := 0; ; i++ {
		if _, err := fmt.Fprintf(c, "X-%d: %s\r\n", i, strings.Repeat("y", 1000)); err != nil {
			return
		}
	}
}

func headerFlood(w http.ResponseWriter, _ *http.Request) {
	for i := range 20_000 {
		w.Header().Set(fmt.Sprint("X-", i), "y")
	}
}

// packed sends a body of two hundred kilobytes that grows a thousandfold.
func packed(encoding string) http.HandlerFunc {
	bomb := sync.OnceValue(func() []byte {
		var b bytes.Buffer
		var z io.WriteCloser = gzip.NewWriter(&b)
		if encoding == "deflate" {
			z = zlib.NewWriter(&b)
		}
		_, _ = io.WriteString(z, "<rss version=\"2.0\"><channel><title>")
		zeros := bytes.Repeat([]byte("0"), 1<<20)
		for range 200 {
			_, _ = z.Write(zeros)
		}
		_ = z.Close()
		return b.Bytes()
	})
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", encoding)
		_, _ = w.Write(bomb())
	}
}

func loop(w http.ResponseWriter, r *http.Request) {
	http.Redirect(w, r, fmt.Sprintf("%s?%d", r.URL.Path, time.Now().UnixNano()), http.StatusFound)
}

// reset breaks the connection in the middle of the body.
func reset(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Length", "100000")
	_, _ = io.WriteString(w, "<rss version=\"2.0\"><channel>")
	_ = http.NewResponseController(w).Flush()
	if c, ok := hijack(w); ok {
		if t, ok := c.(*net.TCPConn); ok {
			_ = t.SetLinger(0)
		}
		_ = c.Close()
	}
}

func hangUp(w http.ResponseWriter, _ *http.Request) {
	if c, ok := hijack(w); ok {
		_ = c.Close()
	}
}

// whole sends a body that is costly to read.
func whole(_ string, body func() string) http.HandlerFunc {
	text := sync.OnceValue(func() []byte {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		_, _ = io.WriteString(z, body())
		_ = z.Close()
		return b.Bytes()
	})
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = w.Write(text())
	}
}

func nested() string {
	var b strings.Builder
	b.WriteString(`<rss version="2.0"><channel><item>`)
	for i := range 10_000 {
		fmt.Fprintf(&b, `<a%d:x xmlns:a%d="u">`, i, i)
	}
	return b.String()
}

func unclosed() string {
	return `<rss version="2.0" xmlns:x="u"><channel><item>` + strings.Repeat("<x:y>", 1<<20)
}

// turncoat behaves twice and is silent the third time, so that its failures
// never add up.
func turncoat(w http.ResponseWriter, r *http.Request) {
	if n := turns.Add(1); n%3 == 0 {
		silent(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/rss+xml")
	fmt.Fprintf(w, "<rss version=\"2.0\"><channel><title>x</title><item><guid>%d</guid><title>x</title></item></channel></rss>", turns.Load())
}

var turns atomic.Int64
