package event

// A skeleton is what stays of a name when it is written in another script: its
// consonants, in classes of those that scripts render by each other. It is
// packed four bits a consonant, the first lowest, at most twelve.
//
// The classes follow how news agencies transliterate, not phonetics: Arabic
// has no p, v or g of its own, Greek no sh, and most scripts write h, kh and
// the gutturals of Semitic languages in ways that no other returns, so these
// vanish as vowels do. A vowel at the beginning is kept.
const (
	skA uint64 = iota + 1 // a vowel at the beginning
	skB                   // b p
	skD                   // d dh
	skF                   // f v ph
	skG                   // g j gh
	skK                   // k c q
	skL
	skM
	skN
	skR
	skS // s z sh ch ts x
	skT // t th
	skW // v where it is written as w or u, not used in keys
)

const maxSkeleton = 12

type bones struct {
	key  uint64
	n    int
	last uint64
}

func (b *bones) add(c uint64) {
	if c == b.last || b.n == maxSkeleton {
		return
	}
	b.key |= c << (4 * b.n)
	b.n++
	b.last = c
}

// vowel takes note of a vowel at rune i of the word.
func (b *bones) vowel(i int) {
	if i == 0 {
		b.add(skA)
	}
}

// length is the number of consonants of a skeleton.
func length(key uint64) int {
	n := 0
	for ; key != 0; key >>= 4 {
		if key&15 != skA {
			n++
		}
	}
	return n
}

// skeletons returns the skeleton of a word and, where the script writes
// articles and prepositions together with the noun, that of the word without.
func skeletons(s script, w []rune, lang string) (uint64, uint64) {
	var a, b uint64
	switch s {
	case latin:
		a = latinSkeleton(w, lang)
	case cyrillic:
		a = tableSkeleton(w, cyrillicBones)
	case greek:
		a = greekSkeleton(w)
	case arabic:
		a = arabicSkeleton(w)
		if v := stripArabic(w); len(v) < len(w) {
			b = arabicSkeleton(v)
		} else if len(w) > 3 && (w[0] == 'ب' || w[0] == 'ل' || w[0] == 'و' || w[0] == 'ك') {
			b = arabicSkeleton(w[1:])
		}
	case hebrew:
		a = tableSkeleton(w, hebrewBones)
		if len(w) > 3 {
			switch w[0] {
			case 'ה', 'ב', 'ל', 'מ', 'ו', 'ש', 'כ':
				b = tableSkeleton(w[1:], hebrewBones)
			}
		}
	case devanagari:
		a = tableSkeleton(w, devanagariBones)
	case kana:
		if len(w) > 1 {
			a = kanaSkeleton(w)
		}
	case hangul:
		a, b = hangulSkeletons(w)
	}
	if length(a) < 2 {
		a = 0
	}
	if length(b) < 2 || a == b {
		b = 0
	}
	return a, b
}

func latinSkeleton(w []rune, lang string) uint64 { return latinBones(w, lang, false) }

