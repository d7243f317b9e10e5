package extract

import (
	"strings"
	"sync"
)

// creditPhrase introduces, or with before follows, the name of the outlet that
// a text was taken from.
type creditPhrase struct {
	phrase string // lower case
	label  bool   // "Source:", only at the start of a line
	weak   bool   // also used for other things: agencies, names such as "Coast News" and, of a label, addresses only
	strict bool   // also used for other things: of "this article", or a line of its own that is all names
	before bool   // the name stands in front
	plain  bool   // unmistakable wherever it stands
}

// creditTable is what creditWordings stand for, and where to find it in a text.
type creditTable struct {
	phrases []creditPhrase // looked for in this order
	index   *phraseTable
}

// credits makes the table when a text is first looked at: most programs that start
// never do.
var credits = sync.OnceValue(func() creditTable {
	var t creditTable
	var words []string
	seen := make(map[string]bool)
	for _, w := range creditWordings {
		for _, phrase := range spellOut(w.phrase) {
			if seen[phrase] {
				continue
			}
			seen[phrase] = true
			c := w
			c.phrase = phrase
			t.phrases = append(t.phrases, c)
			words = append(words, phrase)
		}
	}
	t.index = newWordTable(words)
	for _, c := range t.phrases {
		t.index.leading = append(t.index.leading, c.label)
	}
	return t
})

// spellOut returns the phrases that a wording stands for: one of the alternatives
// that bars separate in each of its words, "_" being a space within one and an
// alternative of nothing leaving the word out.
func spellOut(wording string) []string {
	out := []string{""}
	for word := range strings.FieldsSeq(wording) {
		var longer []string
		for _, start := range out {
			for alt := range strings.SplitSeq(word, "|") {
				alt = strings.ReplaceAll(alt, "_", " ")
				switch {
				case alt == "":
					longer = append(longer, start)
				case start == "" || alt[0] == '^': // joined to the word before
					longer = append(longer, start+strings.TrimPrefix(alt, "^"))
				default:
					longer = append(longer, start+" "+alt)
				}
			}
		}
		out = longer
	}
	return out
}

