package embedding_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"newsfold/internal/embedding"
)

// clock is one that a test moves.
type clock struct{ now time.Time }

func (c *clock) advance(d time.Duration) { c.now = c.now.Add(d) }

// server answers every request as told, and counts them.
func server(t testing.TB, handle http.HandlerFunc) (opts embedding.Options, asked *int, at *clock) {
	n := 0
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n++
		body, err := io.ReadAll(r.Body) // only then is it seen that whoever asked has gone
		if err != nil {
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		handle(w, r)
	}))
	t.Cleanup(srv.Close)
	at = &clock{time.Date(2026, 11, 2, 6, 0, 0, 0, time.UTC)}
	return embedding.Options{URL: srv.URL, Timeout: time.Minute, Now: func() time.Time { return at.now }}, &n, at
}

// lengths answers with vectors that start with the length of each text, the last first.
func lengths(t testing.TB, w http.ResponseWriter, r *http.Request) {
	var q struct {
		Model string
		Input []string
	}
	if err := json.NewDecoder(r.Body).Decode(&q); err != nil {
		t.Error(err)
	}
	var out []string
	for i := range q.Input {
		i = len(q.Input) - 1 - i
		out = append(out, fmt.Sprintf(`{"index":%d,"embedding":[%d,0,0,0,0,0,0,1]}`, i, len(q.Input[i])))
	}
	fmt.Fprintf(w, `{"data":[%s]}`, strings.Join(out, ","))
}

func embed(t testing.TB, opts embedding.Options, texts ...string) ([][]float32, error) {
	c, err := embedding.New(opts)
	if err != nil {
		t.Fatal(err)
	}
	return c.Embed(context.Background(), texts)
}

func TestEmbedAsksInBatchesAndKeepsTheOrder(t *testing.T) {
	opts, asked, _ := server(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/v1/embeddings" || r.Method != http.MethodPost || r.Header.Get("Authorization") != "Bearer hush" {
			t.Errorf("%s %s, %q", r.Method, r.URL, r.Header.Get("Authorization"))
		}
		lengths(t, w, r)
	})
	opts.Key = "hush"
	texts := make([]string, 2*embedding.MaxBatch+1)
	for i := range texts {
		texts[i] = strings.Repeat("é", 20*i+1)
	}
	got, err := embed(t, opts, texts...)
	if err != nil || len(got) != len(texts) || *asked != 3 {
		t.Fatalf("%d vectors by %d requests, %v", len(got), *asked, err)
	}
	for i, v := range got {
		if want := min(2*(20*i+1), embedding.MaxText); int(v[0]) != want {
			t.Errorf("text %d of %d bytes has the vector of one of %v", i, want, v[0])
		}
	}
}

