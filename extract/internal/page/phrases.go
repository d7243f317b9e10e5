package page

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// The groups of words that the furniture of pages is made of.
const (
	pRelated = iota // read also, more on, recommended
	pShare
	pComment
	pLetter // newsletters, subscriptions, donations
	pRights
	pPhoto
	pByline
	pDate
	pTags
	pAd
	pConsent
	pBio
	pSource
	pLogin
	pContents // table of contents, key points
	pContact
	pMinutes // reading time

	// NumPhrases is the number of groups.
	NumPhrases = 17
)

// Phrases counts, per group, the words of a block that belong to it: 2 when
// they stand at its start.
type Phrases [NumPhrases]uint8

// headline tells which group a heading announces: 0 none, 1 comments, 2 related
// articles, 3 others.
func (ph *Phrases) headline() float32 {
	switch {
	case ph[pComment] > 0:
		return 1
	case ph[pRelated] > 0:
		return 2
	case ph[pTags]+ph[pLetter]+ph[pShare]+ph[pBio]+ph[pContact]+ph[pSource] > 0:
		return 3
	}
	return 0
}

// vocabulary holds the words and pairs of words of the groups, by language:
// English, German, French, Spanish, Italian, Portuguese, Dutch, Polish,
// Russian, Turkish, Arabic, Chinese, Japanese and a few neighbours.
var vocabulary = vocabularyTable()

// vocabularyShapes tells most words that are not in vocabulary.
var vocabularyShapes = shapesOf(vocabulary)

// shapes holds the lengths of the keys of a table, as bits, by their first and
// by their last byte: most words that are not in it are told without a look.
type shapes struct{ first, second, last [256]uint64 }

func shapesOf[V any](table map[string]V) *shapes {
	var s shapes
	for w := range table {
		s.add(w)
	}
	return &s
}

// add makes a word known, which is not empty.
func (s *shapes) add(w string) {
	bit := uint64(1) << (len(w) & 63)
	s.first[w[0]] |= bit
	s.second[w[min(1, len(w)-1)]] |= bit
	s.last[w[len(w)-1]] |= bit
}

// mayBe reports whether a word may be in the table.
func (s *shapes) mayBe(w []byte) bool {
	return len(w) > 0 && s.first[w[0]]&s.last[w[len(w)-1]]&s.second[w[min(1, len(w)-1)]]&(1<<(len(w)&63)) != 0
}

