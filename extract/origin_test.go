package extract

import (
	"os"
	"strings"
	"testing"
)

func TestCreditsSeed(t *testing.T) {
	b, err := os.ReadFile("../../shared/data/seed/article.txt")
	if err != nil {
		t.Skip("no ../shared/data beside the repository")
	}
	body, o := Credits(string(b))
	if strings.Contains(body, "alhurra") || strings.Contains(body, "Leave a") {
		t.Errorf("body still ends in %q", body[len(body)-200:])
	}
	if got := Cited(string(b)); len(got) != 2 || got[0] != "New York Times" || got[1] != "Financial Times" {
		t.Errorf("cited = %q", got)
	}
	if len(o) != 1 || o[0].Name != "alhurra.com" || o[0].URL != "https://www.alhurra.com" {
		t.Errorf("origins = %+v", o)
	}
}

func TestCredits(t *testing.T) {
	const text = "The harbour at Port Ellery was closed on Monday after a storm. Ships waited outside."
	for _, tt := range []struct{ name, in, kind, origin, url string }{
		{"English", text + "\n\nThis article originally appeared on www.ellerypost.example.com.", "credit", "ellerypost.example.com", "https://www.ellerypost.example.com"},
		{"WordPress", text + "\n\nThe post Harbour closed appeared first on Ellery Post.", "credit", "Ellery Post", ""},
		{"sentence", text + " This story was originally published by Ellery Post and is republished here.", "credit", "Ellery Post", ""},
		{"label", text + "\n\nSource: Ellery Post", "credit", "Ellery Post", ""},
		{"small name", text + " This article was originally published on tidebook and has been republished here with permission.", "credit", "tidebook", ""},
		{"label with address", text + "\n\nSource: Ellery Post https://ellerypost.example.com/1", "credit", "Ellery Post", "https://ellerypost.example.com/1"},
		{"German", text + "\n\nDieser Beitrag erschien zuerst auf Küstenblatt.", "credit", "Küstenblatt", ""},
		{"French", text + "\n\nCet article a été initialement publié sur Le Phare.", "credit", "Le Phare", ""},
		{"Spanish", text + "\n\nEste artículo fue publicado originalmente en El Faro.", "credit", "El Faro", ""},
		{"Italian", text + "\n\nQuesto articolo è stato pubblicato originariamente su Il Faro.", "credit", "Il Faro", ""},
		{"Portuguese", text + "\n\nEste artigo foi publicado originalmente em O Farol.", "credit", "O Farol", ""},
		{"Russian", text + "\n\nЭта статья впервые опубликована на сайте Маяк.", "credit", "Маяк", ""},
		{"Arabic", text + "\n\nظهرت في الأصل على www.manara.example.com", "credit", "manara.example.com", "https://www.manara.example.com"},
		{"Turkish", text + "\n\nKaynak: Deniz Feneri", "credit", "Deniz Feneri", ""},
		{"Chinese", text + "\n\n本文原载于灯塔日报", "credit", "灯塔日报", ""},
		{"Japanese", text + "\n\nこの記事は灯台新聞に最初に掲載されました。", "credit", "灯台新聞", ""},
		{"Reuters dateline", "PORT ELLERY (Reuters) – " + text, "dateline", "Reuters", ""},
		{"AP dateline", "PORT ELLERY, Maine (AP) — " + text, "dateline", "Associated Press", ""},
		{"bare agency", "(AP) — " + text, "dateline", "Associated Press", ""},
		{"German dateline", "Hamburg (dpa/AFP) - " + text, "dateline", "dpa", ""},
		{"Arabic dateline", "واس - " + text, "dateline", "Saudi Press Agency", ""},
		{"Arabic dateline without a space", "رويترز- " + text, "dateline", "Reuters", ""},
		{"line with an outlet and an agency", "عين البلدة – واس\n" + text, "dateline", "Saudi Press Agency", ""},
		{"Arabic place and agency, no space behind the dash", "البلدة -واس\n" + text, "dateline", "Saudi Press Agency", ""},
		{"Arabic place and agency before a colon", "البلدة- رويترز: " + text, "dateline", "Reuters", ""},
		{"Arabic agency and place before a colon", "رويترز –البلدة: " + text, "dateline", "Reuters", ""},
		{"Arabic agency and place without spaces", "واس-البلدة: " + text, "dateline", "Saudi Press Agency", ""},
		{"behind the buttons of a slider", "Next Previous البلدة- واس\n" + text, "dateline", "Saudi Press Agency", ""},
		{"behind notes to editors", "(Recasts; adds details, byline)\nBy Jane Doe\nApril 13 (Reuters) - " + text, "dateline", "Reuters", ""},
		{"an agency's opinion", "(Bloomberg Opinion) -- " + text, "dateline", "Bloomberg", ""},
		{"Chinese dateline", "新华社北京1月2日电 " + text, "dateline", "Xinhua", ""},
		{"signature", text + " (dpa)", "credit", "dpa", ""},
		{"unknown agency", "PORT ELLERY (Northwire) – " + text, "dateline", "Northwire", ""},
		{"unknown agency by its name", "Lowen (Coast Press) — " + text, "dateline", "Coast Press", ""},
		{"rights within a paragraph", text + " Copyright 2018 The Associated Press.", "copyright", "Associated Press", ""},
		{"label on the last line of a paragraph", text + "\n— Source: Ellery Post", "credit", "Ellery Post", ""},
		{"rights of another outlet", text + "\n\n© 2024 Ellery Post. All rights reserved.", "copyright", "Ellery Post", ""},
		{"rights in Spanish", text + "\n\n© El Faro. Todos los derechos reservados.", "copyright", "El Faro", ""},
		{"material", text + "\n\nWith material from Ellery Post.", "credit", "Ellery Post", ""},
		{"material of agencies", text + "\n\n(Con información de AFP, EFE y Reuters)", "credit", "Agence France-Presse", ""},
		{"German material", text + "\n\nMit Material von dpa.", "credit", "dpa", ""},
		{"French agency", text + "\n\n(avec AFP)", "credit", "Agence France-Presse", ""},
		{"first published in the", text + "\n\nFirst published in the Ellery Post.", "credit", "Ellery Post", ""},
		{"Spanish, at first", text + "\n\nEste texto se publicó inicialmente en El Faro.", "credit", "El Faro", ""},
		{"Portuguese, with information", text + "\n\nCom informações da Agência Brasil", "credit", "Agência Brasil", ""},
		{"Italian, in origin", text + "\n\nQuesto articolo è stato pubblicato in origine su Il Faro.", "credit", "Il Faro", ""},
		{"Russian, before", text + "\n\nСтатья первоначально опубликована на сайте Маяк.", "credit", "Маяк", ""},
		{"Turkish sentence", text + "\n\nBu yazı ilk olarak Deniz Feneri'nde yayımlandı.", "credit", "Deniz Feneri", ""},
		{"Chinese, taken over", text + "\n\n本文转自灯塔日报", "credit", "灯塔日报", ""},
		{"Japanese, reprinted", text + "\n\n灯台新聞の記事を転載", "credit", "灯台新聞", ""},
		{"Polish", text + "\n\nŹródło: Latarnia", "credit", "Latarnia", ""},
		{"copyright", text + "\n\n© The Associated Press", "copyright", "Associated Press", ""},
		{"rights with the writer", text + "\n\n(c)AFP/Jane Doe", "credit", "Agence France-Presse", ""},
		{"rights with the writer behind the last sentence", text + "(c)AFP/Jane DOE", "credit", "Agence France-Presse", ""},
		{"initials", text + "\n\nepd lob mih", "credit", "epd", ""},
		{"initials behind the last sentence", text + " dpa/abc xy", "credit", "dpa", ""},
		{"writer and agency", "Von Jane Doe (KNA)\n\n" + text, "dateline", "KNA", ""},
		{"writer and agency in one line with the text", "By Jane Doe, Associated Press\n" + text, "dateline", "Associated Press", ""},
		{"sign-off", text + "\n\n(Reporting by Jane Doe in Lowen and Ann Other; Editing by John Roe)", "credit", "Reuters", ""},
		{"sign-off behind the last sentence", text + " (Additional reporting by Jane Doe, writing by Ann Other, editing by John Roe)", "credit", "Reuters", ""},
		{"sign-off without parentheses", text + "\nReporting by Jane Doe; Editing by John Roe", "credit", "Reuters", ""},
		{"Arabic sign-off", text + "\n\n(إعداد سمير قبلان للنشرة العربية - تحرير هالة عزام)", "credit", "Reuters", ""},
		{"Spanish sign-off", text + "\n\n(Reporte de Ana Robles. Editado en español por Luis Mar)", "credit", "Reuters", ""},
		{"Portuguese sign-off", text + "\n\n(Por Ana Robles; edição por Luis Mar)", "credit", "Reuters", ""},
		{"French sign-off", text + "\n\n(Rédigé par Anne Rive, édité par Luc Mer)", "credit", "Reuters", ""},
		{"German sign-off", text + "\n\n(Bericht von Jane Doe, geschrieben von Max Ufer, redigiert von Ina Kai.)", "credit", "Reuters", ""},
		{"Chinese sign-off", text + "\n\n（编译 林海；审校 王港）", "credit", "Reuters", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			body, o := Credits(tt.in)
			if body != text {
				t.Errorf("body = %q", body)
			}
			if len(o) != 1 || o[0].Kind != tt.kind || o[0].Name != tt.origin || o[0].URL != tt.url {
				t.Errorf("origins = %+v", o)
			}
		})
	}
}

