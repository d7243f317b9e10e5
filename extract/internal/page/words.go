package page

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Flags say what the class, id, role and other attributes of an element claim
// it to be.
type Flags uint32

// The flags.
const (
	FBody    Flags = 1 << iota // the text of the article, in so many words
	FContent                   // content, article, post, story …
	FComment
	FShare
	FNav
	FSide
	FFoot
	FHead
	FRelated
	FAd
	FMeta // date, byline, author
	FBio
	FCaption
	FTags
	FLetter // newsletter, subscription, donation
	FHidden
	FTitle
	FLead // standfirst
	FQuote
	FContents // table of contents
	FModal    // cookies, consent, login
	FShop
	FWidget
	FMedia
	FList // list, grid, card, item
	FNote // footnote, reference, source
	FLink // link, button, more

	NumFlags = iota

	// FVeiled is no feature: an element in running text that is shown only when a
	// pointer rests on it, or only read aloud.
	FVeiled Flags = 1 << 30
)

// words tells what a word in a class name claims.
var words = map[string]Flags{
	"articlebody": FBody, "entrycontent": FBody, "postcontent": FBody, "storybody": FBody, "storycontent": FBody,
	"articlecontent": FBody, "articletext": FBody, "postbody": FBody, "contentbody": FBody, "storytext": FBody,
	"bodytext": FBody, "maincontent": FBody, "entrybody": FBody, "bodycontent": FBody, "newsbody": FBody, "richtext": FBody,
	"bodycopy": FBody, "articlemain": FBody, "textcontent": FBody, "posttext": FBody, "contenttext": FBody,
	"newstext": FBody, "newscontent": FBody, "contentmain": FBody, "detailtext": FBody, "fulltext": FBody, "hentry": FContent,
	"content": FContent, "article": FContent, "post": FContent, "story": FContent, "entry": FContent,
	"text": FContent, "body": FContent, "main": FContent, "prose": FContent, "paragraph": FContent, "artikel": FContent,
	"articulo": FContent, "noticia": FContent, "beitrag": FContent, "copy": FContent, "blogpost": FContent, "inhalt": FContent,
	"comment": FComment, "comments": FComment, "disqus": FComment, "respond": FComment, "reply": FComment, "replies": FComment,
	"kommentar": FComment, "kommentare": FComment, "commentlist": FComment, "forum": FComment, "discussion": FComment,
	"livefyre": FComment, "commentaires": FComment, "comentarios": FComment, "trackback": FComment, "pings": FComment,
	"share": FShare, "sharing": FShare, "social": FShare, "facebook": FShare, "twitter": FShare, "addthis": FShare,
	"follow": FShare, "sharedaddy": FShare, "sharebar": FShare, "shares": FShare, "pinterest": FShare, "whatsapp": FShare,
	"socials": FShare, "like": FShare, "likes": FShare, "teilen": FShare, "addtoany": FShare, "shariff": FShare, "a2a": FShare,
	"nav": FNav, "menu": FNav, "navigation": FNav, "breadcrumb": FNav, "breadcrumbs": FNav, "pagination": FNav, "pager": FNav,
	"navbar": FNav, "toolbar": FNav, "skip": FNav, "paging": FNav, "submenu": FNav, "sitemap": FNav, "topbar": FNav, "crumbs": FNav,
	"sidebar": FSide, "aside": FSide, "rail": FSide, "secondary": FSide, "right": FSide, "left": FSide, "complementary": FSide, "sticky": FSide,
	"footer": FFoot, "foot": FFoot, "copyright": FFoot, "colophon": FFoot, "legal": FFoot, "disclaimer": FFoot, "bottom": FFoot,
	"contentinfo": FFoot, "imprint": FFoot, "fineprint": FFoot, "after": FFoot, "end": FFoot,
	"header": FHead, "masthead": FHead, "banner": FHead, "top": FHead, "logo": FHead, "head": FHead, "branding": FHead,
	"related": FRelated, "recommended": FRelated, "recommendations": FRelated, "popular": FRelated, "trending": FRelated, "latest": FRelated,
	"also": FRelated, "next": FRelated, "prev": FRelated, "previous": FRelated, "teaser": FRelated, "teasers": FRelated, "promo": FRelated, "recirc": FRelated,
	"outbrain": FRelated, "taboola": FRelated, "jp": FRelated, "relatedposts": FRelated, "similar": FRelated, "recent": FRelated,
	"mostread": FRelated, "readmore": FRelated, "suggested": FRelated, "relacionadas": FRelated, "relacionados": FRelated,
	"verwandt": FRelated, "yarpp": FRelated, "zergnet": FRelated, "interlink": FRelated, "crosslink": FRelated, "crosslinks": FRelated, "archive": FRelated,
	"ad": FAd, "ads": FAd, "advert": FAd, "advertisement": FAd, "sponsor": FAd, "sponsored": FAd, "dfp": FAd, "adsense": FAd,
	"advertising": FAd, "anzeige": FAd, "werbung": FAd, "publicidad": FAd, "pub": FAd, "gpt": FAd, "affiliate": FAd, "adslot": FAd, "ezoic": FAd, "commercial": FAd,
	"meta": FMeta, "date": FMeta, "time": FMeta, "byline": FMeta, "info": FMeta, "published": FMeta, "timestamp": FMeta,
	"dateline": FMeta, "datum": FMeta, "postmeta": FMeta, "updated": FMeta, "details": FMeta, "created": FMeta, "pubdate": FMeta, "readtime": FMeta, "kicker": FMeta, "dateconf": FMeta, "overline": FMeta, "rubrik": FMeta,
	"author": FBio, "bio": FBio, "about": FBio, "profile": FBio, "avatar": FBio, "autor": FBio, "vcard": FBio, "authorbox": FBio, "authors": FBio, "writer": FBio, "contributor": FBio, "gravatar": FBio, "biography": FBio, "auteur": FBio,
	"caption": FCaption, "figcaption": FCaption, "credit": FCaption, "credits": FCaption, "bildunterschrift": FCaption, "legend": FCaption, "attribution": FCaption, "caption-text": FCaption, "bu": FCaption, "captions": FCaption, "imagecaption": FCaption, "lightbox": FCaption,
	"tag": FTags, "tags": FTags, "category": FTags, "categories": FTags, "topic": FTags, "topics": FTags, "keywords": FTags, "cat": FTags, "taglist": FTags, "schlagworte": FTags, "themen": FTags, "label": FTags, "labels": FTags, "hashtags": FTags, "kategorie": FTags,
	"newsletter": FLetter, "subscribe": FLetter, "subscription": FLetter, "signup": FLetter, "email": FLetter, "paywall": FLetter,
	"cta": FLetter, "donate": FLetter, "donation": FLetter, "subscriber": FLetter, "optin": FLetter, "mailchimp": FLetter, "abo": FLetter, "register": FLetter, "mailing": FLetter, "support": FLetter, "membership": FLetter, "convertkit": FLetter, "mc4wp": FLetter, "form": FLetter,
	"hidden": FHidden, "hide": FHidden, "visually": FHidden, "sr": FHidden, "invisible": FHidden, "noprint": FHidden, "print": FHidden, "screenreader": FHidden, "offscreen": FHidden, "collapse": FHidden, "tooltip": FHidden,
	"title": FTitle, "headline": FTitle, "hed": FTitle, "heading": FTitle, "ueberschrift": FTitle, "titulo": FTitle, "titre": FTitle,
	"lead": FLead, "intro": FLead, "summary": FLead, "standfirst": FLead, "subtitle": FLead, "dek": FLead, "abstract": FLead, "sapo": FLead, "excerpt": FLead, "lede": FLead, "introduction": FLead, "chapo": FLead, "vorspann": FLead, "entradilla": FLead, "subheadline": FLead, "deck": FLead, "einleitung": FLead, "bajada": FLead, "description": FLead, "teasertext": FLead, "subhead": FLead, "strapline": FLead,
	"quote": FQuote, "pullquote": FQuote, "blockquote": FQuote, "tweet": FQuote, "embed": FQuote, "instagram": FQuote, "zitat": FQuote, "embedded": FQuote, "pull": FQuote,
	"toc": FContents, "contents": FContents, "index": FContents, "inhaltsverzeichnis": FContents, "takeaways": FContents, "keypoints": FContents, "highlights": FContents, "ez": FContents, "lwptoc": FContents, "key": FContents,
	"cookie": FModal, "cookies": FModal, "consent": FModal, "gdpr": FModal, "modal": FModal, "popup": FModal, "overlay": FModal, "login": FModal, "dialog": FModal, "signin": FModal, "notice": FModal, "alert": FModal, "cmp": FModal, "onetrust": FModal, "message": FModal, "search": FModal, "error": FModal, "lang": FModal, "language": FModal,
	"product": FShop, "products": FShop, "price": FShop, "shop": FShop, "cart": FShop, "rating": FShop, "buy": FShop, "woocommerce": FShop, "deal": FShop, "review": FShop, "ratings": FShop, "stars": FShop, "recipe": FShop, "offer": FShop,
	"widget": FWidget, "module": FWidget, "box": FWidget, "block": FWidget, "component": FWidget, "infobox": FWidget, "panel": FWidget, "plugin": FWidget, "callout": FWidget, "inset": FWidget, "factbox": FWidget, "tab": FWidget, "poll": FWidget, "quiz": FWidget, "wp": 0,
	"gallery": FMedia, "slideshow": FMedia, "video": FMedia, "image": FMedia, "photo": FMedia, "media": FMedia, "carousel": FMedia, "player": FMedia, "audio": FMedia, "figure": FMedia, "slider": FMedia, "swiper": FMedia, "picture": FMedia, "img": FMedia, "bild": FMedia, "thumb": FMedia, "thumbnail": FMedia, "photos": FMedia, "images": FMedia, "foto": FMedia, "podcast": FMedia, "slide": FMedia,
	"list": FList, "grid": FList, "card": FList, "item": FList, "items": FList, "cards": FList, "feed": FList, "river": FList, "stream": FList, "row": FList, "tile": FList, "listing": FList, "cell": FList, "posts": FList, "articles": FList, "stories": FList, "loop": FList, "archives": FList, "news": FList,
	"footnote": FNote, "footnotes": FNote, "references": FNote, "reference": FNote, "source": FNote, "sources": FNote, "note": FNote, "notes": FNote, "citation": FNote, "correction": FNote, "endnotes": FNote, "reflist": FNote, "quelle": FNote, "fuente": FNote, "editor": FNote,
	"link": FLink, "links": FLink, "button": FLink, "btn": FLink, "more": FLink, "read": FLink, "download": FLink, "url": FLink, "action": FLink, "actions": FLink, "tools": FLink, "utility": FLink, "linklist": FLink,
}

