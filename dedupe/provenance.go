package dedupe

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Lead picks the article that stands for a story. policy is "earliest" (also
// when empty), "complete", or "preferred:HOST,HOST". Only articles that carry
// a fair part of the longest text are considered: a story is not led by a
// teaser. It returns 0 when there are no articles.
func Lead(articles []Article, policy string) int64 {
	switch len(articles) {
	case 0:
		return 0
	case 1:
		return articles[0].ID
	}
	all := slices.Clone(articles)
	slices.SortFunc(all, earlier)
	longest := 0
	for _, a := range all {
		longest = max(longest, len(a.Text))
	}
	full := slices.DeleteFunc(slices.Clone(all), func(a Article) bool { return 2*len(a.Text) < longest })
	kind, hosts, _ := strings.Cut(policy, ":")
	switch kind {
	case "complete":
		best := full[0]
		for _, a := range full[1:] {
			// A few words more are a byline or a button, not a better text.
			if 20*len(a.Text) > 21*len(best.Text) {
				best = a
			}
		}
		return best.ID
	case "preferred":
		for h := range strings.SplitSeq(hosts, ",") {
			h = strings.TrimSpace(h)
			for _, a := range append(full[:len(full):len(full)], all...) {
				if h != "" && (strings.EqualFold(a.Host, h) || strings.EqualFold(a.Outlet, h)) {
					return a.ID
				}
			}
		}
	}
	return full[0].ID
}

// earlier orders articles by time, unknown times last, then by ID.
func earlier(a, b Article) int {
	s, t := articleTime(a), articleTime(b)
	if s.IsZero() != t.IsZero() {
		if s.IsZero() {
			return 1
		}
		return -1
	}
	return cmp.Or(s.Compare(t), cmp.Compare(a.ID, b.ID))
}

// Provenance says who had a story first.
type Provenance struct {
	First      int64  // the article that was there first; 0: none of ours
	Outlet     string // who had it first: that article's outlet, or an agency whose own copy was never seen
	URL        string
	Confidence float64 // 0 to 1
	Reason     string  // for a person
}

// creditTrust is how far a statement of each kind is believed.
var creditTrust = map[string]float64{
	"canonical": .95, "credit": .9, "source": .85, "metadata": .85, "dateline": .85,
	"copyright": .7, "byline": .7, "path": .6,
}

// Origins weighs credits, containment and times of a story's articles. A
// stated credit outweighs everything else; the times of publication decide
// only between articles that credit nobody, and are believed the less the
// closer they are: feeds are polled late and clocks are wrong.
func Origins(articles []Article) Provenance {
	if len(articles) == 0 {
		return Provenance{}
	}
	all := slices.Clone(articles)
	slices.SortFunc(all, earlier)
	if p, ok := credited(all); ok {
		return p
	}
	if len(all) == 1 {
		return Provenance{all[0].ID, outlet(all[0]), all[0].URL, .5, "the only article of the story"}
	}
	first, second := all[0], all[1]
	s, t := articleTime(first), articleTime(second)
	p := Provenance{First: first.ID, Outlet: outlet(first), URL: first.URL, Confidence: .3}
	if s.IsZero() || t.IsZero() {
		p.Reason = "no credits, and not all times are known"
		return p
	}
	gap := t.Sub(s)
	p.Confidence = .35 + .25*min(1, gap.Hours()/24)
	p.Reason = fmt.Sprintf("no credits; dated %s before the next one", roughly(gap))
	return p
}

func roughly(d time.Duration) string {
	switch {
	case d < time.Minute:
		return "less than a minute"
	case d < 2*time.Hour:
		return fmt.Sprintf("%.0f minutes", d.Minutes())
	case d < 48*time.Hour:
		return fmt.Sprintf("%.0f hours", d.Hours())
	}
	return fmt.Sprintf("%.0f days", d.Hours()/24)
}

func outlet(a Article) string {
	return cmp.Or(a.Outlet, a.Host)
}

// vote is how much of a story credits one source.
type vote struct {
	o     Origin
	trust float64 // of the best statement
	sum   float64 // of the best statement of each article
	n     int     // articles that make one
}

// credited finds whom the articles of a story credit most. When that is one of
// the articles and it credits another itself, the credit is passed on.
func credited(all []Article) (Provenance, bool) {
	votes, order := countVotes(all)
	if len(order) == 0 {
		return Provenance{}, false
	}
	best := votes[order[0]]
	for _, k := range order[1:] {
		if votes[k].sum > best.sum {
			best = votes[k]
		}
	}
	var first *Article
	for range len(all) {
		first = byOutlet(all, best.o)
		if first == nil {
			break
		}
		next := votes[ownVote(*first)]
		if next == nil || next == best {
			break
		}
		best = next
	}
	p := Provenance{
		Outlet: cmp.Or(best.o.Name, urlHost(best.o.URL)), URL: best.o.URL,
		Confidence: min(.98, best.trust+.03*float64(best.n-1)),
		Reason:     fmt.Sprintf("credited by %d of %d articles (%s)", best.n, len(all), best.o.Kind),
	}
	if first != nil {
		p.First, p.Outlet, p.URL = first.ID, outlet(*first), first.URL
	}
	return p, true
}

// countVotes sums up the credits by whom they name, in order of appearance.
func countVotes(all []Article) (map[string]*vote, []string) {
	votes := map[string]*vote{}
	var order []string
	for _, a := range all {
		if len(a.Origins) == 0 {
			continue
		}
		mine := map[string]float64{}
		for _, o := range a.Origins {
			trust, ok := creditTrust[o.Kind]
			k := originKey(o)
			if !ok || k == "" || isOutlet(o, a) { // to credit oneself says nothing
				continue
			}
			v := votes[k]
			if v == nil {
				v = &vote{o: o}
				votes[k] = v
				order = append(order, k)
			}
			if trust > v.trust {
				v.trust, v.o.Kind = trust, o.Kind
			}
			v.o.Name, v.o.URL = cmp.Or(v.o.Name, o.Name), cmp.Or(v.o.URL, o.URL)
			mine[k] = max(mine[k], trust)
		}
		for k, trust := range mine {
			votes[k].sum += trust
			votes[k].n++
		}
	}
	return votes, order
}

// ownVote returns the key of whom an article credits most surely.
func ownVote(a Article) string {
	best, key := 0., ""
	for _, o := range a.Origins {
		if t := creditTrust[o.Kind]; t > best && !isOutlet(o, a) {
			best, key = t, originKey(o)
		}
	}
	return key
}

// byOutlet returns the earliest article of whom an origin names.
func byOutlet(all []Article, o Origin) *Article {
	for i := range all {
		if isOutlet(o, all[i]) {
			return &all[i]
		}
	}
	return nil
}

// originKey names whom an origin credits, however it is written.
func originKey(o Origin) string {
	if n := plainName(o.Name); n != "" {
		return n
	}
	return urlHost(o.URL)
}

// plainName reduces the name of an outlet to its letters (see bareName), and an
// agency's to one name in all languages, also with its sign behind it in brackets.
func plainName(name string) string {
	s := bareName(name)
	if long, _, signed := strings.Cut(name, "("); signed {
		if a, ok := agencies[bareName(long)]; ok {
			return a
		}
	}
	if a, ok := agencies[s]; ok {
		return a
	}
	return s
}

// bareName reduces the name of an outlet to its letters, without an article in
// front or a word that says what it is: "The Harbour" and "Harbour", "صحيفة
// المرفأ" and "المرفأ" are one.
func bareName(name string) string {
	var kept []string
	for i, w := range split(name, nil) {
		s := strings.Map(plainRune, strings.ToLower(name[w.start:w.end()]))
		if s == "www" || i == 0 && leading[s] {
			continue
		}
		kept = append(kept, s)
	}
	named := slices.DeleteFunc(slices.Clone(kept), func(s string) bool { return outletWords[s] })
	if len(named) > 0 {
		kept = named
	}
	return strings.Join(kept, "")
}

// plainRune brings the forms of Arabic letters to one and drops vowel signs.
func plainRune(r rune) rune {
	if r == 0x0640 || r >= 0x064B && r <= 0x065F || r == 0x0670 {
		return -1
	}
	return foldArabic(r)
}

// leading are the articles that names begin with.
var leading = map[string]bool{
	"the": true, "der": true, "die": true, "das": true, "le": true, "la": true, "les": true, "el": true, "los": true,
	"las": true, "il": true, "lo": true, "o": true, "os": true, "de": true, "het": true,
}

// outletWords say of a name that it is an outlet's, with their letters as
// plainRune leaves them.
var outletWords = map[string]bool{
	"صحيفه": true, "جريده": true, "وكاله": true, "موقع": true, "مجله": true, "قناه": true, "شبكه": true,
	"newspaper": true, "zeitung": true, "journal": true, "diario": true, "giornale": true, "jornal": true, "gazeta": true, "газета": true,
}

// agencies names each agency whose reports are credited under several names, by
// its other names' letters.
var agencies = makeAgencies(map[string]string{
	"associatedpress": "AP|AP News|apnews.com|أسوشيتد برس|اسوشييتد برس|美联社|美聯社|AP通信",
	"reuters":         "Reuter|reuters.com|Thomson Reuters|رويترز|Рейтер|Рейтерс|路透社|路透|ロイター",
	"afp":             "Agence France-Presse|afp.com|أ ف ب|فرانس برس|وكالة الصحافة الفرنسية|АФП|法新社|AFP時事",
	"dpa":             "Deutsche Presse-Agentur|dpa.com|dpa-AFX|د ب أ|الأنباء الألمانية",
	"spa":             "واس|الأنباء السعودية|Saudi Press Agency|spa.gov.sa",
	"aa":              "Anadolu|Anadolu Agency|Anadolu Ajansı|aa.com.tr|الأناضول",
	"bloomberg":       "bloomberg.com|Bloomberg News|Bloomberg Opinion|بلومبرغ|بلومبيرغ|بلومبرج|彭博社",
	"upi":             "United Press International|upi.com",
	"pa":              "PA Media|Press Association",
	"efe":             "Agencia EFE|efe.com|إفي|ЭФЭ|埃菲社",
	"ansa":            "ansa.it|أنسا",
	"xinhua":          "Xinhua News Agency|شينخوا|新华社|新華社|新华网|Синьхуа",
	"tass":            "ТАСС|ИТАР-ТАСС|تاس|塔斯社",
	"rianovosti":      "РИА Новости|ria.ru",
	"kyodo":           "Kyodo News|共同通信|共同社",
	"wam":             "وام|أنباء الإمارات|Emirates News Agency|wam.ae",
	"kuna":            "كونا|الأنباء الكويتية|Kuwait News Agency",
	"mena":            "أ ش أ|أنباء الشرق الأوسط|Middle East News Agency",
	"petra":           "بترا|الأنباء الأردنية|Jordan News Agency",
})

func makeAgencies(names map[string]string) map[string]string {
	t := map[string]string{}
	for agency, others := range names {
		for n := range strings.SplitSeq(others, "|") {
			t[bareName(n)] = agency
		}
	}
	return t
}

func urlHost(u string) string {
	_, rest, _ := strings.Cut(CanonicalURL(u), "://")
	host, _, _ := strings.Cut(rest, "/")
	return strings.TrimPrefix(host, "www.")
}

// isOutlet reports whether an article is by whom an origin credits.
func isOutlet(o Origin, a Article) bool {
	if o.URL != "" {
		k := urlKey(CanonicalURL(o.URL))
		if k != "" && k == urlKey(CanonicalURL(a.URL)) {
			return true
		}
		h := urlHost(o.URL)
		if h != "" && a.Host != "" && (h == a.Host || strings.HasSuffix(h, "."+a.Host)) {
			return true
		}
	}
	n := plainName(o.Name)
	if n == "" {
		return false
	}
	return n == plainName(a.Outlet) || n == plainName(a.Host) || n == plainName(strings.SplitN(a.Host, ".", 2)[0])
}
