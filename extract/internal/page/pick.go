package page

// Pick gives the blocks their probabilities and reports which are the article.
func (p *Page) Pick() []bool {
	p.Classify(&localForest, &contextForest)
	probs := make([]float32, len(p.Blocks))
	for i := range probs {
		probs[i] = p.Blocks[i].Prob
	}
	return p.Choose(probs, threshold)
}

// threshold is the least probability of a kept block.
const threshold = .5

// Choose reports which blocks are the article: the likely ones that are shown.
// What is hidden counts only on pages that hide most of their text until a
// script shows it.
func (p *Page) Choose(prob []float32, threshold float32) []bool {
	keep := make([]bool, len(p.Blocks))
	hidden := make([]bool, len(p.Elems))
	for i := 1; i < len(p.Elems); i++ {
		e := &p.Elems[i]
		hidden[i] = hidden[e.Parent] || e.Hidden && e.Good*2 < p.Elems[0].Good
	}
	for i := range keep {
		b := &p.Blocks[i]
		keep[i] = prob[i] >= threshold && !hidden[b.Elem] && (b.Chars > 24 || !furniture[Fold(b.Text, 48)])
	}
	return keep
}

// furniture are blocks that are never article text by themselves, folded.
var furniture = map[string]bool{
	"advertisement": true, "advertisements": true, "advertising": true, "ad": true, "sponsored": true, "adfeedback": true,
	"anzeige": true, "werbung": true, "publicité": true, "publicidad": true, "pubblicità": true, "publicidade": true, "advertentie": true,
	"reklama": true, "реклама": true, "reklam": true, "إعلان": true, "広告": true, "广告": true, "annons": true, "annonse": true,
	"share": true, "sharethis": true, "tweet": true, "leaveacomment": true, "advertisementcontinuereadingthemainstory": true,
	"storycontinuesbelow": true, "scrolltocontinue": true,
}
