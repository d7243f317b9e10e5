package extract

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html/atom"
)

// kind says what the page is. Phrases are looked for only on pages with little
// text: an article about cookies is no request for consent.
func (r *reader) kind() Kind {
	n := utf8.RuneCountInString(r.doc.Text)
	t := r.traits(n < 2500)
	switch {
	case n < 2500 && r.missing(t, n):
		return Missing
	case n < 2000 && r.consent(t, n):
		return Consent
	case n < 400 && r.script(t):
		return Script
	case r.live(t):
		return Live
	case r.listing(t, n):
		return Listing
	case n < 500 && r.media():
		return Media
	case n == 0:
		return Nothing
	case n < 2500 && r.stub(t):
		return Stub
	}
	return Article
}

// traits are what the kinds are told by.
type traits struct {
	all      string // the text of the page in lower case, at most 16 KB
	title    string // of the page, its headings and its article, in lower case
	teasers  int    // blocks that are links of the length of headlines
	headings int    // kept headings, and how many of these are links
	linked   int
	links    int32 // kept runes in links
	good     int   // kept blocks of sentences
	times    int   // blocks outside of lists that are a time of day
}

func (r *reader) traits(words bool) traits {
	p := r.page
	var t traits
	var all strings.Builder
	for i := range p.Blocks {
		b := &p.Blocks[i]
		if words && all.Len() < 16<<10 {
			all.WriteString(b.Text)
			all.WriteByte('\n')
		}
		if b.Chars >= 25 && b.LinkChars*10 > b.Chars*8 {
			t.teasers++
		}
		if r.keep[i] {
			t.links += b.LinkChars
			if b.Good {
				t.good++
			}
			switch p.Elems[b.Elem].Tag {
			case atom.H1, atom.H2, atom.H3, atom.H4:
				t.headings++
				if b.LinkChars*10 > b.Chars*8 {
					t.linked++
				}
			}
		}
		if b.Digits >= 3 && b.Chars <= 24 && clock(b.Text) {
			t.times++
		}
	}
	t.all = strings.ToLower(all.String())
	t.title = strings.ToLower(p.Title + "\n" + strings.Join(r.headings(), "\n") + "\n" + r.doc.Title)
	return t
}

// clock reports whether a block is a time of day, as above the posts of a live
// blog: "14:05", "2.05 pm", "14:05 Uhr".
func clock(s string) bool {
	if len(s) < 4 || len(s) > 24 {
		return false
	}
	ts := tokens(s)
	return len(ts) >= 2 && len(ts) <= 5 && ts[0].num >= 0 && ts[0].num < 24 && ts[0].size <= 2 && ts[1].num >= 0 && ts[1].num < 60 && ts[1].size == 2 &&
		(ts[1].sep == ":" || ts[1].sep == "." || ts[1].sep == "h")
}

var missingTitles = []string{
	"page not found", "not found", "error 404", "404 error", "page cannot be found", "page can't be found", "page can’t be found", "page doesn't exist", "page doesn’t exist", "page does not exist", "no longer available", "access denied", "403 forbidden", "forbidden", "410 gone", "service unavailable", "bad gateway", "gateway time-out", "internal server error", "just a moment", "attention required", "are you a robot", "something went wrong", "we couldn't find", "we couldn’t find",
	"seite nicht gefunden", "nicht gefunden", "seite existiert nicht", "page introuvable", "page non trouvée", "introuvable", "página no encontrada", "no encontrada", "pagina non trovata", "non trovata", "página não encontrada", "não encontrada", "страница не найдена", "не найдена", "sayfa bulunamadı", "bulunamadı", "الصفحة غير موجودة", "غير موجودة", "页面不存在", "找不到", "ページが見つかりません", "見つかりません", "pagina niet gevonden", "nie znaleziono", "strona nie istnieje",
}

