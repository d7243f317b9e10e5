// Command hostile measures whether servers that are out to hurt delay the feeds
// of others, and how much memory they can make the daemon take.
//
//	cd bench/hostile && go run . [-feeds 300] [-share .05] [-seconds 40] [-rounds 3]
//
// Healthy feeds are served on loopback, each at an address of its own, and
// publish at random moments. The real daemon polls them every two seconds, in
// turn alone and together with hostile feeds: one in twenty, each at an address
// of its own, of all the kinds in hostile.go. The delay is the time from the
// publication of an entry until the daemon has asked for it; what counts is its
// 99th percentile with hostile feeds beside that without, in one run. Peak
// memory is the daemon's resident set.
package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"log"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"
)

func main() {
	b := bench{}
	flag.IntVar(&b.feeds, "feeds", 300, "healthy feeds")
	flag.Float64Var(&b.share, "share", .05, "share of all feeds that is hostile")
	seconds := flag.Int("seconds", 40, "how long each run lasts, after five seconds to begin with")
	flag.IntVar(&b.rounds, "rounds", 3, "how often each of the two runs is made")
	flag.BoolVar(&b.joint, "joint", false, "put each hostile feed on the server of a healthy one")
	flag.Parse()
	b.length = time.Duration(*seconds) * time.Second
	if err := b.run(); err != nil {
		log.Fatal(err)
	}
}

type bench struct {
	feeds  int
	share  float64
	length time.Duration
	rounds int
	joint  bool

	port string
	mu   sync.Mutex
	live map[string]*feed // by host
}

// figure is what one run showed.
type figure struct {
	delays []time.Duration
	gaps   []time.Duration // between polls of a healthy feed
	cpu    time.Duration
	peak   int64 // bytes
}

func (b *bench) run() error {
	dir, err := os.MkdirTemp("", "newsfold-bench-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	bin := filepath.Join(dir, "newsfold")
	build := exec.Command("go", "build", "-o", bin, "./cmd/newsfold")
	build.Dir = filepath.Join("..", "..")
	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("%w: %s", err, out)
	}
	l, err := net.Listen("tcp4", "0.0.0.0:0") // all of 127.0.0.0/8
	if err != nil {
		return err
	}
	if _, b.port, err = net.SplitHostPort(l.Addr().String()); err != nil {
		return err
	}
	server := &http.Server{Handler: b, ErrorLog: log.New(bytes.NewBuffer(nil), "", 0)}
	go func() { _ = server.Serve(l) }()
	defer func() { _ = server.Close() }()

	results := map[bool][]figure{}
	for i := range b.rounds {
		for _, hostile := range []bool{false, true} {
			store := filepath.Join(dir, fmt.Sprint("store", i, hostile))
			f, err := b.measure(bin, store, hostile)
			if err != nil {
				return err
			}
			results[hostile] = append(results[hostile], f)
			fmt.Printf("%-9s delay p50 %4d ms  p99 %4d ms  longest gap between polls p99 %4d ms  cpu %5.1f s  peak %3d MB\n",
				map[bool]string{false: "healthy", true: "hostile"}[hostile], at(f.delays, .5).Milliseconds(), at(f.delays, .99).Milliseconds(),
				at(f.gaps, .99).Milliseconds(), f.cpu.Seconds(), f.peak>>20)
		}
	}
	report(results)
	return nil
}

func report(results map[bool][]figure) {
	ratio := func(name string, of func(figure) float64) {
		var rs []float64
		for i := range results[true] {
			rs = append(rs, of(results[true][i])/of(results[false][i]))
		}
		slices.Sort(rs)
		fmt.Printf("with hostile feeds / without, %s: %.2f (%.2f to %.2f)\n", name, rs[len(rs)/2], rs[0], rs[len(rs)-1])
	}
	ratio("p99 delay", func(f figure) float64 { return at(f.delays, .99).Seconds() })
	ratio("p99 gap between polls", func(f figure) float64 { return at(f.gaps, .99).Seconds() })
	ratio("median delay", func(f figure) float64 { return at(f.delays, .5).Seconds() })
	peak := int64(0)
	for _, f := range results[true] {
		peak = max(peak, f.peak)
	}
	fmt.Printf("peak memory with hostile feeds: %d MB\n", peak>>20)
}

// at is a quantile.
func at(ds []time.Duration, q float64) time.Duration {
	if len(ds) == 0 {
		return 0
	}
	ds = slices.Sorted(slices.Values(ds))
	return ds[int(q*float64(len(ds)-1))]
}

