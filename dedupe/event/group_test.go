package event

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// stories returns texts of testdata/pairs.txt.
func stories(t *testing.T, names ...string) []Story {
	texts, _ := readPairs(t)
	out := make([]Story, len(names))
	for i, n := range names {
		out[i] = texts[n]
		if out[i].ID == 0 {
			t.Fatalf("no text %s", n)
		}
		out[i].ID = int64(i + 1)
	}
	return out
}

func TestReportsInFourLanguagesAreOneEvent(t *testing.T) {
	g := NewGrouper(Options{})
	for _, s := range stories(t, "coach1", "results2", "coach5", "match1", "coach6", "coach2", "obit2") {
		g.Add(s)
	}
	if got := g.Stories(g.Event(1)); !slices.Equal(got, []int64{1, 3, 5, 6}) {
		t.Errorf("event of the coach: %v", got)
	}
	for _, alone := range []int64{2, 4, 7} {
		if got := g.Stories(alone); !slices.Equal(got, []int64{alone}) {
			t.Errorf("story %d is with %v", alone, got)
		}
	}
}

func TestAddedAgainAStoryMoves(t *testing.T) {
	g := NewGrouper(Options{})
	s := stories(t, "quake1", "quake1b", "results1")
	for _, s := range s {
		g.Add(s)
	}
	if g.Event(2) != 1 {
		t.Fatal("two reports of the quake are apart")
	}
	s[2].ID = 2
	if d := g.Add(s[2]); d.With != 3 || g.Event(2) != 2 || !slices.Equal(g.Stories(1), []int64{1}) {
		t.Errorf("rewritten into another report: %+v, events 1: %v, 2: %v", d, g.Stories(1), g.Stories(2))
	}
}

func TestEventIsNamedAfterItsFirstStoryThatIsLeft(t *testing.T) {
	g := NewGrouper(Options{})
	for _, s := range stories(t, "talks1", "talks1b", "talks1de") {
		g.Add(s)
	}
	g.Remove(1)
	if g.Event(1) != 0 || g.Event(2) != 2 || g.Event(3) != 2 || g.Stories(1) != nil {
		t.Errorf("events: %d %d %d", g.Event(1), g.Event(2), g.Event(3))
	}
	g.Remove(2)
	g.Remove(3)
	if g.Len() != 0 || len(g.events) != 0 || len(g.index.words.head) != 0 || len(g.index.anchors.head) != 0 || len(g.index.langs) != 0 {
		t.Errorf("something is left: %d stories, %d events, %d words", g.Len(), len(g.events), len(g.index.words.head))
	}
}

func TestLoadedGrouperGoesOnAsTheOldOne(t *testing.T) {
	all := stories(t, "flight12", "ferry1", "vote1", "quake1", "ferry1tr", "vote1b", "quake1es", "flight12b")
	old, loaded := NewGrouper(Options{}), NewGrouper(Options{})
	for _, s := range all[:5] {
		d := old.Add(s)
		if err := loaded.Load(s.ID, d.Event, d.Sketch); err != nil {
			t.Fatal(err)
		}
	}
	for _, s := range all[5:] {
		a, b := old.Add(s), loaded.Add(s)
		if a.Event != b.Event || a.With != b.With || a.Relation != b.Relation {
			t.Errorf("story %d: %+v, after loading %+v", s.ID, a, b)
		}
	}
}

func TestWhatFollowsWeeksLaterNamesTheEarlierEvent(t *testing.T) {
	g := NewGrouper(Options{Window: 14 * 24 * time.Hour})
	s := stories(t, "ferry2", "ferry2b")
	s[1].Time = s[0].Time.AddDate(0, 0, 30)
	g.Add(s[0])
	if d := g.Add(s[1]); d.Event != 2 || d.Earlier != 1 || d.Relation != Founds {
		t.Errorf("a month later: %+v", d)
	}
}

func TestAPersonDecides(t *testing.T) {
	s := stories(t, "ferry2", "ferry2b", "week14")
	g := NewGrouper(Options{})
	for _, s := range s {
		g.Add(s)
	}
	g.Apart(1, 2)
	if g.Event(2) != 2 {
		t.Errorf("apart by hand, and in event %d", g.Event(2))
	}
	if d := g.Add(s[1]); d.Event != 2 {
		t.Errorf("joins what it is not to join: %+v", d)
	}
	if e := g.Together(1, 3); e != 1 || g.Event(3) != 1 {
		t.Errorf("together by hand: %d, %d", e, g.Event(3))
	}
	if e := g.Together(1, 99); e != 0 {
		t.Errorf("together with nothing: %d", e)
	}
}