// missing recognises error pages that are served as any other page, and the
// challenges of gatekeepers.
func (r *reader) missing(t traits, n int) bool {
	title := t.title
	for line := range strings.SplitSeq(title, "\n") {
		for _, p := range missingTitles { // "The forbidden city" is no error
			if n < 1500 && strings.Contains(line, p) && (len(p)*2 >= len(line) || n < 200) {
				return true
			}
		}
	}
	for f := range strings.FieldsSeq(title) {
		if f = strings.Trim(f, "!.,:;-–|()"); (f == "404" || f == "403" || f == "410") && n < 600 {
			return true
		}
	}
	return n < 300 && missingPhrases.in(t.all) > 0
}

// The phrases by which pages that are no articles are recognised, in lower case;
// never changed.
var (
	consentPhrases = newPhraseTable([]string{
		"cookies", "cookie", "consent", "accept all", "i accept", "we value your privacy", "your privacy", "our partners", "personalised ads", "personalized ads", "privacy policy", "reject all", "manage options", "before you continue", "legitimate interest", "tracking",
		"einwilligung", "alle akzeptieren", "akzeptieren", "datenschutz", "mit werbung", "werbefrei", "unsere partner", "zustimmen", "tout accepter", "accepter", "consentement", "nos partenaires", "vie privée", "refuser", "aceptar", "privacidad", "nuestros socios", "consentimiento", "accetta", "consenso", "informativa", "aceitar", "consentimento", "принять", "файлы cookie", "согласие", "çerez", "kabul et", "kişisel veri", "ملفات تعريف الارتباط", "موافق", "同意", "クッキー", "隐私",
	})
	missingPhrases = newPhraseTable([]string{
		"we're having trouble", "we’re having trouble", "we're having some trouble", "we’re having some trouble", "we are having trouble",
		"page you are looking for", "page you were looking for", "page you requested", "the requested url was not found", "verify you are human", "unusual traffic", "checking your browser", "die gesuchte seite", "die angeforderte seite", "la page demandée", "la page que vous cherchez", "la página que busca", "la página solicitada", "la pagina richiesta", "a página que você", "запрашиваемая страница", "aradığınız sayfa", "الصفحة التي تبحث", "您访问的页面", "お探しのページ",
	})
	scriptPhrases = newPhraseTable([]string{
		"enable javascript", "javascript is disabled", "javascript is required", "requires javascript", "without javascript", "turn on javascript", "javascript to run", "activate javascript", "javascript enabled", "javascript aktivieren", "javascript deaktiviert", "aktivieren sie javascript", "activer javascript", "activez javascript", "activar javascript", "habilitar javascript", "habilite javascript", "active javascript", "attivare javascript", "abilita javascript", "ative o javascript", "включите javascript", "включить javascript", "javascript'i etkinleştir", "تفعيل جافا", "تفعيل javascript", "启用javascript", "启用 javascript", "javascriptを有効",
	})
	stubPhrases = newPhraseTable([]string{
		"to continue reading", "continue reading this article", "subscribe to read", "subscribers only", "subscriber-only", "already a subscriber", "for subscribers", "subscribe to unlock", "unlock this article", "this article is for", "to read the full", "log in to read", "become a subscriber",
		"weiterlesen mit", "jetzt weiterlesen", "um weiterzulesen", "nur für abonnenten", "sie möchten weiterlesen", "mit einem abo", "bereits abonnent", "exklusiv für abonnenten", "artikel freischalten", "réservé aux abonnés", "réservé à nos abonnés", "déjà abonné", "pour lire la suite", "il vous reste", "exclusivo para suscriptores", "contenido exclusivo", "para seguir leyendo", "ya eres suscriptor", "riservato agli abbonati", "per continuare a leggere", "sei già abbonato", "exclusivo para assinantes", "já é assinante", "continue lendo", "только для подписчиков", "чтобы продолжить чтение", "abone olun", "للمشتركين فقط", "订阅后", "この記事は有料会員限定", "有料会員", "会員限定", "残り",
	})
	liveTitles = newPhraseTable([]string{
		"live blog", "liveblog", "liveticker", "live-ticker", "live updates", "live:", "– live", "- live", "en direct", "minuto a minuto", "en vivo", "ao vivo", "in diretta", "онлайн-трансляция", "хроника", "canlı anlatım", "مباشر", "直播", "速報",
	})
	players = newPhraseTable([]string{
		"youtube", "vimeo", "dailymotion", "player", "soundcloud", "spotify", "brightcove", "jwplatform", "podcast",
	})
)

