package web

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"newsfold/internal/access"
	"newsfold/internal/reading"
	"newsfold/internal/web/fever"
	"newsfold/internal/web/greader"
	"newsfold/internal/web/miniflux"
)

// A door is a way in beside the pages: it checks for itself who comes. All have
// paths of their own, told apart before anything else: the addresses that apps
// make hold what a ServeMux would clean away.
type door struct {
	prefix string
	http.Handler
}

// doors returns the sync APIs and what else is not a page.
func (s *server) doors(opts Options) []door {
	if opts.Gate == nil {
		return nil
	}
	rd := reading.Reader{Copies: opts.Copies}
	google := greader.New(greader.Options{DB: s.db, Gate: opts.Gate, Control: opts.Control, Reader: rd, Now: s.now, From: s.from, Log: s.log})
	fev := s.ownForms(fever.New(fever.Options{DB: s.db, Gate: opts.Gate, Reader: rd, Now: s.now, From: s.from, Log: s.log}))
	doors := []door{
		{"/accounts/", google},
		{"/reader/", google},
		{"/api/greader.php", google},
		{"/fever", fev},
		{"/api/fever.php", fev},
		{"/out", http.HandlerFunc(s.out)},
		{"/v1/", miniflux.New(miniflux.Options{DB: s.db, Gate: opts.Gate, Control: opts.Control, Reader: rd, Now: s.now, From: s.from, Log: s.log, Version: opts.Version})},
		{"/metrics", http.HandlerFunc(s.metrics)},
	}
	if opts.API != nil {
		doors = append(doors, door{"/api/v1/", s.api(opts.API)})
	}
	return doors
}

// at returns the door of a path.
func (s *server) at(path string) http.Handler {
	for _, d := range s.others {
		if rest, ok := strings.CutPrefix(path, d.prefix); ok && (rest == "" || rest[0] == '/' || strings.HasSuffix(d.prefix, "/")) {
			return d
		}
	}
	return nil
}

// ownForms refuses forms of other sites as long as no password is needed. The
// other doors need a token that no other site can learn.
func (s *server) ownForms(h http.Handler) http.Handler {
	guarded := http.NewCrossOriginProtection().Handler(h)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if open, err := s.open(r.Context()); err == nil && !open {
			h.ServeHTTP(w, r)
			return
		}
		guarded.ServeHTTP(w, r)
	})
}

// open reports whether whoever reaches this server may read.
func (s *server) open(ctx context.Context) (bool, error) {
	if s.gate == nil {
		return true, nil
	}
	protected, err := s.gate.Protected(ctx)
	return !protected && err == nil, err
}

// visitor is who looks at a page.
type visitor struct {
	session string // token of the session; empty when there is none
	needed  bool   // one has to log in here
}

type visitorKey struct{}

func visitorOf(r *http.Request) visitor {
	v, _ := r.Context().Value(visitorKey{}).(visitor)
	return v
}

const cookieName = "newsfold"

// admit lets those through to the pages who may see them, and sends the others
// to log in.
func (s *server) admit(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		open, err := s.open(r.Context())
		if err != nil {
			s.fault(w, r, err)
			return
		}
		v := visitor{needed: !open}
		in := open || s.introduced(r)
		if c, err := r.Cookie(cookieName); err == nil && !open {
			ok, err := s.gate.Session(r.Context(), c.Value)
			if err != nil {
				s.fault(w, r, err)
				return
			}
			if ok {
				v.session, in = c.Value, true
			}
		}
		r = r.WithContext(context.WithValue(r.Context(), visitorKey{}, v))
		switch {
		case r.URL.Path == "/login" || strings.HasPrefix(r.URL.Path, "/static/"):
		case !in && (wantsJSON(r) || r.Method != http.MethodGet):
			s.fault(w, r, &fault{http.StatusUnauthorized, "You are not logged in, or no longer. Open the page anew to log in."})
			return
		case !in:
			http.Redirect(w, r, "/login?back="+url.QueryEscape(r.URL.RequestURI()), http.StatusSeeOther)
			return
		case r.Method == http.MethodPost && v.session != "":
			if err := parseForm(r); err != nil {
				s.fault(w, r, err)
				return
			}
			if !s.gate.FromForm(v.session, r.Form.Get("token")) {
				s.fault(w, r, &fault{http.StatusForbidden, "This form is too old, or not from this reader, so nothing was changed. Open the page anew and try again."})
				return
			}
		}
		next.ServeHTTP(w, r)
	})
}