// wordShapes tells most words that are not in words.
var wordShapes = shapesOf(words)

// flagsOf reads the flags of an element; equal attribute values are looked up
// once per page.
func (w *walker) flagsOf(n *html.Node) Flags {
	var f Flags
	for i := range n.Attr {
		a := &n.Attr[i]
		switch a.Key {
		case "class", "id", "role", "itemprop", "data-testid", "data-component", "aria-label", "property", "data-type":
			if len(a.Val) > 300 || a.Val == "" {
				continue
			}
			g, ok := w.flags[a.Val]
			if !ok {
				g = wordFlags(a.Val)
				w.flags[a.Val] = g
			}
			f |= g
		case "style":
			if concealed(a.Val) {
				f |= FHidden
			}
		case "hidden":
			f |= FHidden
		case "aria-hidden":
			if a.Val == "true" {
				f |= FHidden
			}
		}
	}
	if n.DataAtom == 0 && len(n.Data) < 60 {
		g, ok := w.flags[n.Data]
		if !ok {
			g = wordFlags(n.Data)
			w.flags[n.Data] = g
		}
		f |= g
	}
	switch n.DataAtom {
	case atom.Nav:
		f |= FNav
	case atom.Aside:
		f |= FSide
	case atom.Footer:
		f |= FFoot
	case atom.Header:
		f |= FHead
	case atom.Figcaption:
		f |= FCaption
	case atom.Blockquote:
		f |= FQuote
	case atom.Time:
		f |= FMeta
	case atom.Dialog:
		f |= FModal
	case atom.Form:
		f |= FLetter
	}
	return f
}

