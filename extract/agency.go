package extract

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// agencies maps the ways in which news agencies are named in datelines,
// bylines and copyright lines, folded, to the agency's name.
var agencies = agencyTable()

func agencyTable() map[string]string {
	table := make(map[string]string, 200)
	for name, aliases := range map[string]string{
		"Reuters":                 "reuters|thomson reuters|رويترز|рейтер|рейтера|рейтерс|路透社|路透|ロイター|reuters news",
		"Associated Press":        "ap|associated press|the associated press|أسوشيتد برس|美联社|美聯社|ap通信|a p|the canadian press associated press",
		"Agence France-Presse":    "afp|agence france presse|agence france press|أ ف ب|فرانس برس|афп|法新社|afp時事",
		"dpa":                     "dpa|deutsche presse agentur|dpa international|dpa infocom|د ب أ",
		"EFE":                     "efe|agencia efe|efeusa",
		"ANSA":                    "ansa",
		"Adnkronos":               "adnkronos",
		"Xinhua":                  "xinhua|xinhua news agency|新华社|新華社|شينخوا|新华网",
		"TASS":                    "tass|тасс|тасса|итар тасс|itar tass|корр тасс",
		"RIA Novosti":             "ria novosti|риа новости",
		"Interfax":                "interfax|интерфакс|интерфакса|interfax ru",
		"Anadolu Agency":          "anadolu|anadolu agency|anadolu ajansı|aa|الأناضول",
		"Demirören Haber Ajansı":  "dha|demirören haber ajansı",
		"İhlas Haber Ajansı":      "iha|i̇ha|ihlas haber ajansı",
		"UPI":                     "upi|united press international",
		"PA Media":                "pa|pa media|press association",
		"Press Trust of India":    "pti|press trust of india",
		"ANI":                     "ani|asian news international",
		"IANS":                    "ians|indo asian news service",
		"Kyodo News":              "kyodo|kyodo news|共同|共同通信|共同通信社|共同社",
		"Jiji Press":              "jiji|jiji press|時事|時事通信|時事通信社",
		"Yonhap":                  "yonhap|yonhap news agency|연합뉴스",
		"Saudi Press Agency":      "spa|saudi press agency|واس|الأنباء السعودية",
		"Emirates News Agency":    "wam|emirates news agency|وام",
		"Middle East News Agency": "mena|أ ش أ",
		"Petra":                   "petra|بترا",
		"KUNA":                    "kuna|كونا",
		"QNA":                     "qna|قنا",
		"SANA":                    "sana|سانا",
		"IRNA":                    "irna|ایرنا|إرنا",
		"Lusa":                    "lusa",
		"APA":                     "apa",
		"Keystone-SDA":            "sda|ats|keystone sda|keystone ats",
		"ANP":                     "anp", "Belga": "belga", "Ritzau": "ritzau", "NTB": "ntb", "TT": "tt", "STT": "stt",
		"PAP": "pap", "ČTK": "čtk|ctk", "MTI": "mti", "Bloomberg": "bloomberg|bloomberg news|bloomberg opinion",
		"The Canadian Press": "canadian press|the canadian press|la presse canadienne|cp", "AAP": "aap|australian associated press",
		"Europa Press": "europa press|europapress", "Ukrinform": "ukrinform|укринформ", "UNIAN": "унian|унiан|уніан", "KCNA": "kcna",
		"Antara": "antara", "Bernama": "bernama", "SID": "sid|sport informations dienst", "KNA": "kna", "epd": "epd", "dpa-AFX": "afx|dpa afx",
		"Agência Brasil": "agência brasil", "Estadão Conteúdo": "estadão conteúdo", "Folhapress": "folhapress", "China News Service": "中新社|中新网|china news service", "CNA": "中央社",
		"Tribune News Service": "tns|tribune news service", "RBC": "рбк", "Kathpress": "kathpress", "ISBnews": "isbnews", "idea": "evangelische nachrichtenagentur idea", "Novinite": "novinite", "BTA": "bta|бта", "Agerpres": "agerpres", "HINA": "hina", "Tanjug": "tanjug|танјуг", "TASR": "tasr", "SITA": "sita", "BNS": "bns", "LETA": "leta", "PAP Biznes": "pap biznes", "MAP": "agence maghreb arabe presse", "APS": "algérie presse service|وأج", "WAFA": "wafa|وفا", "NNA": "الوطنية للإعلام", "INA": "واع", "Télam": "télam|telam", "Notimex": "notimex", "Prensa Latina": "prensa latina", "AGI": "agi|agi agenzia italia", "Italpress": "italpress", "Askanews": "askanews", "CNN": "cnn|cnn business|cnn newsource", "PR Newswire": "prnewswire|pr newswire", "Business Wire": "business wire|businesswire", "GlobeNewswire": "globenewswire|globe newswire", "news aktuell": "ots|news aktuell", "LaPresse": "lapresse", "AsiaNews": "asianews", "Central News Agency": "中央社記者",
	} {
		for a := range strings.SplitSeq(aliases, "|") {
			table[fold(a)] = name
			if strings.Count(a, " ") == 2 && !unicode.Is(unicode.Latin, firstRune(a)) {
				table[strings.ReplaceAll(fold(a), " ", "")] = name
			}
		}
	}
	return table
}

