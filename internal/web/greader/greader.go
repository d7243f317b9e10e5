package greader

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"newsfold"
	"newsfold/internal/access"
	"newsfold/internal/control"
	"newsfold/internal/reading"
	"newsfold/store"
)

// Options say what the API works on. Control may be nil: then subscriptions
// cannot be changed.
type Options struct {
	DB      store.DB
	Gate    *access.Gate
	Control *control.Client
	Reader  reading.Reader
	Now     func() time.Time           // nil: time.Now
	From    func(*http.Request) string // address of who asks; nil: that of the connection
	Log     *slog.Logger               // nil: faults are not logged
}

// Limits of a request.
const (
	maxForm  = 16 << 20 // bytes
	maxIDs   = 50_000   // items in one call
	maxPairs = 100_000  // values in a form
	maxOPML  = 64 << 20 // bytes of a list of subscriptions
)

// server answers requests.
type server struct {
	Options
	calls map[string]call
}

// call is one endpoint. Its form has been read and its caller is known.
type call struct {
	post bool // changes something, so only a POST will do
	do   func(http.ResponseWriter, *http.Request) error
}

// New returns the handler of the API. It wants to see whole paths, whatever it
// is mounted at.
func New(opts Options) http.Handler {
	if opts.Now == nil {
		opts.Now = time.Now
	}
	if opts.Log == nil {
		opts.Log = slog.New(slog.DiscardHandler)
	}
	if opts.From == nil {
		opts.From = func(r *http.Request) string { return r.RemoteAddr }
	}
	s := &server{Options: opts}
	s.calls = map[string]call{
		"token":                 {false, s.token},
		"user-info":             {false, s.userInfo},
		"tag/list":              {false, s.tags},
		"unread-count":          {false, s.unreadCount},
		"subscription/list":     {false, s.subscriptions},
		"subscription/edit":     {true, s.editSubscription},
		"subscription/quickadd": {true, s.quickAdd},
		"subscription/export":   {false, s.export},
		"subscription/import":   {true, s.importOPML},
		"stream/items/ids":      {false, s.itemIDs},
		"stream/items/contents": {false, s.itemContents},
		"stream/contents":       {false, s.contents},
		"edit-tag":              {true, s.editTag},
		"rename-tag":            {true, s.renameTag},
		"disable-tag":           {true, s.disableTag},
		"mark-all-as-read":      {true, s.markAll},
	}
	return s
}

// ServeHTTP implements [http.Handler].
func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if err := s.serve(w, r); err != nil {
		s.refuse(w, r, err)
	}
}

func (s *server) serve(w http.ResponseWriter, r *http.Request) error {
	path := strings.TrimPrefix(r.URL.Path, "/api/greader.php")
	if path == "/accounts/ClientLogin" {
		return s.login(w, r)
	}
	if rest, ok := strings.CutPrefix(path, "/reader/atom/"); ok {
		if err := s.admit(w, r, false); err != nil {
			return err
		}
		return s.atom(w, r, rest)
	}
	name, ok := strings.CutPrefix(path, "/reader/api/0/")
	if !ok {
		return notFound("there is no such endpoint")
	}
	c, ok := s.calls[strings.TrimSuffix(name, "/")]
	if stream, is := strings.CutPrefix(name, "stream/contents/"); is {
		c, ok = s.calls["stream/contents"], true
		r.SetPathValue("stream", stream)
	}
	if !ok {
		return notFound("there is no such endpoint")
	}
	if c.post && r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		return &refusal{http.StatusMethodNotAllowed, "this has to be a POST"}
	}
	if err := s.admit(w, r, name == "subscription/import"); err != nil {
		return err
	}
	return c.do(w, r)
}

// admit reads the form and checks the token of a request.
func (s *server) admit(w http.ResponseWriter, r *http.Request, raw bool) error {
	limit := int64(maxForm)
	if raw {
		limit = maxOPML
	}
	r.Body = http.MaxBytesReader(w, r.Body, limit)
	if raw && !strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		r.Form = r.URL.Query()
	} else if err := parse(r); err != nil {
		return err
	}
	token, given := strings.CutPrefix(r.Header.Get("Authorization"), "GoogleLogin auth=")
	field := r.Form.Get("T")
	if !given {
		token = field
	}
	ok, err := s.Gate.Holds(r.Context(), access.ForApps, token)
	if err != nil {
		return err
	}
	// T beside a header is not needed, but a wrong one is told: the app then
	// asks for a new one.
	if ok && given && field != "" && field != "x" {
		if ok, err = s.Gate.Holds(r.Context(), access.ForApps, field); err != nil {
			return err
		}
	}
	if !ok {
		if field != "" {
			w.Header().Set("X-Reader-Google-Bad-Token", "true")
		}
		return &refusal{http.StatusUnauthorized, "Unauthorized"}
	}
	return nil
}

