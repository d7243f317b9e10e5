package web

import (
	"strings"
	"testing"

	"golang.org/x/net/html"
)

func TestProseKeepsWhatIsRead(t *testing.T) {
	for name, c := range map[string]struct{ in, want string }{
		"paragraphs":       {`<p>One <em>word</em>.</p><p dir="rtl" lang="ar">كلمة</p>`, `<p dir="auto">One <em>word</em>.</p><p dir="rtl" lang="ar">كلمة</p>`},
		"headings go down": {`<h1>A</h1><h2>B</h2>`, `<h2 dir="auto">A</h2><h2 dir="auto">B</h2>`},
		"links":            {`<a href="https://a.example/?x=1&amp;y=2" target="_top" onclick="x()">go</a>`, `<a href="https://a.example/?x=1&amp;y=2" rel="external noopener noreferrer">go</a>`},
		"relative links":   {`<a href="/story/1/mark">go</a>`, `go`},
		"script links":     {`<a href="javascript:alert(1)">go</a><a href="data:text/html,x">there</a>`, `gothere`},
		"images":           {`<img src="https://t.example/p.gif" alt="A &quot;ferry&quot;" onerror="x()">`, `<a class="picture" href="https://t.example/p.gif" rel="external noopener noreferrer">Picture: A &#34;ferry&#34;</a>`},
		"images in links":  {`<a href="https://a.example/"><img src="https://t.example/p.gif" alt="ferry"></a>`, `<a href="https://a.example/" rel="external noopener noreferrer">ferry</a>`},
		"unknown elements": {`<div class="x"><center>text</center></div>`, `text`},
		"tables":           {`<table><tr><td style="x">1</td></tr></table>`, `<table><tbody><tr><td dir="auto">1</td></tr></tbody></table>`},
		"left open":        {`<p>a<blockquote>b`, `<p dir="auto">a</p><blockquote>b</blockquote>`},
		"closed too often": {`</div></main></body></html><p>a</p></p>`, `<p dir="auto">a</p><p dir="auto"></p>`},
		"scripts":          {`<script>alert(1)</script><style>p{}</style><p>a</p>`, `<p dir="auto">a</p>`},
		"comments":         {`a<!-- b --><!--><img src=x onerror=alert(1)>-->c`, `a--&gt;c`},
		"forms":            {`<form action="/story/1/mark" method="post"><button name="do" value="star">Next page</button><input name="x"></form>a`, `a`},
		"frames":           {`<iframe src="https://a.example/"></iframe><object data="x">o</object>a`, `a`},
		"foreign markup":   {`<svg><a href="https://a.example/"><text>x</text></a></svg><math><mtext><script>1</script></mtext></math>a`, `a`},
		"base and refresh": {`<base href="https://evil.example/"><meta http-equiv="refresh" content="0;url=//evil.example">a`, `a`},
		"names":            {`<p id="notice" class="skip" name="x">a</p>`, `<p dir="auto">a</p>`},
		"nothing":          {`<p> </p><br>`, `<p dir="auto"> </p><br>`},
		"only white space": {" \n ", ""},
	} {
		t.Run(name, func(t *testing.T) {
			if got := string(prose(c.in, links)); got != c.want {
				t.Errorf("prose(%s)\n got %s\nwant %s", c.in, got, c.want)
			}
		})
	}
}

func TestProseIsBounded(t *testing.T) {
	if got := prose("<p>"+strings.Repeat("a", maxProse)+"</p>", links); got != "" {
		t.Errorf("a text over the limit gives %d bytes of markup", len(got))
	}
	deep := prose(strings.Repeat("<blockquote>", 20000)+"a", links)
	if n := strings.Count(string(deep), "<blockquote>"); n > deepest+1 {
		t.Errorf("%d elements lie in one another", n)
	}
}

// FuzzProse looks for input that gets an element or attribute through.
func FuzzProse(f *testing.F) {
	for _, s := range []string{
		`<p>a</p>`, `<a href="javascript:x">`, `<svg><style><img src=x onerror=x>`, `<math><mi><!--</mi><img src=x>`, `<noscript><p title="</noscript><img src=x onerror=x>">`,
		`<table><a href=x><td><a href=https://a.example>`, `<a href='https://a.example/"onclick="x'>`, `<img alt='"><script>' src=https://a.example/x>`,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, in string) {
		out := string(prose(in, links))
		allowed := map[string]bool{}
		for _, a := range shown {
			allowed[a.String()] = true
		}
		for z := html.NewTokenizer(strings.NewReader(out)); ; {
			if z.Next() == html.ErrorToken {
				break
			}
			tag := z.Token()
			if tag.Type == html.TextToken {
				continue
			}
			if !allowed[tag.Data] {
				t.Fatalf("prose(%q) lets %v through", in, tag)
			}
			for _, a := range tag.Attr {
				switch {
				case a.Key == "dir" || a.Key == "lang" || a.Key == "rel" || a.Key == "class" && a.Val == "picture":
				case a.Key == "href" && outside(a.Val) != "":
				default:
					t.Fatalf("prose(%q) lets %v through", in, tag)
				}
			}
		}
	})
}

// links is the picture function of a reader that shows none.
func links(string) string { return "" }

func TestPicturesAreShownUnderOurAddresses(t *testing.T) {
	ours := func(src string) string {
		if src == "" {
			return ""
		}
		return "/image/x?u=" + src
	}
	for in, want := range map[string]string{
		`<p><img src="https://a.example/b.jpg?x=1&y=2" alt="A &quot;boat&quot;" onload="alert(1)"></p>`: `<p dir="auto"><img src="/image/x?u=https://a.example/b.jpg?x=1&amp;y=2" alt="A &#34;boat&#34;" loading="lazy" decoding="async"></p>`,
		`<img src="https://t.example/p.gif" width="1" height="1">`:                                      ``,
		`<img src="https://t.example/p.gif" width="1px">`:                                               ``,
		`<img src="https://t.example/p.gif" height=0>`:                                                  ``,
		`<img src="https://t.example/p.gif" style="display: none">`:                                     ``,
		`<a href="https://a.example/"><img src="https://a.example/b.jpg"></a>`:                          `<a href="https://a.example/" rel="external noopener noreferrer"><img src="/image/x?u=https://a.example/b.jpg" alt="" loading="lazy" decoding="async"></a>`,
		`<img src="javascript:alert(1)" alt="x">`:                                                       `x`,
		`<img src="data:image/png;base64,AAAA" alt="x">`:                                                `x`,
	} {
		if got := string(prose(in, ours)); got != want {
			t.Errorf("%s\n got %s\nwant %s", in, got, want)
		}
	}
}
