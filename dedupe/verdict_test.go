package dedupe

import (
	"os"
	"strings"
	"testing"
	"time"
)

var noon = time.Date(2024, 5, 1, 12, 0, 0, 0, time.UTC)

func TestVerdict(t *testing.T) {
	dividend := func(firm, cents, pay string) string {
		return firm + " said its board declared a quarterly dividend of " + cents + " cents a share, payable on " + pay + " to holders of record two weeks before, and that it expects to keep the rate for the rest of the year. The shares closed unchanged in heavy trading."
	}
	gold := "Gold rose 0.5 percent to 1103.25 dollars an ounce on Tuesday after it had fallen to 1088.05 dollars, the lowest in five years, in a sale by funds in Shanghai that lasted for the tenth part of an hour, dealers said. Silver and platinum hardly moved."
	short := "The ferry between Hallin and Ostrey will stop running in October after a survey found cracks in the hull."
	for _, c := range []struct {
		name string
		a, b Article
		want Relation
		rule string
	}{
		{
			"reprint under another headline",
			Article{Host: "a.example", Title: "Ferry to stop", Text: ferry},
			Article{Host: "b.example", Title: "Cracks found in the hull of the Brede", Text: ferry},
			Identical, ruleSame,
		},
		{
			"accents, quotes and case",
			Article{Host: "a.example", Title: "Ferry to stop", Text: strings.ReplaceAll(ferry, "\"", "“")},
			Article{Host: "b.example", Title: "Ferry to stop", Text: strings.ToUpper(ferry)},
			Identical, ruleSame,
		},
		{
			"cut short",
			Article{Host: "a.example", Title: "Ferry to stop", Text: cut(ferry, 40)},
			Article{Host: "b.example", Title: "Ferry to stop", Text: ferry},
			Excerpt, ruleScore,
		},
		{
			"with paragraphs of its own",
			Article{Host: "a.example", Title: "Ferry to stop", Text: ferry + "\n\n" + story(3, 150)},
			Article{Host: "b.example", Title: "Ferry to stop", Text: ferry},
			Expanded, ruleScore,
		},
		{
			"corrected by the same outlet an hour later",
			Article{Host: "a.example", Title: "CORRECTED: Ferry to stop", Text: strings.ReplaceAll(ferry, "340", "430"), Published: noon.Add(time.Hour)},
			Article{Host: "a.example", Title: "Ferry to stop", Text: ferry, Published: noon},
			Update, ruleScore,
		},
		{
			"the next notice of a series",
			Article{Host: "a.example", Title: "Morel Mills sets dividend", Text: dividend("Morel Mills", "14", "April 10"), Published: noon},
			Article{Host: "a.example", Title: "Tarn Foods sets dividend", Text: dividend("Tarn Foods", "22", "May 8"), Published: noon.AddDate(0, 0, 2)},
			Template, ruleSeries,
		},
		{
			"numbers written in another way",
			Article{Host: "a.example", Title: "Gold near its low", Text: gold, Published: noon},
			Article{Host: "b.example", Title: "Gold at 1103", Text: strings.NewReplacer("1103.25", "1103,25", "0.5", "0,5", "1088.05", "1088,05", "five", "5", "tenth", "10th").Replace(gold), Published: noon.Add(20 * time.Hour)},
			Edited, ruleScore,
		},
		{
			"half of each is its own",
			Article{Host: "a.example", Title: "Ferry to stop", Text: story(1, 110) + " " + story(2, 90)},
			Article{Host: "b.example", Title: "Ferry to stop", Text: story(1, 110) + " " + story(3, 90)},
			Quotes, ruleLittle,
		},
		{
			"two notices of one hour",
			Article{Host: "a.example", Title: "Morel Mills sets dividend", Text: dividend("Morel Mills", "14", "April 10"), Published: noon},
			Article{Host: "b.example", Title: "Tarn Foods sets dividend", Text: dividend("Tarn Foods", "22", "May 8"), Published: noon.Add(time.Hour)},
			Template, ruleSeries,
		},
		{
			"a notice with other names and no numbers",
			Article{Host: "a.example", Title: "Visit", Text: "The king received in his palace this evening the ambassador of Veldora, Ilse Kamm, who handed him a letter from her president. They spoke of the good relations between both countries and of matters of common interest. The foreign minister was present.", Published: noon},
			Article{Host: "b.example", Title: "Visit", Text: "The king received in his palace this evening the ambassador of Hallin, Mette Aasgard, who handed him a letter from her president. They spoke of the good relations between both countries and of matters of common interest. The foreign minister was present.", Published: noon.AddDate(0, 0, 3)},
			Template, ruleSeries,
		},
		{
			"one wall on two pages of a site",
			Article{Host: "a.example", Title: "Ferry to stop", Text: story(8, 120)},
			Article{Host: "a.example", Title: "Budget passed", Text: story(8, 120)},
			"", ruleFurniture,
		},
		{
			"a quotation",
			Article{Host: "a.example", Title: "Ferry to stop", Text: ferry},
			Article{Host: "b.example", Title: "The week", Text: story(5, 300) + " \"We were told to buy what we need for five months,\" said Mette Aasgard, who runs the only shop on Ostrey. \"Nobody asked whether there is room to store it.\" " + story(6, 300)},
			Quotes, ruleScore,
		},
		{
			"other news",
			Article{Host: "a.example", Title: "Ferry to stop", Text: ferry},
			Article{Host: "b.example", Title: "Budget passed", Text: budget},
			"", ruleNothing,
		},
		{
			"one document by its URL, a summary and the page",
			Article{Host: "a.example", URL: "https://a.example/ferry", Title: "Ferry", Text: "What islanders say."},
			Article{Host: "a.example", URL: "http://www.a.example/ferry", Title: "Ferry", Text: ferry},
			Excerpt, ruleURL,
		},
		{
			"a page that names the other as its original",
			Article{Host: "b.example", Title: "Ferry", Text: short, Origins: []Origin{{Kind: "canonical", URL: "https://a.example/ferry"}}},
			Article{Host: "a.example", URL: "https://a.example/ferry", Title: "Ferry", Text: ferry},
			Excerpt, ruleURL,
		},
		{
			"a page that names the wrong original",
			Article{Host: "b.example", Title: "Budget passed", Text: budget, Origins: []Origin{{Kind: "canonical", URL: "https://a.example/ferry"}}},
			Article{Host: "a.example", URL: "https://a.example/ferry", Title: "Ferry to stop", Text: ferry},
			"", ruleNothing,
		},
		{
			"a site named as the original",
			Article{Host: "b.example", URL: "https://a.example/", Title: "Budget passed", Text: budget},
			Article{Host: "a.example", URL: "https://a.example", Title: "Ferry to stop", Text: ferry},
			"", ruleNothing,
		},
		{
			"one summary under one title",
			Article{Host: "a.example", Title: "Ferry to Ostrey will stop in October", Text: short, Published: noon},
			Article{Host: "b.example", Title: "Ferry to Ostrey to stop in October", Text: short, Published: noon.Add(time.Hour)},
			Identical, ruleScore,
		},
		{
			"a stock phrase under two titles",
			Article{Host: "a.example", Title: "Ferry to Ostrey will stop in October", Text: "Follow our live coverage of this and other news here."},
			Article{Host: "b.example", Title: "Veldora passes budget", Text: "Follow our live coverage of this and other news here."},
			"", ruleShort,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.a.ID, c.b.ID = 1, 2
			v := Compare(c.a, c.b, Options{})
			if v.Relation != c.want || c.rule != "" && v.Rule != c.rule {
				t.Errorf("is %q by %q (score %.2f), want %q by %q\n%+v", v.Relation, v.Rule, v.Score, c.want, c.rule, v.Evidence)
			}
		})
	}
}