// latinBones leaves out each r before a consonant where it is for Chinese, and
// takes an m there for an n, as Chinese has to.
func latinBones(w []rune, lang string, sino bool) uint64 {
	var b bones
	at := func(i int) rune {
		if i < len(w) {
			return w[i]
		}
		return 0
	}
	for i := 0; i < len(w); i++ {
		next := at(i + 1)
		switch c := w[i]; c {
		case 'a', 'e', 'i', 'o', 'u':
			b.vowel(i)
		case 'b':
			b.add(skB)
		case 'p':
			if next == 'h' {
				b.add(skF)
				i++
			} else {
				b.add(skB)
			}
		case 'c':
			switch {
			case next == 'h':
				b.add(skS)
				i++
			case next == 'k':
				b.add(skK)
				i++
			case next == 'e' || next == 'i' || next == 'y':
				b.add(skS)
			default:
				b.add(skK)
			}
		case 'k':
			if next == 'h' {
				i++ // as h
			} else {
				b.add(skK)
			}
		case 'q':
			b.add(skK)
		case 'x':
			if i > 0 {
				b.add(skK)
			}
			b.add(skS)
		case 'd':
			b.add(skD)
		case 't':
			b.add(skT)
		case 'f', 'v':
			b.add(skF)
		case 'g':
			if next == 'h' {
				i++
				if i == 1 {
					b.add(skG)
				}
			} else {
				b.add(skG)
			}
		case 'j':
			b.add(skG)
		case 'l':
			b.add(skL)
		case 'm':
			if sino && !isVowel(next) {
				b.add(skN)
			} else {
				b.add(skM)
			}
		case 'n':
			b.add(skN)
		case 'r':
			if !sino || next == 0 || isVowel(next) || next == 'r' {
				b.add(skR)
			}
		case 's', 'z', 'ß':
			b.add(skS)
			if next == 'h' {
				i++
			} else if next == 'c' && at(i+2) == 'h' {
				i += 2
			}
		case 'w':
			if lang == "de" || lang == "pl" {
				b.add(skF)
			}
		}
	}
	return b.key
}

// noBone marks letters that are silent; vowelBone those that count at the
// beginning only.
const (
	noBone    = 0
	vowelBone = 15
)

func tableSkeleton(w []rune, table map[rune]uint64) uint64 {
	var b bones
	for i, c := range w {
		switch k := table[c]; k {
		case noBone:
		case vowelBone:
			b.vowel(i)
		default:
			b.add(k & 15)
			if k > 15 {
				b.add(k >> 4)
			}
		}
	}
	return b.key
}

func boneTable(pairs ...any) map[rune]uint64 {
	t := map[rune]uint64{}
	for i := 0; i < len(pairs); i += 2 {
		for _, c := range pairs[i].(string) {
			switch v := pairs[i+1].(type) {
			case uint64:
				t[c] = v
			case int:
				t[c] = uint64(v)
			}
		}
	}
	return t
}

var cyrillicBones = boneTable("аеиоуыэюяєії", vowelBone, "бп", skB, "в", skF, "ф", skF, "гґ", skG, "д", skD,
	"жзсшщчц", skS, "к", skK, "л", skL, "м", skM, "н", skN, "р", skR, "т", skT)

var hebrewBones = boneTable("אע", vowelBone, "ב", skB, "פף", skB, "ג", skG, "ד", skD, "זסשצץ", skS, "כךק", skK,
	"ל", skL, "מם", skM, "נן", skN, "ר", skR, "טת", skT)

var devanagariBones = boneTable("अआइईउऊऋएऐओऔऑ", vowelBone, "पबभ", skB, "फव", skF, "गघजझ", skG, "कख", skK, "चछसशष", skS,
	"टतठथ", skT, "डदढध", skD, "नणङञं", skN, "म", skM, "र", skR, "लळ", skL)

func greekSkeleton(w []rune) uint64 {
	var b bones
	for i := 0; i < len(w); i++ {
		next := rune(0)
		if i+1 < len(w) {
			next = w[i+1]
		}
		switch {
		case w[i] == 'μ' && next == 'π':
			if i > 0 {
				b.add(skM)
			}
			b.add(skB)
			i++
		case w[i] == 'ν' && next == 'τ':
			if i > 0 {
				b.add(skN)
			}
			b.add(skD)
			i++
		case w[i] == 'γ' && (next == 'κ' || next == 'γ'):
			if i > 0 {
				b.add(skN)
			}
			b.add(skG)
			i++
		case w[i] == 'τ' && (next == 'ζ' || next == 'σ'):
			if next == 'ζ' {
				b.add(skG)
			} else {
				b.add(skS)
			}
			i++
		default:
			switch k := greekBones[w[i]]; k {
			case noBone:
			case vowelBone:
				b.vowel(i)
			default:
				b.add(k & 15)
				if k > 15 {
					b.add(k >> 4)
				}
			}
		}
	}
	return b.key
}

