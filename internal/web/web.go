package web

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"newsfold"
	"newsfold/internal/access"
	"newsfold/internal/control"
	"newsfold/store"
)

// Options say what the handler shows and to whom. Only DB is needed.
type Options struct {
	DB      store.DB
	Log     *slog.Logger     // faults of the store; nil: none are logged
	Now     func() time.Time // also gives the time zone of the pages; nil: time.Now
	Version string           // shown at the foot of the pages

	// Hosts are the names, without ports, under which the pages may be asked
	// for, besides loopback names and IP addresses.
	Hosts []string

	// Gate decides who may read; nil: whoever reaches the handler, and there
	// are no sync APIs. Hosts does not matter once a password is needed.
	Gate *access.Gate
	// Control changes subscriptions and folds; nil: the pages cannot.
	Control *control.Client
	// Image fetches a picture of at most so many bytes, under the guard of
	// fetching; nil: pictures are links. It needs Gate.
	Image func(ctx context.Context, url string, limit int64) ([]byte, error)
	// API is the control interface, for programs that show their token; nil:
	// there is none. It needs Gate.
	API http.Handler
	// Size is how many bytes the store takes, for the metrics; nil: not told.
	Size func(context.Context) (int64, error)
	// Copies shows every article to apps that sync, not only the leads.
	Copies bool
	// Proxies are those whose ProxyHeader names the person that they have let
	// in, and who tell where a request came from and whether that was
	// encrypted.
	Proxies     []netip.Prefix
	ProxyHeader string // default Remote-User
}

const (
	perPage  = 50        // stories in one page of the river
	maxForm  = 64 << 10  // bytes in a posted form
	maxBulk  = 1000      // stories in one bulk mark
	maxID    = 1<<53 - 1 // largest ID there can be
	maxHosts = 253       // bytes in a host name
)

// policy forbids everything that the pages do not need. Trusted types make the
// browser refuse a script of ours that would write HTML.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"

//go:embed templates
var templateFiles embed.FS

// server answers requests. It holds no state between them but what it was made
// of: everything that a reader does is in the store.
type server struct {
	db      store.DB
	log     *slog.Logger
	now     func() time.Time
	version string
	hosts   map[string]bool
	pages   map[string]*template.Template
	static  map[string]asset
	mux     *http.ServeMux
	gate    *access.Gate
	control *control.Client
	others  []door
	views   versions
	meters  *meters
	size    func(context.Context) (int64, error)
	images  chan struct{} // held while a picture is fetched

	fetchImage func(ctx context.Context, url string, limit int64) ([]byte, error)

	proxies     []netip.Prefix
	proxyHeader string
}

// New returns the handler of the reader page. The error says what is missing
// from the options.
func New(opts Options) (http.Handler, error) {
	if opts.DB == nil {
		return nil, errors.New("web: Options.DB is missing")
	}
	s := &server{
		db: opts.DB, log: opts.Log, now: opts.Now, version: opts.Version,
		hosts: map[string]bool{}, mux: http.NewServeMux(), gate: opts.Gate, control: opts.Control,
		meters: newMeters(), size: opts.Size,
		fetchImage: opts.Image, images: make(chan struct{}, mostAtOnce),
		proxies: opts.Proxies, proxyHeader: cmp.Or(opts.ProxyHeader, "Remote-User"),
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if s.now == nil {
		s.now = time.Now
	}
	for _, h := range opts.Hosts {
		s.hosts[strings.ToLower(strings.TrimSuffix(h, "."))] = true
	}
	var err error
	if s.static, err = assets(); err != nil {
		return nil, err
	}
	if s.pages, err = s.templates(); err != nil {
		return nil, err
	}
	s.mux.HandleFunc("GET /{$}", s.page(s.river))
	s.mux.HandleFunc("GET /story/{id}", s.page(s.story))
	s.mux.HandleFunc("GET /story/{id}/compare/{article}", s.page(s.compare))
	s.mux.HandleFunc("GET /feeds", s.page(s.feeds))
	s.mux.HandleFunc("POST /story/{id}/mark", s.page(s.mark))
	s.mux.HandleFunc("POST /mark", s.page(s.markMany))
	s.mux.HandleFunc("POST /undo", s.page(s.undo))
	s.mux.HandleFunc("GET /static/{file}", s.serveStatic)
	s.mux.HandleFunc("GET /image/{sign}", s.image)
	s.mux.HandleFunc("GET /login", s.page(s.login))
	s.mux.HandleFunc("POST /login", s.page(s.login))
	s.mux.HandleFunc("POST /logout", s.page(s.logout))
	s.mux.HandleFunc("GET /events", s.page(s.events))
	s.mux.HandleFunc("GET /event/{id}", s.page(s.event))
	s.mux.HandleFunc("GET /feeds/{id}", s.page(s.feed))
	s.mux.HandleFunc("GET /feeds/progress", s.page(s.progress))
	if s.control != nil {
		s.changes()
	}
	s.others = s.doors(opts)

	guard := http.NewCrossOriginProtection()
	guard.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.fault(w, r, &fault{http.StatusForbidden, "This form came from another site, so nothing was changed."})
	}))
	return s.meters.timed(s.secure(guard.Handler(s.admit(http.HandlerFunc(s.route))))), nil
}