func TestExpiredEventsTakeNothingIn(t *testing.T) {
	s := stories(t, "ferry2", "ferry2b")
	g := NewGrouper(Options{})
	g.Add(s[0])
	if gone := g.Expire(s[0].Time); len(gone) != 0 {
		t.Errorf("expired too early: %v", gone)
	}
	if gone := g.Expire(s[0].Time.Add(time.Second)); !slices.Equal(gone, []int64{1}) {
		t.Errorf("gone: %v", gone)
	}
	if d := g.Add(s[1]); d.Event != 2 {
		t.Errorf("%+v", d)
	}
}

func TestTrimmingKeepsTheYoungestEvents(t *testing.T) {
	g := NewGrouper(Options{})
	s := stories(t, "ferry2", "ferry2b", "coach1", "results1")
	for i := range s {
		s[i].Time = time.Unix(1_700_000_000+int64(i)*3600, 0)
		g.Add(s[i])
	}
	if gone := g.Trim(4); gone != nil {
		t.Errorf("trimmed %v for nothing", gone)
	}
	if gone := g.Trim(3); !slices.Equal(gone, []int64{1, 2}) || g.Len() != 2 || g.Event(3) != 3 {
		t.Errorf("gone: %v, %d left", gone, g.Len())
	}
	if d := g.Add(s[1]); d.Event != 2 {
		t.Errorf("joins what was trimmed: %+v", d)
	}
}

func TestRenamedEventIsTold(t *testing.T) {
	g := NewGrouper(Options{})
	s := stories(t, "ferry2", "ferry2b")
	s[0].ID, s[1].ID = 5, 3
	g.Add(s[0])
	if d := g.Add(s[1]); d.Event != 3 || !slices.Equal(d.Merged, []int64{5}) || g.Stories(5) != nil {
		t.Errorf("%+v", d)
	}
}

func TestEventsAreBounded(t *testing.T) {
	g := NewGrouper(Options{Stories: 5})
	s := stories(t, "ferry2")[0]
	for i := range 12 {
		s.ID = int64(i + 1)
		g.Add(s)
	}
	for e := range g.events {
		if n := len(g.Stories(e)); n > 5 {
			t.Errorf("event %d has %d stories", e, n)
		}
	}
}

func TestHugeAndStrangeTextsAreRead(t *testing.T) {
	g := NewGrouper(Options{})
	for i, text := range []string{
		"", " ", "\x00\xff\xfe", strings.Repeat("a", 1<<20), strings.Repeat("Word ", 1<<18), strings.Repeat("9", 1<<16), strings.Repeat("1,", 1<<12),
		strings.Repeat("特朗普", 1<<14), strings.Repeat("U.S.", 1<<10), "\u202e\u0301", strings.Repeat("٣٫", 1000),
	} {
		began := time.Now()
		d := g.Add(Story{ID: int64(i + 1), Title: text, Text: text})
		if d.Event == 0 {
			t.Errorf("%.10q has no event", text)
		}
		if len(d.Sketch) > 8<<10 {
			t.Errorf("%.10q: sketch of %d bytes", text, len(d.Sketch))
		}
		if took := time.Since(began); took > time.Minute { // on a busy machine
			t.Errorf("%.10q took %v", text, took)
		}
	}
}

func TestDamagedSketchIsRefused(t *testing.T) {
	d := NewGrouper(Options{}).Add(stories(t, "talks1")[0])
	for n := range d.Sketch {
		if err := NewGrouper(Options{}).Load(1, 1, d.Sketch[:n]); !errors.Is(err, ErrSketch) {
			t.Fatalf("cut to %d bytes: %v", n, err)
		}
	}
	if err := NewGrouper(Options{}).Load(1, 1, append(d.Sketch, 0)); !errors.Is(err, ErrSketch) {
		t.Errorf("one byte more: %v", err)
	}
}

func FuzzLoad(f *testing.F) {
	f.Add(NewGrouper(Options{}).Add(Story{ID: 1, Title: "Ferry Linnet", Text: "87 people on Kestrel Island", Lang: "en"}).Sketch)
	words := &Dictionary{}
	words.Add(Term{"en", "island"}, Term{"de", "Insel"})
	f.Add(NewProfile(Story{ID: 1, Text: "87 people on Kestrel Island", Lang: "en"}, words).Sketch())
	f.Fuzz(func(t *testing.T, b []byte) {
		g := NewGrouper(Options{})
		if err := g.Load(1, 1, b); err != nil {
			return
		}
		g.Add(Story{ID: 2, Text: "87 people on Kestrel Island", Lang: "en"})
		g.Add(Story{ID: 3, Text: "87 Menschen auf Kestrel Island", Lang: "de"})
	})
}

