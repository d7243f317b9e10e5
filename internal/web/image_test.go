package web_test

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/png"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"newsfold"
	"newsfold/internal/access"
	"newsfold/internal/web"
)

// picture is a PNG of some size.
func picture(t *testing.T, width, height int) []byte {
	t.Helper()
	var buf bytes.Buffer
	if err := png.Encode(&buf, image.NewGray(image.Rect(0, 0, width, height))); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func TestPicturesComeThroughTheReader(t *testing.T) {
	const good = "https://a.example/boat.png"
	served := map[string][]byte{
		good: picture(t, 40, 30), "https://a.example/pixel.png": picture(t, 1, 1),
		"https://a.example/x.svg": []byte(`<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`), "https://a.example/x.html": []byte("<html><script>alert(1)</script>"),
		"https://a.example/x.avif": []byte("\x00\x00\x00\x20ftypavif\x00\x00\x00\x00rest"), "https://a.example/cut.png": picture(t, 40, 30)[:20],
	}
	var gate *access.Gate
	var asked []string
	s := openWith(t, func(f *filler) {
		f.fold(newsfold.Story{}, f.article(newsfold.Article{URL: "https://a.example/", Title: "Boat", Host: "a.example", Published: clock}, newsfold.Body{Text: "Boat.", HTML: `<p>Boat.</p><img src="` + good + `" alt="A boat">`}))
	}, func(o *web.Options) {
		gated(t, false)(o)
		gate = o.Gate
		o.Image = func(_ context.Context, url string, limit int64) ([]byte, error) {
			asked = append(asked, url)
			if b, ok := served[url]; ok && int64(len(b)) <= limit {
				return b, nil
			}
			return nil, errors.New("nothing there")
		}
	})
	src := regexp.MustCompile(`<img src="(/image/[^"]+)" alt="A boat"`).FindStringSubmatch(s.get("/story/1").body)
	if src == nil {
		t.Fatal("the page shows no picture")
	}
	r := s.get(strings.ReplaceAll(src[1], "&amp;", "&"))
	if r.StatusCode != 200 || r.Header.Get("Content-Type") != "image/png" || r.body != string(served[good]) || !strings.Contains(r.Header.Get("Content-Security-Policy"), "sandbox") {
		t.Errorf("the picture: %s %v", r.Status, r.Header)
	}
	asked = nil
	for _, path := range []string{"/image/x?u=" + url.QueryEscape(good), strings.ReplaceAll(src[1], "boat", "goat"), "/image/" + gate.Sign(access.ForFeeds, good) + "?u=" + url.QueryEscape(good), "/image/?u=x", src[1] + "x"} {
		if r := s.get(path); r.StatusCode != 404 || len(asked) != 0 {
			t.Errorf("%s: %s, asked for %v", path, r.Status, asked)
		}
	}
	for u, want := range map[string]int{"https://a.example/pixel.png": 415, "https://a.example/x.svg": 415, "https://a.example/x.html": 415, "https://a.example/x.avif": 200, "https://a.example/cut.png": 200, "https://a.example/none": 502} {
		if r := s.get("/image/" + gate.Sign(access.ForImage, u) + "?u=" + url.QueryEscape(u)); r.StatusCode != want {
			t.Errorf("%s: %s, want %d", u, r.Status, want)
		} else if want != 200 && strings.Contains(r.Header.Get("Content-Type"), "svg") {
			t.Errorf("%s is served as %s", u, r.Header.Get("Content-Type"))
		}
	}
}

func TestPicturesNeedALogin(t *testing.T) {
	var gate *access.Gate
	s, g := locked(t, func(o *web.Options) {
		o.Image = func(context.Context, string, int64) ([]byte, error) { return nil, errors.New("asked") }
	})
	gate = g
	u := "https://a.example/boat.png"
	if r := s.send(http.MethodGet, "/image/"+gate.Sign(access.ForImage, u)+"?u="+url.QueryEscape(u), nil, nil); r.StatusCode != 303 {
		t.Errorf("without a login: %s", r.Status)
	}
}