func TestURLsNameTheServer(t *testing.T) {
	for given, want := range map[string]string{
		"":                "/v1/embeddings",
		"/":               "/v1/embeddings",
		"/v1":             "/v1/embeddings",
		"/api/v1/":        "/api/v1/embeddings",
		"/x/embeddings":   "/x/embeddings",
		"/embeddings?a=b": "/embeddings?a=b",
	} {
		got := ""
		opts, _, _ := server(t, func(w http.ResponseWriter, r *http.Request) {
			got = r.URL.RequestURI()
			lengths(t, w, r)
		})
		opts.URL += given
		if _, err := embed(t, opts, "x"); err != nil || got != want {
			t.Errorf("%q asks for %q, want %q: %v", given, got, want, err)
		}
	}
	for _, bad := range []string{"", "localhost:8080", "ftp://localhost", "http://"} {
		if _, err := embedding.New(embedding.Options{URL: bad}); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}

func TestWhatIsNoAnswerIsRefused(t *testing.T) {
	const eight = "[1,0,0,0,0,0,0,0]"
	say := func(s string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, s) }
	}
	for what, c := range map[string]struct {
		handle http.HandlerFunc
		want   string
	}{
		"hangs":      {func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, "Timeout"},
		"status 500": {func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "no", http.StatusInternalServerError) }, "the server says 500"},
		"redirects": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/else", http.StatusTemporaryRedirect)
		}, "the server says 307"},
		"goes midway": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "99")
			fmt.Fprint(w, `{"data":[`)
		}, "EOF"},
		"never ends": {func(w http.ResponseWriter, r *http.Request) {
			for chunk := strings.Repeat(" ", 1<<20); r.Context().Err() == nil; {
				if _, err := fmt.Fprint(w, chunk); err != nil {
					return
				}
			}
		}, "larger than 16 MiB"},
		"no JSON":           {say("<html>"), "no list of embeddings"},
		"too few":           {say(`{"data":[{"index":0,"embedding":` + eight + `}]}`), "1 embeddings of 2 texts"},
		"one twice":         {say(`{"data":[{"index":0,"embedding":` + eight + `},{"index":0,"embedding":` + eight + `}]}`), "an embedding of text 0"},
		"of none":           {say(`{"data":[{"index":0,"embedding":` + eight + `},{"index":2,"embedding":` + eight + `}]}`), "an embedding of text 2"},
		"other dimensions":  {say(`{"data":[{"index":0,"embedding":` + eight + `},{"index":1,"embedding":[1,0,0,0,0,0,0,0,0]}]}`), "has 9 numbers"},
		"too few numbers":   {say(`{"data":[{"index":0,"embedding":[1]},{"index":1,"embedding":[1]}]}`), "has 1 numbers"},
		"no direction":      {say(`{"data":[{"index":0,"embedding":[0,0,0,0,0,0,0,0]},{"index":1,"embedding":` + eight + `}]}`), "no direction"},
		"numbers too large": {say(`{"data":[{"index":0,"embedding":[1e99,0,0,0,0,0,0,0]},{"index":1,"embedding":` + eight + `}]}`), "no list of embeddings"},
	} {
		opts, _, _ := server(t, c.handle)
		if what == "hangs" {
			opts.Timeout = 300 * time.Millisecond
		}
		got, err := embed(t, opts, "one", "two")
		if got != nil || err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, %v; want an error with %q", what, got, err, c.want)
		}
	}
}

func TestAServerThatFailsIsLeftAloneAndTriedAgain(t *testing.T) {
	broken := true
	opts, asked, at := server(t, func(w http.ResponseWriter, r *http.Request) {
		if broken {
			http.Error(w, "no", http.StatusServiceUnavailable)
			return
		}
		lengths(t, w, r)
	})
	c, err := embedding.New(opts)
	if err != nil {
		t.Fatal(err)
	}
	ask := func() error {
		_, err := c.Embed(context.Background(), []string{"x"})
		return err
	}
	for i, pause := range []time.Duration{30 * time.Second, time.Minute, 2 * time.Minute} {
		if err := ask(); err == nil || errors.Is(err, embedding.ErrPaused) {
			t.Errorf("failure %d: %v", i, err)
		}
		at.advance(pause - time.Second)
		if err := ask(); !errors.Is(err, embedding.ErrPaused) || *asked != i+1 {
			t.Errorf("within the pause of %v: %v, asked %d times", pause, err, *asked)
		}
		at.advance(time.Second)
	}
	broken = false
	if err := ask(); err != nil {
		t.Errorf("an answer at last: %v", err)
	}
	broken = true
	_ = ask()
	at.advance(30 * time.Second)
	broken = false
	if err := ask(); err != nil {
		t.Errorf("pauses start anew after an answer: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := c.Embed(ctx, []string{"x"}); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled context: %v", err)
	}
	if err := ask(); err != nil {
		t.Errorf("whoever cancels has not met a failure: %v", err)
	}
}

func FuzzAnswer(f *testing.F) {
	f.Add([]byte(`{"data":[{"index":0,"embedding":[1,0,0,0,0,0,0,0]}]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		opts, _, _ := server(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(b) })
		if got, err := embed(t, opts, "x"); err == nil && (len(got) != 1 || len(got[0]) < embedding.MinDimensions) {
			t.Errorf("vectors %v", got)
		}
	})
}
