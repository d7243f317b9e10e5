package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/rogpeppe/go-internal/testscript"
)

var update = flag.Bool("update", false, "rewrite the expected output in the scripts")

func TestMain(m *testing.M) {
	// The race detector lets every program sleep a second at its end, and the
	// scripts start hundreds.
	if os.Getenv("GORACE") == "" {
		_ = os.Setenv("GORACE", "atexit_sleep_ms=0")
	}
	testscript.Main(m, map[string]func(){"newsfold": main})
}

// TestScript runs the command line as a person would. Each script has a web of
// its own (see webCmd) and a directory of its own ($NEWSFOLD_DIR).
func TestScript(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("NEWSFOLD_DIR", filepath.Join(env.WorkDir, "data"))
			env.Setenv("NO_COLOR", "1")
			env.Setenv("TZ", "UTC")
			env.Setenv("GORACE", os.Getenv("GORACE"))
			return setPostgres(env)
		},
		Condition: func(name string) (bool, error) {
			if name != "postgres" {
				return false, fmt.Errorf("unknown condition %q", name)
			}
			return os.Getenv("NEWSFOLD_POSTGRES") != "", nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"web":     webCmd,
			"daemon":  daemonCmd,
			"halt":    haltCmd,
			"code":    code,
			"subst":   subst,
			"mkbytes": mkbytes,
			"harm":    harmCmd,
		},
	})
}

// setPostgres sets $POSTGRES to a store of the script's own on the server of the
// tests, where there is one.
func setPostgres(env *testscript.Env) error {
	dsn := os.Getenv("NEWSFOLD_POSTGRES")
	if dsn == "" {
		return nil
	}
	u, err := url.Parse(dsn)
	if err != nil {
		return err
	}
	schema := fmt.Sprintf("test_script_%d_%d", os.Getpid(), time.Now().UnixNano())
	q := u.Query()
	q.Set("search_path", schema)
	u.RawQuery = q.Encode()
	env.Setenv("POSTGRES", u.String())
	env.Defer(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		c, err := pgx.Connect(ctx, dsn)
		if err != nil {
			return // the server is what other tests complain about
		}
		defer func() { _ = c.Close(ctx) }()
		_, _ = c.Exec(ctx, `drop schema if exists `+schema+` cascade`)
	})
	return nil
}

// webCmd serves the files of a folder and sets $WEB to its address:
//
//	web DIR
//
// Files are read at each request; a script can change them when there is one
// called "changing" among them; chatty.xml says more than was asked. Pages ending in
// .404, .429 (for an hour) and .500 have that status; huge.xml has no end; slow.xml
// never answers, and leaves a file slow.asked when it was asked for.
func webCmd(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: web DIR")
	}
	root := ts.MkAbs(args[0])
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := path.Clean(r.URL.Path)
		switch {
		case name == "/huge.xml":
			endless(w)
			return
		case name == "/chatty.xml":
			chat(w)
			return
		case name == "/slow.xml":
			_ = os.WriteFile(filepath.Join(root, "slow.asked"), nil, 0o644)
			<-r.Context().Done()
			return
		case strings.HasSuffix(name, ".429"):
			w.Header().Set("Retry-After", "3600")
			http.Error(w, "busy", http.StatusTooManyRequests)
			return
		case strings.HasSuffix(name, ".500"):
			http.Error(w, "broken", http.StatusInternalServerError)
			return
		}
		body, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
		if err != nil {
			http.NotFound(w, r)
			return
		}
		body = []byte(strings.ReplaceAll(string(body), "WEB", "http://"+r.Host))
		at := modified
		if _, err := os.Stat(filepath.Join(root, "changing")); err == nil {
			at = time.Time{} // no Last-Modified: what changes is seen
		}
		http.ServeContent(w, r, name, at, strings.NewReader(string(body)))
	}))
	ts.Defer(srv.Close)
	ts.Setenv("WEB", srv.URL)
	ts.Setenv("HOSTPORT", strings.TrimPrefix(srv.URL, "http://"))
}

// modified is the Last-Modified of everything that web serves.
var modified = time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)

