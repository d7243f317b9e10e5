package tree

import "golang.org/x/net/html/atom"

// role is what the rules of tree construction know a tag by.
type role uint8

const (
	phrasing role = iota // and all that has no rule of its own
	beyond               // what Build gives up at
	block                // closes a paragraph
	heading
	preformatted // begins with a newline that does not count
	paragraph    // a block, except that its end tag may stand alone
	form
	item       // li
	definition // dd, dt
	button
	anchor     // formatting, but never in another
	formatting // opened again in the next block until closed
	void       // has no content, stands for some
	input
	param     // has no content, stands for none
	rule      // hr
	picture   // image, which means img
	rawText   // content is text
	rawBlock  // … and closes a paragraph
	rawHead   // … and belongs into the head
	metadata  // belongs into the head, has no content
	selection // select
	option
	group      // optgroup
	ruby       // rb, rtc
	annotation // rp, rt
	embedded   // applet, marquee, object
	table
	tablePart
	root // html
	head
	body
)

// traits are the lists of elements that the rules ask of open elements.
type traits uint16

const (
	ends       traits = 1 << iota // scopes of all kinds
	endsButton                    // button scope
	endsList                      // list item scope
	endsTable                     // table scope
	special                       // the list of that name
	implied                       // the end tag may be left out
	isHeading                     // h1 to h6
	isSection                     // tbody, tfoot, thead
	isCell                        // td, th
)

// look returns role and traits of the elements of a name.
func look(a atom.Atom) (role, traits) {
	switch a {
	case 0, atom.Span, atom.Label, atom.Picture, atom.Time:
		return phrasing, 0
	case atom.A:
		return anchor, 0
	case atom.B, atom.Big, atom.Code, atom.Em, atom.Font, atom.I, atom.Nobr, atom.S, atom.Small, atom.Strike, atom.Strong, atom.Tt, atom.U:
		return formatting, 0
	case atom.P:
		return paragraph, special | implied
	case atom.Ol, atom.Ul:
		return block, special | endsList
	case atom.Address, atom.Article, atom.Aside, atom.Blockquote, atom.Center, atom.Details, atom.Dir, atom.Div,
		atom.Dl, atom.Fieldset, atom.Figcaption, atom.Figure, atom.Footer, atom.Header, atom.Hgroup, atom.Main, atom.Menu,
		atom.Nav, atom.Section, atom.Summary:
		return block, special
	case atom.Dialog, atom.Search:
		return block, 0
	case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		return heading, special | isHeading
	case atom.Li:
		return item, special | implied
	case atom.Area, atom.Br, atom.Embed, atom.Img, atom.Keygen, atom.Wbr:
		return void, special
	}
	return lookRare(a)
}

// lookRare is look for elements that are seldom met.
func lookRare(a atom.Atom) (role, traits) {
	switch a {
	case atom.Pre, atom.Listing:
		return preformatted, special
	case atom.Form:
		return form, special
	case atom.Dd, atom.Dt:
		return definition, special | implied
	case atom.Button:
		return button, special | endsButton
	case atom.Input:
		return input, special
	case atom.Param, atom.Source, atom.Track:
		return param, special
	case atom.Hr:
		return rule, special
	case atom.Image:
		return picture, 0
	case atom.Iframe, atom.Noembed, atom.Noscript, atom.Textarea:
		return rawText, special
	case atom.Xmp:
		return rawBlock, special
	case atom.Noframes, atom.Title:
		return rawHead, special
	case atom.Base, atom.Basefont, atom.Bgsound, atom.Link, atom.Meta:
		return metadata, special
	case atom.Select:
		return selection, special | ends
	case atom.Option:
		return option, implied
	case atom.Optgroup:
		return group, implied
	case atom.Rb, atom.Rtc:
		return ruby, implied
	case atom.Rp, atom.Rt:
		return annotation, implied
	case atom.Applet, atom.Marquee, atom.Object:
		return embedded, special | ends
	}
	return lookTable(a)
}

// lookTable is look for the parts of tables and of the page.
func lookTable(a atom.Atom) (role, traits) {
	switch a {
	case atom.Table:
		return table, special | ends | endsTable
	case atom.Td, atom.Th:
		return tablePart, special | ends | isCell
	case atom.Caption:
		return tablePart, special | ends
	case atom.Tbody, atom.Tfoot, atom.Thead:
		return tablePart, special | isSection
	case atom.Tr, atom.Col, atom.Colgroup:
		return tablePart, special
	case atom.Html:
		return root, special | ends | endsTable
	case atom.Head:
		return head, special
	case atom.Body:
		return body, special
	case atom.Frame, atom.Frameset, atom.Math, atom.Plaintext, atom.Script, atom.Style, atom.Svg, atom.Template:
		return beyond, 0
	}
	return phrasing, 0
}
