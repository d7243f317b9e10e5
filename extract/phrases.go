package extract

// creditPhrase introduces, or with before follows, the name of the outlet that
// a text was taken from.
type creditPhrase struct {
	phrase string // lower case
	label  bool   // "Source:", only at the start of a line
	weak   bool   // a label that is also used for other things: agencies and addresses only
	before bool   // the name stands in front
	plain  bool   // unmistakable wherever it stands
}

// creditPhrases are looked for in this order.
var creditPhrases = [...]creditPhrase{
	// English
	{phrase: "appeared first on", plain: true},
	{phrase: "first appeared on", plain: false},
	{phrase: "first appeared in"},
	{phrase: "first appeared at"},
	{phrase: "originally appeared on"},
	{phrase: "originally appeared in"},
	{phrase: "originally appeared at"},
	{phrase: "originally ran in"},
	{phrase: "originally ran on"},
	{phrase: "originally published on"},
	{phrase: "originally published by"},
	{phrase: "originally published in"},
	{phrase: "originally published at"},
	{phrase: "first published on"},
	{phrase: "first published by"},
	{phrase: "first published in"},
	{phrase: "first published at"},
	{phrase: "originally posted on"},
	{phrase: "originally posted at"},
	{phrase: "republished from"},
	{phrase: "reprinted from"},
	{phrase: "reposted from"},
	{phrase: "syndicated from"},
	{phrase: "reprinted with permission from"},
	{phrase: "republished with permission from"},
	{phrase: "crossposted from"},
	{phrase: "cross-posted from"},
	{phrase: "was produced by"},
	{phrase: "published with permission from"},
	{phrase: "republished here with permission from"},
	{phrase: "read the original article on", plain: true},
	{phrase: "read the original article at", plain: true},
	{phrase: "read the original on", plain: true},
	{phrase: "read the original story on", plain: true},
	{phrase: "see the original article on", plain: true},
	{phrase: "original article:", label: true},
	{phrase: "original source:", label: true},
	{phrase: "originally from", label: true},
	{phrase: "story from", label: true, weak: true},
	{phrase: "source:", label: true},
	{phrase: "source :", label: true},
	{phrase: "sources:", label: true, weak: true},
	{phrase: "via:", label: true},
	{phrase: "via ", label: true, weak: true},
	{phrase: "courtesy of", label: true, weak: true},
	{phrase: "article from", label: true, weak: true},
	// German
	{phrase: "erschien zuerst im blog", plain: true},
	{phrase: "erschien zuerst im", plain: true},
	{phrase: "erschien zuerst auf", plain: true},
	{phrase: "erschien zuerst bei", plain: true},
	{phrase: "erschien zuerst in", plain: true},
	{phrase: "zuerst erschienen auf", plain: true},
	{phrase: "zuerst erschienen bei", plain: true},
	{phrase: "zuerst erschienen in", plain: true},
	{phrase: "zuerst veröffentlicht auf", plain: true},
	{phrase: "zuerst veröffentlicht bei", plain: true},
	{phrase: "ursprünglich erschienen auf", plain: true},
	{phrase: "ursprünglich erschienen in", plain: true},
	{phrase: "ursprünglich veröffentlicht auf", plain: true},
	{phrase: "erschien ursprünglich auf", plain: true},
	{phrase: "erschien ursprünglich in", plain: true},
	{phrase: "wurde zuerst auf", plain: false},
	{phrase: "übernommen von"},
	{phrase: "quelle:", label: true},
	{phrase: "quellen:", label: true, weak: true},
	// French
	{phrase: "initialement publié sur"},
	{phrase: "initialement publié dans"},
	{phrase: "initialement publié par"},
	{phrase: "publié initialement sur"},
	{phrase: "publié initialement par"},
	{phrase: "publié à l'origine sur"},
	{phrase: "publié à l’origine sur"},
	{phrase: "initialement paru sur"},
	{phrase: "initialement paru dans"},
	{phrase: "paru initialement dans"},
	{phrase: "paru initialement sur"},
	{phrase: "d'abord publié sur"},
	{phrase: "d’abord publié sur"},
	{phrase: "est apparu en premier sur", plain: true},
	{phrase: "republié à partir de"},
	{phrase: "publié pour la première fois sur"},
	// Spanish
	{phrase: "publicado originalmente en"},
	{phrase: "publicado originalmente por"},
	{phrase: "originalmente publicado en"},
	{phrase: "se publicó originalmente en"},
	{phrase: "apareció originalmente en"},
	{phrase: "apareció primero en", plain: true},
	{phrase: "publicado por primera vez en"},
	{phrase: "publicada originalmente en"},
	{phrase: "se publicó primero en"},
	{phrase: "fuente:", label: true},
	{phrase: "fuentes:", label: true, weak: true},
	{phrase: "tomado de", label: true},
	// Italian
	{phrase: "pubblicato originariamente su"},
	{phrase: "originariamente pubblicato su"},
	{phrase: "pubblicato originalmente su"},
	{phrase: "originalmente pubblicato su"},
	{phrase: "proviene da", plain: false},
	{phrase: "apparso originariamente su"},
	{phrase: "pubblicato per la prima volta su"},
	{phrase: "è apparso per la prima volta su"},
	{phrase: "tratto da", label: true},
	{phrase: "fonte:", label: true},
	// Portuguese
	{phrase: "publicado originalmente no"},
	{phrase: "publicado originalmente na"},
	{phrase: "publicado originalmente em"},
	{phrase: "originalmente publicado no"},
	{phrase: "originalmente publicado na"},
	{phrase: "originalmente publicado em"},
	{phrase: "apareceu primeiro em", plain: true},
	{phrase: "apareceu primeiro no", plain: true},
	{phrase: "publicado primeiro em", plain: true},
	{phrase: "publicada originalmente em"},
	{phrase: "fontes:", label: true, weak: true},
	// Russian
	{phrase: "впервые опубликован на"},
	{phrase: "впервые опубликовано на"},
	{phrase: "впервые опубликована на"},
	{phrase: "впервые опубликован в"},
	{phrase: "впервые опубликовано в"},
	{phrase: "впервые опубликована в"},
	{phrase: "изначально опубликован"},
	{phrase: "впервые появилась на", plain: true},
	{phrase: "впервые появилось", plain: true},
	{phrase: "перепечатано из"},
	{phrase: "оригинал статьи:", label: true},
	{phrase: "оригинал:", label: true},
	{phrase: "источник:", label: true},
	{phrase: "источник —", label: true},
	{phrase: "по материалам", label: true},
	// Arabic
	{phrase: "ظهرت في الأصل على", plain: true},
	{phrase: "ظهر في الأصل على", plain: true},
	{phrase: "نشرت في الأصل على", plain: true},
	{phrase: "نُشر في الأصل على", plain: true},
	{phrase: "نشر في الأصل على", plain: true},
	{phrase: "نُشرت أولا على", plain: true},
	{phrase: "نشر لأول مرة على", plain: true},
	{phrase: "نشر أولا على", plain: true},
	{phrase: "ظهرت أولاً على", plain: true},
	{phrase: "ظهرت أولا على", plain: true},
	{phrase: "المصدر:", label: true},
	{phrase: "المصدر :", label: true},
	{phrase: "مصدر الخبر:", label: true},
	{phrase: "نقلا عن", label: true},
	{phrase: "نقلاً عن", label: true},
	// Turkish
	{phrase: "ilk olarak yayınlandı", before: true, plain: true},
	{phrase: "ilk olarak yayımlandı", before: true, plain: true},
	{phrase: "yayımlanmıştır", before: true},
	{phrase: "yayınlanmıştır", before: true},
	{phrase: "ilk önce", label: true},
	{phrase: "kaynak:", label: true},
	{phrase: "kaynak :", label: true},
	{phrase: "haberin kaynağı:", label: true},
	{phrase: "haber kaynağı:", label: true},
	{phrase: "alıntı:", label: true},
	// Chinese
	{phrase: "原载于", plain: true},
	{phrase: "原載於", plain: true},
	{phrase: "最初发表于", plain: true},
	{phrase: "最初發表於", plain: true},
	{phrase: "首发于", plain: true},
	{phrase: "首發於", plain: true},
	{phrase: "转载自", plain: true},
	{phrase: "轉載自", plain: true},
	{phrase: "本文来自", plain: true},
	{phrase: "本文來自", plain: true},
	{phrase: "来源：", label: true},
	{phrase: "来源:", label: true},
	{phrase: "來源：", label: true},
	{phrase: "來源:", label: true},
	{phrase: "稿源：", label: true},
	{phrase: "文章来源：", label: true},
	// Japanese
	{phrase: "に最初に掲載され", before: true, plain: true},
	{phrase: "に掲載されたもの", before: true, plain: true},
	{phrase: "で最初に公開され", before: true, plain: true},
	{phrase: "より転載", before: true, plain: true},
	{phrase: "からの転載", before: true, plain: true},
	{phrase: "から転載", before: true, plain: true},
	{phrase: "初出：", label: true},
	{phrase: "初出:", label: true},
	{phrase: "出典：", label: true},
	{phrase: "出典:", label: true},
	{phrase: "引用元：", label: true},
	{phrase: "引用元:", label: true},
	{phrase: "元記事：", label: true},
	{phrase: "元記事:", label: true},
	{phrase: "提供：", label: true, weak: true},
	{phrase: "配信元：", label: true},
	{phrase: "ソース：", label: true},
}