func TestCreditsLeavesNewsAlone(t *testing.T) {
	for _, text := range []string{
		"The camp first appeared in 2014, when families fled to the border.",
		"The song was first published in Berlin and became a hit.",
		"The reporter told Reuters on Monday that the harbour was closed.",
		"Growth is slowing.\n\nIt has been a bad year for the port.\n\nOthers do better.\n\nThe Norns say so.\n\nSo do we.\n\nWe are sure.\n\nIt ends here.\n\nThat is all.",
		"Reuters-Ipsos poll: most say the harbour should stay closed.",
		"(It rained.)\nBy noon the harbour was closed.",
		"Next the harbour was closed.",
		"Jane Doe (ABC) – the deputy mayor – said the harbour was closed.",
		"First published in the spring, the book sold well.",
		"Waves at the pier. © Reuters / Jane Doe",
		"Avec le temps, tout s'en va, said the harbour master.",
		"Officials said: the source of the fire is unknown.",
		"The harbour was closed.\n\nReporting by the harbour master is late, editing by the board later still, he said.\n\nShips waited.",
		"The paper cut its costs (editing by machine; reporting by nobody).",
		"بدأ الجيش إعداد خطة، تحرير المدينة هدفها",
		"The harbour was closed. AP is open.",
		"Waves at the pier. (c) AFP / photo Jane Doe",
		"By the sea, TASS says\nThe harbour was closed on Monday.",
	} {
		if body, o := Credits(text); body != text || len(o) > 0 {
			t.Errorf("Credits(%q) = %q, %+v", text, body, o)
		}
	}
}

