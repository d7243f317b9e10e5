package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
)

// toyModel answers as a server of embeddings does whose model knows one thing: that
// whale, حوت and 鲸 are the same. It breaks down when it is told to.
type toyModel struct {
	broken atomic.Bool
	asked  atomic.Int32
	key    atomic.Value
}

func (m *toyModel) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	m.asked.Add(1)
	m.key.Store(r.Header.Get("Authorization"))
	var q struct {
		Model string
		Input []string
	}
	if err := json.NewDecoder(r.Body).Decode(&q); err != nil || m.broken.Load() {
		http.Error(w, "out of order", http.StatusServiceUnavailable)
		return
	}
	type embedded struct {
		Index     int       `json:"index"`
		Embedding []float64 `json:"embedding"`
	}
	var out []embedded
	for i, text := range q.Input {
		topic := text
		if strings.Contains(text, "whale") || strings.Contains(text, "حوت") {
			topic = q.Model
		}
		h := fnv.New64()
		fmt.Fprint(h, topic)
		v := make([]float64, 384)
		for from, i := rand.New(rand.NewPCG(h.Sum64(), 1)), 0; i < len(v); i++ {
			v[i] = 1 + from.NormFloat64()
		}
		out = append(out, embedded{i, v})
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"object": "list", "data": out})
}

// arabicFeed has an entry on a whale in the bay, and twenty on nothing at all.
func arabicFeed() string {
	var b strings.Builder
	b.WriteString(`<rss version="2.0"><channel><title>المرفأ</title><language>ar</language>`)
	letters, from := []rune("بتجدرسشعفقكلمنهي"), rand.New(rand.NewPCG(1, 1))
	words := func() string {
		said := make([]rune, 80)
		for i := range said {
			if said[i] = letters[from.IntN(len(letters))]; i%6 == 5 {
				said[i] = ' '
			}
		}
		return string(said)
	}
	for i := range 20 {
		fmt.Fprintf(&b, `<item><guid>%d</guid><link>http://marfa.example/%d</link><title>%s</title><description>%s</description></item>`, i, i, strings.Fields(words())[0], words())
	}
	return b.String() + `<item><guid>w</guid><link>http://marfa.example/w</link><title>ضيف في الخليج</title><description>منذ أسبوع يسبح حوت هنا ولا يعرف أحد كيف يرشده إلى طريق الخروج.</description></item></channel></rss>`
}

const englishFeed = `<rss version="2.0"><channel><title>Courier</title><language>en</language>
	<item><guid>1</guid><link>http://courier.example/1</link><title>A guest in the bay</title><description>For a week now a whale has been swimming about, and nobody knows how to show it the way out.</description></item></channel></rss>`

func TestEmbeddingsJoinReportsWithoutACommonWord(t *testing.T) {
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/ar.xml" {
			_, _ = w.Write([]byte(arabicFeed()))
			return
		}
		_, _ = w.Write([]byte(englishFeed))
	}))
	defer web.Close()
	for _, c := range []struct {
		what   string
		broken string // from which of the two feeds on; "" for never
		model  bool
		joins  bool
	}{
		{"asked", "", true, true},
		{"not asked", "", false, false},
		{"broken from the start", "/ar.xml", true, false},
		{"gone midway", "/en.xml", true, false},
	} {
		model := &toyModel{}
		srv := httptest.NewServer(model)
		t.Setenv("NEWSFOLD_EMBEDDINGS", "")
		t.Setenv("NEWSFOLD_EMBEDDINGS_KEY", "hush-hush")
		if c.model {
			t.Setenv("NEWSFOLD_EMBEDDINGS", srv.URL)
		}
		var said bytes.Buffer
		dir := t.TempDir()
		newsfold := func(args ...string) int {
			std := streams{in: strings.NewReader(""), out: &said, err: &said}
			return run(t.Context(), append([]string{"--dir", dir, "--config", "off", "--allow-net", "127.0.0.1", "--embeddings-model", "toy"}, args...), std)
		}
		for _, feed := range []string{"/ar.xml", "/en.xml"} {
			if c.broken == feed {
				model.broken.Store(true)
			}
			if code := newsfold("add", web.URL+feed); code != exitOK {
				t.Errorf("%s: add %s ends with %d: %s", c.what, feed, code, &said)
			}
		}
		newsfold("show", "22")
		if joins := strings.Contains(said.String(), "2 reports in 2 languages") && strings.Contains(said.String(), "likeness of the embeddings"); joins != c.joins {
			t.Errorf("%s: joins %v, said\n%s", c.what, joins, &said)
		}
		if told := strings.Contains(said.String(), "look for events without embeddings"); told != (c.broken != "") {
			t.Errorf("%s: said\n%s", c.what, &said)
		}
		if strings.Contains(said.String(), "hush") {
			t.Errorf("%s: the key is told:\n%s", c.what, &said)
		}
		if asked := model.asked.Load(); asked > 0 != c.model || asked > 0 && model.key.Load() != "Bearer hush-hush" {
			t.Errorf("%s: asked %d times with %v", c.what, asked, model.key.Load())
		}
		srv.Close()
	}
}