// subjects are the words that make "originally published on …" a statement
// about the text itself, in lower case.
var subjects = [...]string{
	"this article", "this story", "this post", "this piece", "this report", "this essay", "this content", "this text", "this column", "this op-ed", "this commentary", "this interview", "this item", "this was", "the article", "the story", "the post", "article was", "story was", "post was", "version of", "a version", "it was", "an earlier", "permission", "editor", "note:", "reprinted", "excerpt",
	"dieser artikel", "dieser beitrag", "dieser text", "der artikel", "der beitrag", "der text", "dieses interview", "diese meldung",
	"cet article", "ce texte", "cette tribune", "ce reportage", "l'article", "l’article", "le texte",
	"este artículo", "este articulo", "esta nota", "este texto", "esta entrada", "el artículo", "la entrada", "la nota",
	"questo articolo", "questo testo", "questo post", "l'articolo", "l’articolo", "articolo",
	"este artigo", "esta matéria", "esta reportagem", "o artigo", "o post", "a matéria", "texto",
	"эта статья", "статья", "этот текст", "текст", "материал", "колонка", "запись", "оригинал",
	"bu haber", "bu makale", "bu yazı", "haber", "yazı",
	"本文", "この記事", "記事", "هذا المقال", "هذه المقالة", "المقال", "الخبر",
}

