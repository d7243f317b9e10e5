package extract

// subjects are the words that make "originally published on …" a statement
// about the text itself, in lower case. They are made once and never changed.
var subjects = func() []string {
	var list []string
	for _, wording := range [...]string{
		"this|the article|story|post|piece|report|essay|content|text|column|op-ed|commentary|interview|item|analysis|feature|editorial|dispatch|excerpt",
		"this was", "article|story|post was", "version of", "a version", "it was", "an earlier", "permission", "editor", "note:", "reprinted", "excerpt",
		"dieser|der artikel|beitrag|text|gastbeitrag|bericht|kommentar|essay|auszug", "diese|die meldung|analyse|kolumne|reportage|geschichte", "dieses|das interview",
		"cet|ce article|texte|reportage|entretien|contenu|billet", "l'article", "l’article", "le texte|reportage|billet", "cette tribune|enquête|chronique|analyse|dépêche|interview",
		"este|esta|el|la artículo|articulo|nota|texto|entrada|historia|contenido|reportaje|columna|entrevista|información|noticia|publicación|análisis",
		"questo|questa|il|presente articolo|testo|post|contenuto|pezzo|reportage|intervista|analisi", "l'articolo", "l’articolo", "articolo",
		"este|esta|o|a artigo|matéria|reportagem|texto|conteúdo|notícia|coluna|entrevista|post|publicação|análise", "texto",
		"эта|этот|это статья|текст|материал|колонка|интервью|репортаж|публикация|запись", "статья", "текст", "материал", "колонка", "запись", "оригинал",
		"bu haber|makale|yazı|içerik|röportaj|analiz",
		"本文", "此文", "この記事", "記事", "本記事", "本稿", "هذا|هذه المقال|المقالة|الخبر|التقرير|النص|المقابلة", "المقال", "الخبر",
	} {
		list = append(list, spellOut(wording)...)
	}
	return list
}()

// bareSubjects do so as the first word of a line.
var bareSubjects = set("article", "artikel", "beitrag", "text", "texte", "tribune", "artículo", "reportaje", "texto", "nota", "contenido", "articolo", "artigo", "matéria", "reportagem", "conteúdo", "статья", "материал")

// demonstratives begin a sentence about the text itself, and subjectNouns follow.
var (
	demonstratives = [...]string{
		"this ", "our ", "diese ", "dieser ", "dieses ", "diesen ", "diesem ", "cet ", "cette ", "ce ", "este ", "esta ", "questo ", "questa ", "quest'", "quest’", "il presente ",
		"эта ", "этот ", "это ", "данный ", "данная ", "هذا ", "هذه ", "اعيد نشر هذا ", "اعيد نشر هذه ", "bu ", "本", "此", "该", "該", "この",
	}
	subjectNouns = [...]string{
		"article", "story", "post", "piece", "report", "essay", "content", "text", "column", "op-ed", "commentary", "interview", "analysis", "feature", "editorial", "dispatch", "excerpt", "investigation", "series", "podcast", "episode", "version",
		"artikel", "beitrag", "gastbeitrag", "bericht", "kommentar", "auszug", "meldung", "analyse", "kolumne", "reportage", "geschichte", "recherche", "serie", "folge",
		"texte", "entretien", "contenu", "billet", "tribune", "enquête", "chronique", "dépêche", "série",
		"artículo", "articulo", "nota", "entrada", "historia", "contenido", "reportaje", "columna", "entrevista", "información", "noticia", "publicación", "análisis", "investigación", "crónica",
		"articolo", "testo", "contenuto", "pezzo", "intervista", "analisi", "inchiesta", "servizio",
		"artigo", "matéria", "reportagem", "conteúdo", "notícia", "coluna", "publicação", "análise", "investigação",
		"стать", "текст", "материал", "колонк", "интервью", "репортаж", "публикаци", "запись", "расследован",
		"المقال", "الخبر", "التقرير", "النص", "المقابلة", "التحقيق", "القصة", "المادة",
		"haber", "makale", "yazı", "içerik", "röportaj", "analiz", "dosya", "araştırma",
		"文", "稿", "报道", "報道", "報導", "文章", "記事", "稿", "コラム",
	}
)