// creditWordings are the ways in which texts name their origin; see spellOut.
var creditWordings = [...]creditPhrase{
	// English
	{phrase: "appeared first on|in|at", plain: true},
	{phrase: "originally|first|initially|previously published|appeared|posted|printed|ran on|in|at|by|with"},
	{phrase: "published|appeared|posted|printed originally|first|initially|previously on|in|at|by|with"},
	{phrase: "re|re- ^published|^printed|^posted|^produced here| with permission|the_permission|kind_permission from|of|by"},
	{phrase: "re|re- ^published|^printed|^posted|^produced here| courtesy of"},
	{phrase: "re|re- ^published|^printed|^posted|^produced from"},
	{phrase: "syndicated|excerpted|adapted|crossposted|cross-posted|translated from"},
	{phrase: "translated from an|the|a| article|story|report|original in|by|from|of|on"},
	{phrase: "published|used|reproduced with permission|the_permission|kind_permission from|of"},
	{phrase: "published in cooperation|collaboration|partnership with"},
	{phrase: "was|is|are produced|provided|distributed by"},
	{phrase: "co|co- ^published|^produced|^reported with|by"},
	{phrase: "published|produced|reported|made| in cooperation|collaboration|partnership|association|conjunction with", strict: true},
	{phrase: "collaboration|partnership|project|co-production between|of", strict: true},
	{phrase: "published|reproduced|used|shown| by|with the| kind|gracious| permission|courtesy|consent of", strict: true},
	{phrase: "permission|courtesy of", strict: true},
	{phrase: "taken|lifted|borrowed|reposted|condensed|extracted|drawn|copied|shared from", strict: true},
	{phrase: "provided|supplied|furnished|syndicated by|via|through", strict: true},
	{phrase: "produced|commissioned|reported|created for", strict: true},
	{phrase: "published|printed|crossposted|cross-posted in|on|to", strict: true},
	{phrase: "distributed by"},
	{phrase: "syndicated feed of|from", plain: true, weak: true},
	{phrase: "read|see|find|view the original article|story|report|post|piece|version| on|at|in|from|here:", plain: true},
	{phrase: "with material from", label: true},
	{phrase: "with additional| reporting|files|material|input|inputs|information|content|contributions from|by|of", label: true, weak: true},
	{phrase: "additional reporting by|from", label: true, weak: true},
	{phrase: "version of this article|story|report|essay was|is| first|originally| published|posted|printed by|in|on|at", plain: true},
	{phrase: "contributed to this report|story|article", before: true, weak: true},
	{phrase: "original article|source|story|post|text ^:", label: true},
	{phrase: "originally from", label: true},
	{phrase: "source|via ^:|^_:", label: true},
	{phrase: "sources ^:|^_:", label: true, weak: true},
	{phrase: "story|article|text|report from", label: true, weak: true},
	{phrase: "story|article|text|content|post courtesy of", label: true},
	{phrase: "text|words|reporting|report|story|credit|credits|provider|publisher|agency ^:|^_:", label: true, weak: true},
	{phrase: "via|from ^_", label: true, weak: true},
	// German
	{phrase: "erschien|erscheint|erschienen zuerst|ursprünglich|erstmals|erstmalig|zunächst im_blog|im|in_der|in|auf|bei|am", plain: true},
	{phrase: "zuerst|ursprünglich|erstmals|erstmalig|zunächst erschienen|veröffentlicht|publiziert im|in_der|in|auf|bei|von|in:", plain: true},
	{phrase: "wurde|ist|war|sind zuerst|ursprünglich|erstmals|erstmalig|zunächst im|in_der|in|auf|bei|von"},
	{phrase: "zuerst erschien dieser", plain: true},
	{phrase: "mit material|informationen|inhalten|agenturmaterial|meldungen von|der|des", label: true},
	{phrase: "mit material", label: true, weak: true},
	{phrase: "mit ^_", label: true, weak: true},
	{phrase: "abgedruckt|veröffentlicht|übernommen| mit freundlicher| genehmigung|erlaubnis|zustimmung von|vom|des|der", strict: true},
	{phrase: "entstanden|produziert|erstellt| in zusammenarbeit|kooperation|partnerschaft mit", strict: true},
	{phrase: "kooperation|koproduktion|gemeinschaftsproduktion|gemeinschaftsrecherche mit|von|zwischen", strict: true},
	{phrase: "nachdruck|auszug|übersetzung|übersetzt|entnommen|gekürzt aus|von|vom", strict: true},
	{phrase: "bereitgestellt|zur_verfügung_gestellt|geliefert|verbreitet von|vom|durch", strict: true},
	{phrase: "erschienen|veröffentlicht|publiziert im|in_der|in|auf|bei|von", strict: true},
	{phrase: "unter verwendung|nutzung von material|meldungen|informationen|agenturmaterial von|der|des", label: true},
	{phrase: "stammt aus_dem|aus_der|aus|von|vom"},
	{phrase: "erstveröffentlichung|erstpublikation|ersterscheinung ^:|in|im|auf|bei", label: true},
	{phrase: "lesen|finden sie den|das originalartikel|originalbeitrag|originaltext|original auf|bei|in|im", plain: true},
	{phrase: "übernommen von|vom|aus_dem|aus_der|aus"},
	{phrase: "originalquelle|originalartikel|originaltext|originalbeitrag|quelle ^:|^_:", label: true},
	{phrase: "quellen|text|bericht|beitrag|agentur|agenturen ^:|^_:", label: true, weak: true},
	{phrase: "aus ^:|^_:", label: true},
	{phrase: "aus|aus_der|aus_dem|von ^_", label: true, weak: true},
	// French
	{phrase: "initialement|originellement|originalement|d'abord|d’abord|précédemment publié|publiée|paru|parue|diffusé dans|sur|par|en|chez|le"},
	{phrase: "d'abord|d’abord|initialement été publié|publiée dans|sur|par"},
	{phrase: "publié|publiée|paru|parue initialement|originellement|originalement|à_l'origine|à_l’origine|d'abord|d’abord|en_premier|pour_la_première_fois dans|sur|par|en|chez|le"},
	{phrase: "est apparu|apparue en_premier|d'abord|d’abord sur", plain: true},
	{phrase: "republié|reproduit|republiée|reproduite à_partir|avec_l'autorisation|avec_l’autorisation|avec_l'aimable_autorisation|avec_l’aimable_autorisation de|du|d'|d’"},
	{phrase: "lire|lisez|retrouvez|voir l'article|l’article|le_texte original|originel sur|dans|chez", plain: true},
	{phrase: "lire|lisez|retrouvez|voir l'original|l’original sur|dans|chez", plain: true},
	{phrase: "repris|reprise|tiré|tirée|traduit|traduite|extrait|extraite|adapté|adaptée|issu|issue de|du|des|d'|d’", strict: true},
	{phrase: "avec l'aimable|l’aimable autorisation|permission|accord de|du|des|d'|d’", strict: true},
	{phrase: "avec l'autorisation|l’autorisation|l'accord|l’accord|la_permission|la_contribution|la_collaboration|la_participation de|du|des|d'|d’", strict: true},
	{phrase: "avec des|les| informations|éléments|dépêches|contributions de|du|des|d'|d’", label: true},
	{phrase: "réalisé|réalisée|produit|produite|publié|publiée| en partenariat|collaboration|association|coopération avec", strict: true},
	{phrase: "fourni|fournie|proposé|proposée|transmis|transmise|diffusé|diffusée par", strict: true},
	{phrase: "publié|publiée|paru|parue dans|sur|par", strict: true},
	{phrase: "crédit|crédits|texte|agence|provenance|origine ^:|^_:", label: true, weak: true},
	{phrase: "source|article|texte|publication originale|original|originelle ^:|^_:", label: true},
	{phrase: "avec ^_|l'|l’", label: true, weak: true},
	{phrase: "d'après|d’après|selon ^_", label: true, weak: true},
	// Spanish
	{phrase: "publicado|publicada|aparecido|aparecida originalmente|inicialmente|originariamente|primero|previamente|por_primera_vez en|por|con"},
	{phrase: "originalmente|inicialmente|originariamente publicado|publicada|aparecido|aparecida en|por"},
	{phrase: "publicó|apareció|salió originalmente|inicialmente|originariamente|primero|por_primera_vez en|por"},
	{phrase: "se publicó primero en", plain: true},
	{phrase: "apareció primero en", plain: true},
	{phrase: "publicado|publicada en colaboración|alianza con"},
	{phrase: "producido|producida|realizado|realizada|publicado|publicada| en colaboración|alianza|asociación|cooperación|conjunto con", strict: true},
	{phrase: "por|con| cortesía|gentileza de|del", strict: true},
	{phrase: "publicado|publicada| con|bajo la| autorización|permiso|licencia de|del", strict: true},
	{phrase: "cedido|cedida|facilitado|facilitada|proporcionado|proporcionada|distribuido|distribuida por", strict: true},
	{phrase: "publicado|publicada|aparecido en|por", strict: true},
	{phrase: "|redacción con información|informacion|informaciones|datos|reportes|material|despachos|aportes|contribuciones de|del", label: true},
	{phrase: "con ^_", label: true, weak: true},
	{phrase: "lee|lea|leer|ver el|la artículo|texto|nota|noticia| original en", plain: true},
	{phrase: "reproducido|republicado|republicada|reproducida con permiso|autorización de|del"},
	{phrase: "tomado|tomada|extraído|extraída|retomado|retomada|traducido|traducida|adaptado|adaptada|republicado|republicada|reproducido|reproducida de|del|desde", strict: true},
	{phrase: "artículo|texto|fuente|nota|publicación original ^:|^_:", label: true},
	{phrase: "fuente|vía ^:|^_:", label: true},
	{phrase: "fuentes|crédito|créditos|texto|redacción|agencia|agencias ^:|^_:", label: true, weak: true},
	{phrase: "vía|de ^_", label: true, weak: true},
	// Italian
	{phrase: "pubblicato|pubblicata|apparso|apparsa|uscito|uscita originariamente|inizialmente|originalmente|in_origine|in_precedenza|per_la_prima_volta|prima su|sul|sulla|sull'|sull’|in|da|nel|dal"},
	{phrase: "originariamente|originalmente|inizialmente pubblicato|pubblicata|apparso|apparsa|uscito|uscita su|sul|sulla|sull'|sull’|in|da|nel|dal"},
	{phrase: "leggi|leggere|vai l'articolo|l’articolo|all'articolo|all’articolo|il_testo originale su|in|sul|sulla", plain: true},
	{phrase: "sembra essere il primo su", plain: true},
	{phrase: "proviene da|dal"},
	{phrase: "per gentile concessione di|del|della"},
	{phrase: "con l'autorizzazione|l’autorizzazione|il_permesso|il_consenso di|del|della|dell'|dell’", strict: true},
	{phrase: "realizzato|realizzata|pubblicato|pubblicata| in collaborazione|partnership|cooperazione|accordo con", strict: true},
	{phrase: "fornito|fornita|distribuito|distribuita|diffuso|diffusa da|dal|dalla|dall'|dall’", strict: true},
	{phrase: "pubblicato|pubblicata|apparso|apparsa|uscito|uscita su|sul|sulla|in|da|dal|nel", strict: true},
	{phrase: "con informazioni|materiale|contributi di|da|dell'|dell’", label: true},
	{phrase: "articolo|testo|fonte|pubblicazione originale ^:|^_:", label: true},
	{phrase: "tratto|tratta|ripreso|ripresa|tradotto|tradotta|estratto|estratta|adattato|adattata da|dal|dalla|dall'|dall’", strict: true},
	{phrase: "fonte ^:|^_:", label: true},
	{phrase: "fonti|testo|agenzia|agenzie|crediti ^:|^_:", label: true, weak: true},
	{phrase: "fonte|da ^_", label: true, weak: true},
	// Portuguese
	{phrase: "publicado|publicada|veiculada originalmente|inicialmente|originariamente|primeiro|pela_primeira_vez em|no|na|por|pelo|pela"},
	{phrase: "originalmente|inicialmente publicado|publicada|veiculado|veiculada em|no|na|por|pelo|pela"},
	{phrase: "apareceu|saiu originalmente|inicialmente|primeiro|pela_primeira_vez em|no|na"},
	{phrase: "apareceu primeiro em|no|na", plain: true},
	{phrase: "|redação com informações|informação|agências|dados|conteúdo da|do|de|das|dos", label: true},
	{phrase: "leia|veja|confira a|o matéria|artigo|texto|reportagem|íntegra| original em|no|na", plain: true},
	{phrase: "com agências| ^_|a_|o_", label: true, weak: true},
	{phrase: "reproduzido|reproduzida|republicado|republicada|extraído|extraída|traduzido|traduzida|retirado|retirada|adaptado|adaptada de|do|da", strict: true},
	{phrase: "produzido|produzida|realizado|realizada|publicado|publicada| em parceria|colaboração|cooperação|conjunto com o|a|", strict: true},
	{phrase: "por| cortesia|gentileza de|do|da", strict: true},
	{phrase: "cedido|cedida|fornecido|fornecida|disponibilizado|disponibilizada|distribuído|distribuída por|pelo|pela", strict: true},
	{phrase: "publicado|publicada em|no|na|por|pelo|pela", strict: true},
	{phrase: "com permissão|autorização de|do|da"},
	{phrase: "texto original em", label: true},
	{phrase: "artigo|texto|fonte|publicação original ^:|^_:", label: true},
	{phrase: "fontes|crédito|créditos|texto|reportagem|agência|agências ^:|^_:", label: true, weak: true},
	{phrase: "via|de|do|da ^_", label: true, weak: true},
	// Russian
	{phrase: "впервые|первоначально|изначально|ранее|сначала был|была|было|были| опубликован|опубликована|опубликовано|опубликованы|вышел|вышла|вышло|размещен|размещена на|в"},
	{phrase: "был|была|было впервые|первоначально|изначально|ранее опубликован|опубликована|опубликовано на|в"},
	{phrase: "опубликован|опубликована|опубликовано впервые|первоначально|изначально на|в"},
	{phrase: "впервые появился|появилась|появилось на|в", plain: true},
	{phrase: "оригинал статьи|материала|текста|публикации| опубликован|размещен|размещён|находится на|в", plain: true},
	{phrase: "перепечатано|перепечатан|перепечатка|перевод|переведено|взято|взят|взята|заимствовано|скопировано из|с|со", strict: true},
	{phrase: "подготовлено|подготовлен|снято| совместно|в_партнерстве|в_партнёрстве|в_сотрудничестве|в_коллаборации с|со", strict: true},
	{phrase: "при участии", strict: true},
	{phrase: "опубликовано|публикуется|печатается|перепечатано| с любезного| разрешения|согласия|позволения", strict: true},
	{phrase: "предоставлен|предоставлена|предоставлено|предоставлены ^_", strict: true},
	{phrase: "опубликован|опубликована|опубликовано|вышел|вышла|размещен|размещён|размещена на|в", strict: true},
	{phrase: "со ссылкой на", label: true, weak: true},
	{phrase: "текст|агентство|агентства|источники ^:|^_:", label: true, weak: true},
	{phrase: "с использованием материалов|информации", label: true},
	{phrase: "по материалам|сообщению|информации|данным ^_|:", label: true, weak: true},
	{phrase: "по материалам", label: true},
	{phrase: "источник|оригинал ^:|^_:|^_—|^_–", label: true},
	{phrase: "ссылка_на_источник|источник_публикации|источник_информации|источник_новости|оригинал_статьи|первоисточник ^:", label: true},
	// Polish, Dutch
	{phrase: "źródło ^:|^_:", label: true},
	{phrase: "pierwotnie opublikowany|opublikowano|ukazał_się w|na"},
	{phrase: "bron ^:|^_:", label: true},
	{phrase: "eerder|oorspronkelijk|eerst verschenen|gepubliceerd op|in|door|bij"},
	// Arabic, without vowel signs and hamzas on alifs
	{phrase: "نشر|نشرت|ظهر|ظهرت|صدر اولا|اصلا|لاول_مرة|للمرة_الاولى|في_الاصل|سابقا في|على|عبر|لدى|من"},
	{phrase: "نشر|نشرت|ظهر|ظهرت هذا_المقال|هذه_المقالة|هذا_التقرير|هذا_الخبر|المقال|المقالة اولا|اصلا|لاول_مرة|للمرة_الاولى|في_الاصل|سابقا في|على|عبر|لدى", plain: true},
	{phrase: "نشر|نشرت|ظهر هذا_المقال|هذه_المقالة|هذا_التقرير|هذا_الخبر في|على", plain: true},
	{phrase: "المقال|النص|الخبر|المصدر الاصلي على|في|من|^:|^_:", label: true},
	{phrase: "المصدر|مصدر_الخبر|مصدر ^:|^_:", label: true},
	{phrase: "نقلا عن", label: true},
	{phrase: "بالاتفاق|بالتعاون|بالشراكة|بالاشتراك|بالتنسيق مع", strict: true},
	{phrase: "ينشر|نشر|منشور| باذن|باذن_خاص|بموافقة|بتصريح|بترخيص من", strict: true},
	{phrase: "مترجم|مترجمة|ماخوذ|ماخوذة|مقتبس|مقتبسة|منقول|منقولة|مقدم|مقدمة عن|من", strict: true},
	{phrase: "المصادر|مصادر|النص|الخبر ^:|^_:", label: true, weak: true},
	// Turkish
	{phrase: "ilk_olarak| yayımlandı|yayınlandı", before: true},
	{phrase: "yayımlanmıştı|yayınlanmıştı|yayımlanmıştır|yayınlanmıştır|yayımlanan|yayınlanan", before: true},
	{phrase: "alınmıştır|alıntıdır|alıntılanmıştır|derlenmiştir|çevrilmiştir", before: true, plain: true},
	{phrase: "orijinal_haber|kaynak_site|kaynak|haberin_kaynağı|haber_kaynağı|alıntı ^:|^_:", label: true},
	{phrase: "izniyle|izni_ile|işbirliğiyle|iş_birliğiyle|işbirliği_ile|iş_birliği_ile", before: true, strict: true},
	{phrase: "ile işbirliği|iş_birliği içinde|halinde", before: true, strict: true},
	{phrase: "ortaklığıyla|katkılarıyla|katkısıyla|izin_alınarak", before: true, strict: true},
	{phrase: "tarafından hazırlanmıştır|hazırlandı|sağlanmıştır|sağlandı|yayımlandı|yayınlandı", before: true, strict: true},
	{phrase: "metin|ajans|kaynaklar|ilk_yayın|İlk_yayın ^:|^_:", label: true, weak: true},
	{phrase: "ilk önce", label: true},
	// Chinese, simplified and traditional
	{phrase: "本文|原文|此文|该文|文章 ^首发于|^原载于|^原刊于|^刊载于|^刊于|^载于|^最初发表于|^最早发表于|^首先发表于|^发表于|^转载自|^转自|^来自|^摘自|^选自|^来源于|^译自|^原刊载于|^刊登于|^刊发于|^首刊于|^登载于|^编译自|^节选自|^出自", plain: true},
	{phrase: "本文|原文|此文|該文|文章 ^首發於|^原載於|^原刊於|^刊載於|^刊於|^載於|^最初發表於|^最早發表於|^發表於|^轉載自|^轉自|^來自|^摘自|^選自|^譯自|^刊登於|^刊發於|^首刊於|^編譯自|^節錄自|^出自", plain: true},
	{phrase: "原载于|原載於|原刊于|原刊於|首发于|首發於|最初发表于|最初發表於|转载自|轉載自"},
	{phrase: "转自|轉自|摘自|编译自|編譯自|摘编自|节选自|節錄自|整理自", label: true},
	{phrase: "授权|授權 ^转载|^轉載|^发布|^發布|^刊发|^刊登|^使用", before: true, strict: true},
	{phrase: "独家|獨家|联合|聯合|合作 ^供稿|^发布|^發布|^报道|^報道|^报导|^報導|^推出|^出品", before: true, strict: true},
	{phrase: "供稿", before: true, strict: true, weak: true},
	{phrase: "|本文|信息|原文|文章|新闻|新聞|資料|资料|转载|轉載|稿件|消息|内容|內容 ^来源|^來源|^出处|^出處 ^：|^:|^_：|^_:|^丨|^_丨|^｜|^_｜", label: true},
	{phrase: "稿源|供稿 ^：|^:|^_：|^_丨|^｜", label: true},
	{phrase: "|文章|稿件|新闻|信息 ^来源|^來源 ^_", label: true, weak: true},
	// Japanese
	{phrase: "に掲載されたもの|に掲載された記事|で公開された記事|に初めて掲載", before: true, plain: true},
	{phrase: "に最初に|で最初に|に初めて|で初めて ^掲載され|^公開され|^配信され|^発表され", before: true, plain: true},
	{phrase: "に|で ^掲載され|^公開され|^配信され|^発表され", before: true},
	{phrase: "より転載|からの転載|から転載|の記事を転載|を転載したもの", before: true, plain: true},
	{phrase: "初出|出典|引用元|元記事|配信元|提供元|参照元|情報元|情報源|転載元|ソース ^：|^:", label: true},
	{phrase: "から引用|より引用|から抜粋|より抜粋|からの引用", before: true, strict: true},
	{phrase: "の許可を得て|の許諾を得て|の協力を得て|との共同|と共同で|との提携", before: true, strict: true},
	{phrase: "|記事|情報|ニュース ^提供|^配信|^協力|^出所 ^：|^:", label: true, weak: true},
	{phrase: "提供|配信", before: true, strict: true, weak: true},
}
