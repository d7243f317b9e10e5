package page

// The features of a block, as columns of a row. Names are in FeatureNames.
const (
	xChars = iota
	xWords
	xLinkDensity
	xLinks
	xDigits
	xUpper
	xCaps
	xCommas
	xStops
	xEndsStop
	xEndsLead
	xBold
	xWordLen
	xGood
	xBreak
	xControl
	xTag
	xStart
	xBars
	xAddress
	xYear
	xRepeat
	xTitle
	xLede
	xInBody
	xDepth
	xArticle // distance to the ancestor
	xMain
	xSection
	xList
	xTable
	xFigure
	xOwnChars // the element around the block
	xOwnLinks
	xOwnBlocks
	xUpChars // its parent
	xUpLinks
	xUpBlocks
	xUpGood
	xUp2Links
	xUp2Blocks
	xUp2Good
	xUp3Links
	xUp3Good
	xHalf // levels up to the element with half of the page's good text
	xMost // … with nine tenths
	xHalfChars
	xSigCount
	xSigGood
	xSigLinks
	xSigChars
	xPairCount
	xPrevChars
	xPrevLinks
	xPrevTag
	xPrevGood
	xPrev2Chars
	xPrev2Links
	xPrev2Tag
	xNextChars
	xNextLinks
	xNextTag
	xNextGood
	xNext2Chars
	xNext2Links
	xNext2Tag
	xSamePrev // the previous block has the same parent
	xSameNext
	xToGood // blocks since the last good block
	xFromGood
	xGoodBefore // share of good text before
	xGoodAfterUp
	xGoodBeforeUp
	xIndex
	xFromH1
	xFromHead
	xHeadLevel
	xHeadPhrase
	xPageGood
	xPageBlocks
	xPageLinks
	xLastInUp
	xImages
	xItalic
	xLinkStart
	xLinkEnd
	xDots
	xInTop  // levels up to the element that Readability would take
	xToTop  // levels up to the nearest ancestor that holds it
	xToHead // levels up to the nearest ancestor that holds the headline
	xToHeadGood
	xImgBefore // an image stands directly before
	xImgAfter
	xBegin // how often the block's beginning is on the page
	xUpP   // share of paragraphs among the text of the parent
	xUpMean
	xUp2Mean
	xSecLinks // of the section under a heading, or the one that the block is in
	xSecGood
	xTopic   // share of the block's words that stand in the title or the description
	xTopics  // how many of these words there are in the block
	xUpTopic // share of these words that stand in the parent
	xUp2Topic
	xToLede // levels up to the nearest ancestor that holds the description's words
	xAfterLede
	xTopicAll // the share of the page in the top element
	xPhrase   // first of NumPhrases columns
	xFlag     = xPhrase + NumPhrases

	// NumLocal is the number of columns that the first pass looks at.
	NumLocal = xFlag + NumFlags
)

// The columns that the second pass looks at as well.
const (
	zProb = NumLocal + iota
	zPrev
	zPrev2
	zPrev3
	zNext
	zNext2
	zNext3
	zOwn // mean over the element around the block, itself left out
	zUp
	zUp2
	zSig
	zBefore // share of the article before
	zToYes  // blocks since the last likely one
	zFromYes
	zUpShare // share of the article in the parent
	zUp2Share
	zHalf // levels up to the element with half of the article
	zMost
	zMass  // characters of the article
	zHead  // the heading above
	zUnder // mean of the blocks under a heading
	zAround
	zFirst // blocks since the first likely one
	zLast  // blocks until the last likely one
	zRange // blocks to the stretch with the most likely text, 0 in it
	zRangeEnd

	// NumAll is the number of columns of the second pass.
	NumAll
)

// Rows is a table of features, one row of NumAll columns per block that is no
// furniture.
type Rows struct {
	of   []int32 // by block
	rows [][NumAll]float32
}

// newRows makes a table for blocks; the row of furniture is one that nobody
// reads.
func newRows(blocks []Block) Rows {
	r := Rows{of: make([]int32, len(blocks))}
	n := int32(1)
	for i := range blocks {
		if !blocks[i].Furniture {
			r.of[i] = n
			n++
		}
	}
	r.rows = make([][NumAll]float32, n)
	return r
}

// Row returns the features of block i.
func (r Rows) Row(i int) *[NumAll]float32 { return &r.rows[r.of[i]] }