// measure runs the daemon over the feeds.
func (b *bench) measure(bin, store string, hostile bool) (figure, error) {
	urls := b.reset(hostile)
	list := store + ".opml"
	if err := os.WriteFile(list, opml(urls), 0o600); err != nil {
		return figure{}, err
	}
	if out, err := exec.Command(bin, "--dir", store, "-q", "import", list).CombinedOutput(); err != nil {
		return figure{}, fmt.Errorf("import: %w: %s", err, out)
	}
	cmd := exec.Command(bin, "--dir", store, "-q", "--allow-net", "127.0.0.0/8", "--interval", "2s", "--min-interval", "1s", "daemon", "--listen", "off")
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		return figure{}, err
	}
	time.Sleep(5 * time.Second) // until all feeds were read for the first time
	b.mu.Lock()
	begin := time.Now()
	for _, f := range b.live {
		f.begin(begin)
	}
	b.mu.Unlock()
	time.Sleep(b.length)
	b.mu.Lock()
	var fig figure
	for _, f := range b.live {
		fig.delays = append(fig.delays, f.delays...)
		fig.gaps = append(fig.gaps, f.gaps...)
		// What was not asked for by now waits at least that long.
		for _, p := range f.pending {
			if d := time.Since(p); d > 3*time.Second {
				fig.delays = append(fig.delays, d)
			}
		}
	}
	b.mu.Unlock()
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		return figure{}, err
	}
	if err := cmd.Wait(); err != nil {
		return figure{}, fmt.Errorf("the daemon ended badly: %w", err)
	}
	use, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	if !ok {
		return figure{}, errors.New("no accounting of the daemon")
	}
	fig.cpu = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	fig.peak = use.Maxrss << 10
	return fig, nil
}

// reset makes new feeds and returns where they are.
func (b *bench) reset(hostile bool) []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.live = map[string]*feed{}
	var urls []string
	for i := range b.feeds {
		host := fmt.Sprintf("127.1.%d.%d", i/250, i%250+1)
		b.live[host] = newFeed(host, uint64(i+1))
		urls = append(urls, "http://"+host+":"+b.port+"/feed")
	}
	if !hostile {
		return urls
	}
	for i := range int(float64(b.feeds) * b.share / (1 - b.share)) {
		host := fmt.Sprintf("127.2.%d.%d", i/250, i%250+1)
		if b.joint {
			host = fmt.Sprintf("127.1.%d.%d", i/250, i%250+1)
		}
		urls = append(urls, fmt.Sprintf("http://%s:%s/hostile/%d", host, b.port, i))
	}
	return urls
}

func opml(urls []string) []byte {
	var w bytes.Buffer
	w.WriteString("<opml version=\"2.0\"><head/><body>")
	for _, u := range urls {
		fmt.Fprintf(&w, `<outline type="rss" text="f" xmlUrl=%q/>`, u)
	}
	w.WriteString("</body></opml>")
	return w.Bytes()
}

// ServeHTTP serves all feeds.
func (b *bench) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var n int
	if _, err := fmt.Sscanf(r.URL.Path, "/hostile/%d", &n); err == nil {
		attacks[n%len(attacks)](w, r)
		return
	}
	host, _, _ := net.SplitHostPort(r.Host)
	b.mu.Lock()
	f := b.live[host]
	if f == nil || r.URL.Path != "/feed" {
		b.mu.Unlock()
		http.NotFound(w, r)
		return
	}
	body, tag := f.asked(time.Now())
	b.mu.Unlock()
	w.Header().Set("ETag", tag)
	if r.Header.Get("If-None-Match") == tag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	w.Header().Set("Content-Type", "application/rss+xml")
	_, _ = w.Write([]byte(body))
}

// feed is a healthy feed that publishes now and then.
type feed struct {
	host    string
	rnd     *rand.Rand
	items   []string
	n       int
	next    time.Time   // publication; zero: not yet
	pending []time.Time // published and not asked for
	last    time.Time   // poll
	delays  []time.Duration
	gaps    []time.Duration
}

const every = 15 * time.Second // between entries of a feed, on average

func newFeed(host string, seed uint64) *feed {
	f := &feed{host: host, rnd: rand.New(rand.NewPCG(seed, 7))}
	for range 10 {
		f.publish()
	}
	return f
}

func (f *feed) begin(now time.Time) {
	f.next = now.Add(f.pause())
	f.last, f.delays, f.gaps = now, nil, nil
}

func (f *feed) pause() time.Duration { return time.Duration(f.rnd.ExpFloat64() * float64(every)) }

func (f *feed) publish() {
	f.n++
	var text strings.Builder
	for range 120 {
		fmt.Fprintf(&text, "w%x ", f.rnd.Uint32N(1<<20))
	}
	f.items = append(f.items, fmt.Sprintf("<item><guid isPermaLink=\"false\">%d</guid><title>Entry %d of %s</title><link>http://%s/%d</link><content:encoded><![CDATA[<p>%s</p>]]></content:encoded></item>",
		f.n, f.n, f.host, f.host, f.n, text.String()))
	f.items = f.items[max(0, len(f.items)-10):]
}

// asked returns the feed as it is when it is polled.
func (f *feed) asked(now time.Time) (body, tag string) {
	for !f.next.IsZero() && f.next.Before(now) {
		f.publish()
		f.pending = append(f.pending, f.next)
		f.next = f.next.Add(f.pause())
	}
	for _, p := range f.pending {
		f.delays = append(f.delays, now.Sub(p))
	}
	f.pending = f.pending[:0]
	if !f.last.IsZero() {
		f.gaps = append(f.gaps, now.Sub(f.last))
	}
	f.last = now
	return `<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>` + f.host + "</title>" +
		strings.Join(f.items, "") + "</channel></rss>", fmt.Sprintf(`"%d"`, f.n)
}