// prepositions stand between a phrase and the name.
var prepositions = [...]string{
	"the website of ", "the web site of ", "on the website ", "the site ", "on ", "by ", "at ", "in ", "from ", "der website ", "der seite ", "den seiten von ", "auf ", "bei ", "von ", "im ", "le site ", "par ", "sur ", "dans ", "el sitio ", "el portal ", "la web ", "el diario ", "el periódico ", "en ", "por ", "il sito ", "la testata ", "la rivista ", "il giornale ", "il quotidiano ", "su ", "sul sito ", "no site ", "o site ", "site ", "сайте ", "на сайте ", "на ", "в ", "издании ", "موقع ", "صحيفة ", "جريدة ", "مجلة ", "وكالة ", "على ", "في ", "газете ", "газеты ", "газетой ", "изданием ", "агентством ", "редакцией ", "редакции ", "порталом ", "журналом ", "телеканалом ", "журнале ", "журнала ", "портале ", "портала ", "сайта ", "издания ", "агентства ", "der zeitung ", "dem magazin ", "der ", "dem ", "le journal ", "jornal ", "o jornal ", "no jornal ", "portal ", "giornale ", "le quotidien ", "l'", "l’", "la revista ", "la agencia ",
}

// joining are the words within names that have no capital.
var joining = set("de", "del", "della", "dei", "di", "da", "do", "dos", "das", "du", "des", "le", "la", "les", "los", "las", "el", "al", "of", "the", "and", "for", "on", "in", "der", "die", "das", "dem", "den", "und", "von", "für", "am", "im", "zu", "y", "e", "et", "ve", "и", "газеты", "газета", "журнала", "сайта", "портала", "издания")

// outletWords and outletEndings are parts of the names of newspapers, broadcasters
// and agencies, folded.
var (
	outletWords = set(
		"news", "newsroom", "times", "post", "daily", "herald", "tribune", "journal", "gazette", "chronicle", "courier", "press", "media", "radio", "tv", "television", "magazine", "observer", "reporter", "dispatch", "bulletin", "weekly", "telegraph", "ledger", "examiner", "sentinel", "wire", "broadcasting", "review",
		"zeitung", "anzeiger", "nachrichten", "bote", "kurier", "rundschau", "blatt", "presse", "rundfunk", "magazin",
		"courrier", "dépêche", "nouvelles", "écho", "hebdo", "revue", "quotidien", "diario", "periódico", "noticias", "prensa", "gaceta", "revista", "correo", "agencia",
		"giornale", "corriere", "gazzetta", "quotidiano", "notizie", "stampa", "rivista", "agenzia", "jornal", "diário", "gazeta", "folha", "notícias", "rádio", "agência", "tribuna",
		"газета", "вестник", "новости", "известия", "журнал", "радио", "телеканал", "агентство",
		"صحيفة", "جريدة", "مجلة", "قناة", "إذاعة", "موقع", "شبكة", "وكالة", "نيوز", "gazetesi", "haber", "ajansı", "dergisi", "gündem", "radyo", "postası",
	)
	outletEndings = [...]string{
		"zeitung", "anzeiger", "nachrichten", "bote", "kurier", "rundschau", "blatt", "presse", "funk", "tagblatt",
		"日报", "日報", "晚报", "晚報", "早报", "早報", "时报", "時報", "周报", "週報", "新闻", "新聞", "新闻网", "新聞網", "通讯社", "通訊社", "电视台", "電視台", "周刊", "週刊", "广播",
		"新報", "通信", "通信社", "新聞社", "放送", "テレビ", "ニュース", "ジャーナル", "タイムズ", "ポスト",
	}
)