var greekBones = boneTable("αεηιουω", vowelBone, "π", skB, "βφ", skF, "γ", skG, "δ", skD, "ζσ", skS, "κ", skK, "λ", skL, "μ", skM,
	"ν", skN, "ρ", skR, "τθ", skT, "ξ", int(skK|skS<<4), "ψ", int(skB|skS<<4))

func arabicSkeleton(w []rune) uint64 {
	var b bones
	for i, c := range w {
		switch c {
		case 'ا', 'ع':
			if c == 'ا' && len(w) > 3 && w[1] == 'س' && w[2] != 'ا' && w[2] != 'و' && w[2] != 'ي' {
				continue // Arabic has no st-, sk- at the beginning
			}
			b.vowel(i)
		case 'ت', 'ط', 'ث':
			if c == 'ت' && i+1 < len(w) && w[i+1] == 'ش' {
				continue // ch
			}
			b.add(skT)
		default:
			if k := arabicBones[c]; k != noBone {
				b.add(k)
			}
		}
	}
	return b.key
}

var arabicBones = boneTable("بپ", skB, "فڤ", skF, "جغگ", skG, "دذضڈ", skD, "ظ", skS, "زسشصژچ", skS, "كق", skK, "ل", skL, "م", skM, "نں", skN, "رڑ", skR, "ٹ", skT)

// kanaSkeleton reads katakana: the rows of the syllabary are consonants.
// Japanese writes l as r and v as b.
func kanaSkeleton(w []rune) uint64 {
	var b bones
	for i, c := range w {
		switch {
		case c == 'ー' || c == 'ッ' || c >= 'ァ' && c <= 'オ' || c == 'ャ' || c == 'ュ' || c == 'ョ' || c == 'ヤ' || c == 'ユ' || c == 'ヨ' || c == 'ワ' || c == 'ヮ' || c == 'ヰ' || c == 'ヱ' || c == 'ヲ':
			b.vowel(i)
		case c == 'ン':
			b.add(skN)
		case c == 'ヴ':
			b.add(skB)
		case c >= 'カ' && c <= 'ゴ':
			if (c-'カ')%2 == 1 {
				b.add(skG)
			} else {
				b.add(skK)
			}
		case c == 'ジ':
			b.add(skG)
		case c >= 'サ' && c <= 'ゾ':
			b.add(skS)
		case c >= 'タ' && c <= 'ド':
			switch c {
			case 'ダ', 'デ', 'ド':
				b.add(skD)
			case 'チ', 'ツ', 'ヅ':
				b.add(skS)
			case 'ヂ':
				b.add(skG)
			default:
				b.add(skT)
			}
		case c >= 'ナ' && c <= 'ノ':
			b.add(skN)
		case c >= 'ハ' && c <= 'ポ':
			switch (c - 'ハ') % 3 {
			case 0:
				if c == 'フ' { // the others of its row are an h, which is left out
					b.add(skF)
				}
			default:
				b.add(skB)
			}
		case c >= 'マ' && c <= 'モ':
			b.add(skM)
		case c >= 'ラ' && c <= 'ロ':
			b.add(skR)
		}
	}
	return b.key
}

// eastern maps a skeleton to what Japanese and Korean can tell apart: r for l,
// b for f and v, n for m before a consonant or at the end, s for th at the end.
func eastern(key uint64) uint64 {
	var b bones
	for ; key != 0; key >>= 4 {
		switch c := key & 15; c {
		case skL:
			b.add(skR)
		case skF:
			b.add(skB)
		case skM:
			if key>>4 == 0 || key>>4&15 != skA {
				b.add(skN)
			} else {
				b.add(skM)
			}
		default:
			b.add(c)
		}
	}
	return b.key
}

// hangulInitial and hangulFinal give the consonants of a syllable's jamo, in
// the order of the Unicode standard, section 3.12.
var (
	hangulInitial = [19]uint64{skK, skK, skN, skT, skD, skR, skM, skB, skB, skS, skS, 0, skG, skG, skS, skK, skT, skB, 0}
	hangulFinal   = [28]uint64{0, skK, skK, skK, skN, skN, skN, skT, skR, skR, skR, skR, skR, skR, skR, skR, skM, skB, skB, skS, skS, skN, skS, skS, skK, skT, skB, 0}
)