// consent recognises pages that show nothing but a request to accept cookies.
func (r *reader) consent(t traits, n int) bool {
	host := strings.ToLower(r.url.Host)
	if strings.HasPrefix(host, "consent.") || strings.HasPrefix(host, "guce.") || strings.HasPrefix(host, "privacy") {
		return true
	}
	text := strings.ToLower(r.doc.Text)
	if n < 200 { // hardly a text: what does the page speak of?
		return len(t.all) < 4000 && consentPhrases.in(t.all) >= 4
	}
	first, _, _ := strings.Cut(text, "\n\n")
	if !r.doc.Published.IsZero() && r.doc.Byline != "" {
		return false // signed and dated: an article about such requests
	}
	return consentPhrases.in(text) >= 5 || consentPhrases.in(text) >= 3 && consentPhrases.in(first+t.title) >= 2
}

// script recognises pages that are empty without JavaScript.
func (r *reader) script(t traits) bool {
	if scriptPhrases.in(t.all) > 0 {
		return true
	}
	if len(t.all) > 1500 {
		return false
	}
	noscript := ""
	for _, n := range r.dom.Find("noscript").Nodes {
		if n.FirstChild != nil && len(noscript) < 8192 {
			noscript += strings.ToLower(n.FirstChild.Data)
		}
	}
	return scriptPhrases.in(noscript) > 0
}

// live recognises running reports of many short posts.
func (r *reader) live(t traits) bool {
	if r.ld.live {
		return true
	}
	if t.times < 5 {
		return false
	}
	named := liveTitles.in(t.title) > 0 ||
		strings.Contains(r.url.Path, "liveblog") || strings.Contains(r.url.Path, "/live/") || strings.Contains(r.url.Path, "liveticker")
	return named
}

// listing recognises fronts, sections and archives: pages of links to articles.
func (r *reader) listing(t traits, n int) bool {
	typ := strings.ToLower(r.head.first("og:type"))
	stated := typ == "article" || articleRank(map[string]any{"@type": r.ld.typ, "headline": "x"}) >= 4
	if stated && n > 600 {
		return false
	}
	if t.linked >= 5 && t.linked*2 > t.headings && (n < 3000 || int(t.links)*3 > n) {
		return true
	}
	if n < 600 && t.teasers >= 15 && (t.good == 0 || r.doc.Published.IsZero() && !stated && t.good < 2) {
		return true
	}
	root := r.url.Host != "" && (r.url.Path == "" || r.url.Path == "/")
	return root && !stated && t.teasers >= 12
}

// media recognises pages around a video, a recording or pictures.
func (r *reader) media() bool {
	typ := strings.ToLower(r.head.first("og:type"))
	if strings.HasPrefix(typ, "video") || strings.HasPrefix(typ, "music") || strings.Contains(r.ld.typ, "VideoObject") || strings.Contains(r.ld.typ, "AudioObject") ||
		strings.Contains(r.ld.typ, "PodcastEpisode") || strings.Contains(r.ld.typ, "ImageGallery") {
		return true
	}
	if r.dom.Find("video, audio").Length() > 0 {
		return true
	}
	for _, n := range r.dom.Find("iframe").Nodes {
		for _, a := range n.Attr {
			if a.Key == "src" && players.in(a.Val) > 0 {
				return true
			}
		}
	}
	return false
}

// stub recognises articles that a paywall cuts off.
func (r *reader) stub(t traits) bool {
	if !r.ld.free {
		return true
	}
	return stubPhrases.in(t.all) > 0
}