func vocabularyTable() map[string]uint8 {
	t := make(map[string]uint8, 600)
	for group, list := range [NumPhrases]string{
		pRelated: `related|see also|read also|also read|read more|read next|more on|more from|more stories|more articles|recommended|you may|might like|don't miss|latest news|most read|most popular|trending|popular posts|recent posts|further reading|up next|previous post|next post|next article|previous article|continue reading|keep reading|learn more|watch now|also on|more like|read:|watch:|see:|more:|top stories|related:|see more|check out|click here|view all|
			mehr zum|zum thema|lesen sie|lesen sie auch|auch interessant|weitere artikel|mehr dazu|siehe auch|weiterlesen|das könnte|meistgelesen|ähnliche|verwandte|mehr lesen|lesetipp|mehr über|lies auch|weitere infos|weitere beiträge|hier geht|passend dazu|empfehlungen|ähnliche beiträge|vorheriger|nächster|mehr aus|weitere themen|mehr:|lesen:|
			lire aussi|à lire|voir aussi|sur le|lire la|en savoir|articles similaires|à découvrir|à voir|lire également|articles liés|lire:|plus d'infos|
			lea también|lee también|le puede|te puede|también te|leer más|más información|ver más|relacionadas|relacionados|más noticias|mira también|noticias relacionadas|
			leggi anche|leggi tutto|potrebbe interessarti|articoli correlati|vedi anche|per approfondire|guarda anche|
			leia também|leia mais|veja também|saiba mais|relacionadas|veja mais|confira também|
			lees ook|lees meer|meer over|bekijk ook|gerelateerd|
			czytaj też|czytaj także|zobacz także|zobacz też|przeczytaj także|więcej|czytaj również|polecamy|
			читайте также|читать далее|читайте|по теме|смотрите также|похожие|ещё по|подробнее|ранее|
			ilgili haberler|bunlar da|ayrıca|okuyun|devamını|önerilen|اقرأ أيضا|اقرأ أيضاً|إقرأ أيضا|مواضيع|ذات صلة|المزيد|شاهد|関連記事|関連|あわせて読みたい|おすすめ|相关阅读|相关新闻|延伸阅读|推荐|läs också|läs mer|les også|læs også|lue myös|čtěte také|přečtěte|související|citește și|δείτε επίσης`,
		pShare: `share|shares|share this|share on|tweet|facebook|twitter|whatsapp|linkedin|pinterest|instagram|telegram|reddit|follow|follow us|email this|print|copy link|flipboard|like us|youtube|tiktok|mastodon|xing|
			teilen|folgen|folgen sie|drucken|partager|suivez|suivez-nous|compartir|comparte|síguenos|condividi|seguici|compartilhar|compartilhe|siga|delen|volg|udostępnij|поделиться|поделитесь|подписывайтесь|paylaş|شارك|تابعنا|シェア|分享|dela|del`,
		pComment:  `comments|comment|leave a|reply|replies|responses|join the|no comments|post a|log in to comment|required fields|add a|conversation|kommentare|kommentar|kommentieren|antworten|diskutieren|commentaires|commentaire|commenter|répondre|laisser un|comentarios|comentario|comentar|responder|deja un|commenti|commento|rispondi|lascia un|comentários|comentário|reacties|reageer|komentarze|komentarz|dodaj komentarz|комментарии|комментарий|комментариев|ответить|yorum|yorumlar|التعليقات|تعليق|コメント|评论|評論|留言|kommentarer`,
		pLetter:   `newsletter|newsletters|subscribe|subscription|subscribers|sign up|signup|donate|donation|support us|become a|inbox|email address|e-mail address|join our|get the|unsubscribe|subscribing|free trial|membership|abonnieren|abonnement|abo|jetzt abonnieren|anmelden|spenden|unterstützen|s'abonner|abonnez-vous|inscrivez-vous|infolettre|suscríbete|suscribirse|suscripción|boletín|iscriviti|abbonati|assine|inscreva-se|cadastre-se|schrijf|abonneer|zapisz się|prenumerata|подпишитесь|подписаться|рассылка|abone ol|اشترك|النشرة|订阅|訂閱|登録`,
		pRights:   `copyright|©|rights reserved|all rights|reserved|trademark|alle rechte|rechte vorbehalten|tous droits|droits réservés|derechos reservados|todos los|diritti riservati|direitos reservados|wszelkie prawa|все права|права защищены|hakları saklıdır|حقوق|جميع الحقوق|版权所有|無断転載|terms of|privacy policy|impressum|datenschutz|republish|republished|reproduced|redistributed|permission`,
		pPhoto:    `photo|photos|photo:|photo by|photograph|photography|image|image:|images|image credit|getty|getty images|shutterstock|picture|pictured|credit:|caption|courtesy|file photo|unsplash|istock|istockphoto|foto|foto:|fotos|bild|bild:|bilder|bildquelle|imago|symbolbild|symbolfoto|archivbild|dpa|picture alliance|crédit|crédits|fotografía|imagen|imagem|crediti|foto di|zdjęcie|fot|фото|fotoğraf|صورة|写真|图片|圖|reproduction|screenshot|alamy|adobe stock|pixabay`,
		pByline:   `by|written by|posted by|author|authors|byline|reporter|editor|staff|contributor|von|autor|autorin|redaktion|par|rédaction|por|redacción|di|a cura|redazione|redação|door|redactie|autor:|redakcja|автор|yazar|بقلم|كتب|記者|作者|编辑|責任編輯|published by|edited by|reporting by|text:|story by|av|tekst|af`,
		pDate:     `published|posted|updated|last updated|updated on|posted on|published on|modified|ago|created|am|pm|edt|est|gmt|veröffentlicht|aktualisiert|stand|erstellt|uhr|vom|datum|publié|mis à|publié le|modifié|publicado|actualizado|hace|pubblicato|aggiornato|publicada|atualizado|gepubliceerd|bijgewerkt|opublikowano|aktualizacja|dodano|опубликовано|обновлено|yayınlanma|güncelleme|نشر|تحديث|آخر تحديث|更新|発表|发布|公開|january|february|march|april|june|july|august|september|october|november|december|jan|feb|mar|apr|jun|jul|aug|sep|sept|oct|nov|dec|januar|februar|märz|mai|juni|juli|oktober|dezember|monday|tuesday|wednesday|thursday|friday|saturday|sunday`,
		pTags:     `tags|tags:|tag|tagged|filed under|filed|categories|category|topics|topic|keywords|keywords:|labels|posted in|schlagwörter|schlagworte|stichwörter|themen|kategorien|kategorie|rubrik|mots-clés|étiquettes|catégorie|catégories|thèmes|etiquetas|categorías|temas|categoria|argomenti|etichette|tagi|tagi:|kategorie|теги|метки|рубрики|etiketler|kategori|الوسوم|وسوم|タグ|标签|標籤|カテゴリ|in this|more in`,
		pAd:       `advertisement|advertising|sponsored|sponsor|ad|ads|ads by|promoted|promo|partner content|paid content|affiliate|commission|affiliate links|disclosure|anzeige|werbung|publicité|publicidad|pubblicità|publicidade|advertentie|reklama|реклама|reklam|إعلان|إعلانات|広告|广告|annonse|annons|deal|coupon|buy now|shop now|amazon|add to`,
		pConsent:  `cookie|cookies|consent|privacy|gdpr|javascript|browser|accept|datenschutz|cookie-einstellungen|externe inhalte|inhalte von|adblocker|ad blocker|enable javascript|your browser|einwilligung|vie privée|privacidad|browser doesn't|personal data|third party|drittanbieter`,
		pBio:      `is a|was a|has been|about the|about author|the author|writes about|is an|lives in|contributor at|editor at|reporter for|follow him|follow her|his work|her work|contact the|is the|freelance|journalist|co-founder|über den|über die|ist redakteur|ist redakteurin|ist journalist|zur person|freier|à propos|journaliste|sobre el|sobre la|acerca de|periodista|sull'autore|giornalista|sobre o|sobre a|jornalista|об авторе|yazar hakkında|عن الكاتب|著者|プロフィール`,
		pSource:   `source|source:|sources|sources:|via|via:|quelle|quelle:|quellen|fuente|fuente:|fuentes|fonte|fonte:|źródło|źródło:|источник|источник:|kaynak|kaynak:|المصدر|المصدر:|来源|來源|出典|references|reference|notes|footnotes|originally|einzelnachweise|literatur|references:|first appeared|bibliography|citation|doi`,
		pLogin:    `log in|login|sign in|register|registered|create account|my account|password|username|already a|einloggen|anmeldung|registrieren|konto|passwort|se connecter|connexion|mot de|iniciar sesión|regístrate|contraseña|accedi|registrati|entrar|inloggen|zaloguj|войти|регистрация|giriş|تسجيل|تسجيل الدخول|ログイン|登录|search|menu|home|skip to|back to|loading|go to|jump to|close|open|toggle|zurück|suche|startseite|rechercher|accueil|buscar|inicio|cerca|início|szukaj|поиск`,
		pContents: `table of|contents|in this article|key takeaways|takeaways|key points|highlights|summary|overview|at a glance|inhalt|inhaltsverzeichnis|inhalte|das wichtigste|auf einen|sommaire|au sommaire|índice|contenido|en este|indice|sommario|neste artigo|spis treści|содержание|içindekiler|المحتويات|目次|目录|faq|faqs|conclusion|introduction|prep time|ingredients|tl;dr`,
		pContact:  `contact|contact us|call|phone|telephone|tel|fax|address|e-mail|email|email:|send us|got a|tips|feedback|report an|error|corrections|telefon|kontakt|adresse|anschrift|contactez|contacto|teléfono|contatto|contatti|contato|контакты|тел|iletişim|اتصل|press release|media contact|about us|website|visit|download|app|app store|google play|podcast|listen|episode|event|tickets|hashtag|rate this|was this|helpful|vote|poll|quiz|votes|rating|stars`,
		pMinutes:  `min read|minute read|minutes read|mins read|reading time|read time|min|minutes|lesezeit|minuten|lesedauer|temps de|lecture|minutos|tiempo de|lettura|minuti|tempo de|leestijd|min.|views|view|aufrufe|vues|visitas|просмотров|мин|words|read:`,
	} {
		for w := range strings.SplitSeq(list, "|") {
			w = strings.TrimSpace(w)
			if w == "" {
				continue
			}
			f := strings.Fields(w)
			if len(f) > 2 {
				f = f[:2]
			}
			key := strings.Join(f, " ")
			if _, ok := t[key]; !ok {
				t[key] = uint8(group) + 1
			}
		}
	}
	return t
}