// prepositions stand between a phrase and the name.
var prepositions = [...]string{
	"the website of ", "the web site of ", "on the website ", "the site ", "on ", "by ", "at ", "in ", "from ", "der website ", "der seite ", "den seiten von ", "auf ", "bei ", "von ", "im ", "le site ", "par ", "sur ", "dans ", "el sitio ", "el portal ", "la web ", "el diario ", "el periódico ", "en ", "por ", "il sito ", "su ", "sul sito ", "no site ", "o site ", "site ", "сайте ", "на сайте ", "на ", "в ", "издании ", "موقع ", "صحيفة ", "على ", "في ",
}

// nameEnds are the words behind a name.
var nameEnds = [...]string{
	"\n", ", and ", ", with ", ", where ", ", a ", ", the ", ", as ", ", under ", ", which ", " and is ", " and was ", " under ", " with permission", " where ", " on January", " on February", " on March", " on April", " on May", " on June", " on July", " on August", " on September", " on October", " on November", " on December", " and has been", " and can be", " here with", " as part of", " through a", " in partnership", " in English", " is republished", " and republished", " (", " [", " – ", " — ", " | ", "; ", ", un ", ", eine ", " veröffentlicht", " et est ", " y se ", " et a ", " e foi ", " ed è ", " и ", " под ", "。", "，", "؛", "، ", " ve ", " © ", " sous ", " unter ", " bajo ", " sob ", " con permiso",
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