// nameEnds are the words behind a name.
var nameEnds = [...]string{
	"\n", " before ", " prior to ", ", and ", ", with ", ", where ", ", a ", ", the ", ", as ", ", under ", ", which ", " and is ", " and was ", " under ", " with permission", " where ", " on January", " on February", " on March", " on April", " on May", " on June", " on July", " on August", " on September", " on October", " on November", " on December", " and has been", " and can be", " here with", " as part of", " through a", " in partnership", " in English", " is republished", " and republished", " (", " [", " – ", " — ", " | ", "; ", ", un ", ", eine ", " veröffentlicht", " erschienen", " publiziert", ", mit ", ", avec ", ", con ", ", com ", ", LLC", ", Inc", ", Ltd", " and distributed by ", " and syndicated by ", " et est ", " y se ", " et a ", " e foi ", " ed è ", " и ", " под ", "。", "，", "؛", "، ", " ve ", " © ", " sous ", " unter ", " bajo ", " sob ", " con permiso", " con autorización", " con l'autorizzazione", " con l’autorizzazione", " com permissão", " com autorização", " avec ", " mit freundlicher", " mit genehmigung", " entstanden", " produziert", " erstellt", " erarbeitet", " übernommen", " bereitgestellt", " and this ", " с разрешения", ", per ", ", por ", ", par ", " باذن", " بإذن", " + ", " n° ", " nº ", ", nr. ", ", Ausgabe ", " und wurde ", " und ist ", " 记者", " 作者", " 编辑", " 責任編輯", " 责任编辑",
}

// invitations are whole lines, folded, that ask the reader to do something or
// end an excerpt.
var invitations = set(
	"leave a comment", "leave a reply", "post a comment", "add a comment", "comments", "read more", "continue reading", "read the full story", "read full story", "read the full article", "read full article", "share this", "share this article", "share this story", "share", "share this post", "advertisement", "subscribe", "subscribe now", "sign up", "click here to read more", "click to read more", "view comments", "show comments", "join the conversation", "comment", "no comments", "more", "full story", "print", "email this article", "tweet", "follow us", "related articles", "related stories", "story continues below advertisement", "article continues below", "continue reading below",
	"kommentar schreiben", "kommentar hinterlassen", "kommentar verfassen", "schreibe einen kommentar", "kommentare", "weiterlesen", "mehr lesen", "mehr", "artikel teilen", "teilen", "anzeige", "zum artikel", "jetzt lesen",
	"laisser un commentaire", "laissez un commentaire", "lire la suite", "lire plus", "partager", "commenter", "publicité", "en savoir plus", "ajouter un commentaire", "commentaires",
	"deja un comentario", "dejar un comentario", "deja una respuesta", "leer más", "seguir leyendo", "compartir", "comentarios", "publicidad", "leer mas", "comparte",
	"lascia un commento", "leggi tutto", "continua a leggere", "leggi di più", "condividi", "commenti", "pubblicità", "leggi l articolo completo",
	"deixe um comentário", "deixe uma resposta", "leia mais", "continue lendo", "compartilhe", "compartilhar", "comentários", "publicidade", "saiba mais",
	"оставить комментарий", "добавить комментарий", "читать далее", "читать дальше", "подробнее", "поделиться", "комментарии", "реклама", "читать полностью",
	"اترك تعليقا", "اترك تعليقًا", "أضف تعليقا", "اقرأ المزيد", "إقرأ المزيد", "شارك", "مشاركة", "التعليقات", "المزيد", "إعلان", "أضف تعليق", "تابع القراءة", "شاركها",
	"yorum yap", "yorum yaz", "bir yorum bırak", "bir cevap yazın", "devamını oku", "paylaş", "yorumlar", "reklam", "daha fazla oku",
	"发表评论", "發表評論", "发表回复", "留言", "阅读更多", "閱讀更多", "查看更多", "分享", "评论", "評論", "广告", "阅读全文", "閱讀全文",
	"コメントを残す", "コメントする", "続きを読む", "もっと読む", "シェア", "シェアする", "コメント", "広告", "記事全文を読む",
)

// invitationStarts begin such lines where more may follow.
var invitationStarts = [...]string{
	"leave a comment", "leave a reply", "read the full story", "read more at", "read more on", "continue reading", "click here to read", "click here to subscribe", "sign up for our", "subscribe to our", "follow us on", "like us on", "share this on", "download our app", "join our", "schreibe einen kommentar", "folgen sie uns", "abonnieren sie", "laisser un commentaire", "suivez nous", "abonnez vous", "deja un comentario", "síguenos en", "suscríbete", "lascia un commento", "seguici su", "iscriviti", "deixe um comentário", "siga nos", "inscreva se", "оставить комментарий", "подписывайтесь на", "подпишитесь на", "bizi takip edin", "تابعنا على", "تابعونا على", "اشترك في",
}

func set(words ...string) map[string]bool {
	m := make(map[string]bool, len(words))
	for _, w := range words {
		m[w] = true
	}
	return m
}