// phrasesOf looks up the first words of a block.
func (g *grouper) phrasesOf(b *Block) Phrases {
	g.ph, g.n, g.m, g.words = Phrases{}, 0, 0, 0
	s := b.Text
	switch { // what long paragraphs speak of says little
	case len(s) > 400:
		s = s[:48]
	case len(s) > 160:
		s = s[:160]
	}
	for i := 0; i < len(s); {
		c := s[i]
		if c >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(s[i:])
			g.rune(r)
			i += size
			continue
		}
		i++
		switch {
		case c == ' ' || c == '\n' || c == '/' || c == '|':
			g.end()
		case g.n > 60:
		case g.n == 0 && (c == '(' || c == '[' || c == '"' || c == '*' || c == '-' || c == '>'):
		default:
			if c >= 'A' && c <= 'Z' {
				c |= 0x20
			}
			g.word[g.n] = c
			g.n++
		}
	}
	g.end()
	return g.ph
}

// rune adds a character that is not ASCII.
func (g *grouper) rune(r rune) {
	switch {
	case g.n > 60:
	case wide(r):
		g.wide(r)
	case r == '’':
		g.word[g.n] = '\''
		g.n++
	default:
		g.n += utf8.EncodeRune(g.word[g.n:], unicode.ToLower(r))
	}
}

