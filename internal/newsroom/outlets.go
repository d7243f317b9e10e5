package newsroom

// outlet is a publisher of the sample newsroom. Its host is its slug under
// "localhost", which every browser resolves to the machine itself.
type outlet struct {
	slug, name, motto string
	lang, dir         string
	folder            string // where the subscription list has it
	format            string // of its feeds: rss, atom, rdf or json
	full              bool   // its feeds carry whole articles
	page              string // template of its pages
	path              string // of its articles; %s is the slug
	track             string // added to the links in its feeds; %s is the feed's name
	feeds             []section
}

// section is one feed of an outlet.
type section struct{ name, path, title string }

// single is the feed of an outlet that has one.
func single(path string) []section { return []section{{name: "main", path: path}} }

// outlets are the publishers, in the order of the subscription list. Each does
// one thing that real ones do and that makes news hard to fold.
var outlets = []outlet{
	{ // the agency that the others copy
		slug: "northwire", name: "Northwire", motto: "News agency of the northern coast",
		folder: "News/Agencies", lang: "en", format: "rss", full: true, page: "paper", path: "/story/%s", feeds: single("/feeds/all.xml"),
	},
	{ // three feeds that overlap, tracked links, GUIDs issued twice, reprints under the agency's dateline
		slug: "courier", name: "The Harbour Courier", motto: "Every morning since the first steamer",
		folder: "News", lang: "en-GB", format: "rss", page: "paper", path: "/article/%s",
		track: "?utm_source=rss&utm_medium=feed&utm_campaign=%s",
		feeds: []section{
			{"front", "/rss/front.xml", "The Harbour Courier"},
			{"city", "/rss/city.xml", "The Harbour Courier: City"},
			{"business", "/rss/business.xml", "The Harbour Courier: Business"},
		},
	},
	{ // new titles, small edits
		slug: "ledger", name: "Ledger & Tide", motto: "Trade, ships, money",
		folder: "Trade", lang: "en", format: "atom", page: "paper", path: "/reports/%s", feeds: single("/atom.xml"),
	},
	{ // cuts everything short
		slug: "valley", name: "Valley Post", motto: "The valleys in brief",
		folder: "News", lang: "en", format: "rss", page: "plain", path: "/news/%s.html", feeds: single("/rss.php"),
	},
	{ // bylines, copyright lines, share buttons, "Leave a comment"
		slug: "beacon", name: "The Morning Beacon", motto: "Good morning, coast!",
		folder: "News", lang: "en", format: "rss", page: "blog", path: "/posts/%s", feeds: single("/feed"),
	},
	{ // its own reports, also of what others report
		slug: "meridian", name: "Meridian Review", motto: "Reportage and portraits",
		folder: "Long reads", lang: "en", format: "json", full: true, page: "paper", path: "/%s", feeds: single("/feed.json"),
	},
	{ // translates from the agency
		slug: "lindero", name: "El Lindero", motto: "Noticias de las dos orillas",
		folder: "World", lang: "es", format: "atom", full: true, page: "paper", path: "/noticias/%s", feeds: single("/atom.xml"),
	},
	{ // writes from right to left
		slug: "almarfa", name: "صحيفة المرفأ", motto: "أخبار المرافئ والوديان",
		folder: "World", lang: "ar", dir: "rtl", format: "rss", full: true, page: "paper", path: "/ar/%s", feeds: single("/ar/rss.xml"),
	},
	{ // translates by machine and says where from in another language
		slug: "worldlens", name: "World Lens", motto: "The world press, translated",
		folder: "World", lang: "en", format: "rss", page: "blog", path: "/world/%s", feeds: single("/feed"),
	},
	{ // RSS 1.0 with two lines of each article
		slug: "orchard", name: "Orchard Weekly", motto: "Nature and neighbours",
		folder: "Long reads", lang: "en", format: "rdf", page: "blog", path: "/stories/%s", feeds: single("/index.rdf"),
	},
	{ // an aggregator that credits what it takes
		slug: "tidings", name: "Tidings", motto: "The best of the coast, picked for you",
		folder: "News", lang: "en", format: "atom", full: true, page: "blog", path: "/p/%s", feeds: single("/feed.atom"),
	},
	{ // company notices, all from one mould
		slug: "marketline", name: "Marketline", motto: "Regulatory and company news",
		folder: "Trade", lang: "en", format: "rss", full: true, page: "plain", path: "/notice/%s", track: "#xtor=RSS-1", feeds: single("/notices.rss"),
	},
}