// secure sets what every answer carries and refuses foreign host names: where
// one has to log in, a foreign name has no cookie and no token, and may ask.
func (s *server) secure(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		// Other sites learn nothing. With no-referrer, browsers would also send
		// our own forms with "Origin: null", which the check of origins refuses
		// wherever Sec-Fetch-Site is missing: under http and a name.
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		// What a person reads stays out of shared caches, and the way back in
		// the browser shows what was marked meanwhile.
		h.Set("Cache-Control", "private, no-cache")
		open, err := s.open(r.Context())
		if err != nil {
			s.fault(w, r, err)
			return
		}
		if open && !s.known(r.Host) {
			s.fault(w, r, &fault{
				http.StatusMisdirectedRequest,
				"This reader does not answer to that host name. Use localhost or the machine's IP address, or allow the name when starting newsfold.",
			})
			return
		}
		if d := s.at(r.URL.Path); d != nil {
			d.ServeHTTP(w, r)
			return
		}
		limit := int64(maxForm)
		if r.URL.Path == "/import" {
			limit = maxUpload
		}
		r.Body = http.MaxBytesReader(w, r.Body, limit)
		next.ServeHTTP(w, r)
	})
}

// known reports whether a Host header names this reader. An IP address is
// always fine: rebinding needs a name that the attacker's DNS answers for.
func (s *server) known(host string) bool {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	if len(host) > maxHosts {
		return false
	}
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if _, err := netip.ParseAddr(strings.Trim(host, "[]")); err == nil {
		return true
	}
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || s.hosts[host]
}

// route answers, with a page of ours where the mux would send bare text.
func (s *server) route(w http.ResponseWriter, r *http.Request) {
	h, pattern := s.mux.Handler(r)
	if pattern != "" {
		s.mux.ServeHTTP(w, r)
		return
	}
	said := refusal{header: http.Header{}}
	h.ServeHTTP(&said, r)
	switch {
	case said.code == http.StatusMethodNotAllowed:
		w.Header().Set("Allow", said.header.Get("Allow"))
		s.fault(w, r, &fault{said.code, "This address does not take " + r.Method + " requests."})
	case said.code >= 300 && said.code < 400: // the mux cleans the path
		h.ServeHTTP(w, r)
	default:
		s.fault(w, r, &fault{http.StatusNotFound, "There is no page at this address."})
	}
}

// refusal takes in what the mux says about a request that it has no handler
// for.
type refusal struct {
	header http.Header
	code   int
}

func (r *refusal) Header() http.Header         { return r.header }
func (r *refusal) WriteHeader(code int)        { r.code = code }
func (r *refusal) Write(b []byte) (int, error) { return len(b), nil }

// page turns a handler that returns its error into one that shows it.
func (s *server) page(h func(http.ResponseWriter, *http.Request) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := h(w, r); err != nil {
			s.fault(w, r, err)
		}
	}
}

// fault is an error whose text is meant for the person at the browser.
type fault struct {
	status int
	text   string
}

func (f *fault) Error() string { return f.text }

func badRequest(format string, args ...any) error {
	return &fault{http.StatusBadRequest, fmt.Sprintf(format, args...)}
}

// judge turns any error into what is shown for it, and says whether it is one
// that the log should have too.
func judge(err error) (f *fault, ours bool) {
	var tooBig *http.MaxBytesError
	switch {
	case errors.As(err, &f):
		return f, false
	case errors.As(err, &tooBig):
		return &fault{http.StatusRequestEntityTooLarge, "The form is larger than this reader accepts."}, false
	case errors.Is(err, newsfold.ErrNotFound):
		return &fault{http.StatusNotFound, "Nothing is stored under that number: " + strings.TrimSuffix(err.Error(), ": "+newsfold.ErrNotFound.Error()) + "."}, false
	case errors.Is(err, store.ErrFull):
		return &fault{http.StatusInsufficientStorage, "The disk is full, so nothing was changed. Free some space and try again; reading goes on working."}, true
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return &fault{http.StatusServiceUnavailable, "The store was busy for too long. Try again."}, false
	}
	return &fault{http.StatusInternalServerError, "The store could not be read. The log of the daemon says why."}, true
}

