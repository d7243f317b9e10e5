package web_test

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"newsfold"
	"newsfold/internal/access"
	"newsfold/internal/control"
	"newsfold/internal/web"
	"newsfold/store"
)

// withAPI is a site with the control interface behind its API.
func withAPI(t *testing.T) (*site, http.Header) {
	t.Helper()
	var gate *access.Gate
	s := openWith(t, newsroom, func(o *web.Options) {
		gated(t, false)(o)
		gate = o.Gate
		o.API = (&control.Server{DB: o.DB, Gate: gate, Now: time.Now, Version: "1.2.3", Daemon: true}).Handler()
		o.Size = func(context.Context) (int64, error) { return 4096, nil }
	})
	token, err := gate.Token(t.Context(), access.ForAPI)
	if err != nil {
		t.Fatal(err)
	}
	return s, http.Header{"Authorization": {"Bearer " + token}}
}

func TestAPIAnswersWhoeverShowsTheToken(t *testing.T) {
	s, token := withAPI(t)
	if r := s.send(http.MethodGet, "/api/v1/status", nil, token); r.StatusCode != 200 || !strings.Contains(r.body, `"stories":5`) {
		t.Errorf("the status: %s %s", r.Status, r.body)
	}
	for _, h := range []http.Header{nil, {"Authorization": {"Bearer no"}}, {"Authorization": {strings.TrimPrefix(token.Get("Authorization"), "Bearer ")}}} {
		if r := s.send(http.MethodGet, "/api/v1/status", nil, h); r.StatusCode != 401 || r.Header.Get("WWW-Authenticate") == "" {
			t.Errorf("with %v: %s", h, r.Status)
		}
	}
	if r := s.send(http.MethodGet, "/api/v1/stories?unread=true&limit=2", nil, token); strings.Count(r.body, `"item":`) != 2 || !strings.Contains(r.body, `{"end":{"more":true}}`) {
		t.Errorf("a list: %s", r.body)
	}
	for path, want := range map[string]int{
		"/api/v1/stories/x": 400, "/api/v1/stories/99": 404, "/api/v1/nothing": 404, "/api/v1/": 404, "/api/v1/tokens": 404, "/api/v1/backup": 404,
		"/api/v1/stories/../tokens": 404, "/api/v1/openapi.json": 200, "/api/v1/mark": 404,
	} {
		if r := s.send(http.MethodGet, path, nil, token); r.StatusCode != want && !(want == 404 && r.StatusCode == 307) {
			t.Errorf("%s: %s, want %d", path, r.Status, want)
		}
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL+"/api/v1/mark", strings.NewReader(`{"ids":[2],"mark":"read"}`))
	if err != nil {
		t.Fatal(err)
	}
	req.Header = token
	resp, err := s.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != 200 || !s.story(1).Read {
		t.Errorf("a mark: %s", resp.Status)
	}
	if r := s.send(http.MethodPost, "/api/v1/password", url.Values{"password": {"x"}}, token); r.StatusCode != 404 {
		t.Errorf("a password over TCP: %s", r.Status)
	}
}

// TestAPIIsDescribed: what the document lists is what is there, every
// reference in it leads somewhere, and answers have the fields that it names.
func TestAPIIsDescribed(t *testing.T) {
	s, token := withAPI(t)
	text := s.get("/api/v1/openapi.json").body
	var doc struct {
		OpenAPI string
		Paths   map[string]map[string]struct {
			OperationID string
			Responses   map[string]any
			Parameters  []struct{ Name, In string }
		}
		Components struct {
			Schemas map[string]struct {
				Required   []string
				Properties map[string]any
			}
			Responses map[string]any
		}
	}
	if err := json.Unmarshal([]byte(text), &doc); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(doc.OpenAPI, "3.1") {
		t.Errorf("the version is %s", doc.OpenAPI)
	}
	for _, m := range regexp.MustCompile(`"\$ref": "#/components/(\w+)/(\w+)"`).FindAllStringSubmatch(text, -1) {
		if _, ok := doc.Components.Schemas[m[2]]; !ok && doc.Components.Responses[m[2]] == nil {
			t.Errorf("%s leads nowhere", m[0])
		}
	}
	var told []string
	names := map[string]bool{}
	for path, ops := range doc.Paths {
		for method, op := range ops {
			told = append(told, strings.ToUpper(method)+" "+path)
			if op.OperationID == "" || names[op.OperationID] || op.Responses["default"] == nil {
				t.Errorf("%s %s has the name %q", method, path, op.OperationID)
			}
			names[op.OperationID] = true
			for _, p := range op.Parameters {
				if p.In == "path" && !strings.Contains(path, "{"+p.Name+"}") {
					t.Errorf("%s has no %s in it", path, p.Name)
				}
			}
		}
	}
	slices.Sort(told)
	source, err := os.ReadFile("api.go")
	if err != nil {
		t.Fatal(err)
	}
	var there []string
	for _, m := range regexp.MustCompile(`"((?:GET|POST|DELETE) /v1/[^"]*)"`).FindAllStringSubmatch(string(source), -1) {
		there = append(there, m[1])
	}
	slices.Sort(there)
	if !slices.Equal(told, there) {
		t.Errorf("told are\n%s\nthere are\n%s", strings.Join(told, "\n"), strings.Join(there, "\n"))
	}
	var st map[string]any
	if err := json.Unmarshal([]byte(s.send(http.MethodGet, "/api/v1/stories/5", nil, token).body), &st); err != nil {
		t.Fatal(err)
	}
	for _, f := range doc.Components.Schemas["Story"].Required {
		if _, ok := st[f]; !ok {
			t.Errorf("a story has no %s", f)
		}
	}
	for f := range st {
		if doc.Components.Schemas["Story"].Properties[f] == nil {
			t.Errorf("the document does not tell of %s", f)
		}
	}
}

