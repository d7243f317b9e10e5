package page

import (
	"slices"
	"strings"

	"golang.org/x/net/html/atom"
)

// maxCaption is the length from which on a block is no caption unless its
// element is a figcaption, in characters.
const maxCaption = 400

// Caption reports whether block i is the caption or the credit of a picture: it
// stands in a figure with an image, its element or the one around is named so, or
// it begins as a credit does.
func (p *Page) Caption(i int) bool {
	b := &p.Blocks[i]
	own := &p.Elems[b.Elem]
	named := b.Flags | own.Flags
	if own.Parent > 0 {
		named |= p.Elems[own.Parent].Flags
	}
	short := b.Chars < maxCaption && !p.Fragment
	caption := false
	for e := b.Elem; e > 0; e = p.Elems[e].Parent {
		switch p.Elems[e].Tag {
		case atom.Figcaption:
			caption = true
		case atom.Figure:
			if (caption || short) && p.Elems[e].Pictured {
				return true
			}
		}
	}
	return short && !caption && (named&FCaption != 0 || b.credits())
}

// credits reports whether a block says no more than who took a picture.
func (b *Block) credits() bool {
	const most = 120 // characters
	if b.Chars > most {
		return false
	}
	s := strings.TrimLeft(b.Text, "([ ")
	return s != "" && creditLetter[s[0]] && slices.ContainsFunc(creditStarts[:], func(start string) bool {
		return len(s) >= len(start) && strings.EqualFold(s[:len(start)], start)
	})
}

// creditStarts are what the credit of a picture begins with, in lower case.
var creditStarts = [...]string{
	"photo:", "photos:", "photo by", "photo credit", "photo courtesy", "photo via", "photograph:", "photograph by", "image:", "images:", "image by", "image credit",
	"image courtesy", "image source", "image via", "picture:", "pictures:", "picture by", "credit:", "credits:", "illustration:", "illustration by",
	"foto:", "fotos:", "foto ©", "bild:", "bilder:", "bild ©", "bildquelle", "symbolbild", "symbolfoto", "archivbild", "crédit photo", "crédit :", "crédit:", "photo :", "crédits",
	"crédito", "imagen:", "foto de", "foto di", "fot.", "zdjęcie:", "zdj.", "фото:", "fotoğraf:", "الصورة:", "图片来源", "写真：", "写真:",
}

// creditLetter tells the bytes that creditStarts begin with, in either case: most
// blocks begin otherwise.
var creditLetter = func() (t [256]bool) {
	for _, s := range creditStarts {
		t[s[0]], t[strings.ToUpper(s)[0]] = true, true
	}
	return t
}()

// Above returns the blocks of the caption and the credit of the picture right
// above the text; at most two, in order. The text begins with the first paragraph
// of those that are kept, or with the second where the first is a standfirst: no
// other picture is above it, and the second stands in another element.
func (p *Page) Above(keep []bool) []int {
	const (
		paragraph = 60 // characters
		near      = 2  // blocks
	)
	first := -1
	for i := range keep {
		if !keep[i] || p.Blocks[i].Chars < paragraph {
			continue
		}
		if first >= 0 && p.around(first) == p.around(i) {
			return nil
		}
		var out []int
		for k := max(first+1, i-near); k < i; k++ {
			if !keep[k] && p.Caption(k) {
				out = append(out, k)
			}
		}
		if first >= 0 || len(out) > 0 {
			return out
		}
		first = i
	}
	return nil
}

// around returns the element that holds the one of block i.
func (p *Page) around(i int) int32 { return p.Elems[p.Blocks[i].Elem].Parent }
