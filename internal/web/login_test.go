package web_test

import (
	"context"
	"net/http"
	"net/http/cookiejar"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"newsfold/internal/access"
	"newsfold/internal/web"
	"newsfold/store"
)

// locked is a site with a password.
func locked(t *testing.T, change func(*web.Options)) (*site, *access.Gate) {
	t.Helper()
	var gate *access.Gate
	s := openWith(t, newsroom, func(o *web.Options) {
		gated(t, false)(o)
		gate = o.Gate
		if change != nil {
			change(o)
		}
	})
	if err := gate.SetPassword(t.Context(), "ada", "correct horse"); err != nil {
		t.Fatal(err)
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	s.Client().Jar = jar
	return s, gate
}

var tokenField = regexp.MustCompile(`name="token" value="([^"]+)"`)

func TestPagesAskForThePassword(t *testing.T) {
	s, _ := locked(t, nil)
	for _, path := range []string{"/", "/story/1", "/feeds", "/?unread=1"} {
		r := s.get(path)
		if to := r.Header.Get("Location"); r.StatusCode != 303 || to != "/login?back="+url.QueryEscape(path) {
			t.Errorf("%s: %s to %s", path, r.Status, to)
		}
		if strings.Contains(r.body, "ferry") {
			t.Errorf("%s tells what it holds", path)
		}
	}
	if r := s.post("/story/1/mark", url.Values{"do": {"read"}}); r.StatusCode != 401 || s.story(1).Read {
		t.Errorf("a mark without a login: %s", r.Status)
	}
	if r := s.send(http.MethodGet, "/", nil, http.Header{"Accept": {"application/json"}}); r.StatusCode != 401 {
		t.Errorf("a script without a login: %s", r.Status)
	}
	if r := s.get("/static/style.css"); r.StatusCode != 200 {
		t.Errorf("the style sheet: %s", r.Status)
	}
	if r := s.get("/login"); r.StatusCode != 200 || !strings.Contains(r.body, "<h1>Log in</h1>") {
		t.Errorf("the form: %s", r.Status)
	}
	// The name it is asked under does not matter any more.
	if r := s.send(http.MethodGet, "/login", nil, http.Header{"Host": {"reader.example"}}); r.StatusCode != 200 {
		t.Errorf("under another name: %s", r.Status)
	}
	for _, c := range []struct{ user, password string }{{"ada", "wrong horse"}, {"bob", "correct horse"}, {"", ""}, {"ada", strings.Repeat("x", 2000)}} {
		r := s.post("/login", url.Values{"user": {c.user}, "password": {c.password}})
		if r.StatusCode != 401 || !strings.Contains(r.body, "name or the password is wrong") {
			t.Errorf("%s with %.20s: %s", c.user, c.password, r.Status)
		}
	}
	r := s.post("/login", url.Values{"user": {"Ada"}, "password": {"correct horse"}, "back": {"/story/1"}})
	c := r.Cookies()
	if r.StatusCode != 303 || r.Header.Get("Location") != "/story/1" || len(c) != 1 || !c[0].HttpOnly || c[0].SameSite != http.SameSiteLaxMode || c[0].Secure {
		t.Fatalf("the right password: %s to %s with %v", r.Status, r.Header.Get("Location"), c)
	}
	page := s.get("/story/1")
	token := tokenField.FindStringSubmatch(page.body)
	if page.StatusCode != 200 || token == nil {
		t.Fatalf("the story: %s", page.Status)
	}
	for name, form := range map[string]url.Values{"no token": {"do": {"read"}}, "a wrong token": {"do": {"read"}, "token": {"x"}}} {
		if r := s.post("/story/1/mark", form); r.StatusCode != 403 || s.story(1).Read {
			t.Errorf("a form with %s: %s", name, r.Status)
		}
	}
	if r := s.post("/story/1/mark", url.Values{"do": {"read"}, "token": {token[1]}}); r.StatusCode != 303 || !s.story(1).Read {
		t.Errorf("a form with its token: %s", r.Status)
	}
	if r := s.post("/logout", url.Values{"token": {token[1]}}); r.StatusCode != 303 {
		t.Errorf("logging out: %s", r.Status)
	}
	if r := s.get("/story/1"); r.StatusCode != 303 {
		t.Errorf("after logging out: %s", r.Status)
	}
}

func TestLoginLeadsToPagesOfOursOnly(t *testing.T) {
	for _, back := range []string{"https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"} {
		s, _ := locked(t, nil)
		r := s.post("/login", url.Values{"user": {"ada"}, "password": {"correct horse"}, "back": {back}})
		if to := r.Header.Get("Location"); to != "/" {
			t.Errorf("back=%s leads to %s", back, to)
		}
	}
}

func TestGuessingCostsTime(t *testing.T) {
	s, _ := locked(t, nil)
	for i := range 6 {
		r := s.post("/login", url.Values{"user": {"ada"}, "password": {"guess"}})
		if want := map[bool]int{true: 401, false: 429}[i < 5]; r.StatusCode != want {
			t.Errorf("guess %d: %s", i+1, r.Status)
		}
	}
	if r := s.post("/login", url.Values{"user": {"ada"}, "password": {"correct horse"}}); r.StatusCode != 429 || r.Header.Get("Retry-After") == "" {
		t.Errorf("the right one then: %s", r.Status)
	}
}

func TestNewPasswordEndsSessions(t *testing.T) {
	s, gate := locked(t, nil)
	s.post("/login", url.Values{"user": {"ada"}, "password": {"correct horse"}})
	if r := s.get("/"); r.StatusCode != 200 {
		t.Fatalf("logged in: %s", r.Status)
	}
	if err := gate.SetPassword(t.Context(), "ada", "battery staple"); err != nil {
		t.Fatal(err)
	}
	if r := s.get("/"); r.StatusCode != 303 {
		t.Errorf("after the password was changed: %s", r.Status)
	}
}

func TestSessionsEndAndAreRenewed(t *testing.T) {
	now := clock
	var gate *access.Gate
	s := openWith(t, newsroom, func(o *web.Options) {
		var err error
		if gate, err = access.Open(t.Context(), access.Options{DB: o.DB, Now: func() time.Time { return now }}); err != nil {
			t.Fatal(err)
		}
		o.Gate = gate
	})
	_ = s
	if err := gate.SetPassword(t.Context(), "ada", "correct horse"); err != nil {
		t.Fatal(err)
	}
	token, err := gate.Login(t.Context(), "192.0.2.1", "ada", "correct horse")
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		after time.Duration
		want  bool
	}{{29 * 24 * time.Hour, true}, {29 * 24 * time.Hour, true}, {31 * 24 * time.Hour, false}} {
		now = now.Add(step.after)
		if ok, err := gate.Session(t.Context(), token); ok != step.want || err != nil {
			t.Errorf("%v later the session is open: %v, %v", step.after, ok, err)
		}
	}
}

