package newsroom

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"newsfold"
	"newsfold/internal/opml"
)

// Options say how a newsroom is served. The zero value will do.
type Options struct {
	Addr string    // address to listen on; default a free port of 127.0.0.1
	Now  time.Time // when the news is read: it was published in the 20 hours before; default the time of the call
}

// Newsroom is a set of outlets that are being served.
type Newsroom struct {
	feeds     []newsfold.Feed
	truth     map[string]string
	entries   int
	port      string
	transport *http.Transport
	close     func() error // idempotent
	stop      func() bool  // forgets about the context
}

// Listen serves the sample newsroom until ctx is done or Close is called. Its
// error is that of listening.
func Listen(ctx context.Context, opts Options) (*Newsroom, error) {
	l, err := listen(ctx, opts.Addr)
	if err != nil {
		return nil, err
	}
	n, handler, err := sample(opts, l.Addr().(*net.TCPAddr).Port)
	if err != nil {
		return nil, errors.Join(err, l.Close())
	}
	n.serve(ctx, handler, l)
	return n, nil
}

func listen(ctx context.Context, addr string) (net.Listener, error) {
	if addr == "" {
		addr = "127.0.0.1:0"
	}
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("serve sample newsroom: %w", err)
	}
	return l, nil
}

// sample prints the sample newsroom.
func sample(opts Options, port int) (*Newsroom, http.Handler, error) {
	if opts.Now.IsZero() {
		opts.Now = time.Now()
	}
	n := &Newsroom{truth: map[string]string{}, port: fmt.Sprint(port)}
	p, err := newPress(opts.Now, n.port)
	if err != nil {
		return nil, nil, err
	}
	files := map[string]printed{}
	for _, o := range outlets {
		for _, f := range p.print(o) {
			files[f.host+f.path] = f
		}
		for _, s := range o.feeds {
			n.feeds = append(n.feeds, newsfold.Feed{
				URL: p.home(o.slug) + s.path, Title: p.issue(o, s).Title, Site: p.home(o.slug) + "/",
				Lang: o.lang, Folders: []string{o.folder},
			})
		}
	}
	for _, a := range p.articles {
		n.truth[p.url(a)] = a.story
		for _, in := range a.feeds {
			if !strings.Contains(in, "#") {
				n.entries++
			}
		}
		if a.also != "" {
			n.entries++
		}
	}
	lobby := p.lobby()
	return n, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host, _, err := net.SplitHostPort(r.Host)
		if err != nil {
			host = r.Host
		}
		f, ok := files[strings.ToLower(host)+r.URL.Path]
		if !ok && !strings.HasSuffix(host, ".localhost") && r.URL.Path == "/" {
			f, ok = lobby, true
		}
		answer(w, r, f, ok)
	}), nil
}

// answer answers with a file, or with 304 when the client has it already.
func answer(w http.ResponseWriter, r *http.Request, f printed, ok bool) {
	switch {
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "only reading is possible here", http.StatusMethodNotAllowed)
	case !ok:
		http.NotFound(w, r)
	default:
		sum := sha256.Sum256(f.body)
		w.Header().Set("Content-Type", f.mime)
		w.Header().Set("ETag", `"`+hex.EncodeToString(sum[:8])+`"`)
		http.ServeContent(w, r, "", f.changed, bytes.NewReader(f.body))
	}
}

// serve starts to serve.
func (n *Newsroom) serve(ctx context.Context, handler http.Handler, ls ...net.Listener) {
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: time.Minute}
	n.transport = n.dial(ls[0].Addr().String())
	var running sync.WaitGroup
	for _, l := range ls {
		running.Go(func() {
			_ = server.Serve(l) // ends with Close; a listener on loopback does not fail otherwise
		})
	}
	n.close = sync.OnceValue(func() error {
		err := server.Close()
		n.transport.CloseIdleConnections()
		running.Wait()
		return err
	})
	n.stop = context.AfterFunc(ctx, func() { n.close() })
}

// Close stops serving. Closing twice is harmless.
func (n *Newsroom) Close() error {
	n.stop()
	return n.close()
}

// Feeds returns the addresses of the feeds, in the order of the outlets.
func (n *Newsroom) Feeds() []string {
	urls := make([]string, len(n.feeds))
	for i, f := range n.feeds {
		urls[i] = f.URL
	}
	return urls
}

// OPML returns the feeds as a subscription list.
func (n *Newsroom) OPML() []byte {
	var b bytes.Buffer
	if err := opml.Write(&b, "The sample newsroom", n.feeds, time.Time{}); err != nil {
		panic(err) // a buffer takes everything
	}
	return b.Bytes()
}

// Truth says which articles are one story: it has the name of a story for the
// canonical address of each article. Articles with the same name, and no
// others, have the same text.
func (n *Newsroom) Truth() map[string]string { return maps.Clone(n.truth) }

// Entries is how many entries the feeds have together. One that a feed has
// twice, under two GUIDs, is counted once.
func (n *Newsroom) Entries() int { return n.entries }

// Stories is how many stories the entries tell.
func (n *Newsroom) Stories() int {
	return len(slices.Compact(slices.Sorted(maps.Values(n.truth))))
}

// Transport returns a transport to the outlets. It finds their names without
// asking anybody and reaches nothing else.
func (n *Newsroom) Transport() http.RoundTripper { return n.transport }

// dial returns a transport that goes to one address for all names of the
// newsroom.
func (n *Newsroom) dial(to string) *http.Transport {
	return &http.Transport{
		DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
			host, port, err := net.SplitHostPort(addr)
			if err != nil {
				return nil, err
			}
			switch {
			case port == n.port && strings.HasSuffix(host, ".localhost"):
				addr = to
			case port == n.port && strings.HasPrefix(host, "127.0.0."):
			default:
				return nil, fmt.Errorf("%s is not in the sample newsroom, and nothing else can be reached from here", addr)
			}
			return new(net.Dialer).DialContext(ctx, network, addr)
		},
		MaxIdleConnsPerHost: 4,
		IdleConnTimeout:     time.Minute,
	}
}