// chat answers with a feed and goes on talking.
func chat(w http.ResponseWriter) {
	const feed = "<rss version='2.0'><channel><title>Chatty</title><item><title>Ferry sails again</title></item></channel></rss>"
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	defer func() { _ = conn.Close() }()
	_, _ = fmt.Fprintf(conn, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%sand another thing", len(feed), feed)
}

// endless answers with 200 MB of a feed, or what the client takes of it.
func endless(w io.Writer) {
	item := strings.Repeat("<item><title>Again and again</title></item>\n", 2500)
	_, _ = io.WriteString(w, "<rss><channel>")
	for range 200 << 20 / len(item) {
		if _, err := io.WriteString(w, item); err != nil {
			return
		}
	}
}

// patience is how long a program may take to start or to end, on a busy machine.
const patience = 2 * time.Minute

// daemonCmd starts a daemon as a process of its own and waits until its socket
// answers:
//
//	daemon [FLAG…]
func daemonCmd(ts *testscript.TestScript, neg bool, args []string) {
	if neg {
		ts.Fatalf("daemon cannot be negated")
	}
	bin, err := os.Executable()
	ts.Check(err)
	// The test binary runs as newsfold when it is called by that name.
	link := filepath.Join(ts.Getenv("WORK"), "newsfold")
	if _, err := os.Lstat(link); err != nil {
		ts.Check(os.Symlink(bin, link))
	}
	cmd := exec.Command(link, append([]string{"daemon", "--listen", "127.0.0.1:0", "--allow-net", "127.0.0.1"}, args...)...)
	cmd.Env = []string{"NEWSFOLD_DIR=" + ts.Getenv("NEWSFOLD_DIR"), "HOME=" + ts.Getenv("WORK"), "TZ=UTC"}
	logName := filepath.Join(ts.Getenv("WORK"), "daemon.log")
	logFile, err := os.Create(logName)
	ts.Check(err)
	cmd.Stderr = logFile
	ts.Check(cmd.Start())
	ts.Setenv("DAEMON", strconv.Itoa(cmd.Process.Pid))
	exited := make(chan struct{})
	go func() {
		_ = cmd.Wait()
		_ = logFile.Close()
		close(exited)
	}()
	ts.Defer(func() {
		_ = cmd.Process.Kill()
		<-exited
	})
	socket := filepath.Join(ts.Getenv("NEWSFOLD_DIR"), "newsfold.sock")
	for end := time.Now().Add(patience); time.Now().Before(end); {
		if st, err := os.Stat(socket); err == nil && st.Mode()&os.ModeSocket != 0 {
			if log, _ := os.ReadFile(logName); strings.Contains(string(log), "started") {
				return
			}
		}
		select {
		case <-exited:
			log, _ := os.ReadFile(logName)
			ts.Fatalf("daemon ended at once: %s", log)
		case <-time.After(50 * time.Millisecond):
		}
	}
	ts.Fatalf("daemon does not listen after %v", patience)
}

// haltCmd ends the daemon and waits until it is gone:
//
//	halt [-9]
func haltCmd(ts *testscript.TestScript, neg bool, args []string) {
	pid, err := strconv.Atoi(ts.Getenv("DAEMON"))
	ts.Check(err)
	p, err := os.FindProcess(pid)
	ts.Check(err)
	if len(args) == 1 && args[0] == "-9" {
		ts.Check(p.Kill())
	} else {
		ts.Check(p.Signal(os.Interrupt))
	}
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if p.Signal(syscall.Signal(0)) != nil {
			return
		}
	}
	ts.Fatalf("daemon is still there after %v", patience)
}

// code runs newsfold and checks its exit code:
//
//	code N ARG…
func code(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: code N ARG…")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec("newsfold", args[1:]...)
	got := 0
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("newsfold %s ended with code %d, want %d", strings.Join(args[1:], " "), got, want)
	}
}

// subst replaces $WEB in a file by the address of the web:
//
//	subst FILE
func subst(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: subst FILE")
	}
	name := ts.MkAbs(args[0])
	b, err := os.ReadFile(name)
	ts.Check(err)
	ts.Check(os.WriteFile(name, []byte(strings.ReplaceAll(string(b), "$WEB", ts.Getenv("WEB"))), 0o644))
}

// mkbytes writes a file of n times a text:
//
//	mkbytes FILE N TEXT
func mkbytes(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: mkbytes FILE N TEXT")
	}
	n, err := strconv.Atoi(args[1])
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(strings.Repeat(args[2], n)), 0o644))
}