func TestProxiesIntroducePeople(t *testing.T) {
	s, _ := locked(t, func(o *web.Options) {
		o.Proxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
		o.ProxyHeader = "X-User"
	})
	if r := s.send(http.MethodGet, "/", nil, http.Header{"X-User": {"ada"}}); r.StatusCode != 200 {
		t.Errorf("introduced: %s", r.Status)
	}
	if r := s.send(http.MethodGet, "/", nil, http.Header{"X-User": {" "}}); r.StatusCode != 303 {
		t.Errorf("not introduced: %s", r.Status)
	}
	if r := s.send(http.MethodPost, "/login", url.Values{"user": {"ada"}, "password": {"correct horse"}}, http.Header{"X-Forwarded-Proto": {"https"}, "Sec-Fetch-Site": {"same-origin"}}); len(r.Cookies()) != 1 || !r.Cookies()[0].Secure {
		t.Errorf("over https the cookie is %v", r.Cookies())
	}
	// Others cannot introduce themselves, and guesses count against those who
	// stand behind the proxy.
	other, _ := locked(t, func(o *web.Options) { o.Proxies = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")} })
	if r := other.send(http.MethodGet, "/", nil, http.Header{"Remote-User": {"ada"}}); r.StatusCode != 303 {
		t.Errorf("introduced by a stranger: %s", r.Status)
	}
	s.Client().Jar = nil // what was logged in above must not be sent along
	guess := func(from string) int {
		return s.send(http.MethodPost, "/login", url.Values{"user": {"ada"}, "password": {"guess"}}, http.Header{"X-Forwarded-For": {"198.51.100.9, " + from + ", 127.0.0.2"}, "Sec-Fetch-Site": {"same-origin"}}).StatusCode
	}
	for range 5 {
		guess("203.0.113.5")
	}
	if a, b := guess("203.0.113.5"), guess("203.0.113.6"); a != 429 || b != 401 {
		t.Errorf("after five guesses of one address it gets %d, another %d", a, b)
	}
}

func TestStrictGatesLetNobodyInWithoutAPassword(t *testing.T) {
	s := openWith(t, newsroom, func(o *web.Options) {
		var err error
		if o.Gate, err = access.Open(t.Context(), access.Options{DB: o.DB, Now: o.Now, Strict: true}); err != nil {
			t.Fatal(err)
		}
	})
	if r := s.get("/"); r.StatusCode != 303 {
		t.Errorf("the river: %s", r.Status)
	}
	if r := s.get("/login"); !strings.Contains(r.body, "newsfold passwd") {
		t.Error("the form does not say what to do")
	}
	if r := s.send(http.MethodPost, "/accounts/ClientLogin", url.Values{"Email": {"a"}, "Passwd": {"b"}}, nil); r.StatusCode != 401 {
		t.Errorf("an app: %s", r.Status)
	}
	if r := s.send(http.MethodPost, "/fever/?api&feeds", url.Values{"api_key": {""}}, nil); strings.Contains(r.body, `"auth":1`) {
		t.Error("fever lets somebody in")
	}
}

func TestTokensEndWhenTheSecretIsRenewed(t *testing.T) {
	s := openWith(t, nil, gated(t, false))
	gate, err := access.Open(context.Background(), access.Options{DB: s.db})
	if err != nil {
		t.Fatal(err)
	}
	before, err := gate.Token(t.Context(), access.ForFeeds)
	if err != nil {
		t.Fatal(err)
	}
	if err := gate.Renew(t.Context()); err != nil {
		t.Fatal(err)
	}
	if ok, err := gate.Holds(t.Context(), access.ForFeeds, before); ok || err != nil {
		t.Errorf("the old token holds: %v, %v", ok, err)
	}
	err = s.db.View(t.Context(), func(tx store.Tx) error {
		v, err := tx.Shelf("access").Get([]byte("password"))
		if v != nil {
			t.Errorf("a password is stored: %s", v)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
