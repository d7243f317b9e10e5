package page

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// labels are blocks that say no more than what stands next to them or can be done
// with it, without punctuation and digits, by language. Words that may head a part
// of an article, as "Sources" and "See also", are not among them.
const labels = `advertisement|advertisements|advertising|ad|sponsored|ad feedback|story continues below|story continues below advertisement|
	article continues below|article continues below advertisement|advertisement continue reading the main story|continue reading|scroll to continue|
	share|share this|share this article|share this story|share this post|share on facebook|sharing is caring|tweet|follow us|sign up|subscribe|subscribe now|
	comment|comments|no comments|leave a comment|leave a reply|post a comment|add a comment|show comments|view comments|hide comments|
	read more|read next|related articles|related stories|related posts|related news|related content|recommended for you|you may also like|you might also like|
	top stories|most read|most popular|back to top|skip to content|view gallery|click to enlarge|press enter or click to view image in full size|
	image of|photo of|slide of|this slideshow requires javascript|media playback is unsupported on your device|
	your browser does not support the video tag|your browser does not support the video element|your browser does not support the audio element|
	anzeige|werbung|kommentare|kommentar schreiben|kommentar verfassen|schreibe einen kommentar|teilen|artikel teilen|drucken|mehr zum thema|lesen sie auch|lies auch|
	auch interessant|schon gelesen|weiterlesen|empfohlener redaktioneller inhalt|externer inhalt|nach oben|
	publicité|commentaires|partager|imprimer|lire aussi|à lire aussi|lire la suite|vous aimerez aussi|
	publicidad|comentarios|compartir|imprimir|lea también|lee también|leer más|noticias relacionadas|te puede interesar|
	pubblicità|commenti|condividi|leggi anche|leggi tutto|articoli correlati|potrebbe interessarti|
	publicidade|comentários|compartilhar|leia também|leia mais|veja também|saiba mais|
	advertentie|reacties|delen|lees ook|lees meer|
	reklama|komentarze|udostępnij|czytaj także|czytaj też|zobacz także|przeczytaj także|
	реклама|комментарии|поделиться|читайте также|читать далее|смотрите также|похожие статьи|
	reklam|yorumlar|paylaş|ilgili haberler|devamını oku|
	إعلان|التعليقات|شارك|اقرأ أيضا|اقرأ أيضاً|مواضيع ذات صلة|
	広告|コメント|シェア|関連記事|あわせて読みたい|广告|评论|分享|相关阅读|相关新闻|延伸阅读|推荐阅读|annons|annonse`

// maxLabel is the length of the longest label, folded, in bytes.
const maxLabel = 64

var isLabel = func() map[string]bool {
	t := make(map[string]bool)
	for s := range strings.SplitSeq(labels, "|") {
		t[string(appendLabel(nil, s))] = true
	}
	return t
}()

// appendLabel appends what tells a label: its letters, in lower case.
func appendLabel(b []byte, s string) []byte {
	from := len(b)
	b = appendFold(b, s, maxLabel)
	digit := func(c byte) bool { return c >= '0' && c <= '9' }
	return b[:from+len(slices.DeleteFunc(b[from:], digit))]
}

// label reports whether a block is never article text by itself.
func (b *Block) label() bool {
	if b.Chars > maxLabel {
		return false
	}
	var key [maxLabel + utf8.UTFMax]byte
	return isLabel[string(appendLabel(key[:0], b.Text))]
}

// teasers tells the blocks that lead to other articles: a link, the first words of
// what is behind it, and dots where they break off. One may be a sentence of an
// article; it is told where the page has it twice.
func (p *Page) teasers() func(i int) bool {
	teaser := func(b *Block) bool { return b.LinkStart && b.Dots }
	times := make(map[string]int)
	for i := range p.Blocks {
		if b := &p.Blocks[i]; teaser(b) {
			times[b.Text]++
		}
	}
	return func(i int) bool {
		b := &p.Blocks[i]
		return teaser(b) && times[b.Text] > 1
	}
}