// TestCreditWordings reads the credits of testdata/credits.tsv: a language, a text
// (… stands for the news, which otherwise comes before it), and who is credited.
func TestCreditWordings(t *testing.T) {
	const news = "The harbour at Port Ellery was closed on Monday after a storm. Ships waited outside."
	b, err := os.ReadFile("testdata/credits.tsv")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(b)) {
		f := strings.Split(strings.TrimSpace(line), "\t")
		if len(f) != 3 {
			t.Fatalf("not three fields: %q", line)
		}
		in := strings.ReplaceAll(f[1], `\n`, "\n")
		if !strings.Contains(in, "…") {
			in = "…\n\n" + in
		}
		body, o := Credits(strings.Replace(in, "…", news, 1))
		if len(o) == 0 || o[0].Name != f[2] {
			t.Errorf("%s: Credits(%q) = %+v, want %s", f[0], in, o, f[2])
		}
		if !strings.Contains(body, news) {
			t.Errorf("%s: the news is missing from %q", f[0], body)
		}
	}
}

// TestNewsIsNoCredit reads sentences that sound like credits.
func TestNewsIsNoCredit(t *testing.T) {
	b, err := os.ReadFile("testdata/news.txt")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(b)) {
		if _, o := Credits(strings.TrimSpace(line)); len(o) > 0 {
			t.Errorf("Credits(%q) = %+v", line, o)
		}
	}
}