// parse reads the form of a request into r.Form. Apps name thousands of items
// in one form, more pairs than net/http takes.
func parse(r *http.Request) error {
	form, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return bad("the address cannot be read")
	}
	r.Form = form
	if r.Method != http.MethodPost || !strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		return nil
	}
	body, err := io.ReadAll(r.Body)
	var tooBig *http.MaxBytesError
	switch {
	case errors.As(err, &tooBig):
		return &refusal{http.StatusRequestEntityTooLarge, "the request is too large"}
	case err != nil:
		return bad("the form cannot be read")
	}
	pairs := 0
	for pair := range strings.SplitSeq(string(body), "&") {
		if pair == "" {
			continue
		}
		if pairs++; pairs > maxPairs {
			return &refusal{http.StatusRequestEntityTooLarge, fmt.Sprintf("more than %d values in one call", maxPairs)}
		}
		key, value, _ := strings.Cut(pair, "=")
		key, err1 := url.QueryUnescape(key)
		value, err2 := url.QueryUnescape(value)
		if err1 != nil || err2 != nil || strings.Contains(pair, ";") {
			return bad("the form cannot be read")
		}
		form.Add(key, value)
	}
	return nil
}

// login is ClientLogin, by which an app gets its token.
func (s *server) login(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
	if err := parse(r); err != nil {
		return err
	}
	user, password := r.Form.Get("Email"), r.Form.Get("Passwd")
	if user == "" || password == "" {
		return &refusal{http.StatusUnauthorized, "Error=BadAuthentication"}
	}
	token, err := s.Gate.App(r.Context(), s.From(r), user, password)
	var wait *access.WaitError
	switch {
	case errors.As(err, &wait):
		w.Header().Set("Retry-After", fmt.Sprint(int(wait.For.Seconds())+1))
		return &refusal{http.StatusTooManyRequests, "Error=BadAuthentication"}
	case errors.Is(err, access.ErrRefused):
		return &refusal{http.StatusUnauthorized, "Error=BadAuthentication"}
	case err != nil:
		return err
	}
	if r.Form.Get("output") == "json" {
		return answer(w, map[string]string{"SID": token, "LSID": token, "Auth": token})
	}
	return say(w, "SID="+token+"\nLSID="+token+"\nAuth="+token+"\n")
}

func (s *server) token(w http.ResponseWriter, r *http.Request) error {
	token, err := s.Gate.Token(r.Context(), access.ForApps)
	if err != nil {
		return err
	}
	return say(w, token)
}

func (s *server) userInfo(w http.ResponseWriter, r *http.Request) error {
	user, err := s.Gate.User(r.Context())
	if err != nil {
		return err
	}
	if user == "" {
		user = "newsfold"
	}
	return answer(w, map[string]string{"userId": "1", "userName": user, "userProfileId": "1", "userEmail": ""})
}

// refusal is an error whose text and status are for the app.
type refusal struct {
	status int
	text   string
}

func (r *refusal) Error() string { return r.text }

func bad(format string, args ...any) error {
	return &refusal{http.StatusBadRequest, fmt.Sprintf(format, args...)}
}

func notFound(text string) error { return &refusal{http.StatusNotFound, text} }

func (s *server) refuse(w http.ResponseWriter, r *http.Request, err error) {
	var f *refusal
	var e *control.Error
	switch {
	case errors.As(err, &f):
	case errors.As(err, &e) && e.Kind != control.Internal && e.Kind != control.Damaged:
		f = &refusal{http.StatusBadRequest, e.Message}
	case errors.Is(err, newsfold.ErrNotFound):
		f = &refusal{http.StatusNotFound, err.Error()}
	case r.Context().Err() != nil:
		f = &refusal{http.StatusServiceUnavailable, "the store was busy for too long"}
	case errors.Is(err, store.ErrFull):
		f = &refusal{http.StatusInsufficientStorage, "the disk is full"}
	default:
		s.Log.ErrorContext(r.Context(), "sync api", "path", r.URL.Path, "err", err)
		f = &refusal{http.StatusInternalServerError, "the store cannot be read"}
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(f.status)
	_, _ = io.WriteString(w, f.text) // the app has gone: nobody to tell
}

// say answers with a text; many calls want exactly "OK".
func say(w http.ResponseWriter, text string) error {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = io.WriteString(w, text)
	return nil
}

func answer(w http.ResponseWriter, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_, _ = w.Write(body)
	return nil
}