// fault shows an error as a small page, or as JSON when the script asked.
func (s *server) fault(w http.ResponseWriter, r *http.Request, err error) {
	f, ours := judge(err)
	if ours {
		s.log.ErrorContext(r.Context(), "page", "path", r.URL.Path, "err", err)
	}
	if wantsJSON(r) {
		writeJSON(w, f.status, map[string]string{"error": f.text})
		return
	}
	s.render(w, r, "error", f.status, errorPage{
		frame: s.frame(r, http.StatusText(f.status), ""), Status: f.status, Text: f.text,
	})
}

type errorPage struct {
	frame
	Status int
	Text   string
}

// frame is what every page needs.
type frame struct {
	Title   string
	Nav     string // the entry of the navigation that this page is
	Version string
	Zone    string
	Unread  string // how many stories are unread, when there are any
	Notice  *notice
	Token   string // that the forms carry
	Session bool   // one can log out
}

// notice tells what was just done, and offers to take it back.
type notice struct {
	Text   string
	Undo   string // token, or empty
	Back   string
	Action string // where Undo is sent; empty: /undo
}

func (s *server) frame(r *http.Request, title, nav string) frame {
	now := s.now()
	zone, offset := now.Zone()
	if strings.HasPrefix(zone, "+") || strings.HasPrefix(zone, "-") { // no letters for this zone
		zone = fmt.Sprintf("UTC%+03d:%02d", offset/3600, abs(offset/60)%60)
	}
	return frame{Title: title, Nav: nav, Version: s.version, Zone: zone, Token: s.token(r), Session: visitorOf(r).session != ""}
}

// render makes a whole page before the first byte of it is sent: a fault in a
// template becomes an error, not half a page.
func (s *server) render(w http.ResponseWriter, r *http.Request, name string, status int, data any) {
	var buf bytes.Buffer
	if err := s.pages[name].ExecuteTemplate(&buf, "layout", data); err != nil {
		s.log.ErrorContext(r.Context(), "page template", "page", name, "err", err)
		http.Error(w, "This page could not be made. The log of the daemon says why.", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	send(w, r, status, buf.Bytes())
}

// worthwhile is from how many bytes on an answer is compressed.
const worthwhile = 1000

// send sends a text, compressed where the browser can read that.
func send(w http.ResponseWriter, r *http.Request, status int, body []byte) {
	h := w.Header()
	h.Add("Vary", "Accept-Encoding")
	if len(body) >= worthwhile && acceptsGzip(r) {
		var buf bytes.Buffer
		z, _ := gzip.NewWriterLevel(&buf, gzip.BestSpeed) // fails for no such level only
		_, _ = z.Write(body)                              // into memory
		_ = z.Close()
		h.Set("Content-Encoding", "gzip")
		body = buf.Bytes()
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body) // the reader has gone: nobody to tell
}

// acceptsGzip reports whether a browser says that it reads gzip (RFC 9110,
// 12.5.3).
func acceptsGzip(r *http.Request) bool {
	for part := range strings.SplitSeq(strings.Join(r.Header.Values("Accept-Encoding"), ","), ",") {
		name, params, _ := strings.Cut(part, ";")
		if strings.EqualFold(strings.TrimSpace(name), "gzip") {
			q, ok := strings.CutPrefix(strings.ReplaceAll(params, " ", ""), "q=")
			v, err := strconv.ParseFloat(q, 64)
			return !ok || err == nil && v > 0
		}
	}
	return false
}

// templates parses every page together with the layout.
func (s *server) templates() (map[string]*template.Template, error) {
	base, err := template.New("").Funcs(template.FuncMap{"static": s.staticURL}).
		ParseFS(templateFiles, "templates/layout.html")
	if err != nil {
		return nil, err
	}
	pages := map[string]*template.Template{}
	for _, name := range []string{"river", "story", "compare", "feeds", "error", "login", "add", "feed", "events", "event"} {
		t, err := base.Clone()
		if err != nil {
			return nil, err
		}
		if pages[name], err = t.ParseFS(templateFiles, "templates/"+name+".html"); err != nil {
			return nil, err
		}
	}
	return pages, nil
}

// number reads an ID from a path or a form.
func number(what, s string) (int64, error) {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 1 || n > maxID {
		return 0, badRequest("%q is not the number of %s.", clip(s, 40), what)
	}
	return n, nil
}
