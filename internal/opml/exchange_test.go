package opml_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"newsfold"
	"newsfold/internal/opml"
)

// program returns the path of another program, which a variable names, or skips
// the test.
func program(t *testing.T, variable string) string {
	t.Helper()
	path := os.Getenv(variable)
	if path == "" {
		t.Skipf("needs another reader: %s names none", variable)
	}
	return path
}

// many are subscriptions of a size that people do not have.
func many() (feeds []newsfold.Feed) {
	for i := range 10_000 {
		feeds = append(feeds, newsfold.Feed{URL: fmt.Sprintf("https://f%d.example/feed?a=1&b=%d", i, i), Title: fmt.Sprintf("Feed <%d>", i), Folders: []string{fmt.Sprintf("Folder %d", i%50)}})
	}
	return feeds
}

func TestNewsboatTakesAndGivesTenThousandFeeds(t *testing.T) {
	exe := program(t, "NEWSFOLD_NEWSBOAT")
	dir := t.TempDir()
	boat := func(args ...string) string {
		args = append([]string{"-q", "-u", filepath.Join(dir, "urls"), "-c", filepath.Join(dir, "cache.db"), "-C", filepath.Join(dir, "config")}, args...)
		cmd := exec.CommandContext(t.Context(), exe, args...)
		cmd.Env = append(os.Environ(), "HOME="+dir, "LC_ALL=C.UTF-8")
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("newsboat %v: %v: %s", args, err, out)
		}
		return string(out)
	}
	feeds := append(many(), subscriptions...)
	list := filepath.Join(dir, "list.opml")
	write(t, filepath.Join(dir, "config"), nil)
	write(t, filepath.Join(dir, "urls"), nil)
	write(t, list, exported(t, feeds))
	boat("-i", list)

	// What it has now is in its own file: an address and its folders a line.
	own, err := os.ReadFile(filepath.Join(dir, "urls"))
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for line := range strings.Lines(string(own)) {
		address, tags, _ := strings.Cut(strings.TrimSpace(line), " ")
		got[address] = strings.Trim(tags, `"`)
	}
	want := map[string]string{}
	for _, f := range feeds {
		want[f.URL] = strings.Join(f.Folders[:min(len(f.Folders), 1)], "") // it takes the first folder only
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("newsboat's feeds (-want +got):\n%s", diff)
	}

	back, err := opml.Read(strings.NewReader(boat("-e")))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(addresses(feeds), addresses(back.Feeds)); diff != "" || len(back.Problems) > 0 {
		t.Errorf("what newsboat exports (-want +got), problems %v:\n%s", back.Problems, diff)
	}
}

func TestMinifluxTakesAndGivesTheList(t *testing.T) {
	client := miniflux(t, program(t, "NEWSFOLD_MINIFLUX"))
	call := func(method, path string, body io.Reader) []byte {
		req, err := http.NewRequestWithContext(t.Context(), method, "http://miniflux"+path, body)
		if err != nil {
			t.Fatal(err)
		}
		req.SetBasicAuth("reader", "secret123")
		res, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = res.Body.Close() }()
		data, err := io.ReadAll(res.Body)
		if err != nil || res.StatusCode >= 300 {
			t.Fatalf("%s %s: %s, %v: %s", method, path, res.Status, err, data)
		}
		return data
	}
	call("POST", "/v1/import", bytes.NewReader(exported(t, subscriptions)))
	var has []struct {
		URL      string `json:"feed_url"`
		Title    string `json:"title"`
		Category struct {
			Title string `json:"title"`
		} `json:"category"`
	}
	if err := json.Unmarshal(call("GET", "/v1/feeds", nil), &has); err != nil {
		t.Fatal(err)
	}
	got, want := map[string]string{}, map[string]string{}
	for _, f := range has {
		got[f.URL] = f.Title + " in " + f.Category.Title
	}
	for _, f := range subscriptions {
		// A feed is in one category there, the name of which is that of the
		// innermost folder; one in none is in "All".
		folder := "All"
		if len(f.Folders) > 0 {
			folder = f.Folders[0][strings.LastIndexByte(f.Folders[0], '/')+1:]
		}
		want[f.URL] = f.Label() + " in " + folder
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Miniflux's feeds (-want +got):\n%s", diff)
	}
	back, err := opml.Read(bytes.NewReader(call("GET", "/v1/export", nil)))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(addresses(subscriptions), addresses(back.Feeds)); diff != "" || len(back.Problems) > 0 {
		t.Errorf("what Miniflux exports (-want +got), problems %v:\n%s", back.Problems, diff)
	}
}

// miniflux starts Miniflux over a schema of its own in the database server of
// the tests and returns a client of it, whatever host that asks.
func miniflux(t *testing.T, exe string) *http.Client {
	t.Helper()
	server := program(t, "NEWSFOLD_POSTGRES")
	u, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	schema := fmt.Sprintf("test_miniflux_%d_%d", os.Getpid(), time.Now().UnixNano())
	sql(t, server, "create schema "+schema)
	t.Cleanup(func() { sql(t, server, "drop schema "+schema+" cascade") })
	q := u.Query()
	q.Set("search_path", schema)
	u.RawQuery = q.Encode()

	dir, err := os.MkdirTemp("", "nf") // the path of a socket has to be short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	socket := filepath.Join(dir, "s")
	client := &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", socket)
	}}}
	t.Cleanup(client.CloseIdleConnections)
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	cmd := exec.CommandContext(ctx, exe)
	cmd.Env = append(os.Environ(), "DATABASE_URL="+u.String(), "LISTEN_ADDR="+socket, "RUN_MIGRATIONS=1", "CREATE_ADMIN=1",
		"ADMIN_USERNAME=reader", "ADMIN_PASSWORD=secret123", "DISABLE_SCHEDULER_SERVICE=1")
	var log bytes.Buffer
	cmd.Stdout, cmd.Stderr = &log, &log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(); _ = cmd.Wait() })
	// Another program starts in its own time.
	for end := time.Now().Add(2 * time.Minute); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		res, err := client.Get("http://miniflux/healthcheck")
		if err == nil {
			_ = res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return client
			}
		}
	}
	stop()
	_ = cmd.Wait()
	t.Fatalf("Miniflux does not answer: %s", log.String())
	return nil
}

func sql(t *testing.T, server, statement string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), time.Minute)
	defer cancel()
	c, err := pgx.Connect(ctx, server)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close(ctx) }()
	if _, err := c.Exec(ctx, statement); err != nil {
		t.Fatal(err)
	}
}

func exported(t *testing.T, feeds []newsfold.Feed) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := opml.Write(&b, "newsfold subscriptions", feeds, at); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func write(t *testing.T, name string, data []byte) {
	t.Helper()
	if err := os.WriteFile(name, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

func addresses(feeds []newsfold.Feed) (urls []string) {
	for _, f := range feeds {
		urls = append(urls, f.URL)
	}
	slices.Sort(urls)
	return urls
}