// hidden reports whether an element is not shown, by its own style or
// attributes. Style sheets are not looked at.
func hidden(n *html.Node) bool {
	for i := range n.Attr {
		switch a := &n.Attr[i]; a.Key {
		case "style":
			return concealed(a.Val)
		case "hidden":
			return true
		}
	}
	return false
}

// concealed looks for display:none and visibility:hidden.
func concealed(style string) bool {
	for {
		i := strings.IndexByte(style, ':')
		if i < 0 {
			return false
		}
		key := strings.TrimRight(style[:i], " ")
		val := strings.TrimLeft(style[i+1:], " ")
		if strings.HasSuffix(key, "display") && strings.HasPrefix(val, "none") ||
			strings.HasSuffix(key, "visibility") && strings.HasPrefix(val, "hidden") {
			return true
		}
		style = val
	}
}

// wordFlags splits a value of class, id or the like into words at spaces,
// hyphens, underscores, digits and capitals, and joins the flags of the words
// and of pairs of words.
func wordFlags(s string) Flags {
	var f, veil Flags
	var buf [64]byte
	prev, n := 0, 0 // buf[prev:n] is the word in the making, buf[:prev] the one before
	end := func() {
		if n > prev {
			if veilShapes.mayBe(buf[prev:n]) {
				veil |= veils[string(buf[prev:n])]
			}
			if prev > 0 && veilShapes.mayBe(buf[:n]) {
				veil |= veils[string(buf[:n])]
			}
			if wordShapes.mayBe(buf[prev:n]) {
				f |= words[string(buf[prev:n])]
			}
			if prev > 0 && wordShapes.mayBe(buf[:n]) {
				if g := words[string(buf[:n])]; g == FBody {
					f |= g
				}
			}
			copy(buf[:], buf[prev:n])
			prev, n = n-prev, n-prev
		}
	}
	lower := false
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c >= 'A' && c <= 'Z':
			if lower {
				end()
			}
			lower = false
			c |= 0x20
		case c >= 'a' && c <= 'z':
			lower = true
		default:
			end()
			lower = false
			if c == ' ' {
				prev, n = 0, 0
			}
			continue
		}
		if n < len(buf) {
			buf[n] = c
			n++
		}
	}
	end()
	if veil == 3 || veil&4 != 0 {
		f |= FVeiled
	}
	return f
}

// veils are words and pairs of words that speak of what is not shown in running
// text: 1 cards that open, 2 their contents, 4 what is read aloud only.
var veils = map[string]Flags{
	"rollover": 1, "hovercard": 1, "popover": 1, "tooltip": 1, "tippy": 1, "hover": 1,
	"block": 2, "content": 2, "text": 2, "body": 2, "box": 2, "card": 2, "inner": 2, "bubble": 2,
	"sronly": 4, "screenreader": 4, "screenreadertext": 4, "visuallyhidden": 4, "elementinvisible": 4, "tooltiptext": 4, "tooltipcontent": 4,
}

var veilShapes = shapesOf(veils)