func TestEvidenceShowsWhatDiffers(t *testing.T) {
	v := Compare(
		Article{ID: 1, Title: "Ferry to stop", Text: strings.ReplaceAll(ferry, "2.6 million", "3.1 million")},
		Article{ID: 2, Title: "Ferry to stop", Text: ferry}, Options{},
	)
	for _, e := range v.Evidence {
		if e.Kind == "slots" && strings.Contains(e.Detail, "3.1 ≠ 2.6") {
			return
		}
	}
	t.Errorf("no evidence names 3.1 and 2.6: %+v", v.Evidence)
}

func TestFurnitureIsNotText(t *testing.T) {
	d := newDoc(Article{Text: ferry + "\n\nLeave a Comment\n\nRead more\n\nThis article originally appeared on www.wire.example"}, nil)
	want := newDoc(Article{Text: ferry}, nil)
	if d.full != want.full {
		t.Errorf("%d words count, want %d", d.n, want.n)
	}
}

// TestSeed folds the beginning of the real page of the seed case under it.
func TestSeed(t *testing.T) {
	b, err := os.ReadFile("../../shared/data/seed/article.txt")
	if err != nil {
		t.Skip(err)
	}
	text := string(b)
	paragraphs := strings.Split(text, "\n\n")
	d := newDoc(Article{Text: text}, nil)
	for _, w := range d.words {
		if s := d.textOf(&w); (s == "Leave" || s == "ظهرت" || s == "alhurra") && w.kind&chrome == 0 {
			t.Errorf("%q counts as text", s)
		}
	}
	_, s := foldAll(
		t, Options{},
		Article{ID: 1, Host: "a.example", Title: paragraphs[0], Text: text},
		Article{ID: 2, Host: "b.example", Title: "Talks in Oman", Text: strings.Join(paragraphs[1:4], "\n\n") + "\n\nRead more"},
		Article{ID: 3, Host: "c.example", Title: "Detainees freed", Text: `Five Americans held in Iran left Doha for home on Monday under a deal that Oman and Qatar brokered over months of indirect talks, in which delegations sat in separate rooms. In return about $6 billion of Iranian oil revenue frozen in South Korea was moved to accounts in Qatar, where it may be spent on food and medicine. Washington said that the deal changes nothing about its sanctions.`},
		Article{ID: 4, Host: "d.example", Title: "Strikes in Yemen", Text: `American and British aircraft struck Houthi targets in Yemen on January 11 in answer to weeks of attacks on ships in the Red Sea. The strikes hit radar stations and stores of drones near Sanaa and Hodeidah, officials said. The group vowed to go on until a ceasefire is reached in Gaza.`},
	)
	if got := s.members[1]; len(got) != 2 || got[1] != 2 {
		t.Errorf("story 1 is %v, want [1 2]", got)
	}
}