// hangulSkeletons returns the skeleton of all of a word and that of the word
// without its last syllable, which is a particle as often as not.
func hangulSkeletons(w []rune) (uint64, uint64) {
	one := func(w []rune) uint64 {
		var b bones
		for i, c := range w {
			if c < 0xAC00 || c > 0xD7A3 {
				continue
			}
			s := int(c - 0xAC00)
			if k := hangulInitial[s/588]; k != 0 {
				b.add(k)
			} else {
				b.vowel(i)
			}
			if k := hangulFinal[s%28]; k != 0 {
				b.add(k)
			}
		}
		return b.key
	}
	a := one(w)
	if len(w) > 2 {
		return a, one(w[:len(w)-1])
	}
	return a, 0
}

func isVowel(c rune) bool {
	switch c {
	case 'a', 'e', 'i', 'o', 'u', 'y':
		return true
	}
	return false
}

// sinoSkeleton returns the skeleton of a name as Chinese writes it: without r
// before a consonant, l and r alike, f and v as b.
func sinoSkeleton(w []rune) uint64 {
	var b bones
	for key := latinBones(w, "", true); key != 0; key >>= 4 {
		switch c := key & 15; c {
		case skL:
			b.add(skR)
		case skF:
			b.add(skB)
		default:
			b.add(c)
		}
	}
	return b.key
}

// hanBones gives the consonants of the characters with which Chinese news
// agencies write foreign names by sound.
var hanBones = makeHanBones()

func makeHanBones() map[rune]uint64 {
	t := map[rune]uint64{}
	for _, l := range []struct {
		bones uint64
		chars string
	}{
		{vowelBone, "阿艾埃爱奥澳欧厄伊乌亚雅尤约耶叶哈赫希霍胡海黑豪惠休沃瓦华威韦吴伍"},
		{skN, "安昂恩英因温文亨汉洪纳内尼诺努宁南娜妮奈农"},
		{skB, "巴贝比博伯布鲍拜彼柏帕佩皮波普珀维"},
		{skB | skN<<4, "本班宾邦潘庞彭平蓬"},
		{skD, "达代德迪多杜道戴"},
		{skD | skN<<4, "丹登顿邓东丁"},
		{skT, "塔特泰蒂提托图陶"},
		{skT | skN<<4, "坦腾唐汤滕廷通"},
		{skG, "盖格戈古高哥瓜圭杰吉贾乔朱"},
		{skG | skN<<4, "根冈甘简金京"},
		{skK, "卡凯克科库考柯奎夸基加"},
		{skK | skN<<4, "肯坎康孔昆"},
		{skB, "法菲弗福费夫佛"},
		{skB | skN<<4, "芬范丰方冯"},
		{skS, "萨塞西索苏斯史施沙舍什谢肖绍舒扎泽齐佐祖兹茨查切奇色瑟"},
		{skS | skN<<4, "桑森圣松孙辛申香山尚辰"},
		{skR, "拉莱勒利洛卢鲁里罗雷路劳理尔列丽"},
		{skR | skN<<4, "伦兰林朗隆连琳"},
		{skM, "马麦梅米莫穆默姆毛玛摩密"},
		{skM | skN<<4, "曼门蒙明"},
	} {
		for _, c := range l.chars {
			t[c] = l.bones
		}
	}
	return t
}

// hanSkeleton reads characters by their sounds. It returns 0 where one is not
// used for its sound.
func hanSkeleton(w []rune) uint64 {
	var b bones
	for i, c := range w {
		switch k := hanBones[c]; k {
		case noBone:
			return 0
		case vowelBone:
			b.vowel(i)
		default:
			b.add(k & 15)
			if k > 15 {
				b.add(k >> 4)
			}
		}
	}
	return b.key
}
