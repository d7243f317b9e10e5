package web_test

import (
	"bufio"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/websocket"
)

// browser is one tab of a real Chromium, driven over its DevTools protocol
// (https://chromedevtools.github.io/devtools-protocol/). Tests that need one
// are skipped unless NEWSFOLD_BROWSER names the program.
type browser struct {
	t    *testing.T
	ws   *websocket.Conn
	id   int
	seen []event // what the tab reported since it was last asked
}

type event struct {
	Method string          `json:"method"`
	Params json.RawMessage `json:"params"`
}

func browse(t *testing.T) *browser {
	t.Helper()
	program := os.Getenv("NEWSFOLD_BROWSER")
	if program == "" {
		t.Skip("needs a browser: set NEWSFOLD_BROWSER to the path of Chromium")
	}
	profile, err := os.MkdirTemp("", "newsfold-browser-")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, program, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
		"--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--hide-scrollbars",
		"--host-resolver-rules=MAP news.home 127.0.0.1", "--remote-debugging-port=0", "--remote-allow-origins=*", "--user-data-dir="+profile, "about:blank")
	cmd.WaitDelay = 5 * time.Second
	said, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stop()
		_ = cmd.Wait()
		_ = os.RemoveAll(profile) // helper processes may still be writing: what stays lies in the system's own folder
	})
	var host string
	for lines := bufio.NewScanner(said); lines.Scan(); {
		if _, rest, ok := strings.Cut(lines.Text(), "DevTools listening on ws://"); ok {
			host, _, _ = strings.Cut(rest, "/")
			break
		}
	}
	if host == "" {
		t.Fatal("the browser did not start")
	}
	go func() { // until the browser ends: it must not wait for a reader
		for buf := make([]byte, 4096); ; {
			if _, err := said.Read(buf); err != nil {
				return
			}
		}
	}()
	ws := attach(ctx, t, host)
	ws.MaxPayloadBytes = 64 << 20
	b := &browser{t: t, ws: ws}
	for _, domain := range []string{"Page", "Runtime", "Log", "Network"} {
		b.call(domain+".enable", nil, nil)
	}
	return b
}

// attach opens a tab and connects with it.
func attach(ctx context.Context, t *testing.T, host string) *websocket.Conn {
	t.Helper()
	req, err := http.NewRequestWithContext(ctx, http.MethodPut, "http://"+host+"/json/new?about:blank", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	var tab struct{ WebSocketDebuggerURL string }
	if err := json.NewDecoder(resp.Body).Decode(&tab); err != nil {
		t.Fatal(err)
	}
	ws, err := websocket.Dial(tab.WebSocketDebuggerURL, "", "http://"+host)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ws.Close() })
	return ws
}

// patience is how long the browser may take for one thing, on a busy machine. It is
// a process of its own: there is no clock to inject.
const patience = 3 * time.Minute

// call runs a command and decodes its result.
func (b *browser) call(method string, params map[string]any, result any) {
	b.t.Helper()
	if err := b.try(method, params, result); err != nil {
		b.t.Fatal(err)
	}
}

// try is call for what the browser may refuse, which it returns as an error.
func (b *browser) try(method string, params map[string]any, result any) error {
	b.t.Helper()
	b.id++
	if params == nil {
		params = map[string]any{}
	}
	if err := b.ws.SetDeadline(time.Now().Add(patience)); err != nil {
		b.t.Fatal(err)
	}
	if err := websocket.JSON.Send(b.ws, map[string]any{"id": b.id, "method": method, "params": params}); err != nil {
		b.t.Fatal(err)
	}
	for {
		var m struct {
			ID     int
			Result json.RawMessage
			Error  *struct{ Message string }
			event
		}
		if err := websocket.JSON.Receive(b.ws, &m); err != nil {
			b.t.Fatalf("%s: %v", method, err)
		}
		switch {
		case m.ID != b.id:
			b.seen = append(b.seen, m.event)
			continue
		case m.Error != nil:
			return fmt.Errorf("%s: %s", method, m.Error.Message)
		case result != nil:
			return json.Unmarshal(m.Result, result)
		}
		return nil
	}
}

// eval runs a script in the page and returns its value, waiting for a promise.
func (b *browser) eval(script string) any {
	b.t.Helper()
	v, err := b.tryEval(script)
	if err != nil {
		b.t.Fatal(err)
	}
	return v
}