func FuzzAdd(f *testing.F) {
	f.Add("Ferry Linnet", "87 people, 3.5 million crowns, the 12th of U.S. 特朗普 ٣٫٥", "en")
	f.Fuzz(func(t *testing.T, title, text, lang string) {
		g := NewGrouper(Options{})
		d := g.Add(Story{ID: 1, Title: title, Text: text, Lang: lang})
		if err := NewGrouper(Options{}).Load(1, d.Event, d.Sketch); err != nil {
			t.Error(err)
		}
		g.Add(Story{ID: 2, Title: text, Text: title, Lang: "ar"})
	})
}

func TestSkeletonsMeetAcrossScripts(t *testing.T) {
	skel := func(lang, w string) (token, uint64) {
		toks := read(lang, w, nil)
		if len(toks) == 0 {
			t.Fatalf("%q has no token", w)
		}
		return toks[0], toks[0].skel
	}
	for _, tt := range []struct{ latin, lang, other string }{
		{"Obama", "ar", "أوباما"},
		{"Putin", "ru", "Путин"},
		{"Macron", "ar", "ماكرون"},
		{"Macron", "el", "Μακρον"},
		{"Brennick", "ru", "Бренник"},
		{"Scotland", "ar", "سكوتلند"},
		{"Modi", "hi", "मोदी"},
		{"Lavrov", "uk", "Лавров"},
	} {
		_, a := skel("en", tt.latin)
		if _, b := skel(tt.lang, tt.other); a != b {
			t.Errorf("%s %x, %s %x", tt.latin, a, tt.other, b)
		}
	}
	for _, tt := range []struct{ latin, lang, other string }{
		{"Trump", "ja", "トランプ"}, {"Clinton", "ja", "クリントン"}, {"Obama", "ko", "오바마"}, {"Facebook", "he", "פייסבוק"},
	} {
		_, a := skel("en", tt.latin)
		if _, b := skel(tt.lang, tt.other); eastern(a) != eastern(b) {
			t.Errorf("%s %x, %s %x", tt.latin, eastern(a), tt.other, eastern(b))
		}
	}
	for latin, han := range map[string]string{"Trump": "特朗普", "Merkel": "默克尔", "Freeman": "弗里曼"} {
		if tok, _ := skel("en", latin); tok.sino != hanSkeleton([]rune(han)) {
			t.Errorf("%s %x, %s %x", latin, tok.sino, han, hanSkeleton([]rune(han)))
		}
	}
}

func TestTurkishNamesLoseTheirSuffixes(t *testing.T) {
	toks := read("tr", "Trump'ın Ankara’daki evi 3'te", nil)
	want := read("tr", "Trump Ankara evi 3 te", nil)
	if len(toks) != len(want) {
		t.Fatalf("%d tokens, want %d", len(toks), len(want))
	}
	for i := range toks {
		if toks[i].hash != want[i].hash {
			t.Errorf("token %d differs", i)
		}
	}
}

func TestNumbersAreReadAlike(t *testing.T) {
	for _, tt := range []struct {
		lang, text string
		want       float64
	}{
		{"en", "3,014,400", 3014400},
		{"de", "3.014.400", 3014400},
		{"de", "13,2", 13.2},
		{"en", "2.8bn", 2.8e9},
		{"en", "2.8 billion", 2.8e9},
		{"de", "2,8 Milliarden", 2.8e9},
		{"zh", "28亿", 2.8e9},
		{"ja", "3億2000万", 3.2e8},
		{"ar", "٣٫٥ مليون", 3.5e6},
		{"hi", "५ लाख", 5e5},
		{"en", "twelfth", 12},
		{"ru", "9,4 млн", 9.4e6},
	} {
		a := anchorSet{lang: tt.lang, at: map[uint32]int{}}
		a.number(read(tt.lang, tt.text, nil), 0)
		if _, ok := a.at[anchorHash(number, uint64(hashNumber(tt.want)))]; !ok {
			t.Errorf("%s is not read as %v", tt.text, tt.want)
		}
	}
}

func ExampleCompare() {
	v := Compare(
		Story{Lang: "en", Title: "Rate up", Text: "The central bank in Calder raised its rate to 3.25 percent on Wednesday, Governor Hanne Storli said."},
		Story{Lang: "fr", Title: "Crue", Text: "La rivière Orrin a débordé à Pell ; 40 maisons sont inondées, selon le maire Ruth Anselm."},
		Options{},
	)
	fmt.Println(v.Same)
	// Output: false
}

func TestStoriesThatWereReadElsewhereArePlacedAlike(t *testing.T) {
	all := stories(t, "quake1", "ferry1", "quake1b", "quake1es", "ferry1tr")
	read := make([]*Profile, len(all))
	var wg sync.WaitGroup
	for i, s := range all {
		wg.Go(func() { read[i] = NewProfile(s, nil) })
	}
	wg.Wait()
	g, h := NewGrouper(Options{}), NewGrouper(Options{})
	for i, s := range all {
		if a, b := g.Add(s), h.Place(read[i]); !reflect.DeepEqual(a, b) || read[i].ID() != s.ID {
			t.Errorf("story %d: added %+v, placed %+v", s.ID, a, b)
		}
	}
}