// agency returns the agency that words name as a whole; "" when they name none.
// Short abbreviations count only as they are printed: "AP", "dpa", not "ap".
func agency(words string) string {
	words = strings.Trim(words, " \t.,;:()[]/–—-*（）【】［］«»“”\"")
	folded := fold(words)
	if folded == "" {
		return ""
	}
	for _, noun := range [...]string{"nachrichtenagentur ", "agence ", "agencia ", "agência ", "agenzia ", "news agency ", "агентство ", "информагентство ", "агентства ", "وكالة الأنباء ", "وكالة أنباء ", "وكالة ", "redazione ", "redacción ", "redação ", "redaktion ", "rédaction "} {
		if rest, ok := strings.CutPrefix(folded, noun); ok && agencies[rest] != "" {
			return agencies[rest]
		}
	}
	name := agencies[folded]
	if name == "" && len(words) < 16 && !unicode.Is(unicode.Latin, firstRune(words)) {
		name = agencies[strings.ReplaceAll(folded, " ", "")] // "أف ب"
	}
	if (len(words) <= 3 || folded == "mena") && words[0] < 0x80 && words != strings.ToUpper(words) && !smallAgencies[words] {
		return ""
	}
	return name
}

// smallAgencies are the abbreviations that agencies write in small letters.
var smallAgencies = set("dpa", "epd", "afp", "apa", "sda", "ats", "kna", "sid", "efe", "pti")

// agencyIn returns the first agency that a list of names such as "AP/Reuters",
// "dpa, afp" or "agencies and AP" consists of. Behind a slash may stand the desk or
// who wrote it: "dpa/lno".
func agencyIn(words string) string {
	if a := agency(words); a != "" {
		return a
	}
	if len(words) > 120 {
		return ""
	}
	for _, and := range [...]string{" y ", " e ", " et ", " and ", " und ", " и ", " ve "} {
		words = strings.ReplaceAll(words, and, ",")
	}
	found := ""
	for _, part := range strings.FieldsFunc(words, func(r rune) bool { return strings.ContainsRune("/,;|&+=＝・،", r) }) {
		a := agency(part)
		part = strings.TrimSpace(part)
		switch desk := found != "" && len(part) <= 4 && part == strings.ToLower(part); {
		case a != "" && found == "":
			found = a
		case a == "" && !desk && !unnamed[strings.ToLower(part)]:
			return ""
		}
	}
	return found
}

// unnamed are the words for agencies that stand among their names.
var unnamed = set("agencies", "agency", "agenturen", "agences", "agencias", "agenzie", "agências", "агентства", "وكالات", "ajanslar", "staff", "others", "fim")

func firstRune(s string) rune {
	r, _ := utf8.DecodeRuneInString(s)
	return r
}
