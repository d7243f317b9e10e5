package event

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// harbour is a small word list, English first.
func harbour(t *testing.T) *Dictionary {
	d := &Dictionary{}
	for _, l := range []struct{ lang, pairs string }{
		{"ar", `fishermen=صيادون fishermen=الصيادين harbour=ميناء harbour=المرفأ boat=قارب boats=قوارب refused=رفض wage=أجر wages=أجور
			strike=إضراب ice=ثلج fish=سمك price=سعر market=سوق rotting=يتعفن warehouse=مستودع owners=أصحاب talks=محادثات storm=عاصفة nets=شباك crews=أطقم`},
		{"zh", `fishermen=渔民 harbour=港口 boat=渔船 refused=拒绝 wage=工资 strike=罢工 ice=冰块 fish=鱼 price=价格 market=市场
			rotting=腐烂 warehouse=仓库 owners=船主 talks=谈判 storm=风暴 nets=渔网 crews=船员`},
	} {
		for pair := range strings.FieldsSeq(l.pairs) {
			a, b, _ := strings.Cut(pair, "=")
			if !d.Add(Term{"eng", a}, Term{l.lang, b}) {
				t.Errorf("%q was not taken", pair)
			}
		}
	}
	return d
}

// Reports without a name or number in common.
var strikeReports = []Story{
	{ID: 1, Lang: "en", Title: "Fishermen refuse to leave the harbour", Text: "The boats stayed in the harbour while fishermen went on strike over wages. Ice melted in the warehouse and fish was rotting. The owners refused talks. The crews mended their nets, and the price at the market rose."},
	{ID: 2, Lang: "ar", Title: "إضراب الصيادين", Text: "بقيت قوارب في المرفأ وأعلن الصيادين إضراب بسبب أجور. ذاب ثلج في مستودع وبدأ سمك يتعفن. رفض أصحاب محادثات. أصلحت أطقم شباك، وارتفع سعر في سوق."},
	{ID: 3, Lang: "zh", Title: "渔民罢工", Text: "渔船留在港口，渔民因工资罢工。仓库里的冰块融化，鱼腐烂。船主拒绝谈判。船员修补渔网，市场价格上涨。"},
}

func TestDictionaryJoinsReportsWithoutNamesOrNumbers(t *testing.T) {
	d := harbour(t)
	for _, pair := range [][2]int{{0, 1}, {0, 2}, {1, 2}} {
		a, b := strikeReports[pair[0]], strikeReports[pair[1]]
		if v := Compare(a, b, Options{}); v.Same {
			t.Errorf("%s and %s are one event without a dictionary: %v", a.Lang, b.Lang, v)
		}
		v := Compare(a, b, Options{Dictionary: d})
		if !v.Same {
			t.Errorf("%s and %s are not one event: %v %v", a.Lang, b.Lang, v, v.Evidence)
		}
		if !slices.ContainsFunc(v.Evidence, func(e Evidence) bool { return e.Kind == "dictionary" && e.Value > .2 }) {
			t.Errorf("%s and %s: no evidence of the dictionary in %v", a.Lang, b.Lang, v.Evidence)
		}
	}
	g := NewGrouper(Options{Dictionary: d})
	for _, s := range strikeReports {
		g.Add(s)
	}
	if diff := cmp.Diff([]int64{1, 2, 3}, g.Stories(1)); diff != "" {
		t.Errorf("stories of the event (-want +got):\n%s", diff)
	}
}

func TestDictionaryLeavesOtherReportsApart(t *testing.T) {
	d := harbour(t)
	other := Story{ID: 9, Lang: "ar", Title: "عاصفة", Text: "ضربت عاصفة قوية سوق المدينة القديمة ليلا وأغلقت المدارس أبوابها، وقالت البلدية إن سعر الإصلاح لم يعرف بعد."}
	if v := Compare(strikeReports[0], other, Options{Dictionary: d}); v.Same {
		t.Errorf("the strike and a storm are one event: %v", v.Evidence)
	}
}

func TestDictionaryTakesTermsThatTellWords(t *testing.T) {
	for _, c := range []struct {
		first, second Term
		taken         bool
	}{
		{Term{"eng", "harbour"}, Term{"ara", "ميناء"}, true},
		{Term{"en", "Secretary of State"}, Term{"ar-SA", "وزير الخارجية"}, true},
		{Term{"eng", "tide"}, Term{"zho", "潮"}, true},
		{Term{"eng", "one two three four five"}, Term{"ara", "خمسة"}, false},
		{Term{"eng", "harbour"}, Term{"eng", "port"}, false},
		{Term{"eng", "harbour"}, Term{"", "ميناء"}, false},
		{Term{"eng", ""}, Term{"ara", "ميناء"}, false},
		{Term{"eng", "—"}, Term{"ara", "ميناء"}, false},
		{Term{"eng", "1912"}, Term{"ara", "١٩١٢"}, false},
		{Term{"eng", "a"}, Term{"ara", "أحد"}, false},
		{Term{"eng", "harbour"}, Term{"zho", "港港港港港港港"}, false},
	} {
		d := &Dictionary{}
		if got := d.Add(c.first, c.second); got != c.taken || d.Len() > 0 != c.taken {
			t.Errorf("%q, %q: taken %v with %d terms, want %v", c.first, c.second, got, d.Len(), c.taken)
		}
	}
}

func TestTermsOutliveTheDictionaryInSketches(t *testing.T) {
	d := harbour(t)
	g := NewGrouper(Options{})
	p := NewProfile(strikeReports[0], d)
	if err := g.Load(1, 1, p.Sketch()); err != nil {
		t.Fatal(err)
	}
	if got := g.Place(NewProfile(strikeReports[1], d)); got.Event != 1 {
		t.Errorf("the Arabic report is in event %d, %v", got.Event, got.Evidence)
	}
	if plain := NewProfile(strikeReports[0], nil).Sketch(); len(plain) >= len(p.Sketch()) {
		t.Errorf("a sketch without a dictionary takes %d bytes, with one %d", len(plain), len(p.Sketch()))
	}
	for n := range p.Sketch() {
		if err := g.Load(2, 2, p.Sketch()[:n]); err == nil && n != len(NewProfile(strikeReports[0], nil).Sketch()) {
			t.Errorf("the first %d bytes of a sketch were taken", n)
		}
	}
}