// TestLinkedSource: a source whose words are those of a headline is the outlet
// that they link to.
func TestLinkedSource(t *testing.T) {
	const page = `<html lang=de><title>Hafen gesperrt</title><h1>Hafen gesperrt</h1><p>Der Hafen von Port Ellery wurde am Montag nach einem Sturm gesperrt, sagte der Hafenmeister. Die Schiffe warteten draußen.</p>
		<p>Am Mittwoch soll er wieder geöffnet werden, wenn der Wind auf Nord dreht, wie es die Vorhersage verspricht. Bis dahin fährt die Fähre nicht.</p>
		<p>Quelle: <a href="https://harbourgazette.example.com/1">Storm tears two buoys from their moorings and closes the harbour of Port Ellery</a></p>`
	d, err := Extract([]byte(page), "https://hafenblatt.example.de/1", Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(d.Origins) != 1 || d.Origins[0].Name != "harbourgazette.example.com" || d.Origins[0].URL != "https://harbourgazette.example.com/1" {
		t.Errorf("origins = %+v", d.Origins)
	}
}

// TestCreditLink: the address of a credit is that of the link in its words.
func TestCreditLink(t *testing.T) {
	const text = "<p>The harbour at Port Ellery was closed on Monday after a storm. Ships waited outside.</p>"
	for _, tt := range []struct{ name, in, origin, url string }{
		{"Arabic", text + `<p>ظهرت في الأصل على <a href="https://www.manara.example.com/1">المنارة</a></p>`, "المنارة", "https://www.manara.example.com/1"},
		{"English", text + `<p>This article originally appeared on <a href="https://ellerypost.example.com/1">Ellery Post</a>.</p>`, "Ellery Post", "https://ellerypost.example.com/1"},
		{"WordPress", text + `<p>The post <a href="https://ellerypost.example.com/storm">Harbour closed</a> appeared first on <a href="https://ellerypost.example.com">Ellery Post</a>.</p>`, "Ellery Post", "https://ellerypost.example.com"},
		{"no link", text + `<p>This article originally appeared on Ellery Post.</p>`, "Ellery Post", ""},
	} {
		d := Fragment(tt.in, "https://a.example/x")
		if len(d.Origins) != 1 || d.Origins[0].Name != tt.origin || d.Origins[0].URL != tt.url {
			t.Errorf("%s: %+v", tt.name, d.Origins)
		}
	}
}

func TestAgencyByline(t *testing.T) {
	for in, want := range map[string]string{
		"AFP": "Agence France-Presse", "AFP/Harbour Gazette": "Agence France-Presse", "Jane Doe, Associated Press": "Associated Press",
		"Jane Doe": "", "Jane Doe, PA": "",
	} {
		if got := agencyByline(in); got != want {
			t.Errorf("agencyByline(%q) = %q, want %q", in, got, want)
		}
	}
}

// TestCanonicalOrigin: a canonical address elsewhere is an origin, but not one of
// the same outlet or of no host that can be reached.
func TestCanonicalOrigin(t *testing.T) {
	for canonical, want := range map[string]int{
		"https://ellerypost.example/1": 1, "https://www.hafenblatt.com/1": 0, "https://hafenblatt.co.uk/1": 0, "https://draft/1": 0,
	} {
		d, err := Extract([]byte(`<link rel=canonical href="`+canonical+`"><h1>Storm</h1><p>The harbour was closed on Monday after a storm.</p>`), "https://hafenblatt.de/1", Options{})
		if err != nil {
			t.Fatal(err)
		}
		if len(d.Origins) != want {
			t.Errorf("canonical %s: origins = %+v, want %d", canonical, d.Origins, want)
		}
	}
}
