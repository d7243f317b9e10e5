package extract

import (
	"slices"
	"strings"
)

// outlets are newspapers, broadcasters and sites that others report on, as they
// are written in running text.
var outlets = [...]string{
	"The New York Times", "New York Times", "Financial Times", "The Washington Post", "Washington Post", "The Wall Street Journal", "Wall Street Journal", "The Guardian", "The Times of London", "The Telegraph", "The Economist", "Bloomberg", "Politico", "Axios", "CNN", "BBC", "NBC News", "CBS News", "ABC News", "Fox News", "Sky News", "The Atlantic", "The New Yorker", "Los Angeles Times", "USA Today", "The Independent", "Daily Mail", "Al Jazeera", "Al Arabiya", "Haaretz", "The Times of Israel", "The Jerusalem Post", "Yedioth Ahronoth", "South China Morning Post", "Nikkei", "The Hindu", "Times of India", "Dawn",
	"Der Spiegel", "Die Zeit", "Süddeutsche Zeitung", "Frankfurter Allgemeine", "Bild-Zeitung", "Handelsblatt", "Tagesspiegel", "Neue Zürcher Zeitung", "Der Standard", "Deutsche Welle", "Le Monde", "Le Figaro", "Libération", "Les Echos", "Mediapart", "El País", "El Mundo", "La Vanguardia", "Clarín", "Corriere della Sera", "la Repubblica", "La Stampa", "Folha de S.Paulo", "O Globo", "Público",
	"Коммерсантъ", "Ведомости", "Медуза", "Новая газета", "نيويورك تايمز", "واشنطن بوست", "فايننشال تايمز", "وول ستريت جورنال", "Hürriyet", "Cumhuriyet", "人民日报", "朝日新聞", "読売新聞", "毎日新聞", "日本経済新聞",
}

// outletIndex is made once from outlets and never changed.
var outletIndex = newWordTable(outlets[:])

// Cited returns the newspapers, broadcasters and sites that a text names in its
// sentences, in the order of the text and each once: on whose reports it stands, which
// says nothing of where the text itself comes from (see [Credits]). Outlets are known
// by a list of some 80 names; "The" at their beginning is left out.
func Cited(text string) []string {
	places := outletIndex.find(text)
	slices.SortStableFunc(places, func(a, b found) int { return a.at - b.at })
	var out []string
	for _, f := range places {
		name := outlets[f.phrase]
		if !wordAt(text, f.at, len(name)) {
			continue
		}
		if name = strings.TrimPrefix(name, "The "); !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return out
}

// wordAt reports whether s[i:i+n] does not start inside a word. It may end in
// one: machine translation loses spaces ("The New York TimesAccording to").
func wordAt(s string, i, n int) bool {
	if i > 0 {
		if c := s[i-1]; c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' {
			return false
		}
	}
	if i+n < len(s) {
		if c := s[i+n]; c >= 'a' && c <= 'z' {
			return false
		}
	}
	return true
}