// tryEval is eval where the page may go away meanwhile, which is an error.
func (b *browser) tryEval(script string) (any, error) {
	b.t.Helper()
	var r struct {
		Result           struct{ Value any }
		ExceptionDetails *struct {
			Text      string
			Exception struct{ Description string }
		}
	}
	if err := b.try("Runtime.evaluate", map[string]any{"expression": script, "awaitPromise": true, "returnByValue": true}, &r); err != nil {
		return nil, err
	}
	if r.ExceptionDetails != nil {
		return nil, fmt.Errorf("%s: %s", script, r.ExceptionDetails.Exception.Description)
	}
	return r.Result.Value, nil
}

// visit opens a page and waits until it has loaded.
func (b *browser) visit(url string) {
	b.t.Helper()
	b.call("Page.navigate", map[string]any{"url": url}, nil)
	b.until(`document.readyState === "complete" && location.href.startsWith(` + quote(url) + `)`)
}

// until waits for a condition in the page, which may be on its way to another page.
func (b *browser) until(condition string) {
	b.t.Helper()
	var err error
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		var so any
		if so, err = b.tryEval("Boolean(" + condition + ")"); so == true {
			return
		}
	}
	b.t.Fatalf("never came true: %s at %v (%v)", condition, b.eval("location.href"), err)
}

// press types keys, all of them in one moment of the page's clock.
func (b *browser) press(keys ...string) {
	b.t.Helper()
	at := float64(time.Now().UnixMilli()) / 1000
	for _, k := range keys {
		b.call("Input.dispatchKeyEvent", map[string]any{"type": "keyDown", "key": k, "text": k, "timestamp": at}, nil)
		b.call("Input.dispatchKeyEvent", map[string]any{"type": "keyUp", "key": k, "timestamp": at}, nil)
	}
}

// screen sets the size of the window and the colour scheme.
func (b *browser) screen(width, height int, scheme string) {
	b.t.Helper()
	b.call("Emulation.setDeviceMetricsOverride", map[string]any{"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500}, nil)
	b.call("Emulation.setEmulatedMedia", map[string]any{"features": []map[string]any{{"name": "prefers-color-scheme", "value": scheme}}}, nil)
}

// shoot writes a picture of the page.
func (b *browser) shoot(file string) {
	b.t.Helper()
	var r struct{ Data string }
	b.call("Page.captureScreenshot", nil, &r)
	png, err := base64.StdEncoding.DecodeString(r.Data)
	if err == nil {
		err = os.WriteFile(file, png, 0o644)
	}
	if err != nil {
		b.t.Fatal(err)
	}
}

// complaints returns what the tab has reported that must not happen on a page
// of ours: violations of the policy, errors of scripts, requests elsewhere.
func (b *browser) complaints(home string) []string {
	b.t.Helper()
	b.eval("1") // take in what was reported before now
	var out []string
	for _, e := range b.seen {
		switch e.Method {
		case "Log.entryAdded", "Runtime.exceptionThrown", "Page.javascriptDialogOpening":
			out = append(out, e.Method+": "+string(e.Params))
		case "Network.requestWillBeSent":
			var p struct{ Request struct{ URL string } }
			if err := json.Unmarshal(e.Params, &p); err != nil {
				b.t.Fatal(err)
			}
			if !strings.HasPrefix(p.Request.URL, home) && p.Request.URL != "about:blank" {
				out = append(out, "request to "+p.Request.URL)
			}
		}
	}
	b.seen = nil
	return out
}

func quote(s string) string {
	q, _ := json.Marshal(s) // a string always marshals
	return string(q)
}

func TestPicturesOfThePages(t *testing.T) {
	dir := os.Getenv("NEWSFOLD_SHOTS")
	if dir == "" {
		t.Skip("set NEWSFOLD_SHOTS to a directory for screenshots")
	}
	b := browse(t)
	s := openWith(t, newsroom, gated(t, true))
	in, _ := locked(t, nil)
	for name, path := range map[string]string{"add": "/add", "feed": "/feeds/2", "find": "/?find=ferry", "login": "/login", "river": "/", "story": "/story/1", "story-rtl": "/story/5", "compare": "/story/1/compare/2", "feeds": "/feeds", "error": "/story/99"} {
		for _, scheme := range []string{"light", "dark"} {
			for size, wh := range map[string][2]int{"wide": {1280, 860}, "phone": {390, 844}} {
				b.screen(wh[0], wh[1], scheme)
				home := s.URL
				if name == "login" {
					home = in.URL
				}
				b.visit(home + path)
				b.until(`document.getElementById("main")`)
				if over := b.eval(fmt.Sprintf("Math.max(0, document.documentElement.scrollWidth - %d)", wh[0])); over != 0.0 {
					t.Errorf("%s on a %s screen is %v pixels too wide", name, size, over)
				}
				b.shoot(filepath.Join(dir, name+"-"+size+"-"+scheme+".png"))
			}
		}
	}
}
