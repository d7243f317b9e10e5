package fetch

import (
	"bytes"
	"strings"
)

// xmlShape says how the mender reads an element.
type xmlShape uint8

const (
	shapeSkip  xmlShape = iota // not for us, with all that it holds
	shapeTree                  // holds elements
	shapeItem                  // an entry
	shapeHTML                  // text with markup, escaped or not
	shapeText                  // plain text
	shapeID                    // plain text, byte for byte
	shapeDate                  // a point in time
	shapeURL                   // a reference
	shapeAttrs                 // says it all with attributes
)

// xmlRule is how an element is written for gofeed.
type xmlRule struct {
	shape xmlShape
	as    string // the element's new name, with a well-known prefix
	once  uint8  // when above 0: only the first one of this number is kept
	main  string // of shapeAttrs: the attribute that text stands in for
}

// xmlPlace is where an element stands.
type xmlPlace uint8

const (
	placeRSS   xmlPlace = iota // in rss or rdf:RDF
	placeChan                  // in channel
	placeItem                  // in item
	placeFeed                  // in an Atom feed
	placeEntry                 // in an Atom entry
	placeTree                  // in an element that holds others
	numPlaces
)

// xmlRules says for each place which elements are read. Names are in lower
// case, with the prefix of [xmlPrefixes] when they are not the format's own.
// Everything else is left out before gofeed sees it.
var xmlRules = func() (rules [numPlaces]map[string]xmlRule) {
	for i := range rules {
		rules[i] = make(map[string]xmlRule)
	}
	once := make(map[string]uint8)
	add := func(places []xmlPlace, shape xmlShape, names string) {
		for name := range strings.FieldsSeq(names) {
			name, as, renamed := strings.Cut(name, ">")
			name, single := strings.CutSuffix(name, "!")
			if !renamed {
				as = name
			}
			r := xmlRule{shape: shape, as: as}
			if single {
				if once[as] == 0 {
					once[as] = uint8(len(once) + 1)
				}
				r.once = once[as]
			}
			switch as {
			case "link", "atom:link", "itunes:image", "googleplay:image":
				r.main = "href"
			case "category", "atom:category", "itunes:category":
				r.main = "term"
			}
			for _, p := range places {
				rules[p][name] = r
			}
		}
	}
	rss := []xmlPlace{placeChan, placeItem}
	atom := []xmlPlace{placeFeed, placeEntry}
	both := []xmlPlace{placeChan, placeItem, placeFeed, placeEntry}

	add([]xmlPlace{placeRSS}, shapeTree, "channel image")
	add([]xmlPlace{placeRSS, placeChan}, shapeItem, "item")
	add([]xmlPlace{placeFeed}, shapeItem, "entry")

	add(rss, shapeHTML, "title! description! abstract!>description")
	add(rss, shapeURL, "link comments!")
	add(rss, shapeText, "category")
	add(rss, shapeDate, "pubdate>pubDate lastbuilddate>lastBuildDate published>dcterms:issued issued>dcterms:issued updated>dcterms:modified modified>dcterms:modified created>dcterms:created date>dc:date")
	add([]xmlPlace{placeChan}, shapeHTML, "copyright! tagline>dc:description subtitle>dc:description rights>dc:rights")
	add([]xmlPlace{placeChan}, shapeText, "language! managingeditor!>managingEditor webmaster!>webMaster author>dc:creator generator! ttl!")
	add([]xmlPlace{placeChan}, shapeTree, "image skiphours>skipHours skipdays>skipDays")
	add([]xmlPlace{placeItem}, shapeHTML, "content:encoded! encoded!>content:encoded content!>content:encoded body!>content:encoded xhtml:body!>content:encoded xhtml:div!>content:encoded fullitem!>content:encoded summary>atom:summary")
	add([]xmlPlace{placeItem}, shapeText, "author! tags>itunes:keywords source! language>dc:language")
	add([]xmlPlace{placeItem}, shapeID, "guid! id>guid")
	add([]xmlPlace{placeItem}, shapeAttrs, "enclosure")
	add([]xmlPlace{placeItem}, shapeTree, "image>media:image")

	add(atom, shapeHTML, "title! rights! copyright!>rights dc:rights")
	add(atom, shapeID, "id!")
	add(atom, shapeDate, "updated modified>updated created>dcterms:created pubdate>dcterms:issued")
	add([]xmlPlace{placeFeed}, shapeDate, "published>dcterms:issued issued>dcterms:issued")
	add([]xmlPlace{placeEntry}, shapeDate, "published issued>published")
	add(atom, shapeAttrs, "link category")
	add(atom, shapeTree, "author")
	add([]xmlPlace{placeFeed}, shapeHTML, "subtitle! tagline!>subtitle")
	add([]xmlPlace{placeFeed}, shapeText, "generator!")
	add([]xmlPlace{placeFeed}, shapeURL, "icon! logo!")
	add([]xmlPlace{placeEntry}, shapeHTML, "summary! content! description>dc:description content:encoded")
	add([]xmlPlace{placeEntry}, shapeTree, "source")
	add([]xmlPlace{placeEntry}, shapeURL, "comments>feedburner:comments")

	add(both, shapeHTML, "dc:title dc:description dc:rights itunes:summary itunes:subtitle itunes:title media:title media:description")
	add(both, shapeText, "dc:creator dc:author>dc:creator dc:subject dc:language dc:publisher dc:source itunes:author itunes:keywords itunes:complete media:category media:keywords media:credit sy:updateperiod>sy:updatePeriod sy:updatefrequency>sy:updateFrequency")
	add(both, shapeDate, "dc:date dcterms:issued dcterms:modified dcterms:created dcterms:available>dcterms:issued")
	add(both, shapeURL, "itunes:new-feed-url feedburner:origlink>feedburner:origLink pheedo:origlink>feedburner:origLink")
	add(both, shapeTree, "itunes:owner itunes:category atom:author media:group media:content")
	add(both, shapeAttrs, "atom:link atom:category itunes:image googleplay:image media:thumbnail admin:generatoragent>admin:generatorAgent fh:complete fh:archive")
	add(both, shapeHTML, "atom:summary atom:content atom:subtitle atom:title")
	add(both, shapeID, "atom:id")
	add(both, shapeDate, "atom:updated atom:published")

	add([]xmlPlace{placeTree}, shapeHTML, "title! media:title media:description")
	add([]xmlPlace{placeTree}, shapeText, "name! email! hour day itunes:name itunes:email media:category media:keywords atom:name>name atom:email>email")
	add([]xmlPlace{placeTree}, shapeURL, "uri! url! homepage!>uri atom:uri>uri")
	add([]xmlPlace{placeTree}, shapeID, "id!")
	add([]xmlPlace{placeTree}, shapeDate, "updated")
	add([]xmlPlace{placeTree}, shapeAttrs, "link category media:thumbnail")
	add([]xmlPlace{placeTree}, shapeTree, "author media:content itunes:category")
	return rules
}()