var sample = regexp.MustCompile(`^[a-zA-Z_:][a-zA-Z0-9_:]*(\{([a-zA-Z_]+="[^"]*",? ?)*\})? [0-9.eE+-]+$`)

func TestMetricsCountWhatHappens(t *testing.T) {
	s, _ := withAPI(t)
	read := func() map[string]string {
		t.Helper()
		r := s.get("/metrics")
		if r.StatusCode != 200 || !strings.HasPrefix(r.Header.Get("Content-Type"), "text/plain; version=0.0.4") {
			t.Fatalf("the metrics: %s %s", r.Status, r.body)
		}
		got := map[string]string{}
		for l := range strings.Lines(r.body) {
			l = strings.TrimSpace(l)
			if l == "" || strings.HasPrefix(l, "#") {
				continue
			}
			if !sample.MatchString(l) {
				t.Errorf("no sample: %s", l)
			}
			i := strings.LastIndexByte(l, ' ')
			got[l[:i]] = l[i+1:]
		}
		return got
	}
	first := read()
	for name, want := range map[string]string{"newsfold_feeds": "5", `newsfold_feeds_by_result{result="failed"}`: "1", "newsfold_store_bytes": "4096", `newsfold_queue_length{stage="page"}`: "0"} {
		if first[name] != want {
			t.Errorf("%s is %q, want %s", name, first[name], want)
		}
	}
	err := s.db.Update(t.Context(), func(tx store.Tx) error {
		f, err := tx.Feed(1)
		if err != nil {
			return err
		}
		f.Poll.Attempted, f.Poll.Result = clock, newsfold.Updated
		if err := tx.PutFeed(&f); err != nil {
			return err
		}
		if err := tx.PutEntry(&newsfold.Entry{Feed: 1, GUID: "new", Seen: clock, Article: 1}); err != nil {
			return err
		}
		return tx.Append(store.Folds, 2)
	})
	if err != nil {
		t.Fatal(err)
	}
	second := read()
	for name, want := range map[string]string{`newsfold_polls_total{result="updated"}`: "1", `newsfold_folds_total{relation="edited"}`: "1", `newsfold_extractions_total{outcome="fetched"}`: "1", "newsfold_entries_total": "1"} {
		if second[name] != want {
			t.Errorf("%s is %q, want %s", name, second[name], want)
		}
	}
	if third := read(); third[`newsfold_folds_total{relation="edited"}`] != "1" {
		t.Error("a fold is counted twice")
	}
	if second[`newsfold_http_request_duration_seconds_count{area="metrics"}`] == "" {
		t.Error("no answer was timed")
	}
	described(t, second)
}

// described compares the metrics that there are with those of the manual.
func described(t *testing.T, samples map[string]string) {
	t.Helper()
	manual, err := os.ReadFile(filepath.Join("..", "..", "doc", "operating.md"))
	if err != nil {
		t.Fatal(err)
	}
	told := map[string]bool{}
	for _, name := range regexp.MustCompile("`(newsfold_[a-z_]+)").FindAllStringSubmatch(string(manual), -1) {
		told[name[1]] = true
	}
	are := map[string]bool{}
	for name := range samples {
		name, _, _ = strings.Cut(name, "{")
		name = strings.TrimSuffix(strings.TrimSuffix(name, "_sum"), "_count")
		if strings.HasPrefix(name, "newsfold_") {
			are[name] = true
		}
	}
	if !maps.Equal(told, are) {
		t.Errorf("the manual tells of %v, there are %v", slices.Sorted(maps.Keys(told)), slices.Sorted(maps.Keys(are)))
	}
}

func TestMetricsNeedATokenOnceThereIsAPassword(t *testing.T) {
	s, gate := locked(t, nil)
	if r := s.get("/metrics"); r.StatusCode != 401 {
		t.Errorf("without: %s", r.Status)
	}
	token, err := gate.Token(t.Context(), access.ForAPI)
	if err != nil {
		t.Fatal(err)
	}
	if r := s.send(http.MethodGet, "/metrics", nil, http.Header{"Authorization": {"Bearer " + token}}); r.StatusCode != 200 {
		t.Errorf("with the token: %s", r.Status)
	}
}