// introduced reports whether a proxy that we trust says who somebody is.
func (s *server) introduced(r *http.Request) bool {
	return s.proxied(r) && strings.TrimSpace(r.Header.Get(s.proxyHeader)) != ""
}

// proxied reports whether a request came through a proxy that we trust.
func (s *server) proxied(r *http.Request) bool {
	a, err := netip.ParseAddrPort(r.RemoteAddr)
	return err == nil && s.trusts(a.Addr())
}

func (s *server) trusts(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	return slices.ContainsFunc(s.proxies, func(p netip.Prefix) bool { return p.Contains(a) })
}

// from is the address that a request came from. Proxies add the address that
// they were asked from to the end of X-Forwarded-For: the last one that is no
// proxy of ours is the one to believe.
func (s *server) from(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	if !s.proxied(r) {
		return host
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for _, h := range slices.Backward(hops) {
		a, err := netip.ParseAddr(strings.TrimSpace(h))
		if err != nil {
			break
		}
		if !s.trusts(a) {
			return a.String()
		}
	}
	return host
}

// encrypted reports whether the way to the browser is.
func (s *server) encrypted(r *http.Request) bool {
	return r.TLS != nil || s.proxied(r) && strings.EqualFold(r.Header.Get("X-Forwarded-Proto"), "https")
}

// token is what the forms of a page carry.
func (s *server) token(r *http.Request) string {
	if v := visitorOf(r); v.session != "" {
		return s.gate.Form(v.session)
	}
	return ""
}

func (s *server) cookie(r *http.Request, value string, age int) *http.Cookie {
	return &http.Cookie{
		Name: cookieName, Value: value, Path: "/", MaxAge: age,
		HttpOnly: true, Secure: s.encrypted(r), SameSite: http.SameSiteLaxMode,
	}
}

type loginPage struct {
	frame
	Back  string
	User  string
	Said  string // why the last attempt did not work
	Unset bool   // no password is set, so there is no way in
}

// login shows the form, and takes it.
func (s *server) login(w http.ResponseWriter, r *http.Request) error {
	if v := visitorOf(r); !v.needed || v.session != "" {
		http.Redirect(w, r, "/", http.StatusSeeOther)
		return nil
	}
	page := loginPage{frame: s.frame(r, "Log in", ""), Back: "/"}
	status := http.StatusOK
	set, err := s.gate.HasPassword(r.Context())
	if err != nil {
		return err
	}
	page.Unset = !set
	if to, ok := local(r.URL.Query().Get("back")); ok {
		page.Back = to.String()
	}
	if r.Method == http.MethodPost {
		if err := parseForm(r); err != nil {
			return err
		}
		if to, ok := local(r.PostForm.Get("back")); ok {
			page.Back = to.String()
		}
		page.User = clip(r.PostForm.Get("user"), 64)
		token, err := s.gate.Login(r.Context(), s.from(r), r.PostForm.Get("user"), r.PostForm.Get("password"))
		status, page.Said, err = judgeLogin(w, err)
		switch {
		case err != nil:
			return err
		case page.Said == "":
			http.SetCookie(w, s.cookie(r, token, int(access.Lasting().Seconds())))
			w.Header().Set("Location", page.Back)
			w.WriteHeader(http.StatusSeeOther)
			return nil
		}
		s.log.WarnContext(r.Context(), "login refused", "from", s.from(r))
	}
	s.render(w, r, "login", status, page)
	return nil
}

// logout ends the session.
func (s *server) logout(w http.ResponseWriter, r *http.Request) error {
	if v := visitorOf(r); v.session != "" {
		if err := s.gate.Logout(r.Context(), v.session); err != nil {
			return err
		}
	}
	http.SetCookie(w, s.cookie(r, "", -1))
	w.Header().Set("Location", "/login")
	w.WriteHeader(http.StatusSeeOther)
	return nil
}

// judgeLogin says what to tell somebody whose login did not work.
func judgeLogin(w http.ResponseWriter, err error) (status int, said string, fatal error) {
	var wait *access.WaitError
	switch {
	case err == nil:
		return http.StatusOK, "", nil
	case errors.As(err, &wait):
		w.Header().Set("Retry-After", strconv.Itoa(int(wait.For.Seconds())+1))
		return http.StatusTooManyRequests, "There were too many attempts. Wait " + span(max(wait.For, time.Second)) + " and try again.", nil
	case errors.Is(err, access.ErrRefused):
		return http.StatusUnauthorized, "The name or the password is wrong.", nil
	}
	return 0, "", err
}