// xmlPrefixes gives each namespace that is read the prefix that it has in
// [xmlRules]. The names of namespaces are written in many ways: they are looked
// up in lower case, without scheme and without a mark at the end. Empty is the
// prefix of the formats themselves.
var xmlPrefixes = map[string]string{
	"www.w3.org/2005/atom":                     "atom",
	"purl.org/atom/ns":                         "atom",
	"purl.org/atom":                            "atom",
	"example.com/newformat":                    "atom",
	"example.com/necho":                        "atom",
	"purl.org/echo":                            "atom",
	"purl.org/pie":                             "atom",
	"uri/of/echo/namespace#":                   "atom",
	"purl.org/rss/1.0":                         "",
	"my.netscape.com/rdf/simple/0.9":           "",
	"channel.netscape.com/rdf/simple/0.9":      "",
	"my.netscape.com/publish/formats/rss-0.91": "",
	"backend.userland.com/rss":                 "",
	"backend.userland.com/rss2":                "",
	"backend.userland.com/rss2.1":              "",
	"backend.userland.com/rss091":              "",
	"blogs.law.harvard.edu/tech/rss":           "",
	"www.rssboard.org/rss-specification":       "",

	"www.w3.org/1999/02/22-rdf-syntax-ns":      "rdf",
	"www.w3.org/1999/xhtml":                    "xhtml",
	"www.w3.org/2000/svg":                      "svg",
	"www.w3.org/1998/math/mathml":              "mathml",
	"purl.org/dc/elements/1.1":                 "dc",
	"purl.org/dc/elements/1.0":                 "dc",
	"purl.org/dc/terms":                        "dcterms",
	"purl.org/rss/1.0/modules/content":         "content",
	"purl.org/rss/1.0/modules/syndication":     "sy",
	"purl.org/syndication/history/1.0":         "fh",
	"search.yahoo.com/mrss":                    "media",
	"video.search.yahoo.com/mrss":              "media",
	"tools.search.yahoo.com/mrss":              "media",
	"search.yahoo.com/searchmonkey/media":      "media",
	"www.itunes.com/dtds/podcast-1.0.dtd":      "itunes",
	"itunes.com/dtds/podcast-1.0.dtd":          "itunes",
	"example.com/dtds/podcast-1.0.dtd":         "itunes",
	"www.google.com/schemas/play-podcasts/1.0": "googleplay",
	"rssnamespace.org/feedburner/ext/1.0":      "feedburner",
	"www.pheedo.com/namespace/pheedo":          "pheedo",
	"webns.net/mvcb":                           "admin",
}

// knownPrefixes are those of xmlPrefixes: what they mean where a feed forgets to
// declare them.
var knownPrefixes = func() map[string]bool {
	m := make(map[string]bool)
	for _, p := range xmlPrefixes {
		m[p] = p != ""
	}
	return m
}()

// otherPrefix is that of elements in namespaces that are not read.
const otherPrefix = "?"

// namespacePrefix returns the prefix of a namespace in xmlPrefixes.
func namespacePrefix(name []byte) string {
	name = bytes.TrimSpace(name)
	if len(name) > 200 {
		return otherPrefix
	}
	var scratch [200]byte
	low := append(scratch[:0], name...)
	for i, c := range low {
		if 'A' <= c && c <= 'Z' {
			low[i] = c + 'a' - 'A'
		}
	}
	low = bytes.TrimPrefix(low, []byte("http://"))
	low = bytes.TrimPrefix(low, []byte("https://"))
	low = bytes.TrimRight(low, "/#")
	if p, ok := xmlPrefixes[string(low)]; ok {
		return p
	}
	return otherPrefix
}