// grouper looks up words and pairs of words. It is used for block after block.
type grouper struct {
	ph    Phrases
	word  [256]byte // the one at work, n bytes
	n     int
	prev  [256]byte // the one before, m bytes
	m     int
	words int
}

// end looks up the word at work, alone and with the one before.
func (g *grouper) end() {
	if g.n == 0 {
		return
	}
	g.words++
	weight := uint8(1)
	if g.words <= 2 {
		weight = 2
	}
	trim := g.n
	for trim > 0 && strings.IndexByte(",.!?)", g.word[trim-1]) >= 0 {
		trim--
	}
	g.look(g.word[:trim], weight)
	if g.m > 0 && g.m+1+trim < len(g.prev) {
		g.prev[g.m] = ' '
		copy(g.prev[g.m+1:], g.word[:trim])
		g.look(g.prev[:g.m+1+trim], weight)
	}
	copy(g.prev[:], g.word[:trim])
	g.m, g.n = trim, 0
}

func (g *grouper) look(w []byte, weight uint8) {
	if !vocabularyShapes.mayBe(w) {
		return
	}
	if k := vocabulary[string(w)]; k > 0 {
		g.ph[k-1] = max(g.ph[k-1], weight)
	}
}

// wide adds a Chinese or Japanese character: two and four of them are looked
// up as words.
func (g *grouper) wide(r rune) {
	was := g.n
	g.n += utf8.EncodeRune(g.word[g.n:], unicode.ToLower(r))
	if was >= 6 && g.n >= 12 {
		g.look(g.word[:g.n], 2)
		g.end()
	}
	if g.n == 6 {
		g.look(g.word[:6], 2)
	}
}