// TestNamesWithoutCapitals compares reports of one kind in scripts that do not mark
// names: whom a report goes on about tells it from the next.
func TestNamesWithoutCapitals(t *testing.T) {
	for _, c := range []struct {
		lang    string
		stories []string // the last is of another happening
	}{
		{"ar", []string{
			"نادي الصخرة يقيل المدرب مارتن بلوخ\nأقال نادي الصخرة المدرب مارتن بلوخ بعد الخسارة في مباراة الدوري. وقال رئيس النادي إن بلوخ لم يحقق النتائج المطلوبة، وسيتولى مساعد المدرب قيادة الفريق.",
			"بلوخ خارج نادي الصخرة\nقرر نادي الصخرة إقالة المدرب مارتن بلوخ بعد الخسارة في الدوري. وأعلن رئيس النادي أن مساعد المدرب سيتولى قيادة الفريق خلفا للمدرب بلوخ.",
			"نادي المرجان يقيل المدرب فرناندو سوارس\nأقال نادي المرجان المدرب فرناندو سوارس بعد الخسارة في مباراة الدوري. وقال رئيس النادي إن سوارس لم يحقق النتائج المطلوبة، وسيتولى مساعد المدرب قيادة الفريق.",
		}},
		{"hi", []string{
			"किसान नेता धरमवीर टोकस का निधन\nकिसान नेता धरमवीर टोकस का लंबी बीमारी के बाद अस्पताल में निधन हो गया। मुख्यमंत्री ने टोकस के निधन पर शोक जताया और कहा कि उन्होंने किसानों के लिए बहुत काम किया।",
			"नहीं रहे किसान नेता टोकस\nलंबी बीमारी के बाद किसान नेता धरमवीर टोकस का अस्पताल में निधन हो गया। टोकस ने किसानों के लिए बहुत काम किया, मुख्यमंत्री ने शोक जताते हुए कहा।",
			"किसान नेता जगदीश मलैया का निधन\nकिसान नेता जगदीश मलैया का लंबी बीमारी के बाद अस्पताल में निधन हो गया। मुख्यमंत्री ने मलैया के निधन पर शोक जताया और कहा कि उन्होंने किसानों के लिए बहुत काम किया।",
		}},
	} {
		var parts []*part
		for _, s := range c.stories {
			title, text, _ := strings.Cut(s, "\n")
			parts = append(parts, newPart(NewProfile(Story{Title: title, Text: text, Lang: c.lang}, nil)))
		}
		same, other := compare(parts[0].centroid, parts[1].centroid), compare(parts[0].centroid, parts[2].centroid)
		if same.names > 0 || other.names == 0 {
			t.Errorf("%s: contrast of names %.2f within one event and %.2f between two, want none and some", c.lang, same.names, other.names)
		}
	}
}

// TestChineseNumbersAreRead holds numbers that Chinese spells out against the digits of
// another language.
func TestChineseNumbersAreRead(t *testing.T) {
	for text, want := range map[string]float64{
		"四天": 4, "十二号": 12, "二十五名": 25, "一百二十公里": 120, "三千六百": 3600, "两": 0, "一些": 0, "二〇二六": 0, "一九八四年": 0,
	} {
		value, _ := spelled(read("zh", text, nil))
		if value < 3 {
			value = 0
		}
		if float64(value) != want {
			t.Errorf("%s is %d, want %v", text, value, want)
		}
	}
	zh := NewProfile(Story{Text: "工党将考虑让工人一周工作四天，但领用五天的薪水，享受三天的周末。", Lang: "zh"}, nil)
	en := NewProfile(Story{Text: "The party would let people work 4 days for the pay of 5 and rest for 3.", Lang: "en"}, nil)
	if c := cross(zh, en); c.hits != 3 {
		t.Errorf("%d numbers in common, want 3", c.hits)
	}
}

// TestLongTextsKeepTheirNumbers: of a text with more words than are kept its heaviest
// numbers stay, although words are heavier.
func TestLongTextsKeepTheirNumbers(t *testing.T) {
	var text strings.Builder
	for i := range 2 * maxWords {
		fmt.Fprintf(&text, "Qu%cz%cxor ", 'a'+i%26, 'a'+i/26)
	}
	p := NewProfile(Story{Title: "The 14 of 2017", Text: text.String() + "and 5 of 9.", Lang: "en"}, nil)
	numbers := 0
	for _, f := range p.words {
		if f.class&^headBit == number {
			numbers++
		}
	}
	if numbers != 4 || len(p.words) != maxWords {
		t.Errorf("%d numbers among %d words, want 4 among %d", numbers, len(p.words), maxWords)
	}
}
