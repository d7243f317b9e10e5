package embedding

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"
)

// Limits of what is asked and answered.
const (
	MaxBatch      = 64       // texts of a request
	MaxText       = 2 << 10  // bytes of a text that are sent: models read no more than a page
	MaxAnswer     = 16 << 20 // bytes
	MinDimensions = 8
	MaxDimensions = 8192
)

// How long the server is left alone after failures.
const (
	firstPause = 30 * time.Second
	maxPause   = 15 * time.Minute
)

// ErrPaused says that the server failed a moment ago, and is not asked.
var ErrPaused = errors.New("the server of embeddings is left alone after a failure")

// Options say who is asked, and how. URL is needed.
type Options struct {
	URL       string            // of http or https: all of it where it ends in /embeddings, else /v1/embeddings is put behind it
	Model     string            // that the server is to use; empty: its own choice
	Key       string            // sent as a bearer token; empty: none
	Timeout   time.Duration     // of a request; default 20 s
	Transport http.RoundTripper // default [http.DefaultTransport]
	Now       func() time.Time  // default time.Now
}

// Client asks one server. It is used by one goroutine at a time.
type Client struct {
	opts   Options
	url    string
	http   *http.Client
	pause  time.Duration // after the next failure
	closed time.Time     // until when nothing is asked
}

// New returns a client. The error says what is wrong with the URL.
func New(opts Options) (*Client, error) {
	u, err := url.Parse(opts.URL)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return nil, errors.New("the server of embeddings is not named by a URL of http or https")
	}
	switch path := strings.TrimRight(u.Path, "/"); {
	case strings.HasSuffix(path, "/embeddings"):
	case strings.HasSuffix(path, "/v1"):
		u.Path = path + "/embeddings"
	default:
		u.Path = path + "/v1/embeddings"
	}
	if opts.Timeout <= 0 {
		opts.Timeout = 20 * time.Second
	}
	if opts.Now == nil {
		opts.Now = time.Now
	}
	return &Client{opts: opts, url: u.String(), pause: firstPause, http: &http.Client{
		Timeout: opts.Timeout, Transport: opts.Transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}, nil
}

// Close closes idle connections. The Client may be nil.
func (c *Client) Close() {
	if c != nil {
		c.http.CloseIdleConnections()
	}
}

// Model names what makes the vectors: those of another are not comparable.
func (c *Client) Model() string { return c.url + " " + c.opts.Model }

// Embed returns a vector for each text, all of one length. On an error, which may be
// [ErrPaused], there are none.
func (c *Client) Embed(ctx context.Context, texts []string) ([][]float32, error) {
	if c.opts.Now().Before(c.closed) {
		return nil, ErrPaused
	}
	all := make([][]float32, 0, len(texts))
	for len(texts) > 0 {
		some := texts[:min(len(texts), MaxBatch)]
		texts = texts[len(some):]
		vectors, err := c.ask(ctx, some)
		if err == nil && len(all) > 0 && len(vectors[0]) != len(all[0]) {
			err = fmt.Errorf("vectors of %d numbers after some of %d", len(vectors[0]), len(all[0]))
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err != nil {
			err = fmt.Errorf("ask for embeddings: %w; not again for %v", err, c.pause)
			c.closed = c.opts.Now().Add(c.pause)
			c.pause = min(2*c.pause, maxPause)
			return nil, err
		}
		all = append(all, vectors...)
	}
	c.pause = firstPause
	return all, nil
}

// request and answer are those of the interface.
type request struct {
	Model string   `json:"model,omitempty"`
	Input []string `json:"input"`
}

type answer struct {
	Data []struct {
		Index     int       `json:"index"`
		Embedding []float32 `json:"embedding"`
	} `json:"data"`
}

// ask sends one request.
func (c *Client) ask(ctx context.Context, texts []string) ([][]float32, error) {
	body := request{Model: c.opts.Model, Input: make([]string, len(texts))}
	for i, t := range texts {
		body.Input[i] = clip(t)
	}
	b, err := json.Marshal(body)
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url, bytes.NewReader(b))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	if c.opts.Key != "" {
		req.Header.Set("Authorization", "Bearer "+c.opts.Key)
	}
	res, err := c.http.Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = res.Body.Close() }() // all that is wanted of it was read
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the server says %s", res.Status)
	}
	data, err := io.ReadAll(io.LimitReader(res.Body, MaxAnswer+1))
	switch {
	case err != nil:
		return nil, err
	case len(data) > MaxAnswer:
		return nil, fmt.Errorf("the answer is larger than %d MiB", MaxAnswer>>20)
	}
	return vectors(data, len(texts))
}

// vectors reads an answer to so many texts.
func vectors(data []byte, texts int) ([][]float32, error) {
	var a answer
	if err := json.Unmarshal(data, &a); err != nil {
		return nil, fmt.Errorf("the answer is no list of embeddings: %w", err)
	}
	if len(a.Data) != texts {
		return nil, fmt.Errorf("%d embeddings of %d texts", len(a.Data), texts)
	}
	out := make([][]float32, texts)
	length := len(a.Data[0].Embedding)
	for _, d := range a.Data {
		switch n := len(d.Embedding); {
		case d.Index < 0 || d.Index >= texts || out[d.Index] != nil:
			return nil, fmt.Errorf("an embedding of text %d, of %d texts", d.Index, texts)
		case n != length || n < MinDimensions || n > MaxDimensions:
			return nil, fmt.Errorf("an embedding has %d numbers, where %d to %d, and as many for all, can be used", n, MinDimensions, MaxDimensions)
		case !directed(d.Embedding):
			return nil, errors.New("an embedding has no direction")
		}
		out[d.Index] = d.Embedding
	}
	return out, nil
}

// directed reports whether a vector has a length that can be told.
func directed(v []float32) bool {
	squares := 0.0
	for _, x := range v {
		squares += float64(x) * float64(x)
	}
	return squares > 0 && !math.IsInf(squares, 0) && !math.IsNaN(squares)
}

// clip cuts a text at [MaxText].
func clip(text string) string {
	if len(text) <= MaxText {
		return text
	}
	n := MaxText
	for n > 0 && !utf8.RuneStart(text[n]) {
		n--
	}
	return text[:n]
}
