package fetch

import (
	"bufio"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"
)

const (
	bigBody   = 512 << 10 // bytes from which bodies are read few at a time
	bombSize  = 1 << 20   // decompressed bytes after which the ratio is watched
	bombRatio = 200       // decompressed bytes for one compressed byte
	slowGrace = 10 * time.Second
	slowRate  = 1 << 10 // bytes a second that a body must come at after the grace
)

// wire reads a body as it comes and cancels the exchange when it stalls or
// trickles.
type wire struct {
	r      io.Reader
	n      int64 // bytes so far
	limit  int64
	start  time.Time
	grace  time.Duration
	stall  *time.Timer
	cancel context.CancelCauseFunc
}

func (w *wire) Read(p []byte) (int, error) {
	if w.n > w.limit {
		return 0, errTooLarge
	}
	w.stall.Reset(w.grace)
	n, err := w.r.Read(p)
	w.n += int64(n)
	if d := time.Since(w.start); d > w.grace && float64(w.n) < slowRate*d.Seconds() && err == nil {
		w.cancel(errBodySlow)
		return n, errBodySlow
	}
	return n, err
}

var errTooLarge = errors.New("larger than the limit")

// bodyReader says how the body of an answer is read.
type bodyReader struct {
	limit  int64         // bytes, compressed and decompressed
	grace  time.Duration // that it may stall, and until it must have reached a rate
	big    chan struct{} // holds a place of who has more than bigBody bytes
	cancel context.CancelCauseFunc
	// pause stops the clock of the exchange until the returned function is
	// called: waiting for a place is not the server's fault.
	pause func() (resume func())
}

// read reads and decompresses the body of an answer. A large one takes a place
// in big, which is its reader's to give back; after an error none is held.
func (br bodyReader) read(ctx context.Context, resp *http.Response) (body []byte, big bool, err error) {
	defer func() {
		if err != nil && big {
			<-br.big
			big = false
		}
	}()
	limit := br.limit
	if resp.ContentLength > limit {
		return nil, big, tooLarge(limit)
	}
	w := &wire{r: resp.Body, limit: limit, start: time.Now(), grace: br.grace, cancel: br.cancel}
	w.stall = time.AfterFunc(br.grace, func() { br.cancel(errBodySlow) })
	defer w.stall.Stop()

	r, done, err := decode(w, resp.Header.Values("Content-Encoding"))
	if err != nil {
		return nil, big, err
	}
	defer done()

	var buf bytes.Buffer
	if n := resp.ContentLength; n > 0 {
		buf.Grow(int(min(n, 1<<20)) + 512)
	}
	chunk := make([]byte, 16<<10)
	for {
		if !big && buf.Len() > bigBody {
			if err := br.wait(ctx, w); err != nil {
				return nil, big, err
			}
			big = true
		}
		n, err := r.Read(chunk)
		buf.Write(chunk[:n])
		size := int64(buf.Len())
		if size > limit {
			return nil, big, tooLarge(limit)
		}
		if size > bombSize && size > bombRatio*w.n {
			return nil, big, errBomb
		}
		switch {
		case err == io.EOF:
			return buf.Bytes(), big, nil
		case errors.Is(err, gzip.ErrHeader) && size > 0:
			return buf.Bytes(), big, nil // bytes after the compressed body, which many servers leave
		case errors.Is(err, errTooLarge):
			return nil, big, tooLarge(limit)
		case err != nil:
			return nil, big, bodyError(err)
		}
	}
}

// wait takes a place in big while the clocks stand still.
func (br bodyReader) wait(ctx context.Context, w *wire) error {
	w.stall.Stop()
	resume, paused := br.pause(), time.Now()
	select {
	case br.big <- struct{}{}:
		resume()
		w.start = w.start.Add(time.Since(paused))
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func tooLarge(limit int64) error {
	return &Error{Kind: TooLarge, Err: fmt.Errorf("more than %s", size(limit))}
}

// bodyError tells a damaged compressed body from a broken connection.
func bodyError(err error) error {
	var corrupt flate.CorruptInputError
	if errors.Is(err, gzip.ErrChecksum) || errors.Is(err, gzip.ErrHeader) || errors.Is(err, zlib.ErrChecksum) ||
		errors.As(err, &corrupt) || strings.HasPrefix(err.Error(), "brotli") || strings.HasPrefix(err.Error(), "zstd") ||
		errors.Is(err, zstd.ErrMagicMismatch) || errors.Is(err, zstd.ErrCRCMismatch) {
		return &Error{Kind: Broken, Err: errors.New("its compressed body is damaged")}
	}
	if errors.Is(err, zstd.ErrWindowSizeExceeded) || errors.Is(err, zstd.ErrDecoderSizeExceeded) {
		return errBomb
	}
	return err
}

// decode undoes the content encodings of an answer (RFC 9110 section 8.4), the
// last one applied first. A body that does not look like what its header says
// is taken as it is, one that is gzip without saying so is decompressed, and words
// that name no encoding which was asked for, such as "utf-8", say nothing.
func decode(r io.Reader, headers []string) (io.Reader, func(), error) {
	var names []string
	for _, h := range headers {
		for s := range strings.SplitSeq(h, ",") {
			switch s = strings.ToLower(strings.TrimSpace(s)); s {
			case "gzip", "x-gzip", "br", "zstd", "deflate":
				names = append(names, s)
			}
		}
	}
	if len(names) > 2 {
		return nil, nil, &Error{Kind: Unsafe, Err: fmt.Errorf("%d content encodings on top of each other", len(names))}
	}
	done := func() {}
	for i := len(names) - 1; i >= 0; i-- {
		b := bufio.NewReader(r)
		switch names[i] {
		case "gzip", "x-gzip":
			if !starts(b, "\x1f\x8b") {
				r = b
				continue
			}
			z, err := gzip.NewReader(b)
			if err != nil {
				return nil, nil, bodyError(err)
			}
			r = z
		case "br":
			r = brotli.NewReader(b)
		case "zstd":
			z, err := zstd.NewReader(b, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true),
				zstd.WithDecoderMaxWindow(8<<20)) // RFC 9659 bounds the window of this encoding
			if err != nil {
				return nil, nil, bodyError(err)
			}
			prev := done
			done = func() { z.Close(); prev() }
			r = z
		case "deflate":
			r = inflate(b)
		}
	}
	if len(names) == 0 {
		b := bufio.NewReader(r)
		if starts(b, "\x1f\x8b\x08") {
			z, err := gzip.NewReader(b)
			if err != nil {
				return nil, nil, bodyError(err)
			}
			return z, done, nil
		}
		return b, done, nil
	}
	return r, done, nil
}

// inflate reads "deflate", which servers send with and without the zlib
// wrapper that RFC 9110 section 8.4.1.2 asks for.
func inflate(b *bufio.Reader) io.Reader {
	head, _ := b.Peek(2)
	if len(head) == 2 && head[0]&0x0f == 8 && (uint(head[0])<<8|uint(head[1]))%31 == 0 {
		if z, err := zlib.NewReader(b); err == nil {
			return z
		}
	}
	return flate.NewReader(b)
}

func starts(b *bufio.Reader, magic string) bool {
	head, _ := b.Peek(len(magic))
	return string(head) == magic
}

// size says a number of bytes as a person does.
func size(n int64) string {
	switch {
	case n >= 1<<20:
		return fmt.Sprintf("%.4g MiB", float64(n)/(1<<20))
	case n >= 1<<10:
		return fmt.Sprintf("%.4g KiB", float64(n)/(1<<10))
	}
	return fmt.Sprintf("%d bytes", n)
}
